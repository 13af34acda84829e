"""The closest stretch is found, and only where a recording has one."""

import numpy as np
import pytest

from distill_live.models.grains.features import STEPS_PER_DB, Db, Levels
from distill_live.models.grains.matching import Matcher, MatchingConfig

SIZES = np.array([1.0] * 32 + [4.0] * 24, np.float32)
STARTS = [0, 300, 305, 700]


def smooth_levels(count: int, seed: int = 0) -> Levels:
    """Levels that change slowly over time, as those of sound do."""
    drawn = np.random.default_rng(seed)
    walk = np.cumsum(drawn.normal(0, 3, (count, 56)), axis=0) + drawn.uniform(0, 160, 56)
    return np.abs(walk % 320 - 160).astype(np.uint8)


LEVELS = smooth_levels(1200)
MATCHER = Matcher(LEVELS, STARTS, SIZES, MatchingConfig())


def query(frame: int) -> Db:
    return LEVELS[frame : frame + 8].astype(np.float32) / np.float32(STEPS_PER_DB)


def test_a_stretch_finds_itself() -> None:
    for frame in (0, 1, 137, 292, 305, 511, 692, 700, 1191, 1192):
        match = MATCHER.best(query(frame))
        assert match is not None
        assert match.frame == frame
        assert match.cost < 1e-6
        assert MATCHER.cost(query(frame), frame) < 1e-6


def test_no_stretch_reaches_beyond_its_recording() -> None:
    drawn = np.random.default_rng(3)
    ends = [*STARTS[1:], len(LEVELS)]
    for frame in (296, 301, 303, 695, 699):
        match = MATCHER.best(query(frame))
        assert match is not None
        recording, _ = MATCHER.recording_of(match.frame)
        assert match.frame + 8 <= ends[recording]
    for _ in range(50):
        match = MATCHER.best(drawn.uniform(0, 80, (8, 56)).astype(np.float32))
        assert match is not None
        recording, _ = MATCHER.recording_of(match.frame)
        assert match.frame + 8 <= ends[recording]


def test_places_are_translated_both_ways() -> None:
    assert MATCHER.recording_of(0) == (0, 0)
    assert MATCHER.recording_of(305) == (2, 0)
    assert MATCHER.recording_of(704) == (3, 4)
    assert MATCHER.frame_of(3, 4) == 704
    assert MATCHER.frame_of(0, 292) == 292
    assert MATCHER.frame_of(0, 293) is None
    assert MATCHER.frame_of(1, 0) is None
    assert MATCHER.frame_of(0, -1) is None


def test_loudness_hardly_counts_and_quiet_bins_count_less() -> None:
    here = query(400)
    louder = MATCHER.cost(here + 6, 400)
    brighter = here.copy()
    brighter[:, 30:] += 6
    assert louder < 0.1 * 36
    assert MATCHER.cost(brighter, 400) > 2 * louder


def test_the_coarse_comparison_finds_what_the_full_one_would() -> None:
    drawn = np.random.default_rng(5)
    lost = []
    for frame in drawn.integers(310, 690, 40):
        wanted = query(int(frame)) + drawn.normal(0, 4, (8, 56)).astype(np.float32)
        found = MATCHER.best(wanted)
        every = [
            MATCHER.cost(wanted, one)
            for recording, start in enumerate(STARTS)
            for one in range(start, [*STARTS[1:], len(LEVELS)][recording] - 7)
        ]
        assert found is not None
        lost.append(found.cost - min(every))
    assert max(lost) < 1.0


@pytest.mark.parametrize("count", [1, 7])
def test_recordings_that_are_too_short_have_no_match(count: int) -> None:
    matcher = Matcher(smooth_levels(count), [0], SIZES, MatchingConfig())
    assert matcher.best(query(0)) is None


def test_other_columns_can_be_compared() -> None:
    for frames in (4, 16):
        matcher = Matcher(LEVELS, STARTS, SIZES, MatchingConfig(frames=frames))
        wanted = LEVELS[400 : 400 + frames].astype(np.float32) / np.float32(STEPS_PER_DB)
        match = matcher.best(wanted)
        assert match is not None
        assert match.frame == 400
