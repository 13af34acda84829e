"""How far a reconstruction is from its sound: what a codec or a vocoder loses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.distances.texture import Texture

_SIZES = (512, 1024, 2048)
_BANDS, _LOWEST_HZ = 80, 30.0
_FLOOR = 1e-8  # -80 dB
_ENVELOPES_PER_SECOND = 100

Spectra = NDArray[np.float64]


@dataclass(frozen=True)
class Distances:
    """The distances of one or several sounds from their reconstructions.

    `mel_db`: mean absolute difference of 80-band log-mel spectra in dB (floor -80), from 0; `sc`:
    spectral convergence, from 0; both the mean of FFT sizes 512, 1024, 2048. `env`: correlation of
    10 ms RMS envelopes, up to 1, which is best. `texture`: the Frechet distance of the fine texture
    of all of them, from 0; None for too little sound. See `Texture`.
    """

    mel_db: float
    sc: float
    env: float
    texture: float | None = None

    def nearer_than(self, other: Distances) -> bool:
        """Whether most of the measures are better than the other's. None of them alone says how a
        sound is heard, and a network can be trained to please one. The first three favour blur, so
        texture counts twice."""
        better = [self.mel_db < other.mel_db, self.sc < other.sc, self.env > other.env]
        if self.texture is not None and other.texture is not None:
            better += [self.texture < other.texture] * 2
        return 2 * sum(better) > len(better)

    def __str__(self) -> str:
        texture = "" if self.texture is None else f", texture {self.texture:.2f}"
        return f"mel_db {self.mel_db:.2f}, sc {self.sc:.3f}, env {self.env:.3f}{texture}"


#: A sound, and what was made of it: mono samples `[N]` of the same rate.
Reconstruction = tuple[NDArray[np.float32], NDArray[np.float32]]


def measure_all(pairs: Sequence[Reconstruction], sample_rate: int) -> Distances:
    """The mean distances of one or more sounds from their reconstructions, and the distance of
    their texture."""
    found = [measure_distances(*pair, sample_rate) for pair in pairs]
    mel_db, sc, env = (
        float(np.mean([getattr(one, name) for one in found])) for name in ("mel_db", "sc", "env")
    )
    sounds, made = (Texture.of(each, sample_rate) for each in zip(*pairs, strict=True))
    texture = sounds.distance_of(made)
    return Distances(mel_db, sc, env, texture.whole if texture else None)


def measure_distances(
    reference: NDArray[np.float32], other: NDArray[np.float32], sample_rate: int
) -> Distances:
    """Distances of two mono signals `[N]`, cut to the shorter one; a level error counts. Texture is
    left out."""
    count = min(len(reference), len(other))
    a, b = reference[:count].astype(np.float64), other[:count].astype(np.float64)
    mel_db, convergence = [], []
    for size in _SIZES:
        left, right = _magnitudes(a, size), _magnitudes(b, size)
        bank = _mel_bank(size, sample_rate)
        mel_db.append(np.abs(_decibels(bank @ left**2) - _decibels(bank @ right**2)).mean())
        loud = max(float(np.linalg.norm(left)), 1e-9)
        convergence.append(float(np.linalg.norm(left - right)) / loud)
    left, right = _envelope(a, sample_rate), _envelope(b, sample_rate)
    # A level that never changes goes along with no other.
    moving = len(left) > 2 and left.std() > 0 and right.std() > 0
    env = float(np.corrcoef(left, right)[0, 1]) if moving else 0.0
    return Distances(float(np.mean(mel_db)), float(np.mean(convergence)), env)


def _magnitudes(samples: Spectra, size: int) -> Spectra:
    """Short-time spectrum [bins, frames], so that noise has the same level at every size."""
    hop = size // 4
    fill = -len(samples) % hop
    padded = np.pad(samples, (size // 2, size // 2 + fill))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    window = np.hanning(size + 1)[:-1]
    spectra: Spectra = np.abs(np.fft.rfft(frames * window, axis=1)).T / np.sqrt(size)
    return spectra


def _mel_bank(size: int, sample_rate: int) -> Spectra:
    """Triangular filters [bands, bins] on the HTK mel scale from 30 Hz on, each with sum 1."""
    top = sample_rate / 2
    hertz = np.linspace(0, top, size // 2 + 1)
    low, high = (2595 * np.log10(1 + f / 700) for f in (_LOWEST_HZ, top))
    edges = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    bank = np.zeros((_BANDS, len(hertz)))
    for band, (left, middle, right) in enumerate(zip(edges, edges[1:], edges[2:], strict=False)):
        rising, falling = (hertz - left) / (middle - left), (right - hertz) / (right - middle)
        bank[band] = np.clip(np.minimum(rising, falling), 0, None)
        if not bank[band].any():
            bank[band, np.argmin(np.abs(hertz - middle))] = 1
    shares: Spectra = bank / bank.sum(axis=1, keepdims=True)
    return shares


def _decibels(power: Spectra) -> Spectra:
    decibels: Spectra = 10 * np.log10(np.maximum(power, _FLOOR))
    return decibels


def _envelope(samples: Spectra, sample_rate: int) -> Spectra:
    """RMS of each 10 ms."""
    length = sample_rate // _ENVELOPES_PER_SECOND
    blocks = samples[: len(samples) // length * length].reshape(-1, length)
    envelope: Spectra = np.sqrt((blocks**2).mean(axis=1) + 1e-12)
    return envelope
