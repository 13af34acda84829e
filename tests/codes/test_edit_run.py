from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from distill_live.codes.edit import EditContext, Scope
from distill_live.codes.edit_run import hold, run_region, run_window
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError, PluginError
from distill_live.parameters import Parameter

CODES = np.random.default_rng(2).integers(0, 8, (20, 4, 3))
BOOKS = np.zeros((3, 8, 2), np.float32)


class Fake:
    """An edit with any traits, which keeps what it was asked."""

    name, doc = "fake", "For tests."
    window: int | str = 1
    past: int | str = 0
    holds = 1
    parameters = (Parameter("length", "int", 1, 64, 4, "", "For tests."),)

    def __init__(self, change: Callable[[Codes], Any] = lambda codes: codes, **traits: Any) -> None:
        self._change, self.contexts = change, list[EditContext]()
        self.windows: list[Codes] = []
        for name, value in traits.items():
            setattr(self, name, value)

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        self.contexts.append(context)
        self.windows.append(codes)
        changed: Codes = self._change(codes)
        return changed


class Whole:
    """A grid edit of some scope that returns what it is given to return."""

    name, doc, parameters = "whole", "For tests.", ()

    def __init__(self, scope: Scope, changed: Any) -> None:
        self.scope, self._changed = scope, changed

    def change(self, codes: Codes, start: int, end: int, context: EditContext) -> Any:
        return self._changed


def make_context(**given: Any) -> EditContext:
    return EditContext(
        **{
            "column": 100, "levels": np.array([True, False, True]), "values": {"length": 4},
            "bands": np.array([True, True, False, True]), "held": CODES[0], "seed": 1,
            "codebooks": BOOKS, "name": "fake", **given,
        }
    )  # fmt: skip


def run(edit: Any, start: int = 3, end: int = 14, **more: Any) -> Codes:
    return run_region(edit, CODES, start, end, make_context(), **more)


def test_cells_that_are_not_selected_stay_whatever_the_edit_returns() -> None:
    edited = run_window(Fake(lambda codes: (codes + 1) % 8), CODES[:5], make_context())
    changed = edited != CODES[:5]
    assert changed[:, [0, 1, 3]][..., [0, 2]].all()
    assert changed.sum() == 5 * 3 * 2


def test_a_region_is_edited_in_windows_from_its_first_column_on() -> None:
    fake = Fake(window="length")
    run(fake, window=4)
    assert [len(codes) for codes in fake.windows] == [4, 4, 3]
    assert [context.column for context in fake.contexts] == [103, 107, 111]
    assert [context.partner_column for context in fake.contexts] == [0, 4, 8]
    whole = Fake(window="length")
    run(whole)
    assert [len(codes) for codes in whole.windows] == [11]
    short = Fake(window=3)
    run(short)
    assert [len(codes) for codes in short.windows] == [3, 3, 3, 2]


def test_the_past_is_what_entered_the_edit_and_ends_at_the_beginning_of_the_grid() -> None:
    fake = Fake(lambda codes: codes * 0, window=4, past="length")
    run(fake, 2, 12)
    pasts = [context.past for context in fake.contexts]
    assert [len(past) for past in pasts] == [2, 4, 4]
    assert (pasts[0] == CODES[:2]).all() and (pasts[2] == CODES[6:10]).all()


def test_the_first_column_of_a_region_and_those_before_it_are_held() -> None:
    fake = Fake(holds=4)
    run(fake, 6, 8)
    context = fake.contexts[-1]
    assert (context.held_columns == CODES[3:7]).all() and (context.held == CODES[6]).all()
    assert context.since.tolist() == [107] * 3
    run(fake, 1, 3)
    assert (fake.contexts[-1].held_columns == CODES[[0, 0, 0, 1]]).all()


def test_what_is_held_is_filled_with_the_first_column_if_there_are_fewer() -> None:
    assert (hold(CODES[:3], 5) == CODES[[0, 0, 0, 1, 2]]).all()
    assert (hold(CODES[:3], 2) == CODES[1:3]).all()


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (5, 4), (0, 21), (20, 21)])
def test_a_region_that_is_empty_or_outside_is_refused(start: int, end: int) -> None:
    with pytest.raises(CodesError, match=f"columns {start}:{end} are outside: there are 20"):
        run(Fake(), start, end)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (CODES.tolist(), "returned list; legal: an array of codes"),
        (CODES[:19], r"returned int64 \(19, 4, 3\); legal: int64 \(20, 4, 3\)"),
        (CODES + 8, r"returned codes 8\.\.15; legal: 0\.\.7"),
        (CODES - 8, r"returned codes -8\.\.-1"),
    ],
)
def test_a_grid_edit_that_breaks_the_contract_is_refused(changed: Any, told: str) -> None:
    with pytest.raises(PluginError, match=told):
        run(Whole("region", changed))


def test_an_edit_of_files_may_change_the_number_of_columns() -> None:
    assert (run(Whole("file", CODES[:7])) == CODES[:7]).all()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (CODES[:, :2], r"returned int64 \(20, 2, 3\); legal: int64 \[columns, 4, 3\]$"),
        (CODES[0], r"returned int64 \(4, 3\); legal: int64 \[columns, 4, 3\]$"),
        (CODES.astype(np.int32), r"returned int32 \(20, 4, 3\); legal: int64 \[columns, 4, 3\]$"),
        (3, "returned int; legal: an array of codes"),
        (CODES + 8, r"returned codes 8\.\.15"),
    ],
)
def test_an_edit_of_files_must_keep_bands_levels_and_codes(changed: Any, told: str) -> None:
    with pytest.raises(PluginError, match=told):
        run(Whole("file", changed))


def test_a_grid_edit_of_regions_keeps_what_is_not_selected() -> None:
    changed = run(Whole("region", (CODES + 1) % 8)) != CODES
    assert changed.sum() == 20 * 3 * 2


def test_what_an_edit_is_given_is_read_only() -> None:
    fake = Fake(past=2, holds=2)
    run(fake)
    context = fake.contexts[-1]
    for array in (fake.windows[-1], context.past, context.held, context.held_columns):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_random_numbers_depend_on_seed_column_edit_and_salt_alone() -> None:
    first = make_context()
    others = (make_context(seed=2), make_context(name="other"))
    drawn = [
        context.random(column, salt).integers(0, 1000, 4).tolist()
        for context, column, salt in (
            (first, 7, 0), (make_context(column=3), 7, 0), (first, 8, 0), (first, 7, 1),
            *((one, 7, 0) for one in others),
        )
    ]  # fmt: skip
    assert drawn[0] == drawn[1]
    assert len({tuple(numbers) for numbers in drawn}) == 5


def test_a_partner_repeats_without_end() -> None:
    context = make_context(partner=CODES[:3], partner_column=5)
    assert (context.partner_codes(4) == CODES[[2, 0, 1, 2]]).all()
