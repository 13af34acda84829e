"""Passages of recordings that sound alike, and a stream that keeps to them."""

from __future__ import annotations

import numpy as np
import pytest

from distill_live.codes.training_codes import TrainingCodes
from distill_live.errors import ParameterError
from distill_live.models.prior.manner import MannerTable
from distill_live.models.prior.sampling import ColumnSampling, Sampling
from distill_live.models.prior.sections import MOST_COLUMNS, MOST_SECTIONS, Sections
from tests.models.prior.manners import wandering

SIZE, SHAPE = 12, (2, 3, 12)
LOGITS = np.zeros(SIZE, dtype=np.float32)


def made(*lengths: int, kinds: int = 3) -> list[TrainingCodes]:
    """Recordings of so many columns; those of a kind have a part of the codebook to themselves."""
    wide = SIZE // kinds
    return [
        TrainingCodes(
            f"{number}.wav",
            (wandering(length, 2, 3, wide, number) + number % kinds * wide).astype(np.int16),
        )
        for number, length in enumerate(lengths)
    ]


def books() -> np.ndarray:
    """Vectors that lie along a line: near codes sound alike."""
    found = np.zeros((3, SIZE, 4), dtype=np.float32)
    found[..., 0] = np.arange(SIZE)
    return found


def test_a_few_passages_are_sections_each_in_the_order_of_their_sound() -> None:
    found = Sections.of(made(40, 30, 50), books())
    assert found is not None
    assert found.recordings in ((0, 1, 2), (2, 1, 0))


def test_many_passages_are_joined_with_those_of_their_kind() -> None:
    recordings = made(*[30 + n for n in range(60)])
    found = Sections.of(recordings, books())
    assert found is not None
    assert len(found.recordings) == MOST_SECTIONS
    kinds = [number % 3 for number in found.recordings]
    assert kinds in (sorted(kinds), sorted(kinds, reverse=True))
    for number, kind in enumerate(kinds):
        manner = found.manner_at(number / (MOST_SECTIONS - 1))
        possible = np.flatnonzero(manner.probabilities(0, 0, np.zeros((2, 3), int), None))
        assert set(possible // 4) == {kind}


def test_of_very_many_recordings_each_is_in_a_section_of_its_kind() -> None:
    found = Sections.of(made(*[1] * 1000), books())
    assert found is not None
    assert len(found.recordings) == MOST_SECTIONS
    column, total = np.zeros((2, 3), int), 0
    for number, recording in enumerate(found.recordings):
        manner = found.manner_at(number / (MOST_SECTIONS - 1))
        possible = np.flatnonzero(manner.probabilities(0, 0, column, None))
        assert set(possible // 4) == {recording % 3}
        total += len(found._codes[number])
    assert total == 1000


def test_each_passage_of_a_long_section_leads_with_the_same_part() -> None:
    whole = TrainingCodes("long.wav", np.zeros((4 * MOST_COLUMNS, 2, 3), np.int16))
    whole.codes[:, 0, 0] = np.arange(4 * MOST_COLUMNS) // 8 % 2
    found = Sections.of([whole], books())
    assert found is not None
    assert sum(map(len, found._codes)) <= 1.1 * MOST_COLUMNS * len(found._codes)
    manner = found.manner_at(0.0)
    even = manner.probabilities(0, 0, np.zeros((2, 3), int), None)[:2]
    np.testing.assert_allclose(even, 0.5, atol=0.1)


def test_a_long_recording_has_sections_of_its_own() -> None:
    first, second = made(320, 320, kinds=2)
    whole = TrainingCodes("one.wav", np.concatenate([first.codes, second.codes]))
    found = Sections.of([whole], books())
    assert found is not None
    assert found.recordings == (0,) * 10


def test_between_two_sections_both_are_mixed() -> None:
    recordings = made(40, 30)
    found = Sections.of(recordings, books())
    assert found is not None
    column = np.zeros((2, 3), int)
    ends, between = [
        np.array([found.manner_at(place).probabilities(0, 0, column, None) for place in places])
        for places in ((0.0, 1.0), (0.25,))
    ]
    np.testing.assert_allclose(between[0], 0.75 * ends[0] + 0.25 * ends[1])
    order = [recordings[number] for number in found.recordings]
    table = MannerTable(order[0].codes, SIZE)
    np.testing.assert_allclose(ends[0], table.probabilities(0, 0, column, None))
    assert [found.recording_at(place) for place in (0.0, 0.4, 0.6, 1.0)] == [
        found.recordings[n] for n in (0, 0, 1, 1)
    ]


def test_the_same_recordings_have_the_same_sections() -> None:
    one, other = (Sections.of(made(*range(20, 60)), books()) for _ in range(2))
    assert one is not None and other is not None
    assert one.recordings == other.recordings


def test_without_a_column_there_are_none() -> None:
    empty = TrainingCodes("short.wav", np.zeros((0, 2, 3), np.int16))
    assert Sections.of([], books()) is None
    assert Sections.of([empty], books()) is None


@pytest.mark.parametrize("place", [-0.1, 1.1, float("nan")])
def test_places_out_of_range_are_refused(place: float) -> None:
    found = Sections.of(made(40, 30), books())
    assert found is not None
    with pytest.raises(ParameterError, match=r"section must be off or 0\.\.1"):
        found.manner_at(place)
    with pytest.raises(ParameterError, match=r"section must be 0\.\.1"):
        Sampling(section=place)


@pytest.mark.parametrize("hold", [0.0, 0.25, 1.0])
def test_so_much_of_the_probabilities_is_the_sections(hold: float) -> None:
    sections = Sections.of(made(40, 30), books())
    assert sections is not None
    sampling = Sampling(section=1.0, section_hold=hold, sections=sections)
    column, recent = np.zeros((2, 3), np.int64), np.zeros((1, 6), np.int64)
    cells = ColumnSampling(sampling, SHAPE, recent)
    own = np.full(SIZE, 1 / SIZE)
    for cell in range(6):
        place = divmod(cell, 3)
        led = sections.manner_at(1.0).probabilities(*place, column, recent[0].reshape(2, 3))
        expected = (1 - hold) * own + hold * led
        found = cells.probabilities(cell, LOGITS, column.reshape(-1))
        np.testing.assert_allclose(found, expected)


def test_a_clip_leads_what_the_section_has_led() -> None:
    sections = Sections.of(made(40, 30), books())
    table = MannerTable(wandering(20, 2, 3, SIZE), SIZE)
    assert sections is not None
    column, recent = np.zeros((2, 3), np.int64), np.zeros((1, 6), np.int64)

    def found(**settings: object) -> np.ndarray:
        sampling = Sampling(**settings)  # type: ignore[arg-type]
        return ColumnSampling(sampling, SHAPE, recent).probabilities(0, LOGITS, column.reshape(-1))

    kept = {"section": 0.0, "section_hold": 0.5, "sections": sections}
    led = {"manner": 0.2, "manner_table": table}
    alone = table.probabilities(0, 0, column, recent[0].reshape(2, 3))
    np.testing.assert_allclose(found(**kept, **led), 0.8 * found(**kept) + 0.2 * alone)
