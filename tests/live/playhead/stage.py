"""A playhead over a timeline of given codes, and all that it has made, by ring position."""

from __future__ import annotations

import numpy as np
import torch

from distill_live.codes.timeline import Timeline
from distill_live.live.playhead.decoder import ColumnDecoder
from distill_live.live.playhead.playhead import Playhead
from distill_live.models.file.loaded import LoadedVQModel


class Stage:
    """`sound` is what the ring would hold: what is made anew replaces what was there."""

    def __init__(self, loaded: LoadedVQModel, columns: int = 40, start: int = 0) -> None:
        config = loaded.model.config
        self.loaded = loaded
        shape = (columns, config.bands, config.num_quantizers)
        self.codes = np.random.default_rng(5).integers(0, config.codebook_size, shape)
        timeline = Timeline(config.bands, config.num_quantizers, 256)
        timeline.append(self.codes)
        self.head = Playhead(ColumnDecoder(loaded), timeline, start)
        self.sound = np.zeros(start, np.float32)

    @torch.inference_mode()
    def push(self, count: int = 1) -> np.ndarray:
        """Play so many columns as they are in the timeline; returns the samples [N] made."""
        made = []
        for _ in range(count):
            column = self.head.column
            made.append(self.put(self.head.push(self.head.timeline.raw(column, column + 1))))
        return np.concatenate(made)

    def put(self, samples: np.ndarray) -> np.ndarray:
        """Take over samples that the playhead has just made."""
        begin = self.head.position - len(samples)
        self.sound = np.concatenate([self.sound[:begin], samples])
        return samples

    def make(self, count: int) -> np.ndarray:
        """At least `count` samples more; returns the first `count` of them."""
        begin = self.head.position
        while self.head.position < begin + count:
            self.push()
        return self.sound[begin : begin + count]

    @torch.inference_mode()
    def decoded_from(self, column: int, first: int, end: int) -> np.ndarray:
        """The sound [N] of a decoder that begins at `column`, after the columns from `first` on,
        and goes on up to column `end`."""
        decoder = ColumnDecoder(self.loaded)
        decoder.begin(column, self.codes[first:column])
        pieces = [decoder.push(self.codes[number : number + 1]) for number in range(column, end)]
        return np.concatenate(pieces)
