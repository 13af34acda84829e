"""The side signal, by what it owes the middle."""

from itertools import pairwise

import numpy as np
import pytest

from distill_live.live.playback.widener import BASS, Widener

RATE = 48_000
LONGEST = 2048


def side_of(mono: np.ndarray, block: int = 480) -> np.ndarray:
    widener = Widener(LONGEST)
    parts = [
        widener.side(mono[n : n + block].astype(np.float32)).copy()
        for n in range(0, len(mono), block)
    ]
    return np.concatenate(parts)


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    return np.random.default_rng(1).standard_normal(4 * RATE)


def power_of_bands(samples: np.ndarray, edges: np.ndarray) -> np.ndarray:
    power = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    pairs = pairwise(edges)
    return np.array([power[(hertz >= low) & (hertz < high)].mean() for low, high in pairs])


def test_the_side_is_unlike_the_middle(noise: np.ndarray) -> None:
    assert abs(np.corrcoef(side_of(noise), noise)[0, 1]) < 0.05


def test_the_side_is_as_loud_as_the_middle_in_all_thirds_of_an_octave(noise: np.ndarray) -> None:
    edges = 400 * 2 ** (np.arange(17) / 3)
    ratio = power_of_bands(side_of(noise), edges) / power_of_bands(noise, edges)
    assert np.abs(10 * np.log10(ratio)).max() < 3.0
    assert (10 * np.log10(ratio)).std() < 1.0


def test_bass_stays_in_the_middle(noise: np.ndarray) -> None:
    edges = np.array([BASS / 8, BASS / 4])
    ratio = power_of_bands(side_of(noise), edges) / power_of_bands(noise, edges)
    assert 10 * np.log10(ratio[0]) < -20


def test_an_attack_is_not_smeared_beyond_20_ms() -> None:
    click = np.zeros(RATE)
    click[1000] = 1.0
    side = side_of(click)
    assert np.abs(side[:1000]).max() == 0
    energy = np.cumsum(side**2) / np.sum(side**2)
    assert energy[1000 + 480] > 0.8
    assert energy[1000 + 960] > 0.99


@pytest.mark.parametrize("block", [1, 64, 777, LONGEST])
def test_blocks_of_any_length_give_the_same_side(noise: np.ndarray, block: int) -> None:
    np.testing.assert_allclose(side_of(noise[:6000], block), side_of(noise[:6000], 1000), atol=1e-5)


def test_the_side_is_right_at_once_after_a_time_without() -> None:
    noise = np.random.default_rng(2).standard_normal(9600).astype(np.float32)
    followed, always = Widener(LONGEST), Widener(LONGEST)
    for start in range(0, 4800, 480):
        followed.follow(noise[start : start + 480])
        always.side(noise[start : start + 480])
    for start in range(4800, 5760, 480):
        one, other = (w.side(noise[start : start + 480]).copy() for w in (followed, always))
    np.testing.assert_allclose(one, other, atol=0.02)
