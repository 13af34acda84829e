import numpy as np
import pytest

from distill_live.codes.origins import Origin, OriginFinder, passages
from distill_live.codes.training_codes import WINDOW_COLUMNS, TrainingCodes

SECONDS, SIZE = 0.1, 64
Grid = np.ndarray


@pytest.fixture(scope="module")
def recordings() -> list[TrainingCodes]:
    """Three of 100 columns; the last is silence, which the second ends in, too."""
    random = np.random.default_rng(1)
    noise = [random.integers(0, SIZE, (100, 8, 3)).astype(np.int16) for _ in range(2)]
    silence = np.full((100, 8, 3), 5, dtype=np.int16)
    noise[1][80:] = 5
    return [
        TrainingCodes(name, codes) for name, codes in zip("abs", [*noise, silence], strict=True)
    ]


def follow(finder: OriginFinder, grid: Grid) -> list[Origin]:
    return [finder.push(column) for column in grid]


def make(recordings: list[TrainingCodes]) -> OriginFinder:
    return OriginFinder(recordings, SIZE, SECONDS)


def test_a_passage_is_traced_to_its_recording_and_second(recordings: list[TrainingCodes]) -> None:
    found = follow(make(recordings), recordings[1].codes[30:50])
    assert {origin.recording for origin in found[WINDOW_COLUMNS:]} == {1}
    assert found[-1].second == pytest.approx(4.9)
    assert found[-1].share == pytest.approx(1.0)


def test_it_is_still_traced_when_most_codes_have_changed(recordings: list[TrainingCodes]) -> None:
    random = np.random.default_rng(2)
    passage = recordings[0].codes[20:60].copy()
    passage[:, :, 1:] = random.integers(0, SIZE, (40, 8, 2))
    changed = random.random((40, 8)) < 0.4
    passage[:, :, 0][changed] = random.integers(0, SIZE, changed.sum())
    found = follow(make(recordings), passage)[WINDOW_COLUMNS:]
    assert {origin.recording for origin in found} == {0}
    seconds = np.diff([origin.second or 0.0 for origin in found])
    np.testing.assert_allclose(seconds, SECONDS)


def test_what_stands_in_no_recording_is_new(recordings: list[TrainingCodes]) -> None:
    fresh = np.random.default_rng(7).integers(0, SIZE, (50, 8, 3))
    found = follow(make(recordings), fresh)
    assert {(origin.recording, origin.second) for origin in found} == {(None, None)}


def test_codes_that_are_everywhere_tell_nothing(recordings: list[TrainingCodes]) -> None:
    found = follow(make(recordings), np.full((20, 8, 3), 5))
    assert {origin.recording for origin in found} == {None}


def test_after_a_restart_nothing_is_left_of_before(recordings: list[TrainingCodes]) -> None:
    finder = make(recordings)
    expected = follow(finder, recordings[0].codes[40:60])
    follow(finder, recordings[1].codes[:30])
    finder.restart()
    assert follow(finder, recordings[0].codes[40:60]) == expected


def test_passages_cover_the_stream_and_join_what_belongs_together() -> None:
    new, here = Origin(None, None, 0.1), Origin(1, 2.0, 0.5)
    later = Origin(1, 2.1, 0.7)
    assert passages([new, new, here, later, new], ["a", "b"], SECONDS) == [
        {"from": 0.0, "to": 0.2, "file": None, "file_second": None, "share": 0.1},
        {"from": 0.2, "to": 0.4, "file": "b", "file_second": 2.0, "share": 0.6},
        {"from": 0.4, "to": 0.5, "file": None, "file_second": None, "share": 0.1},
    ]
