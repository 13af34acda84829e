"""The fine texture of sets of sounds: clear partials and steep attacks."""

import numpy as np
import pytest
from scipy.signal import fftconvolve

from distill_live.audio.distances import texture
from distill_live.audio.distances.texture import Texture, TextureDistance

RATE = 48_000


def noise(seed: int, seconds: float = 3.0) -> np.ndarray:
    count = round(seconds * RATE)
    return (0.1 * np.random.default_rng(seed).standard_normal(count)).astype(np.float32)


def partials(seed: int, seconds: float = 3.0) -> np.ndarray:
    random = np.random.default_rng(0)
    time = np.arange(round(seconds * RATE)) / RATE
    tones = [np.sin(2 * np.pi * 220 * k * time + random.uniform(0, 6)) / k for k in range(1, 60)]
    return (0.05 * np.sum(tones, axis=0)).astype(np.float32) + 0.001 * noise(seed, seconds)


def clicks(seed: int, seconds: float = 3.0) -> np.ndarray:
    sound = 0.1 * noise(seed, seconds)
    sound[:: RATE // 8] += 0.5
    return sound


def smeared(sound: np.ndarray) -> np.ndarray:
    window = np.hanning(960) * noise(9, 0.02)
    return fftconvolve(sound, window / np.linalg.norm(window), "same").astype(np.float32)


def distance(reference: list[np.ndarray], other: list[np.ndarray]) -> TextureDistance:
    found = Texture.of(reference, RATE).distance_of(Texture.of(other, RATE))
    assert found is not None
    return found


@pytest.mark.parametrize("make", [noise, partials, clicks])
def test_a_set_is_like_itself_and_like_another_of_its_kind(make) -> None:
    assert distance([make(0)], [make(0)]).whole == pytest.approx(0, abs=1e-6)
    assert distance([make(0)], [make(1)]).whole < 2


def test_noise_in_place_of_partials_is_far() -> None:
    found = distance([partials(0)], [noise(0)])
    assert found.peaky > 100 > 10 * distance([partials(0)], [partials(1)]).peaky
    assert np.isfinite(found.rise)


def test_smeared_attacks_are_flatter() -> None:
    found = distance([clicks(0)], [smeared(clicks(0))])
    assert found.rise > 1 and found.rise_by_db < -3
    assert distance([smeared(clicks(0))], [clicks(0)]).rise_by_db > 3


def test_the_pieces_need_not_be_the_same() -> None:
    """Half of the time clicks, half of the time noise, in another order."""
    one, other = [clicks(0), noise(0)], [noise(1), clicks(1)]
    assert distance(one, other).whole < distance(one, [noise(1)]).whole / 5


def test_silence_is_left_out() -> None:
    with_pause = np.concatenate([noise(0), np.zeros(2 * RATE, np.float32)])
    assert len(Texture.of([with_pause], RATE).peaky) < 62
    assert distance([noise(0)], [with_pause]).whole < 1


@pytest.mark.parametrize("short", [[], [np.zeros(RATE, np.float32)], [noise(0, 0.9)]])
def test_too_little_sound_has_no_distance(short: list[np.ndarray]) -> None:
    few, enough = Texture.of(short, RATE), Texture.of([noise(0)], RATE)
    assert few.distance_of(enough) is None and enough.distance_of(few) is None


def test_other_rates_are_converted() -> None:
    one = Texture.of([partials(0)], RATE)
    other = Texture.of([partials(0)[::2].copy()], RATE // 2)
    assert len(other.peaky) == len(one.peaky)
    assert np.median(abs(other.peaky[:, 1] - one.peaky[:, 1])) < 1.5


def test_a_long_sound_is_measured_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = clicks(0, 6.0)
    whole = Texture.of([sound], RATE)
    monkeypatch.setattr(texture, "_PIECE", 2 * RATE)
    pieces = Texture.of([sound], RATE)
    assert pieces.peaky.shape == whole.peaky.shape
    assert np.mean(abs(pieces.peaky - whole.peaky) < 1e-6) > 0.9
    assert np.mean(abs(pieces.rise - whole.rise) < 0.1) > 0.9


def test_it_is_written_in_words() -> None:
    said = str(TextureDistance(7.25, 3.0, 4.5, -0.5))
    assert said == "7.25 (partials 3.00, attacks 4.50; attacks are 0.50 dB flatter)"
