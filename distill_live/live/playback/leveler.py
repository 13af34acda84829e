"""A slow automatic fader: it measures how loud the sound is, and moves a gain towards a target.

What is measured is the short-term loudness of ITU-R BS.1770-4 and EBU Tech 3341: the mean power of
both channels over three seconds, weighted as the ear weights it.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from distill_live.live.ipc.ring import SAMPLE_RATE, Samples

#: The loudness that full levelling aims at, in LUFS.
TARGET = -16.0
#: The most by which sound is made louder or quieter, in dB.
MOST_GAIN = 12.0
#: How fast the gain rises and falls at most, in dB per second.
RISE, FALL = 3.0, 6.0
#: Sound whose last 0.4 s are quieter than this, in LUFS, is a rest: in it the gain stays.
GATE = -50.0
#: Samples between two measurements (0.1 s).
HOP = SAMPLE_RATE // 10

#: The windows of momentary and of short-term loudness (0.4 s and 3 s), in hops.
_MOMENT, _SHORT_TERM = 4, 30
#: Loudness of a power of 1, in LUFS (ITU-R BS.1770-4, Annex 1, equation 2).
_OFFSET = -0.691
# The weighting, two biquads at 48 kHz as (b0, b1, b2), (1, a1, a2): ITU-R BS.1770-4, Annex 1,
# table 1 (the head: highs are louder) and table 2 (lows are softer).
_BIQUADS = (
    ((1.53512485958697, -2.69169618940638, 1.19839281085285),
     (1.0, -1.69065929318241, 0.73248077421585)),
    ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)),
)  # fmt: skip


class Leveler:
    """Makes soft stretches of a stream louder and loud ones quieter, on two channels at 48 kHz.

    Only sound counts: rests neither change the gain nor what was measured before them. Between two
    measurements the gain moves in a straight line, so that each sample has its own. The samples
    that come out do not depend on how the stream is cut into blocks. The gain is `gain_db` at
    first, for a stream that another leveler has begun.
    """

    def __init__(self, gain_db: float = 0.0) -> None:
        self._meter = HopMeter()
        self._moment: deque[float] = deque(maxlen=_MOMENT)
        self._heard: deque[float] = deque(maxlen=_SHORT_TERM)
        #: The gain at the end of the present hop, in dB.
        self.gain_db = gain_db
        #: The gains where the present hop began and where it will end.
        self._from = self._to = _factor(gain_db)
        self._ramp = np.arange(1.0, HOP + 1.0, dtype=np.float32) / np.float32(HOP)
        self._gains = np.empty(HOP, np.float32)
        self._off = True

    def process(self, pair: Samples, amount: float) -> None:
        """Level the next samples [2, n] in place; `amount` is 0..1.

        At 0 the gain goes back to 1. Once it is there, the samples stay as they are.
        """
        if amount == 0.0 and self._from == self._to == 1.0:
            self._forget()
            return
        self._off = False
        done, count = 0, pair.shape[1]
        while done < count:
            at = self._meter.filled
            piece = pair[:, done : done + HOP - at]
            done += piece.shape[1]
            self._meter.add(piece)
            self._apply(piece, at)
            if self._meter.filled == HOP:
                self._end_hop(amount)

    def _forget(self) -> None:
        """Forget what was heard, while nothing is to be levelled."""
        if not self._off:
            self._off, self.gain_db = True, 0.0
            self._meter.reset()
            self._moment.clear()
            self._heard.clear()

    def _apply(self, piece: Samples, at: int) -> None:
        """Multiply samples [2, n] by the gains from sample `at` of the hop on."""
        if self._from == self._to == 1.0:
            return
        gains = self._gains[: piece.shape[1]]
        np.multiply(self._ramp[at : at + len(gains)], self._to - self._from, out=gains)
        gains += self._from
        piece *= gains

    def _end_hop(self, amount: float) -> None:
        """Measure the hop that is over, and choose the gain at the end of the next one."""
        self._moment.append(self._meter.power())
        sounding = _loudness(self._moment) >= GATE
        if sounding:
            self._heard.append(self._moment[-1])
        if amount == 0.0:
            self._move(0.0)
        elif sounding and len(self._heard) >= _MOMENT:
            wanted = TARGET - _loudness(self._heard)
            self._move(amount * min(max(wanted, -MOST_GAIN), MOST_GAIN))
        self._from, self._to = self._to, _factor(self.gain_db)

    def _move(self, wanted: float) -> None:
        """Move the gain towards the wanted one, both in dB, as far as it may go in a hop."""
        seconds = HOP / SAMPLE_RATE
        step = min(max(wanted - self.gain_db, -FALL * seconds), RISE * seconds)
        self.gain_db += step


class HopMeter:
    """Measures the weighted power of two channels at 48 kHz, hop after hop.

    The sound is not filtered: its spectrum is weighted, which takes numpy one call. Windows of two
    hops, a half sine each, overlap by one: their squares add up to 1, so no sample counts more than
    another.
    """

    def __init__(self) -> None:
        size = 2 * HOP
        self._frame = np.zeros((2, size), np.float32)
        self._window = np.sin(np.pi * (np.arange(size) + 0.5) / size)
        self._windowed = np.empty((2, size))
        self._spectrum = np.empty((2, HOP + 1), np.complex128)
        # By Parseval's theorem; all frequencies but the first and the last stand for two.
        weights = weighting(np.arange(HOP + 1) * SAMPLE_RATE / size) * 2.0 / (size * HOP)
        weights[[0, -1]] /= 2.0
        self._weights = np.repeat(weights, 2)
        #: Samples of the present hop so far.
        self.filled = 0

    def add(self, piece: Samples) -> None:
        """Take in samples [2, n], at most those that the present hop lacks."""
        start = HOP + self.filled
        self._frame[:, start : start + piece.shape[1]] = piece
        self.filled += piece.shape[1]

    def power(self) -> float:
        """The weighted power around the beginning of the hop that is full; begins the next one."""
        np.multiply(self._frame, self._window, out=self._windowed)
        np.fft.rfft(self._windowed, axis=1, out=self._spectrum)
        # Real and imaginary parts in turn.
        parts = self._spectrum.view(np.float64)
        np.multiply(parts, parts, out=parts)
        np.multiply(parts, self._weights, out=parts)
        self._frame[:, :HOP] = self._frame[:, HOP:]
        self.filled = 0
        return float(parts.sum())

    def reset(self) -> None:
        """Forget the sound so far."""
        self._frame[:] = 0.0
        self.filled = 0


def weighting(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """The factors by which powers at these frequencies, in Hz, count (K-weighting)."""
    later = np.exp(-2j * np.pi * hertz / SAMPLE_RATE)
    factors = np.ones(len(hertz))
    for above, below in _BIQUADS:
        factors *= np.abs(np.polyval(above[::-1], later) / np.polyval(below[::-1], later)) ** 2
    return factors


def _factor(gain_db: float) -> np.float32:
    return np.float32(10.0 ** (gain_db / 20.0))


def _loudness(powers: deque[float]) -> float:
    """The loudness of hops with these powers, in LUFS; -inf for silence."""
    power = sum(powers) / len(powers)
    return _OFFSET + 10.0 * math.log10(power) if power > 0.0 else -math.inf
