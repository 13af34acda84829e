"""Overlays are what a plain list of them, applied one after the other, would be."""

from __future__ import annotations

import numpy as np
import pytest

from distill_live.codes.history.overlay import Overlay, Overlays
from distill_live.codes.timeline import Codes

SHAPE = (2, 3)
COLUMNS = 12


def codes(columns: int = COLUMNS) -> Codes:
    return np.arange(columns * 6).reshape(columns, *SHAPE)


def overlay(number: int, start: int, count: int, seed: int = 0) -> Overlay:
    """Codes from 1000 on in about half of the cells."""
    random = np.random.default_rng([number, seed])
    over = random.integers(1000, 2000, (count, *SHAPE)).astype(np.uint16)
    return Overlay(number, start, over, random.random((count, *SHAPE)) < 0.5)


def plainly(laid: dict[int, Overlay], base: Codes) -> Codes:
    result = base.copy()
    for _, one in sorted(laid.items()):
        part = result[one.start : one.end]
        part[one.mask] = one.codes[one.mask]
    return result


@pytest.mark.parametrize("seed", range(20))
def test_any_changes_leave_what_a_plain_list_would(seed: int) -> None:
    random = np.random.default_rng(seed)
    overlays, laid, first = Overlays(), dict[int, Overlay](), 0
    for _ in range(30):
        number, start, count = (int(random.integers(1, high)) for high in (9, COLUMNS, 5))
        what = random.choice(["add", "add", "remove", "forget"])
        if what == "add":
            laid[number] = overlay(number, start, min(count, COLUMNS - start), start)
            overlays.add(laid[number])
        elif what == "remove":
            overlays.remove([number])
            laid.pop(number, None)
        else:
            first = max(first, start // 4)
            overlays.forget_before(first)
    expected = plainly(laid, codes())
    np.testing.assert_array_equal(overlays.apply(first, codes()[first:]), expected[first:])
    assert len(overlays) <= len(laid)


def test_where_nothing_lies_the_same_codes_are_returned() -> None:
    overlays, base = Overlays(), codes()
    overlays.add(overlay(1, 20, 2))
    assert overlays.apply(0, base) is base


def test_a_cell_changes_one_code() -> None:
    overlays = Overlays()
    overlays.add(Overlay.of_cell(1, (3, 1, 2), 99, SHAPE))
    changed = overlays.apply(0, codes()) != codes()
    assert np.argwhere(changed).tolist() == [[3, 1, 2]]


def test_columns_without_a_chosen_cell_at_both_ends_are_left_out() -> None:
    mask = np.zeros((COLUMNS, *SHAPE), bool)
    mask[4, 0, 1] = mask[6, 1, 0] = True
    made = Overlay.of_columns(1, 100, codes(), mask)
    assert (made.start, made.end) == (104, 107)
    overlays = Overlays()
    overlays.add(made)
    laid = overlays.apply(100, np.zeros((COLUMNS, *SHAPE), np.int64))
    np.testing.assert_array_equal(laid, np.where(mask, codes(), 0))


def test_overlays_of_forgotten_columns_are_forgotten() -> None:
    overlays = Overlays()
    for number in range(100):
        overlays.add(overlay(number, number, 3))
    overlays.forget_before(50)
    assert len(overlays) == 52
    assert 47 not in overlays
    assert 48 in overlays
    overlays.add(overlay(7, 3, 4))
    assert 7 not in overlays


def test_after_clear_columns_count_from_zero_again() -> None:
    overlays = Overlays()
    overlays.forget_before(50)
    overlays.clear()
    overlays.add(Overlay.of_cell(1, (3, 1, 2), 99, SHAPE))
    assert overlays.apply(3, codes(1))[0, 1, 2] == 99


@pytest.mark.parametrize("spread", [1, 4000])
def test_many_thousand_overlays_are_applied_as_fast_as_few(spread: int) -> None:
    overlays, base = Overlays(), codes(16)
    for number in range(12_000):
        place = (number % spread, 0, 0)
        overlays.add(Overlay.of_cell(number, place, number % 60_000, SHAPE))
    result = overlays.apply(0, base)
    newest = 11_999 if spread == 1 else 8_000
    assert result[0, 0, 0] == newest
    overlays.remove([newest])
    assert overlays.apply(0, base)[0, 0, 0] == newest - spread


def test_what_lies_here_is_found_by_number_and_by_column() -> None:
    overlays, one = Overlays(), overlay(3, 5, 2)
    overlays.add(one)
    assert overlays.find([1, 3]) == [one]
    assert [overlays.covers(column) for column in (4, 5, 6, 7)] == [False, True, True, False]
