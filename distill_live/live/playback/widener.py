"""Makes mono sound wide: a side signal that cancels when both channels are added."""

from __future__ import annotations

import numpy as np

from distill_live.audio.stereo.velvet_noise import LONGEST, velvet_noise
from distill_live.live.ipc.ring import Samples
from distill_live.live.playback.high_pass import HighPass

#: Sound below about this frequency, in Hz, stays in the middle.
BASS = 200.0


class Widener:
    """Makes the side of a mono signal: as loud, but decorrelated, and without bass."""

    def __init__(self, longest: int) -> None:
        """For blocks of up to `longest` samples."""
        self._pulses = velvet_noise()
        self._line = np.zeros(LONGEST + longest, np.float32)
        self._side = np.zeros(longest, np.float32)
        self._pulse = np.zeros(longest, np.float32)
        self._high_pass = (HighPass(BASS), HighPass(BASS))

    def side(self, mono: Samples) -> Samples:
        """The side of the next samples [n] of a stream, valid until the next call."""
        count = len(mono)
        self._line[LONGEST : LONGEST + count] = mono
        side, pulse = self._side[:count], self._pulse[:count]
        side[:] = 0.0
        for position, gain in self._pulses:
            start = LONGEST - position
            side += np.multiply(self._line[start : start + count], gain, out=pulse)
        self._keep(count)
        for high_pass in self._high_pass:
            side[:] = high_pass.process(side)
        return side

    def follow(self, mono: Samples) -> None:
        """Take in samples [n] whose side is not needed."""
        self._line[LONGEST : LONGEST + len(mono)] = mono
        self._keep(len(mono))

    def _keep(self, count: int) -> None:
        """Move the newest samples to the beginning of the line."""
        self._line[:LONGEST] = self._line[count : count + LONGEST]
