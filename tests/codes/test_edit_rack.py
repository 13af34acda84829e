from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from distill_live.codes.edit import Edit, EditContext
from distill_live.codes.edit_parameters import parameter_table
from distill_live.codes.edit_rack import EditRack
from distill_live.codes.rack.settings import EditSettings, Partner
from distill_live.codes.timeline import Codes
from distill_live.edits.freeze import Freeze
from distill_live.parameters import Parameter, ParameterStore

BANDS, LEVELS, SIZE = 2, 3, 64
Change = Callable[[Codes, EditContext], Any]


class Fake:
    """An edit of any name and window that does what it is given, and keeps what it was asked."""

    doc = "For tests."

    def __init__(
        self, name: str, change: Change, window: int | str = 1, unit: str = "", **traits: Any
    ) -> None:
        self.name, self.window = name, window
        self.parameters = (Parameter("depth", "int", 0, 9, 1, unit, "For tests."),)
        self.contexts: list[EditContext] = []
        self._change = change
        for trait, value in traits.items():
            setattr(self, trait, value)

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        self.contexts.append(context)
        changed: Codes = self._change(codes, context)
        return changed


class Bench:
    """A rack over a timeline of 100 columns of random codes, and what it says of failed edits."""

    def __init__(self, *edits: Edit) -> None:
        self.codes = np.random.default_rng(7).integers(0, SIZE, (100, BANDS, LEVELS))
        self.lines: list[str] = []
        self.failed: list[str] = []
        self.asked: list[tuple[int, int]] = []
        self.store = ParameterStore(parameter_table(edits))
        books = np.zeros((LEVELS, SIZE, 4), np.float32)
        self.rack = EditRack(edits, self.store, books, self._note_failure)

    def _note_failure(self, switch: str, text: str) -> None:
        self.failed.append(switch)
        self.lines.append(text)

    def raw(self, start: int, end: int) -> Codes:
        assert 0 <= start < end <= len(self.codes)
        self.asked.append((start, end))
        return self.codes[start:end].copy()

    def switch(self, column: int, **levels: int | tuple[int, ...]) -> None:
        """Set the switches of edits, for all levels or for each, and use them from `column` on."""
        for name, on in levels.items():
            for level, value in enumerate(on if isinstance(on, tuple) else (on,) * LEVELS):
                self.store.set(f"edit/{name}/on", value, level)
        self.rack.use(self.rack.read(5), column, self.raw)

    def apply(self, start: int, end: int) -> Codes:
        return np.concatenate([self.rack.apply(column, self.raw) for column in range(start, end)])


def reverse(codes: Codes, _context: EditContext) -> Codes:
    return codes[::-1]


def add_one(codes: Codes, _context: EditContext) -> Codes:
    return (codes + 1) % SIZE


def double(codes: Codes, _context: EditContext) -> Codes:
    return codes * 2 % SIZE


def test_with_nothing_on_columns_pass_and_no_other_is_asked_for() -> None:
    bench = Bench(Fake("a", add_one, window=8))
    assert bench.rack.read(5) == EditSettings()
    assert (bench.apply(10, 12) == bench.codes[10:12]).all()
    assert bench.asked == [(10, 11), (11, 12)]
    assert bench.rack.reach(10) == 11


def test_settings_hold_what_is_on_and_can_be_compared_and_hashed() -> None:
    bench = Bench(Fake("b", add_one), Fake("a", add_one))
    bench.store.set("edit/b/on", 1, 2)
    bench.store.set("edit/b/depth", 4)
    first = bench.rack.read(5)
    [setting] = first.edits
    assert (setting.name, setting.levels, setting.values) == ("b", (False, False, True), (4.0,))
    assert first.seed == 5
    bench.store.set("edit/a/depth", 3)
    assert {bench.rack.read(5): "same"}[first] == "same"
    bench.store.set("edit/b/depth", 5)
    assert bench.rack.read(5) != first
    bench.store.set("edit/a/on", 1)
    assert [setting.name for setting in bench.rack.read(5).edits] == ["a", "b"]


