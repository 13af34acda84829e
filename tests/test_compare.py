"""The comparison that the rig's figures rest on finds what was lost, and no more."""

import numpy as np
import pytest

from tests.benchmarks.compare import RATE, compare_aligned

SOUND = np.random.default_rng(0).uniform(-1, 1, 12 * RATE).astype(np.float32)


def test_equal_sounds_have_nothing_missing() -> None:
    assert compare_aligned(SOUND, SOUND) == {"seconds": 12.0, "missing": 0, "extra": 0}


@pytest.mark.parametrize("count", [1, 500, 3 * RATE])
def test_a_gap_is_counted_and_what_follows_is_not(count: int) -> None:
    heard = np.concatenate([SOUND[: 4 * RATE], SOUND[4 * RATE + count :]])
    result = compare_aligned(SOUND, heard)
    assert (result["missing"], result["extra"]) == (count, 0)


@pytest.mark.parametrize("count", [1, 500, 3 * RATE])
def test_silence_between_is_extra(count: int) -> None:
    heard = np.insert(SOUND, 4 * RATE, np.zeros(count, np.float32))
    result = compare_aligned(SOUND, heard)
    assert (result["missing"], result["extra"]) == (0, count)


def test_a_hole_is_both_missing_and_extra() -> None:
    heard = SOUND.copy()
    heard[4 * RATE : 6 * RATE] = 0.0
    result = compare_aligned(SOUND, heard)
    assert (result["missing"], result["extra"]) == (2 * RATE, 2 * RATE)


def test_a_repeat_is_extra() -> None:
    heard = np.concatenate([SOUND[: 4 * RATE], SOUND[3 * RATE :]])
    result = compare_aligned(SOUND, heard)
    assert (result["missing"], result["extra"]) == (0, RATE)
