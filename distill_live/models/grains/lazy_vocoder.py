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
    not been given yet. `too_old`: more were missed than are kept, so the stream cannot go on.
    `steady`: from now on, each column completes as many samples as it has. `frames` have been
    pushed, and `emitted` samples completed by them.
    """

    base: object
    missed: tuple[Tensor, ...] = ()
    too_old: bool = False
    steady: bool = False
    frames: int = 0
    emitted: int = 0
    ended: bool = False


class LazyVocoder:
    """A vocoder's stream of which only the columns that are heard are computed.

    After a rest of up to `warmup` columns, they are made up for, and the bytes are as without the
    rest. After a longer one, a new stream begins `warmup` columns earlier. So the bytes depend on
    the columns and on which of them were heard, and on nothing else. The first columns are always
    computed, until the vocoder's delay is over.

    `base` is a new stream of one or two `channels`, with `hop` samples for each frame. Its delay
    must not be longer than `warmup` columns.
    """

    def __init__(self, base: VocoderStream, channels: int, hop: int, warmup: int) -> None:
        self._base, self._hop, self._warmup = base, hop, warmup
        #: An empty sound: `[0]` or `[0, 2]`.
        self.nothing: Samples = np.zeros(0 if channels == 1 else (0, channels), np.float32)
        self._beginning = base.snapshot()
        self._state = LazyState(base=None)
        self._completed = 0
        self._sound: Samples | None = self.nothing

    @property
    def emitted(self) -> int:
        """Samples completed so far, whether they have been computed or not."""
        return self._state.emitted

    @property
    def lag_samples(self) -> int:
        """How far `emitted` is behind hop times the frames pushed."""
        return self._state.frames * self._hop - self._state.emitted

    def push(self, mel: Tensor) -> int:
        """Add a column `[R, k]`, all of the same length; returns how many samples it completes.

        Raises ValueError after `flush`.
        """
        state = self._state
        if state.ended:
            raise ValueError("this stream was flushed: begin a new one")
        whole = mel.shape[1] * self._hop
        missed: tuple[Tensor, ...] = ()
        if state.steady:
            # A copy: a part of a tensor keeps the whole of it.
            missed = (*state.missed, mel.clone())
            self._sound, self._completed = None, whole
        else:
            self._sound = self._base.push(mel).cpu().numpy()
            self._completed = len(self._sound)
        kept = self._warmup + 1
        self._state = replace(
            state,
            missed=missed[-kept:],
            too_old=state.too_old or len(missed) > kept,
            steady=self._completed == whole,
            frames=state.frames + mel.shape[1],
            emitted=state.emitted + self._completed,
        )
        return self._completed

    def flush(self, mel: Tensor | None) -> int:
        """End the sound, after an incomplete column `[R, k]`, if there is one; returns how many
        samples are left: all together are exactly hop times the frames pushed."""
        state = self._state
        frames = state.frames + (0 if mel is None else mel.shape[1])
        missed = state.missed if mel is None else (*state.missed, mel)
        emitted = frames * self._hop
        self._completed, self._sound = emitted - state.emitted, None
        self._state = replace(state, missed=missed, frames=frames, emitted=emitted, ended=True)
        return self._completed

    def sound(self) -> Samples:
        """The samples `[n]` or `[n, 2]` that the last call of `push` or `flush` completed."""
        if self._sound is None:
            given = self._catch_up()
            self._sound = given[len(given) - self._completed :]
        return self._sound

    def snapshot(self) -> LazyState:
        """The state, to be given to `restore`."""
        return replace(self._state, base=self._base.snapshot())

    def restore(self, state: LazyState) -> None:
        """Go on from a snapshot."""
        self._base.restore(state.base)
        self._state, self._completed, self._sound = state, 0, self.nothing

    def _catch_up(self) -> Samples:
        """Compute the columns that were missed; returns their sound, or the end of it."""
        state = self._state
        if state.too_old:
            self._base.restore(self._beginning)
        given = [torch.from_numpy(self.nothing)]
        if state.missed:
            given.append(self._base.push(torch.cat(state.missed, dim=1)).cpu())
        if state.ended:
            given.append(self._base.flush().cpu())
        self._state = replace(state, missed=(), too_old=False)
        found: Samples = torch.cat(given).numpy()
        return found