def test_the_seed_is_no_setting_while_nothing_is_on() -> None:
    bench = Bench(Fake("a", add_one))
    assert bench.rack.read(1) == bench.rack.read(2)
    bench.store.set("edit/a/on", 1)
    assert bench.rack.read(1) != bench.rack.read(2)


def test_settings_count_from_when_they_are_used() -> None:
    bench = Bench(Fake("a", add_one))
    bench.store.set("edit/a/on", 1)
    assert (bench.apply(3, 4) == bench.codes[3]).all()
    bench.rack.use(bench.rack.read(5), 3, bench.raw)
    assert (bench.apply(3, 4) == (bench.codes[3] + 1) % SIZE).all()


def test_edits_run_in_the_order_that_was_asked_for_and_then_by_name() -> None:
    bench = Bench(Fake("a", add_one), Fake("b", double), Fake("c", add_one))
    bench.rack.set_order(["b", "unknown", "b"])
    bench.switch(0, a=1, b=1, c=1)
    assert [setting.name for setting in bench.rack.settings.edits] == ["b", "a", "c"]
    assert (bench.apply(0, 5) == (bench.codes[:5] * 2 + 2) % SIZE).all()
    bench.rack.set_order(["c", "a"])
    bench.rack.use(bench.rack.read(5), 5, bench.raw)
    assert (bench.apply(5, 9) == (bench.codes[5:9] + 2) * 2 % SIZE).all()


def test_a_window_can_be_as_long_as_a_parameter_says() -> None:
    bench = Bench(Fake("a", reverse, window="depth"))
    bench.store.set("edit/a/depth", 5)
    bench.switch(0, a=1)
    assert bench.rack.reach(6) == 10
    assert (bench.apply(5, 10) == bench.codes[9:4:-1]).all()
    bench.store.set("edit/a/depth", 2)
    bench.switch(10, a=1)
    assert (bench.apply(10, 14) == bench.codes[[11, 10, 13, 12]]).all()


def test_an_edit_sees_the_columns_before_its_window_as_they_entered_it() -> None:
    def earlier(codes: Codes, context: EditContext) -> Codes:
        return context.past[:1] if len(context.past) == 3 else codes

    bench = Bench(Fake("a", add_one), Fake("b", earlier, past=3))
    bench.switch(0, a=1, b=1)
    wanted = (bench.codes + 1) % SIZE
    assert (bench.apply(0, 3) == wanted[:3]).all()
    assert (bench.apply(3, 20) == wanted[:17]).all()
    bench.rack.first = 18
    assert (bench.apply(20, 21) == wanted[20]).all()
    assert (bench.apply(21, 22) == wanted[18]).all()


def test_a_second_grid_lies_beside_the_stream_from_its_start_on_and_repeats() -> None:
    def other(codes: Codes, context: EditContext) -> Codes:
        return context.partner_codes(len(codes))

    bench = Bench(Fake("a", other, window=2, partner=True))
    clip = (bench.codes[50:55] + 7) % SIZE
    bench.rack.partners["a"] = Partner("clip", clip, start=11)
    bench.switch(10, a=1)
    assert (bench.apply(10, 18) == clip[[4, 0, 1, 2, 3, 4, 0, 1]]).all()


def test_without_its_second_grid_an_edit_passes_codes_on_and_with_another_it_changes() -> None:
    bench = Bench(Fake("a", lambda codes, context: context.partner[:1], partner=True))
    bench.switch(0, a=1)
    assert bench.rack.read(5) == EditSettings()
    assert (bench.apply(0, 4) == bench.codes[:4]).all()
    for clip in (bench.codes[60:61], bench.codes[61:62]):
        before = bench.rack.read(5)
        bench.rack.partners["a"] = Partner("clip", clip)
        assert bench.rack.read(5) != before
        bench.switch(4, a=1)
        assert (bench.apply(4, 5) == clip).all()


