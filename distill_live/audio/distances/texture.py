"""The fine texture of sounds: whether partials are clear and attacks are steep.

Distances of mels do not hear blurred partials and smeared attacks; they even favour blur. Texture
compares how often each kind of moment occurs in two sets of sounds, so the sets need not hold the
same pieces: generated sound can be judged, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.distances.frechet import frechet_distance
from distill_live.audio.resample import resample

_RATE = 48_000
#: A moment: 50 ms.
_BLOCK = 2_400
_SIZE = 4_096
_OCTAVES_HZ = (500, 1_000, 2_000, 4_000, 8_000, 16_000)
#: Each octave has as many parts as are this wide, but no more than so many.
_PART_HZ, _MOST_PARTS = 100.0, 8
#: Moments in which no octave is louder are left out.
_QUIET_DB = -65.0
_HIGH_HZ = 2_000.0
#: A level is measured per millisecond.
_STEP = _RATE // 1_000
#: Longer sounds are measured in pieces of a minute, so that memory does not grow with them.
_PIECE = 60 * _RATE
#: The reference's deviations count at least so much: else steady tones have none.
_LEAST_DEVIATION_DB = 0.1
#: Fewer moments tell nothing about how features vary together.
_LEAST_MOMENTS = 20

Features = NDArray[np.float64]


@dataclass(frozen=True)
class TextureDistance:
    """How far the texture of a set of sounds is from that of a reference; 0 is alike.

    `whole` is the Frechet distance of all features, `peaky` and `rise` those of each kind, all in
    units of the reference's own deviations. `rise_by_db` is by how much attacks are steeper on
    average; below 0 they are smeared.
    """

    whole: float
    peaky: float
    rise: float
    rise_by_db: float

    def __str__(self) -> str:
        return (
            f"{self.whole:.2f} (partials {self.peaky:.2f}, attacks {self.rise:.2f}; attacks are "
            f"{abs(self.rise_by_db):.2f} dB {'steeper' if self.rise_by_db > 0 else 'flatter'})"
        )


@dataclass(frozen=True)
class Texture:
    """The features of the moments of 50 ms in which sound can be heard.

    `peaky` [N, 6] says in dB how far the spectrum's peaks stand out in each octave from 500 Hz to
    16 kHz: the arithmetic mean of the power over the geometric one. `rise` [N, 2] is the steepest
    attack in dB, of the whole sound and of what is above 2 kHz.
    """

    peaky: Features
    rise: Features

    @classmethod
    def of(cls, sounds: Iterable[NDArray[np.float32]], sample_rate: int) -> Self:
        """The texture of a set of mono sounds `[N]` of any length."""
        found = [
            _features(piece)
            for sound in sounds
            for piece in _pieces(resample(sound, sample_rate, _RATE))
        ]
        peaky = [one for one, _ in found] or [np.zeros((0, len(_OCTAVES_HZ)))]
        rise = [one for _, one in found] or [np.zeros((0, 2))]
        return cls(np.concatenate(peaky), np.concatenate(rise))

    def distance_of(self, other: Texture) -> TextureDistance | None:
        """How far another set is from this one, or None if either has less than a second of sound
        that can be heard."""
        if min(len(self.peaky), len(other.peaky)) < _LEAST_MOMENTS:
            return None
        both = (self._features, other._features)
        return TextureDistance(
            whole=_distance(*both),
            peaky=_distance(self.peaky, other.peaky),
            rise=_distance(self.rise, other.rise),
            rise_by_db=float(other.rise.mean() - self.rise.mean()),
        )

    @property
    def _features(self) -> Features:
        return np.hstack([self.peaky, self.rise])


def _distance(reference: Features, other: Features) -> float:
    """The Frechet distance in units of the reference's deviations."""
    mean, deviation = reference.mean(axis=0), np.maximum(reference.std(axis=0), _LEAST_DEVIATION_DB)
    return frechet_distance((reference - mean) / deviation, (other - mean) / deviation)


def _pieces(sound: NDArray[np.float32]) -> Iterable[Features]:
    for start in range(0, len(sound) - _BLOCK + 1, _PIECE):
        piece = sound[start : start + _PIECE]
        yield piece[: len(piece) // _BLOCK * _BLOCK].astype(np.float64)


def _features(sound: Features) -> tuple[Features, Features]:
    """`peaky` and `rise` of the moments that can be heard, of whole blocks."""
    power = _power(sound)
    bins = np.fft.rfftfreq(_SIZE, 1 / _RATE)
    peaky, levels = [], []
    for centre in _OCTAVES_HZ:
        parts = [power[:, (bins >= low) & (bins < high)] for low, high in _parts(centre)]
        peaky.append(np.mean([_prominence(part) for part in parts], axis=0))
        level = sum(part.sum(axis=1) for part in parts) / (_SIZE / 2)
        levels.append(10 * np.log10(level + 1e-12))
    rise = [_rise(sound), _rise(_above(sound, _HIGH_HZ))]
    heard = np.max(levels, axis=0) > _QUIET_DB
    return np.array(peaky).T[heard], np.array(rise).T[heard]


def _power(sound: Features) -> Features:
    """The power spectrum around the middle of each block: `[blocks, bins]`."""
    padded = np.pad(sound, _SIZE // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _SIZE)[_BLOCK // 2 :: _BLOCK]
    spectra = np.fft.rfft(frames[: len(sound) // _BLOCK] * np.hanning(_SIZE), axis=1)
    power: Features = np.abs(spectra) ** 2 / _SIZE + 1e-10
    return power


def _parts(centre: float) -> Iterable[tuple[float, float]]:
    """The bands, as `(low, high)` in Hz, that an octave is divided into."""
    count = max(1, min(_MOST_PARTS, int(centre / _PART_HZ)))
    edges = centre * 2 ** np.linspace(-0.5, 0.5, count + 1)
    return zip(edges.tolist(), edges[1:].tolist(), strict=False)


def _prominence(power: Features) -> Features:
    """The arithmetic mean of the power over the geometric one, in dB."""
    over: Features = 10 * np.log10(power.mean(axis=1)) - 10 * np.log10(power).mean(axis=1)
    return over


def _above(sound: Features, hertz: float) -> Features:
    """What of a sound is above a frequency."""
    spectrum = np.fft.rfft(sound)
    spectrum[np.fft.rfftfreq(len(sound), 1 / _RATE) < hertz] = 0
    return np.fft.irfft(spectrum, len(sound))


def _rise(sound: Features) -> Features:
    """The steepest attack in each block: by how many dB three milliseconds are louder at most than
    the four before them are on average."""
    level = 10 * np.log10((sound.reshape(-1, _STEP) ** 2).mean(axis=1) + 1e-6)
    count = len(level)
    level = np.pad(level, 6, mode="edge")
    after = np.maximum.reduce([level[6 + k : 6 + k + count] for k in (0, 1, 2)])
    before = np.mean([level[6 - k : 6 - k + count] for k in (1, 2, 3, 4)], axis=0)
    steepest: Features = (after - before).reshape(-1, _BLOCK // _STEP).max(axis=1)
    return steepest
