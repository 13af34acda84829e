"""A vocoder that only works while it is heard."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.models.vocoder.vocoder import VocoderStream

Samples = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LazyState:
    """A lazy vocoder between two columns. Nothing in it is changed in place.

    `base` is the state of the vocoder's stream, to which the columns `missed`, `[R, k]` each, have
    not been given yet. If some before those are missing too, the stream is `too_old` to go on.
    `steady`: each further column gives a column of samples. `emitted`: samples given so far.
    """

    base: object
    missed: tuple[Tensor, ...] = ()
    too_old: bool = False
    steady: bool = False
    emitted: int = 0


class LazyVocoder:
    """A vocoder's stream that is given whole columns and computes the sound of those that are asked
    for.

    Columns that nobody asked for are made up for when the sound is needed again, if they are at
    most `warmup`; otherwise a new stream begins so many columns earlier. With enough of them, it
    sounds as good as one that began long ago. Which columns are asked for decides the bytes, not
    how they come.

    `base` is a new stream, of one or two `channels`. A column has `column_samples` samples, of each
    channel. `warmup` columns must be at least as long as the vocoder's delay.
    """

    def __init__(
        self, base: VocoderStream, channels: int, column_samples: int, warmup: int
    ) -> None:
        self._base, self._column, self._warmup = base, column_samples, warmup
        #: No samples in the channels of the sound: `[0]` or `[0, 2]`.
        self.nothing: Samples = np.zeros(0 if channels == 1 else (0, channels), np.float32)
        self._beginning = base.snapshot()
        self._state = LazyState(base=None)
        self._sound: Samples | None = None

    @property
    def emitted(self) -> int:
        """Samples given so far, whether they have been computed or not."""
        return self._state.emitted

    def push(self, mel: Tensor) -> int:
        """Add a column of frames `[R, k]`; returns how many samples it completes."""
        state = self._state
        if not state.steady:
            self._sound = self._base.push(mel).cpu().numpy()
            count = len(self._sound)
            self._state = replace(
                state, steady=count == self._column, emitted=state.emitted + count
            )
            return count
        missed = (*state.missed, mel)
        self._sound = None
        self._state = replace(
            state,
            missed=missed[-self._warmup - 1 :],
            too_old=state.too_old or len(missed) > self._warmup + 1,
            emitted=state.emitted + self._column,
        )
        return self._column

    def sound(self) -> Samples:
        """The samples `[n]` or `[n, 2]` that the last column completed."""
        if self._sound is None:
            self._sound = self._made_up_for()[-self._column :]
        return self._sound

    def flush(self, mel: Tensor | None) -> Samples:
        """The rest of the sound, after further frames `[R, k]`, if any, that are no whole
        column."""
        if self._state.missed:
            self._made_up_for()
        parts = [] if mel is None else [self._base.push(mel)]
        rest: Samples = torch.cat([*parts, self._base.flush()]).cpu().numpy()
        self._state = replace(self._state, emitted=self._state.emitted + len(rest))
        return rest

    def snapshot(self) -> LazyState:
        """The state, to be given to `restore`."""
        return replace(self._state, base=self._base.snapshot())

    def restore(self, state: LazyState) -> None:
        """Go on from a snapshot."""
        self._base.restore(state.base)
        self._state, self._sound = state, None

    def _made_up_for(self) -> Samples:
        """The sound of the columns that were missed, or of the end of it."""
        state = self._state
        if state.too_old:
            self._base.restore(self._beginning)
        given: Samples = self._base.push(torch.cat(state.missed, dim=1)).cpu().numpy()
        self._state = replace(state, missed=(), too_old=False)
        return given