def test_an_edit_is_as_strong_as_its_switch_of_the_instrument_in_each_level() -> None:
    fake = Fake("a", lambda codes, _context: codes, switch="blend")
    bench = Bench(fake)
    bench.store.set("blend", 0.25)
    bench.store.set("blend", 0, 1)
    bench.rack.use(bench.rack.read(5), 0, bench.raw)
    bench.apply(0, 1)
    assert fake.contexts[-1].amounts.tolist() == [0.25, 0.0, 0.25]
    assert fake.contexts[-1].levels.tolist() == [True, False, True]
    bench.store.set("blend", 0)
    bench.store.set("blend", 0, 1)
    assert bench.rack.read(5) == EditSettings()


def test_a_code_that_the_codebooks_do_not_have_is_the_highest_one() -> None:
    fake = Fake("a", lambda codes, _context: codes, unit="code")
    store = ParameterStore(parameter_table([fake]))
    rack = EditRack([fake], store, np.zeros((LEVELS, 4, 2), np.float32), print)
    store.set("edit/a/on", 1)
    store.set("edit/a/depth", 9)
    codes = np.zeros((1, BANDS, LEVELS), np.int64)
    rack.use(rack.read(5), 0, lambda start, end: codes)
    rack.apply(0, lambda start, end: codes)
    assert fake.contexts[-1].values["depth"] == 3


def test_edits_of_regions_and_files_are_left_out() -> None:
    bench = Bench(Fake("a", add_one, scope="region"), Fake("b", add_one, scope="file"))
    assert "edit/a/on" not in bench.store.table
    assert bench.rack.read(5) == EditSettings()


def test_the_tempo_is_a_setting_only_while_an_edit_looks_at_it() -> None:
    timed, other = Fake("a", add_one, timed=True), Fake("b", add_one)
    bench = Bench(timed, other)
    bench.store.set("edit/b/on", 1)
    assert bench.rack.read(5, 6.0) == bench.rack.read(5, 7.0)
    bench.store.set("edit/a/on", 1)
    assert bench.rack.read(5, 6.0) != bench.rack.read(5, 7.0)
    bench.rack.use(bench.rack.read(5, 6.0), 0, bench.raw)
    bench.apply(0, 1)
    assert (timed.contexts[-1].columns_per_beat, other.contexts[-1].columns_per_beat) == (6.0, 0.0)


def test_all_bands_are_an_edit_s_to_change() -> None:
    fake = Fake("a", add_one)
    bench = Bench(fake)
    bench.switch(0, a=1)
    bench.apply(0, 1)
    assert fake.contexts[-1].bands.tolist() == [True] * BANDS


def test_an_edit_that_the_store_does_not_know_is_left_out() -> None:
    rack = EditRack(
        [Fake("a", add_one)], ParameterStore(), np.zeros((LEVELS, SIZE, 4), np.float32), print
    )
    assert rack.read(5) == EditSettings()


def test_edits_run_in_order_of_name_each_over_the_one_before() -> None:
    for edits in ([Fake("b", double), Fake("a", add_one)], [Fake("a", add_one), Fake("b", double)]):
        bench = Bench(*edits)
        bench.switch(0, a=1, b=1)
        assert (bench.apply(0, 5) == (bench.codes[:5] + 1) * 2 % SIZE).all()


def test_an_edit_is_told_what_it_may_look_at() -> None:
    fake = Fake("a", add_one, window=4)
    bench = Bench(fake)
    bench.store.set("edit/a/depth", 7)
    bench.switch(9, a=(1, 0, 1))
    bench.rack.apply(9, bench.raw)
    context = fake.contexts[-1]
    assert (context.column, context.seed, dict(context.values)) == (8, 5, {"depth": 7.0})
    assert context.levels.tolist() == [True, False, True]
    assert context.codebooks.shape == (LEVELS, SIZE, 4)


def test_windows_lie_at_multiples_of_their_length_wherever_one_begins() -> None:
    bench = Bench(Fake("a", reverse, window=5))
    bench.switch(7, a=1)
    wanted = bench.codes.reshape(20, 5, BANDS, LEVELS)[:, ::-1].reshape(bench.codes.shape)
    assert (bench.apply(7, 23) == wanted[7:23]).all()


