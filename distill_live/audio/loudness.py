"""How loud a sound is to the ear: the integrated loudness of ITU-R BS.1770-4, in LUFS.

Only this module imports pyloudnorm, and only once something is measured: it takes a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.limiter import RecordingLimiter

Samples = NDArray[np.float32]

#: The loudness that a sound can be brought to, in LUFS.
LOWEST_LUFS, HIGHEST_LUFS = -40.0, -6.0
#: How near to the wanted loudness a limited sound must come, in LU, and the most attempts.
NEAR_LU, _ATTEMPTS = 0.1, 8
#: The attempts go on until it is this near: the file's format changes the loudness a little, too.
_NEAR_ENOUGH = NEAR_LU / 2
#: If 1 dB of gain raises the loudness by less than this, in LU, more gain only feeds the limiter.
_LEAST_GAIN = 0.2

#: Filters with the coefficients of the recommendation; the library's usual ones differ by 0.04 dB.
_FILTERS = "DeMan"
#: Loudness of a power of 1, in LUFS, and what is too soft to count (Annex 1, equations 2 and 5).
_OFFSET, _ABSOLUTE_GATE = -0.691, -70.0
#: How much softer than the mean of the rest a block must be not to count, as powers (-10 LU).
_RELATIVE_GATE = 0.1
#: Length of a block, and blocks per second.
_BLOCK_SECONDS, _BLOCKS = 0.4, 10
#: How much sound is measured at once, and how much before it lets the filters settle: the slower
#: one falls by 60 dB in 30 ms.
_PIECE_SECONDS, _EARLY_SECONDS = 30, 1


class LoudnessMeter:
    """Measures the loudness of a sound of any length, block by block.

    The library filters the sound and takes the power of blocks of 0.4 s, for half a minute at once.
    What is kept is one number for each 0.1 s.
    """

    def __init__(self, sample_rate: int, channels: int = 1) -> None:
        self._rate, self._channels = sample_rate, channels
        self._waiting: list[NDArray[np.float64]] = []
        self._count = self._early = 0
        self._powers: list[float] = []

    def add(self, block: Samples) -> None:
        """Take in the next samples `[n, C]`, or `[n]` of one channel."""
        sound = block.reshape(-1, self._channels)
        for start in range(0, len(sound), self._rate):
            second = sound[start : start + self._rate].astype(np.float64)
            self._waiting.append(second)
            self._count += len(second)
            if self._count >= self._piece:
                self._end_piece()

    @property
    def _piece(self) -> int:
        """The samples of a piece: some before it, its own, and what its last block still needs."""
        seconds = self._early + _PIECE_SECONDS + _BLOCK_SECONDS - 1 / _BLOCKS
        return math.ceil(seconds * self._rate)

    def _end_piece(self) -> None:
        sound = np.concatenate(self._waiting)
        self._powers += self._measure(sound[: self._piece])
        rest = sound[(self._early + _PIECE_SECONDS - _EARLY_SECONDS) * self._rate :].copy()
        self._waiting, self._count, self._early = [rest], len(rest), _EARLY_SECONDS

    @property
    def lufs(self) -> float | None:
        """The integrated loudness so far; None if the sound is shorter than 0.4 s, or silent."""
        rest = np.concatenate(self._waiting) if self._waiting else np.zeros((0, self._channels))
        powers = np.array([*self._powers, *self._measure(rest)])
        powers = powers[powers >= 10.0 ** ((_ABSOLUTE_GATE - _OFFSET) / 10.0)]
        if not len(powers):
            return None
        loud = powers[powers > _RELATIVE_GATE * powers.mean()]
        return _OFFSET + 10.0 * float(np.log10(loud.mean()))

    def _measure(self, sound: NDArray[np.float64]) -> list[float]:
        """The powers of a piece's own blocks, from `[n, C]` samples that begin a little early."""
        if len(sound) < (self._early + _BLOCK_SECONDS) * self._rate:
            return []
        from pyloudnorm import Meter

        meter = Meter(self._rate, _FILTERS, _BLOCK_SECONDS)
        meter.integrated_loudness(sound)
        levels = np.array(meter.blockwise_loudness[self._early * _BLOCKS :])
        powers: list[float] = (10.0 ** ((levels - _OFFSET) / 10.0)).tolist()
        return powers


def integrated_loudness(
    blocks: Iterable[Samples], sample_rate: int, channels: int = 1
) -> float | None:
    """The loudness of a sound in blocks `[n, C]`, or `[n]` of one channel, in LUFS; None if it is
    shorter than 0.4 s, or silent. One channel is 3 LU softer than the same sound on two."""
    meter = LoudnessMeter(sample_rate, channels)
    for block in blocks:
        meter.add(block)
    return meter.lufs


class Gain(NamedTuple):
    """A linear gain, and the loudness of the sound after it, and after the limiter, in LUFS."""

    factor: float
    lufs: float


def gain_to(
    lufs: float,
    blocks: Callable[[], Iterator[Samples]],
    peak: float,
    sample_rate: int,
    channels: int = 1,
) -> Gain | None:
    """The gain that brings a sound to a loudness, or as near as it gets: where its `peak` exceeds
    full scale, the limiter makes it softer. None if the sound has no loudness.

    `blocks` gives the sound from its beginning, in blocks `[n, C]`, as often as it is called.
    """

    def after_limiting(gain_db: float) -> float:
        factor = np.float32(_factor(gain_db))
        limiter = RecordingLimiter(sample_rate, channels)
        limited = limiter.limit(block * factor for block in blocks())
        reached = integrated_loudness(limited, sample_rate, channels)
        return -math.inf if reached is None else reached

    found = integrated_loudness(blocks(), sample_rate, channels)
    if found is None:
        return None
    gain_db = lufs - found
    if peak * _factor(gain_db) <= 1.0:
        return Gain(_factor(gain_db), lufs)
    tried = {gain_db: after_limiting(gain_db)}
    # The limiter may leave a sound that has no loudness, and no gain would mend that.
    while len(tried) < _ATTEMPTS and _NEAR_ENOUGH < abs(tried[gain_db] - lufs) < math.inf:
        slope = _slope(tried)
        if slope < _LEAST_GAIN:
            break
        gain_db += (lufs - tried[gain_db]) / slope
        tried[gain_db] = after_limiting(gain_db)
    best = min(tried, key=lambda gain: abs(tried[gain] - lufs))
    return Gain(_factor(best), tried[best])


def _slope(tried: dict[float, float]) -> float:
    """The loudness gained per dB of gain between the last two attempts, in LU/dB; 1 after the
    first."""
    if len(tried) == 1:
        return 1.0
    (before, softer), (gain, louder) = [*tried.items()][-2:]
    return min((louder - softer) / (gain - before), 1.0)


def _factor(gain_db: float) -> float:
    return float(10.0 ** (gain_db / 20.0))
