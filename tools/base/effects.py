"""Changes of a piece of sound: speed, filters, room, other channels, level."""

from __future__ import annotations

import numpy as np
import soxr
from scipy.signal import butter, fftconvolve, sosfilt

from tools.base.sound import RATE, Random, Sound, either, exactly, scaled


def change(random: Random, sound: Sound) -> Sound:
    """Some of the changes, drawn by chance, of a piece `[N, 2]`; it stays as long as it is."""
    count = len(sound)
    if random.random() < 0.3:
        faster = soxr.resample(sound, RATE * either(random, 0.7, 1.4), RATE)
        sound = exactly(np.asarray(faster), count)
    if random.random() < 0.4:
        sound = _filtered(random, sound)
    if random.random() < 0.15:
        drive = either(random, 2, 20)
        sound = np.tanh(scaled(sound, drive))
    if random.random() < 0.4:
        sound = _in_room(random, sound)
    if random.random() < 0.3:
        sound = _narrowed(random, sound)
    return sound


def level(random: Random, sound: Sound) -> Sound:
    """The piece with a random peak between -24 and 0 dB."""
    return scaled(sound, float(10 ** (-24 / 20 * random.random() ** 1.5)))


def _filtered(random: Random, sound: Sound) -> Sound:
    kind = ("lowpass", "highpass", "peak")[random.integers(3)]
    corner = either(random, 80, 10_000)
    if kind == "peak":
        edges = [corner, min(corner * either(random, 1.3, 4.0), 20_000)]
        band = sosfilt(butter(1, edges, "bandpass", fs=RATE, output="sos"), sound, axis=0)
        return np.asarray(sound + random.uniform(-0.9, 3.0) * band)
    order = int(random.integers(1, 5))
    return np.asarray(sosfilt(butter(order, corner, kind, fs=RATE, output="sos"), sound, axis=0))


def _in_room(random: Random, sound: Sound) -> Sound:
    """With the reverberation of a room: noise that decays, its highs first, different on each
    side."""
    seconds = either(random, 0.1, 4.0)
    count = round(1.5 * seconds * RATE)
    times = np.arange(count)[:, None] / RATE
    noise = random.standard_normal((count, 2))
    low = sosfilt(butter(1, either(random, 800, 8_000), fs=RATE, output="sos"), noise, axis=0)
    tail = low * np.exp(-6.9 * times / seconds) + 0.3 * noise * np.exp(-14 * times / seconds)
    tail *= 1 / np.sqrt((tail**2).sum(axis=0))
    wet = fftconvolve(sound, tail, axes=0)[: len(sound)]
    return np.asarray(sound + either(random, 0.03, 1.0) * wet)


def _narrowed(random: Random, sound: Sound) -> Sound:
    """Nearer to mono, or mono."""
    middle = sound.mean(axis=1, keepdims=True)
    share = 0.0 if random.random() < 0.5 else random.random()
    return middle + share * (sound - middle)