def test_every_edit_sees_whole_windows_of_what_the_one_before_it_made() -> None:
    bench = Bench(Fake("a", reverse, window=4), Fake("b", reverse, window=6))
    bench.switch(0, a=1, b=1)
    first = bench.codes[:24].reshape(6, 4, BANDS, LEVELS)[:, ::-1].reshape(4, 6, BANDS, LEVELS)
    assert (bench.apply(0, 24) == first[:, ::-1].reshape(24, BANDS, LEVELS)).all()


def test_reach_is_the_end_of_what_is_asked_for() -> None:
    bench = Bench(Fake("a", reverse, window=4), Fake("b", reverse, window=6))
    bench.store.set("edit/a/on", 1)
    bench.store.set("edit/b/on", 1)
    settings = bench.rack.read(5)
    wanted = [bench.rack.reach(column, settings) for column in range(30)]
    assert (wanted[0], wanted[5], wanted[6], wanted[13]) == (8, 8, 12, 20)
    bench.rack.use(settings, 0, bench.raw)
    for column in range(30):
        bench.asked.clear()
        bench.rack.apply(column, bench.raw)
        assert max(end for _, end in bench.asked) == bench.rack.reach(column) == wanted[column]


def test_columns_before_the_first_known_one_are_not_asked_for_but_filled_with_it() -> None:
    fake = Fake("a", lambda codes, _context: np.broadcast_to(codes[:1], codes.shape), window=8)
    bench = Bench(fake)
    bench.rack.first = 13
    bench.switch(14, a=1)
    assert (bench.apply(14, 16) == bench.codes[13]).all()
    assert min(start for start, _ in bench.asked) == 13
    bench.rack.first = 17
    assert (bench.apply(15, 16) == bench.codes[17]).all()


def test_a_level_holds_the_codes_of_the_column_in_which_it_was_switched_on() -> None:
    fake = Fake("a", lambda codes, _context: codes)
    bench = Bench(fake)
    for column, levels in [(3, (1, 0, 0)), (5, (1, 1, 0)), (8, (1, 0, 0)), (9, (1, 1, 0))]:
        bench.switch(column, a=levels)
        bench.apply(column, column + 1)
    held = [context.held for context in fake.contexts]
    assert [(codes[:, 0] == bench.codes[3, :, 0]).all() for codes in held] == [True] * 4
    assert (held[1][:, 1] == bench.codes[5, :, 1]).all()
    assert (held[3][:, 1] == bench.codes[9, :, 1]).all()


def test_another_value_of_a_parameter_leaves_what_is_held() -> None:
    fake = Fake("a", lambda codes, _context: codes)
    bench = Bench(fake)
    bench.switch(3, a=1)
    bench.store.set("edit/a/depth", 4)
    bench.switch(6, a=1)
    bench.apply(7, 8)
    assert (fake.contexts[-1].held == bench.codes[3]).all()


def test_what_is_held_is_what_enters_the_edit_after_those_before_it() -> None:
    holding = Fake("b", lambda codes, _context: codes)
    bench = Bench(Fake("a", add_one), holding)
    bench.switch(4, a=1, b=1)
    bench.apply(9, 10)
    assert (holding.contexts[-1].held == (bench.codes[4] + 1) % SIZE).all()


def test_an_edit_can_hold_more_columns_and_know_since_when() -> None:
    fake = Fake("b", lambda codes, _context: codes, holds=4)
    bench = Bench(Fake("a", add_one), fake)
    bench.switch(6, a=1, b=(1, 0, 0))
    bench.switch(9, a=1, b=(1, 1, 0))
    bench.apply(12, 13)
    held, wanted = fake.contexts[-1].held_columns, (bench.codes + 1) % SIZE
    assert (held[:, :, 0] == wanted[3:7, :, 0]).all()
    assert (held[:, :, 1] == wanted[6:10, :, 1]).all()
    assert fake.contexts[-1].since[:2].tolist() == [7, 10]


