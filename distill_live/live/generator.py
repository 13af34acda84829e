"""The generator: from the prior through the codec and the vocoder to samples, and back again.

Three streams with state (prior session, decoder, vocoder) move on column by column. A mark is kept
of each column that is decoded but not heard, so that the future can be made anew from any of them
with the phases and the context that the sound before it has.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from distill_live.codes.timeline import Timeline
from distill_live.live.ring import Samples
from distill_live.models.persistence import LoadedVQModel
from distill_live.models.sampling import Sampling

#: Columns of past that the timeline keeps: six minutes of 85 ms columns.
HISTORY_COLUMNS = 4096


@dataclass(frozen=True)
class _Mark:
    """The streams as they were just before `column` was decoded."""

    column: int
    position: int
    decoder: Any
    vocoder: Any


class Generator:
    """Makes samples of one model without end, from absolute sample `start` on.

    `position` is the absolute position of the next sample that `decode_column` returns.
    """

    def __init__(self, loaded: LoadedVQModel, seed: int, start: int) -> None:
        codec = loaded.model.config
        self._session = loaded.require_prior().session(seed)
        self._decoder = loaded.model.stream()
        self._vocoder = loaded.vocoder.stream()
        self.column_samples = loaded.column_samples
        self._start = start
        self._decoded = 0
        self._marks: deque[_Mark] = deque()
        self.timeline = Timeline(codec.bands, codec.num_quantizers, HISTORY_COLUMNS)

    @property
    def position(self) -> int:
        """Absolute position of the next sample to come."""
        return self._start + self._vocoder.emitted

    @property
    def lookahead(self) -> int:
        """Columns that are sampled but not decoded."""
        return self.timeline.end - self._decoded

    def sample_column(self, sampling: Sampling) -> None:
        """Let the prior add what comes next to the timeline."""
        self.timeline.append(self._session.step(sampling))

    def decode_column(self) -> Samples:
        """The samples [N] that the next column of the timeline completes.

        N is `column_samples`, fewer at the very start. Raises CodesError when nothing is sampled.
        """
        codes = self.timeline.columns(self._decoded, self._decoded + 1)
        self._marks.append(
            _Mark(self._decoded, self.position, self._decoder.snapshot(), self._vocoder.snapshot())
        )
        mel = self._decoder.push(torch.from_numpy(codes))
        self._decoded += 1
        return np.asarray(self._vocoder.push(mel).cpu().numpy(), dtype=np.float32)

    def forget_before(self, position: int) -> None:
        """Drop the marks that lie before an absolute position, all but the newest of them."""
        while len(self._marks) > 1 and self._marks[1].position <= position:
            self._marks.popleft()

    def rewind_to(self, position: int, seed: int, take: int) -> int:
        """Go back to the first column whose sound begins at or after an absolute position.

        What was sampled from there on is forgotten and will be drawn anew, from `seed` and `take`.
        Returns the position where the new sound begins: the present one, if nothing that is
        decoded lies there.
        """
        target: _Mark | None = None
        while self._marks and self._marks[-1].position >= position:
            target = self._marks.pop()
        if target is not None:
            self._decoder.restore(target.decoder)
            self._vocoder.restore(target.vocoder)
            self._decoded = target.column
        self.timeline.truncate(self._decoded)
        self._session.rewind(self._decoded)
        self._session.seed, self._session.take = seed, take
        return self.position
