"""Makes mono sound wide: a side signal that cancels when both channels are added."""

from __future__ import annotations

import numpy as np

from distill_live.live.ipc.ring import Samples
from distill_live.live.playback.high_pass import HighPass

#: Sound below about this frequency, in Hz, stays in the middle.
BASS = 200.0
#: How much softer the decorrelator's last pulse is than one at its beginning would be, in dB.
_DECAY_DB = 20.0
_SAMPLES = 960
# Where each pulse of the velvet noise is, in samples at 48 kHz; a negative one is inverted. One in
# each 40 samples makes 24 in 20 ms. Of 3000 random sequences this is one of the flattest: within
# 1 dB in nearly all third octaves from 300 Hz on.
_PULSES = (
    37, -65, 107, -155, -183, 231, 273, 289, 323, 372, 412, 475,
    516, 521, -580, 633, -646, -712, 725, -779, 832, 852, -894, -931,
)  # fmt: skip


class Widener:
    """Makes the side of a mono signal: as loud, but decorrelated, and without bass.

    Velvet noise is a sparse sequence of pulses, inverted at random. Convolution with a short,
    decaying one decorrelates a sound without colouring it, and keeps its attacks
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
        """Take in samples [n] whose side is not needed."""
        self._line[_SAMPLES : _SAMPLES + len(mono)] = mono
        self._keep(len(mono))

    def _keep(self, count: int) -> None:
        """Move the newest samples to the beginning of the line."""
        self._line[:_SAMPLES] = self._line[count : count + _SAMPLES]
