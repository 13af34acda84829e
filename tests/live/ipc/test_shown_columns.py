from __future__ import annotations

import multiprocessing

import numpy as np
import pytest

from distill_live.live.ipc.current_column import MAX_CODES
from distill_live.live.ipc.shown_columns import (
    SHOWN_COLUMNS,
    UNKNOWN_ENTROPY,
    ColumnDetails,
    ColumnFlag,
    Shown,
    ShownColumns,
)


def details(*columns: int, codes: int | None = None, flags: int = 0) -> ColumnDetails:
    """Columns of 2 x 3 codes, all `codes` or else the column's number, as are the entropies."""
    numbers = np.array(columns, np.int64)
    values = numbers if codes is None else np.full(len(numbers), codes)
    grid = np.broadcast_to(values[:, None, None], (len(numbers), 2, 3)).astype(np.uint16)
    return ColumnDetails(
        numbers, grid, np.full(len(numbers), flags, np.uint8), numbers.astype(np.uint16)
    )


def read(shown: ShownColumns, since: int = 0) -> Shown:
    found = shown.read(since)
    assert found is not None
    return found


def columns(found: Shown) -> list[int]:
    return found.details.columns.tolist()


@pytest.fixture
def shown() -> ShownColumns:
    shown = ShownColumns()
    shown.begin_segment((2, 3))
    return shown


def test_there_is_nothing_to_read_before_the_first_segment() -> None:
    assert ShownColumns().read() is None


def test_columns_are_read_in_order_with_all_that_is_known_of_them(shown: ShownColumns) -> None:
    shown.show(4, 7, details(6, 4, flags=ColumnFlag.EDITED | ColumnFlag.PAINTED))
    found = read(shown)
    assert (found.segment, found.start, found.end) == (1, 4, 7)
    assert columns(found) == [4, 6]
    assert found.details.codes.tolist() == [[[4] * 3] * 2, [[6] * 3] * 2]
    assert found.details.codes.dtype == np.uint16
    assert found.details.flags.tolist() == [5, 5]
    assert found.details.entropy.tolist() == [4, 6]


def test_a_reader_finds_what_has_changed_since_it_looked(shown: ShownColumns) -> None:
    shown.show(0, 5, details(0, 1, 2, 3, 4))
    before = read(shown)
    assert columns(read(shown, before.changes)) == []
    shown.show(0, 5, details(2, codes=9))
    shown.show(0, 6, details(5))
    assert columns(read(shown, before.changes)) == [2, 5]
    assert columns(read(shown)) == [0, 1, 2, 3, 4, 5]


def test_what_is_shown_again_as_it_is_does_not_count_as_a_change(shown: ShownColumns) -> None:
    shown.show(0, 3, details(0, 1, 2))
    version, changes = shown.version, read(shown).changes
    shown.show(0, 3, details(0, 1, 2))
    assert shown.version == version
    shown.show(0, 3, details(0, 1, flags=ColumnFlag.GIVEN))
    assert columns(read(shown, changes)) == [0, 1]


def test_columns_that_are_gone_are_not_read_and_are_new_when_they_are_back(
    shown: ShownColumns,
) -> None:
    shown.show(0, 6, details(0, 1, 2, 3, 4, 5))
    shown.show(1, 4, details())
    gone = read(shown)
    assert (columns(gone), gone.start, gone.end) == ([1, 2, 3], 1, 4)
    shown.show(0, 6, details(0, 4))
    assert columns(read(shown, gone.changes)) == [0, 4]


def test_the_newest_columns_take_the_places_of_the_oldest(shown: ShownColumns) -> None:
    for first in range(0, 3 * SHOWN_COLUMNS, 100):
        end = first + 100
        shown.show(max(end - SHOWN_COLUMNS, 0), end, details(*range(first, end)))
    found = read(shown)
    assert found.end == first + 100
    assert columns(found) == list(range(found.end - SHOWN_COLUMNS, found.end))
    assert found.details.codes[:, 1, 2].tolist() == columns(found)


def test_a_new_segment_forgets_the_columns_of_the_one_before(shown: ShownColumns) -> None:
    shown.show(0, 3, details(0, 1, 2))
    before = read(shown)
    shown.begin_segment((2, 3))
    found = read(shown)
    assert (found.segment, found.start, found.end, columns(found)) == (2, 0, 0, [])
    shown.show(0, 3, details(1))
    assert columns(read(shown, before.changes)) == [1]


def test_a_segment_that_goes_on_keeps_its_columns_and_what_is_known_of_them(
    shown: ShownColumns,
) -> None:
    shown.show(0, 3, details(0, 1, 2, flags=ColumnFlag.GIVEN | ColumnFlag.EDITED))
    shown.begin_segment((2, 3), goes_on=True)
    assert (read(shown).segment, columns(read(shown))) == (1, [0, 1, 2])
    assert shown.drawn_as(2) == (ColumnFlag.GIVEN, 2)
    assert shown.drawn_as(3) is None
    shown.begin_segment((2, 2), goes_on=True)
    assert (read(shown).segment, columns(read(shown))) == (2, [])


def test_a_cleared_memory_shows_nothing_and_counts_on(shown: ShownColumns) -> None:
    shown.show(0, 3, details(0, 1, 2))
    before = read(shown)
    shown.clear()
    assert (read(shown).end, columns(read(shown))) == (0, [])
    shown.begin_segment((2, 3))
    shown.show(0, 3, details(0))
    found = read(shown, before.changes)
    assert (found.segment, columns(found)) == (2, [0])


def test_what_an_engine_that_was_killed_left_half_written_does_no_harm(
    shown: ShownColumns,
) -> None:
    shown.show(0, 3, details(0, 1, 2))
    shown._open()
    assert shown.read() is None
    shown.begin_segment((2, 3), goes_on=True)
    shown.show(0, 3, details(0, 1, 2))
    assert columns(read(shown)) == [0, 1, 2]


def test_columns_of_too_many_codes_are_shown_without_them() -> None:
    shown = ShownColumns()
    shown.begin_segment((MAX_CODES, 2))
    numbers = np.arange(2)
    unknown = np.full(2, UNKNOWN_ENTROPY, np.uint16)
    codes = np.ones((2, MAX_CODES, 2), np.uint16)
    shown.show(0, 2, ColumnDetails(numbers, codes, np.zeros(2, np.uint8), unknown))
    found = read(shown)
    assert found.details.codes.shape == (2, MAX_CODES, 0)
    assert found.details.entropy.tolist() == [UNKNOWN_ENTROPY] * 2


def _show_there(shown: ShownColumns) -> None:
    shown.begin_segment((2, 3))
    shown.show(7, 9, details(7, 8))


def test_another_process_reads_what_one_shows() -> None:
    shown = ShownColumns()
    process = multiprocessing.get_context("spawn").Process(target=_show_there, args=(shown,))
    process.start()
    process.join()
    assert columns(read(shown)) == [7, 8]
