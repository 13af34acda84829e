"""Sounds made by formulas: drums, noises, plucked strings, bells, drones, and what speaks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

from tools.base.sound import RATE, Random, Sound, either, lay, placed, scaled

#: Makes so many samples `[N]` of one event.
Kind = Callable[[Random, int], Sound]

#: The first three formants of some vowels in Hz.
_VOWELS = ((800, 1150, 2900), (350, 2000, 2800), (270, 2140, 2950), (450, 800, 2830),
           (325, 700, 2700), (640, 1190, 2390), (530, 1840, 2480))  # fmt: skip


def play(random: Random, count: int) -> Sound:
    """Random events of one to three kinds, `[count, 2]`."""
    out = np.zeros((count, 2))
    for _ in range(random.integers(1, 4)):
        make = KINDS[random.integers(len(KINDS))]
        lasting = make in (_noise, _drone, _voice)
        pause = either(random, 0.8, 4.0) if lasting else either(random, 0.08, 1.0)
        place, at = random.uniform(-1.0, 1.0), int(random.integers(RATE))
        while at < count:
            seconds = either(random, 0.5, 2.0) * pause
            event = scaled(make(random, round(seconds * RATE)), random.uniform(0.2, 1.0))
            lay(out, placed(event, place), at)
            at += round(pause * RATE * (1.0 if random.random() < 0.6 else random.uniform(0.5, 2)))
    return out


def _times(count: int) -> Sound:
    return np.arange(count) / RATE


def _decay(count: int, seconds: float) -> Sound:
    return np.asarray(np.exp(-_times(count) / seconds))


def _turned(frequency: Sound) -> Sound:
    """The phase of a tone whose frequency `[N]` in Hz changes."""
    return np.asarray(2 * np.pi * np.cumsum(frequency) / RATE)


def _softened(sound: Sound, seconds: float = 0.02) -> Sound:
    """Faded in and out."""
    ramp = np.linspace(0.0, 1.0, min(round(seconds * RATE), len(sound) // 2))
    out = sound.copy()
    out[: len(ramp)] *= ramp
    out[len(out) - len(ramp) :] *= ramp[::-1]
    return out


def _band(random: Random, sound: Sound) -> Sound:
    """Filtered to a random band."""
    low = either(random, 40, 6_000)
    high = min(low * either(random, 1.3, 8.0), 20_000)
    return np.asarray(sosfilt(butter(2, [low, high], "bandpass", fs=RATE, output="sos"), sound))


def _drum(random: Random, count: int) -> Sound:
    """A body that falls in pitch and noise that is struck with it."""
    base, fall = either(random, 35, 300), either(random, 1.0, 8.0)
    sweep = base * (1 + (fall - 1) * _decay(count, either(random, 0.005, 0.05)))
    body = np.sin(_turned(sweep)) * _decay(count, either(random, 0.03, 0.5))
    noise = _band(random, random.standard_normal(count)) * _decay(count, either(random, 0.01, 0.3))
    share = random.random()
    return share * body + (1 - share) * scaled(noise)


def _cymbal(random: Random, count: int) -> Sound:
    """Many partials without order."""
    tones = random.uniform(either(random, 300, 3_000), 16_000, 24)[:, None] * _times(count)
    sound = np.sign(np.sin(2 * np.pi * tones)).sum(axis=0) * _decay(count, either(random, 0.03, 1))
    return _band(random, sound)


def _noise(random: Random, count: int) -> Sound:
    """Wind, hiss, crackle: noise whose loudness wanders."""
    noise = random.standard_normal(count)
    if random.random() < 0.3:
        noise = noise * (random.random(count) < either(random, 5e-5, 5e-3))
    slow = np.interp(np.arange(count), np.linspace(0, count, 12), random.random(12) ** 2)
    return _softened(_band(random, noise) * slow, 0.1)


def _pluck(random: Random, count: int) -> Sound:
    """A string: noise in a loop that loses its highs (Karplus and Strong)."""
    period = round(RATE / either(random, 40, 1_200))
    excited = np.zeros(count)
    excited[: min(period, count)] = random.uniform(-1, 1, min(period, count))
    keep, share = 1 - either(random, 1e-3, 3e-2), random.uniform(0.2, 0.8)
    loop = np.zeros(period + 2)
    loop[0], loop[period], loop[period + 1] = 1.0, -keep * (1 - share), -keep * share
    return _softened(np.asarray(lfilter([1.0], loop, excited)), 0.003)


def _bell(random: Random, count: int) -> Sound:
    """Partials that are no multiples of one tone, each with its own decay."""
    base, longest = either(random, 80, 2_000), either(random, 0.2, 4.0)
    out = np.zeros(count)
    for partial in np.cumprod(random.uniform(1.1, 1.9, 8)):
        tone = np.sin(2 * np.pi * base * partial * _times(count) + random.uniform(0, 6))
        out += tone * _decay(count, longest / partial) / partial**0.5
    return out


def _modulated(random: Random, count: int) -> Sound:
    """One tone bends the other (frequency modulation)."""
    base, ratio = either(random, 40, 1_500), random.choice((0.5, 1, 1.41, 2, 3, 3.5, 7))
    index = either(random, 0.3, 12) * _decay(count, either(random, 0.05, 2.0))
    inner = np.sin(2 * np.pi * base * ratio * _times(count))
    sound = np.sin(2 * np.pi * base * _times(count) + index * inner)
    return _softened(sound * _decay(count, either(random, 0.1, 3.0)), 0.004)


def _drone(random: Random, count: int) -> Sound:
    """A few detuned saws behind a filter, for as long as it takes."""
    base, out = either(random, 30, 500), np.zeros(count)
    for _ in range(random.integers(2, 6)):
        detuned = base * random.choice((0.5, 1, 1, 1.5, 2, 3)) * random.uniform(0.99, 1.01)
        wobble = 1 + 0.01 * random.random() * np.sin(
            2 * np.pi * random.uniform(0, 6) * _times(count)
        )
        out += (_turned(detuned * wobble) / np.pi) % 2.0 - 1.0
    cut = butter(2, either(random, 200, 12_000), fs=RATE, output="sos")
    return _softened(np.asarray(sosfilt(cut, out)), 0.15)


def _voice(random: Random, count: int) -> Sound:
    """Pulses with vibrato and breath, through formants that move from vowel to vowel."""
    base, points = either(random, 80, 500), max(count // RATE, 1) + 1
    glide = np.interp(
        np.arange(count), np.linspace(0, count, points), random.uniform(0.8, 1.25, points)
    )
    vibrato = 1 + 0.02 * random.random() * np.sin(2 * np.pi * random.uniform(4, 7) * _times(count))
    source = (_turned(base * glide * vibrato) / np.pi) % 2.0 - 1.0
    source = source + random.uniform(0, 0.5) * random.standard_normal(count)
    vowels = [_vowel(random, source) for _ in range(3)]
    where = np.interp(np.arange(count), np.linspace(0, count, 6), random.uniform(0, 2, 6))
    mixed = sum(np.clip(1 - np.abs(where - n), 0, 1) * vowel for n, vowel in enumerate(vowels))
    return _softened(np.asarray(mixed), 0.05)


def _vowel(random: Random, source: Sound) -> Sound:
    """A source through the formants of one vowel, of a larger or smaller throat."""
    size, out = random.uniform(0.85, 1.3), np.zeros(len(source))
    for number, formant in enumerate(_VOWELS[random.integers(len(_VOWELS))]):
        edges = [formant * size * 0.93, formant * size * 1.07]
        band = butter(1, edges, "bandpass", fs=RATE, output="sos")
        out += sosfilt(band, source) * 0.5**number
    return out


KINDS: tuple[Kind, ...] = (
    _drum,
    _drum,
    _cymbal,
    _noise,
    _pluck,
    _bell,
    _modulated,
    _drone,
    _voice,
    _voice,
)