def test_columns_that_were_not_there_are_held_as_the_first_one() -> None:
    fake = Fake("a", lambda codes, _context: codes, holds=4)
    bench = Bench(fake)
    bench.rack.first = 5
    bench.switch(6, a=1)
    bench.apply(6, 7)
    assert (fake.contexts[-1].held_columns == bench.codes[[5, 5, 5, 6]]).all()


def test_an_edit_can_be_let_hold_again_what_it_held_before() -> None:
    bench = Bench(Freeze())
    bench.switch(10, freeze=1)
    held = bench.rack.held["freeze"]
    bench.switch(11, freeze=0)
    bench.switch(20, freeze=1)
    assert (bench.apply(20, 21) == bench.codes[20]).all()
    bench.rack.recall("freeze", held)
    assert (bench.apply(20, 22) == bench.codes[10]).all()
    bench.rack.recall("mask", held)


def test_the_same_columns_are_not_edited_again_until_something_changes() -> None:
    first, second = Fake("a", add_one), Fake("b", double, window=4)
    bench = Bench(first, second)
    bench.switch(0, a=1, b=1)

    def work(column: int) -> tuple[int, int]:
        before = len(first.contexts), len(second.contexts)
        bench.apply(column, column + 1)
        return len(first.contexts) - before[0], len(second.contexts) - before[1]

    # What b holds was edited when it was switched on.
    assert [work(column) for column in range(5)] == [(3, 1), (0, 0), (0, 0), (0, 0), (4, 1)]
    bench.store.set("edit/b/depth", 5)
    bench.switch(5, a=1, b=1)
    assert work(5) == (0, 1)
    bench.codes[6] += 1
    assert work(5) == (1, 1)
    bench.rack.use(bench.rack.read(6), 5, bench.raw)
    assert work(5) == (4, 1)


def test_the_columns_that_were_edited_last_are_remembered() -> None:
    fake = Fake("a", add_one)
    bench = Bench(fake)
    bench.codes = np.zeros((300, BANDS, LEVELS), np.int64)
    bench.switch(0, a=1)
    bench.apply(0, 300)
    count = len(fake.contexts)
    bench.apply(60, 300)
    assert len(fake.contexts) == count
    bench.apply(0, 10)
    assert len(fake.contexts) == count + 10


def fail(_codes: Codes, _context: EditContext) -> Codes:
    raise RuntimeError("no")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (fail, "RuntimeError('no')"),
        (lambda codes, _: codes[:, :1], "returned int64 (4, 1, 3); legal: int64 (4, 2, 3)"),
        (lambda codes, _: codes[:2], "returned int64 (2, 2, 3)"),
        (lambda codes, _: codes.astype(np.int32), "returned int32"),
        (lambda codes, _: codes * 1.0, "returned float64"),
        (lambda codes, _: codes + SIZE, "legal: 0..63"),
        (lambda codes, _: codes - SIZE, "legal: 0..63"),
        (lambda codes, _: codes.tolist(), "returned list"),
        (lambda codes, _: None, "returned NoneType"),
        (lambda codes, _: codes.fill(0), "read-only"),
        (lambda codes, context: context.held.fill(0), "read-only"),
        (lambda codes, context: context.codebooks.fill(0), "read-only"),
        (lambda codes, context: context.levels.fill(False), "read-only"),
        (lambda codes, context: context.values.update(depth=3), "AttributeError"),
    ],
)
def test_an_edit_that_fails_is_off_and_its_columns_pass_as_they_entered(
    change: Change, told: str
) -> None:
    bench = Bench(Fake("a", add_one), Fake("b", change, window=4), Fake("c", double))
    bench.switch(5, a=1, b=1, c=1)
    assert (bench.apply(5, 9) == (bench.codes[5:9] + 1) * 2 % SIZE).all()
    [line] = bench.lines
    assert line.startswith("the edit 'b' failed and is now off: ")
    assert told in line
    assert bench.failed == ["edit/b/on"]
    bench.switch(9, a=1, b=1, c=1)
    assert [setting.name for setting in bench.rack.read(5).edits] == ["a", "c"]
    assert len(bench.lines) == 1


