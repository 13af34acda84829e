"""Width out of mono: a side signal that cancels when both channels are added."""

from __future__ import annotations

import numpy as np

from distill_live.live.ipc.ring import Samples
from distill_live.live.playback.high_pass import HighPass

#: Below about this frequency, in Hz, sound stays in the middle.
BASS = 200.0
#: How much softer the last pulse of the decorrelator is than one at its beginning would be, in dB.
_DECAY_DB = 20.0
_SAMPLES = 960
# Where a pulse of velvet noise falls, in samples at 48 kHz, and by its sign whether it is turned
# over: one in each 40 samples, so that 20 ms have 24. Of 3000 random ones that are about as flat
# as any, within 1 dB in nearly all thirds of an octave from 300 Hz on.
_PULSES = (
    37, -65, 107, -155, -183, 231, 273, 289, 323, 372, 412, 475,
    516, 521, -580, 633, -646, -712, 725, -779, 832, 852, -894, -931,
)  # fmt: skip


class Widener:
    """Makes the side of a mono signal: as loud as it, unlike it, without its bass.

    Velvet noise is a sparse row of pulses, turned over or not at random; a convolution with a
    short, decaying one makes a sound unlike itself without colouring it, and keeps its attacks
    (Alary, Politis and Valimaki, "Velvet-noise decorrelator", DAFx 2017; choosing a flat one:
    Schlecht, Alary, Valimaki and Habets, "Optimized velvet-noise decorrelator", DAFx 2018).
    """

    def __init__(self, longest: int) -> None:
        """For blocks of up to `longest` samples."""
        positions = np.abs(_PULSES)
        gains = np.sign(_PULSES) * 10.0 ** (-_DECAY_DB / 20.0 * positions / _SAMPLES)
        gains /= np.sqrt(np.square(gains).sum())
        self._pulses = list(zip(positions.tolist(), gains.astype(np.float32), strict=True))
        self._line = np.zeros(_SAMPLES + longest, np.float32)
        self._side = np.zeros(longest, np.float32)
        self._pulse = np.zeros(longest, np.float32)
        self._high_pass = (HighPass(BASS), HighPass(BASS))

    def side(self, mono: Samples) -> Samples:
        """The side of the next samples [n] of a stream, valid until the next call."""
        count = len(mono)
        self._line[_SAMPLES : _SAMPLES + count] = mono
        side, pulse = self._side[:count], self._pulse[:count]
        side[:] = 0.0
        for position, gain in self._pulses:
            start = _SAMPLES - position
            side += np.multiply(self._line[start : start + count], gain, out=pulse)
        self._keep(count)
        for high_pass in self._high_pass:
            side[:] = high_pass.process(side)
        return side

    def follow(self, mono: Samples) -> None:
        """Take note of samples [n] whose side nobody wants."""
        self._line[_SAMPLES : _SAMPLES + len(mono)] = mono
        self._keep(len(mono))

    def _keep(self, count: int) -> None:
        """Move the end of what came to the beginning of the line."""
        self._line[:_SAMPLES] = self._line[count : count + _SAMPLES]
