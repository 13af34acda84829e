"""The comparison that the rig's figures rest on finds what was lost, and no more."""

import numpy as np
import pytest

from tests.benchmarks import compare as module
from tests.benchmarks.compare import RATE, compare, compare_aligned, find
from tests.benchmarks.live_soak import is_same

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


def test_gaps_and_repeats_are_added_up() -> None:
    heard = np.concatenate(
        [SOUND[:RATE], SOUND[RATE + 300 : 3 * RATE], SOUND[3 * RATE - 70 : 6 * RATE],
         SOUND[6 * RATE + 500 :]]
    )  # fmt: skip
    result = compare_aligned(SOUND, heard)
    assert (result["missing"], result["extra"]) == (800, 70)


def test_sound_that_is_nowhere_to_be_found_again_is_missing_and_what_came_instead_extra() -> None:
    noise = np.random.default_rng(1).uniform(-1, 1, RATE).astype(np.float32)
    result = compare_aligned(SOUND[: 2 * RATE], np.r_[SOUND[:RATE], noise])
    assert (result["missing"], result["extra"]) == (RATE, RATE)


def test_the_smallest_step_of_24_bits_is_no_difference_and_a_few_of_them_are() -> None:
    heard = SOUND.copy()
    heard[RATE : 2 * RATE] += 2**-24
    assert compare_aligned(SOUND, heard)["missing"] == 0
    heard[4 * RATE] += 2**-14
    result = compare_aligned(SOUND, heard)
    assert (result["missing"], result["extra"]) == (1, 1)


def test_sounds_longer_than_it_looks_ahead_are_compared_to_their_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "REACH", RATE)
    heard = np.delete(SOUND, [5 * RATE, 11 * RATE])
    assert compare_aligned(SOUND, SOUND)["missing"] == 0
    assert compare_aligned(SOUND, heard)["missing"] == 2


def test_a_sound_that_moves_slowly_is_found_again_where_it_went_on() -> None:
    """In a tone many samples are alike, though not what surrounds them."""
    tone = (0.5 * np.sin(np.arange(3 * RATE) ** 1.5 / 5_000)).astype(np.float32)
    result = compare_aligned(tone, np.delete(tone, slice(RATE, RATE + 777)))
    assert (result["missing"], result["extra"]) == (777, 0)


def test_silence_before_and_behind_does_not_count() -> None:
    """Nor is the softest sound taken for silence."""
    sound = SOUND[:RATE].copy()
    sound[0], sound[-1] = 2**-19, -(2**-19)
    heard = np.r_[np.zeros(700, np.float32), sound, np.zeros(900, np.float32)]
    assert compare(sound, heard) == {"seconds": 1.0, "missing": 0, "extra": 0}
    assert compare(heard, sound[1:]) == {"seconds": 1.0, "missing": 1, "extra": 0}
    assert compare(heard, np.zeros(900, np.float32))["seconds"] == 0.0


def test_a_part_is_found_at_or_behind_a_place() -> None:
    part = SOUND[1_000:1_064]
    twice = np.r_[SOUND[:2_000], SOUND[:2_000]]
    assert find(part, twice) == 1_000
    assert find(part, twice, 1_000) == 1_000
    assert find(part, twice, 1_001) == 3_000
    assert find(part, twice, 3_001) is None
    # The end of it alone is not it.
    assert find(part, SOUND[1_001:2_000]) is None


def test_only_repetitions_may_differ_in_a_soak() -> None:
    dry = {"underruns": 1.0, "bridged": 3448.0}
    assert is_same(15_505, 18_953, dry)
    assert not is_same(15_505, 18_954, dry)
    assert not is_same(10, 10, {"underruns": 0.0, "bridged": 0.0})