def test_an_edit_that_failed_is_tried_again_once_it_was_switched_off() -> None:
    faults: list[Change] = [fail, add_one, add_one]
    bench = Bench(Fake("a", lambda codes, context: faults.pop(0)(codes, context)))
    bench.switch(5, a=1)
    assert (bench.apply(5, 7) == bench.codes[5:7]).all()
    for level in range(LEVELS):
        bench.store.set("edit/a/on", 0, level)
    off = bench.rack.read(5)
    # What is still made with the settings before is no second failure.
    assert (bench.apply(7, 8) == bench.codes[7:8]).all()
    bench.rack.use(off, 8, bench.raw)
    bench.switch(8, a=1)
    assert (bench.apply(8, 9) == (bench.codes[8:9] + 1) % SIZE).all()
    assert len(bench.lines) == 1


def test_the_only_edit_is_tried_again_although_nothing_else_is_used_while_it_is_off() -> None:
    faults: list[Change] = [fail, add_one]
    bench = Bench(Fake("a", lambda codes, context: faults.pop(0)(codes, context)))
    bench.switch(5, a=1)
    bench.apply(5, 6)
    bench.rack.use(bench.rack.read(5), 6, bench.raw)
    for on in (0, 1):
        for level in range(LEVELS):
            bench.store.set("edit/a/on", on, level)
        settings = bench.rack.read(5)
    bench.rack.use(settings, 7, bench.raw)
    assert (bench.apply(7, 8) == (bench.codes[7:8] + 1) % SIZE).all()


def test_no_window_is_edited_when_a_later_one_of_the_same_column_fails() -> None:
    def fail_late(codes: Codes, context: EditContext) -> Codes:
        return fail(codes, context) if context.column else add_one(codes, context)

    bench = Bench(Fake("a", fail_late, window=2), Fake("b", reverse, window=4))
    bench.switch(0, a=1)
    bench.switch(0, a=1, b=1)
    assert (bench.apply(0, 4) == bench.codes[3::-1]).all()


def test_an_edit_cannot_change_what_it_gave_back() -> None:
    kept: list[Codes] = []

    def keep(codes: Codes, _context: EditContext) -> Codes:
        kept.append(codes.copy())
        return kept[-1]

    bench = Bench(Fake("a", keep))
    bench.switch(2, a=1)
    edited = bench.rack.apply(2, bench.raw)
    kept[-1].fill(0)
    assert (edited == bench.codes[2]).all()


def test_freeze_and_release_through_the_store_as_a_player_does() -> None:
    bench = Bench(Freeze())
    bench.store.set("edit/freeze/on", 1, 0)
    bench.rack.use(bench.rack.read(5), 20, bench.raw)
    frozen = bench.apply(20, 30)
    assert (frozen[:, :, 0] == bench.codes[20, :, 0]).all()
    assert (frozen[:, :, 1:] == bench.codes[20:30, :, 1:]).all()
    bench.store.follow("edit/freeze/on", 0)
    bench.rack.use(bench.rack.read(5), 30, bench.raw)
    assert (bench.apply(30, 40) == bench.codes[30:40]).all()


def test_another_rack_continues_with_the_same_edits_and_the_same_held_codes() -> None:
    bench, again = Bench(Freeze(), Fake("add", add_one)), Bench(Freeze())
    bench.switch(10, freeze=1)
    again.rack.restore(bench.rack.settings, bench.rack.held)
    assert (again.apply(50, 52) == bench.codes[10]).all()
    bench.switch(12, freeze=1, add=1)
    again.rack.restore(bench.rack.settings, bench.rack.held)
    # The edit that it does not have is left out.
    assert [setting.name for setting in again.rack.settings.edits] == ["freeze"]
