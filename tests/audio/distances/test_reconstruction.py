"""Distances of sounds, beside the same ones by scipy's transform."""

from dataclasses import astuple

import numpy as np
import pytest
from scipy.signal import stft

from distill_live.audio.distances.reconstruction import (
    Distances,
    measure_all,
    measure_distances,
)

RATE = 48_000


def noise(seed: int, count: int = RATE) -> np.ndarray:
    samples = 0.1 * np.random.default_rng(seed).standard_normal(count)
    samples *= np.sin(2 * np.pi * 3 * np.arange(count) / RATE)
    return samples.astype(np.float32)


def test_a_sound_is_at_no_distance_from_itself() -> None:
    assert three(measure_distances(noise(0), noise(0), RATE)) == pytest.approx((0, 0, 1))


def test_the_longer_sound_is_cut() -> None:
    short = noise(0)[:20_000]
    assert three(measure_distances(noise(0), short, RATE)) == pytest.approx((0, 0, 1))


def test_half_the_level_is_six_decibels_away() -> None:
    distances = measure_distances(noise(0), 0.5 * noise(0), RATE)
    assert three(distances) == pytest.approx((6.02, 0.5, 1), abs=0.2)


def test_silence_goes_along_with_nothing() -> None:
    distances = measure_distances(noise(0), np.zeros(RATE, np.float32), RATE)
    assert (distances.sc, distances.env) == (1, 0)


@pytest.mark.parametrize("count", [10_001, RATE])
def test_spectral_convergence_is_that_of_another_transform(count: int) -> None:
    one, other = noise(1, count).astype("f8"), noise(2, count).astype("f8")
    found = []
    for size in (512, 1024, 2048):
        left, right = (
            np.abs(stft(x, RATE, nperseg=size, noverlap=size * 3 // 4)[2]) for x in (one, other)
        )
        found.append(np.linalg.norm(left - right) / np.linalg.norm(left))
    assert measure_distances(one, other, RATE).sc == pytest.approx(np.mean(found), rel=1e-6)


def test_a_sound_is_nearer_when_two_of_three_are_better() -> None:
    one = Distances(mel_db=2.0, sc=0.3, env=0.8)
    assert Distances(1.9, 0.2, 0.7).nearer_than(one)
    assert Distances(2.1, 0.2, 0.9).nearer_than(one)
    assert not Distances(1.0, 0.4, 0.7).nearer_than(one)
    assert not one.nearer_than(one)


def test_texture_counts_twice() -> None:
    one = Distances(2.0, 0.3, 0.8, texture=5.0)
    assert Distances(1.9, 0.4, 0.7, texture=4.0).nearer_than(one)
    assert not Distances(2.1, 0.4, 0.7, texture=4.0).nearer_than(one)
    assert Distances(1.9, 0.2, 0.9, texture=6.0).nearer_than(one)
    assert not Distances(1.9, 0.2, 0.7, texture=6.0).nearer_than(one)
    assert Distances(1.9, 0.2, 0.7).nearer_than(one)


def test_a_set_has_the_mean_distances_and_the_distance_of_its_texture() -> None:
    pairs = [(noise(0), noise(0)), (noise(1), 0.5 * noise(1))]
    found = measure_all(pairs, RATE)
    each = [three(measure_distances(*pair, RATE)) for pair in pairs]
    assert three(found) == pytest.approx(np.mean(each, axis=0))
    assert found.texture is not None and found.texture > 0
    assert measure_all([(noise(0), noise(0))] * 2, RATE).texture == pytest.approx(0, abs=1e-6)


def test_too_little_sound_has_no_texture() -> None:
    short = noise(0)[: RATE // 2]
    assert measure_all([(short, short)], RATE) == Distances(0.0, 0.0, pytest.approx(1), None)


def test_distances_are_written_in_words() -> None:
    assert str(Distances(2.0, 0.25, 0.5)) == "mel_db 2.00, sc 0.250, env 0.500"
    assert str(Distances(2.0, 0.25, 0.5, 7.0)).endswith("env 0.500, texture 7.00")


def three(distances: Distances) -> tuple[float, ...]:
    return astuple(distances)[:3]
