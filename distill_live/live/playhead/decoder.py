"""Codes in, samples out: a model's codec decoder and its vocoder as one stream."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch

from distill_live.codes.timeline import Codes
from distill_live.live.ipc.ring import Samples
from distill_live.models.codec.clarity import ClearStream
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.grains.stream import GrainOrigin, GrainStream
from distill_live.models.sound_settings import SoundSettings
from distill_live.models.vocoder.vocoder import VocoderStream

#: How columns are decoded until something else is asked for.
PLAIN = SoundSettings(clarity=0.0, grain=0.0)


class DecoderMark(NamedTuple):
    """A decoder between two columns; see `ColumnDecoder.mark`."""

    codec: object
    vocoder: object
    first: int


class ColumnDecoder:
    """A codec's decoder and a vocoder as one stream that takes column after column.

    Every column completes `column_samples` samples, counted from the segment's beginning: those
    from `start_of(column)` on.
    """

    def __init__(self, loaded: LoadedVQModel) -> None:
        self._loaded, self._sound = loaded, PLAIN
        if loaded.grains is not None:
            loaded.grains.prepare()
        self.column_samples = loaded.column_samples
        config = loaded.model.config
        #: How many columns before a column affect its sound.
        self.past_columns = config.decoder_past_columns
        self._settling_columns = math.ceil(loaded.settling_frames / config.column_frames)
        self._delay = loaded.delay_samples + config.lookahead_columns * self.column_samples
        self.begin(0, np.zeros((0, config.bands, config.num_quantizers), np.int64))

    def begin(self, column: int, before: Codes) -> None:
        """Get ready for `column`, as if the columns `before` it [k, F, Q] had just been played.

        With `past_columns` of them, or with all there are, the mels that follow are the same as in
        one go; the vocoder finds its phases afresh.
        """
        self._codec: ClearStream = self._loaded.decoder(self._sound)
        self._vocoder: VocoderStream | GrainStream = self._loaded.sounding(self._sound)
        self._first = column - len(before)
        for number, codes in enumerate(before):
            mel = self._codec.push(torch.from_numpy(codes[None]))
            if number >= len(before) - self._settling_columns:
                self._vocoder.push(mel)

    @property
    def sound(self) -> SoundSettings:
        """How columns are decoded: PLAIN until it is set. `begin` and `restore` leave it as it
        is."""
        return self._sound

    @sound.setter
    def sound(self, sound: SoundSettings) -> None:
        self._sound = sound
        self._codec.amount = sound.clarity
        if isinstance(self._vocoder, GrainStream):
            self._vocoder.amount, self._vocoder.reach = sound.grain, sound.reach

    def start_of(self, column: int) -> int:
        """The segment's sample at which the samples that `column` completes begin."""
        return max(column * self.column_samples - self._delay, self._first * self.column_samples)

    def column_of(self, sample: int) -> int:
        """The column that completes a sample of the segment."""
        return (sample + self._delay) // self.column_samples

    def place_of(self, sample: int) -> float:
        """The column that completes a sample of the segment, with the part of it, 0..1, that is
        before that sample."""
        return (sample + self._delay) / self.column_samples

    def push(self, codes: Codes) -> Samples:
        """The next column's codes [1, F, Q] to the samples [N] that it completes, or [N, 2] of a
        stereo model.

        N is `column_samples`, or less at the beginning of a segment.
        """
        mel = self._codec.push(torch.from_numpy(codes))
        return np.asarray(self._vocoder.push(mel).cpu().numpy(), dtype=np.float32)

    @property
    def origin(self) -> GrainOrigin | None:
        """The recording, by its number among the grains, that the sound of the last column is from,
        and the second in it; None if that sound is the vocoder's."""
        vocoder = self._vocoder
        return vocoder.origin if isinstance(vocoder, GrainStream) else None

    def rest(self) -> Samples:
        """How the sound would end here, as `push` gives it: what the vocoder still holds back."""
        mark = self.mark()
        samples = np.asarray(self._vocoder.flush().cpu().numpy(), dtype=np.float32)
        self.restore(mark)
        return samples

    def mark(self) -> DecoderMark:
        """The present state; it costs nothing, and later calls do not change it."""
        return DecoderMark(self._codec.snapshot(), self._vocoder.snapshot(), self._first)

    def restore(self, mark: DecoderMark) -> None:
        """Go back to a mark."""
        self._codec.restore(mark.codec)
        self._vocoder.restore(mark.vocoder)
        self._first = mark.first
