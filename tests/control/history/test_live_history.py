"""What becomes an entry of the history, and what undo and redo ask of store and engine."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from distill_live.codes.edit_parameters import parameter_table, switch_edits_off
from distill_live.codes.edit_rack import Held
from distill_live.codes.history.overlay import Overlay
from distill_live.control.history.fader_moves import MERGE_ENTRIES, MERGE_SECONDS
from distill_live.control.history.live_history import CLAIM_SECONDS, LiveHistory
from distill_live.control.history.strokes import STROKE_CELLS, STROKE_ENTRIES
from distill_live.control.namespace.targets import DEFAULT_LABELS
from distill_live.errors import ParameterError
from distill_live.parameters import ParameterStore
from tests.edits.shipped import EDITS

ANNA = ("osc", "127.0.0.1", 9001)
FREEZE, BAND, MASK = "edit/freeze/on", "edit/freeze/band", "edit/mask/on"


class Desk:
    """A history, its store, and what the engine was asked for."""

    def __init__(self) -> None:
        self.now = 0.0
        self.store = ParameterStore(parameter_table(EDITS.values()))
        self.sent: list[tuple[str, tuple[object, ...]]] = []
        self.history = LiveHistory(
            self.store, lambda *one: self.sent.append(one), lambda: DEFAULT_LABELS, lambda: self.now
        )

    def set(self, name: str, value: float, level: int | None = None) -> None:
        """Move a parameter as a performer does."""
        self.history.touched(ANNA, name if level is None else f"{name}/{level + 1}")
        self.store.set(name, value, level)
        self.history.look()

    def paint(self, column: int = 5, stroke: int | None = None) -> int:
        """Paint a cell that the engine makes at once; returns its number."""
        arguments = ("at", column, 0, 0, 1)
        self.history.paint("cell", "cell", arguments, f"cell {column}", stroke)
        number = self.sent.pop()[1][0]
        assert isinstance(number, int)
        overlay = Overlay.of_cell(number, (column, 0, 0), 1, (2, 3))
        self.history.note_made(overlay, f"cell {column} made")
        return number

    @property
    def names(self) -> list[str]:
        return [entry.shown for _, entry in self.history.entries(1000)]

    def laid(self) -> list[tuple[list[int], list[int]]]:
        """The numbers that were laid and taken away by each request since the last call."""
        found = [
            ([one.number for one in laid], list(removed))
            for name, (laid, removed) in self.sent
            if name == "lay"
        ]
        self.sent.clear()
        return found


@pytest.fixture
def desk() -> Desk:
    return Desk()


def held(seed: int) -> Held:
    codes = np.random.default_rng(seed).integers(0, 9, (1, 2, 3)).astype(np.uint16)
    return Held(codes, np.full(3, seed))


def test_every_switch_is_an_entry_and_undo_sets_the_store(desk: Desk) -> None:
    desk.set(MASK, 1, 2)
    desk.set(FREEZE, 1)
    assert desk.names == ["start", "edit/mask/on/detail 1", "edit/freeze/on 1"]
    assert desk.history.undo() == "undone: edit/freeze/on 1 (now at 1 of 2)"
    assert (desk.store[FREEZE], desk.store.own(MASK, 2)) == (0, 1)
    desk.history.undo()
    assert desk.store.own(MASK, 2) is None
    with pytest.raises(ParameterError, match="nothing to undo"):
        desk.history.undo()
    assert desk.history.go_to("2") == "now at state 2 of 2: edit/freeze/on 1"
    assert (desk.store[FREEZE], desk.store.own(MASK, 2)) == (1, 1)
    with pytest.raises(ParameterError, match="nothing to redo"):
        desk.history.redo()


def test_other_parameters_are_neither_noted_nor_undone(desk: Desk) -> None:
    desk.set("temperature", 0.5)
    desk.set(MASK, 1)
    desk.set("gain", 0.5)
    desk.history.undo()
    assert desk.names == ["start", "edit/mask/on 1"]
    assert (desk.store["temperature"], desk.store["gain"]) == (0.5, 0.5)


def test_a_fader_makes_one_entry_also_beside_other_edits(desk: Desk) -> None:
    for step in range(200):
        desk.set(BAND, 1 + step % 60)
        if step % 10 == 0:
            desk.paint(step)
        desk.now += 0.02
    assert desk.names[:2] == ["start", "edit/freeze/band 20"]
    assert len(desk.names) == 2 + 20
    desk.history.go_to("1")
    assert desk.store[BAND] == 20
    desk.history.undo()
    assert desk.store[BAND] == 0


def test_faders_of_different_levels_make_an_entry_each(desk: Desk) -> None:
    for level, value in enumerate((1.0, 0.3, 0.0)):
        for part in (0.5, 1.0):
            desk.set("blend", value * part, level)
            desk.now += 0.1
    assert len(desk.names) == 4
    desk.history.undo()
    assert desk.store.view().levels("blend", 3) == pytest.approx([1.0, 0.3, 0.0])
    desk.history.undo()
    assert desk.store.view().levels("blend", 3) == pytest.approx([1.0, 0.0, 0.0])


def test_a_fader_that_rests_begins_another_entry(desk: Desk) -> None:
    desk.set(BAND, 3)
    desk.now += MERGE_SECONDS
    desk.set(BAND, 4)
    assert desk.names == ["start", "edit/freeze/band 3", "edit/freeze/band 4"]


def test_after_many_other_entries_a_fader_begins_another_entry(desk: Desk) -> None:
    desk.set(BAND, 3)
    for step in range(MERGE_ENTRIES + 1):
        desk.paint(step)
    desk.set(BAND, 4)
    assert desk.names[-1] == "edit/freeze/band 4"


def test_switches_that_follow_each_other_fast_are_entries_of_their_own(desk: Desk) -> None:
    desk.set(FREEZE, 1)
    desk.set(FREEZE, 0)
    assert desk.names == ["start", "edit/freeze/on 1", "edit/freeze/on 0"]


@pytest.mark.parametrize("undone", [False, True])
def test_what_moves_by_itself_is_no_entry_and_leaves_redo_alone(desk: Desk, undone: bool) -> None:
    desk.set(MASK, 1)
    if undone:
        desk.history.undo()
    for step in range(60):
        desk.history.touched(None, BAND)
        desk.store.set(BAND, step)
        desk.history.look()
        desk.history.tick()
        desk.now += CLAIM_SECONDS / 10
    assert desk.names == ["start", "edit/mask/on 1"]
    if undone:
        desk.history.redo()
        assert desk.store[MASK] == 1


def test_what_has_changed_the_store_before_it_was_noted_gets_its_own_entry(desk: Desk) -> None:
    desk.set(MASK, 1)
    switch_edits_off(desk.store)
    desk.history.tick()
    desk.history.look("reset edit")
    assert desk.names == ["start", "edit/mask/on 1", "reset edit"]
    desk.history.undo()
    assert desk.store[MASK] == 1


def test_a_cell_is_an_entry_with_the_name_that_the_engine_gives_it(desk: Desk) -> None:
    first, second = desk.paint(5), desk.paint(6)
    assert desk.names == ["start", "cell 5 made", "cell 6 made"]
    desk.history.go_to("0")
    assert desk.laid() == [([], [second, first])]
    desk.history.redo()
    assert desk.laid() == [([first], [])]


def test_the_cells_of_a_stroke_are_undone_together_whatever_else_is_done_meanwhile(
    desk: Desk,
) -> None:
    stroke = [desk.paint(column, stroke=7) for column in (5, 6)]
    desk.set(MASK, 1)
    stroke.append(desk.paint(7, stroke=7))
    other = desk.paint(8, stroke=8)
    desk.sent.clear()
    assert desk.names == ["start", "paint 3 cells", "edit/mask/on 1", "cell 8 made"]
    for _ in range(3):
        desk.history.undo()
    assert desk.laid() == [([], [other]), ([], stroke)]
    desk.history.redo()
    assert desk.laid() == [(stroke, [])]


@pytest.mark.parametrize("ends", ["undo", "panic"])
def test_after_an_undo_or_a_panic_a_stroke_is_another_entry(desk: Desk, ends: str) -> None:
    desk.paint(5, stroke=7), desk.paint(6, stroke=7)
    getattr(desk.history, ends)()
    last = desk.paint(7, stroke=7)
    desk.sent.clear()
    desk.history.undo()
    assert desk.laid() == [([], [last])]


def test_a_cell_of_a_stroke_that_cannot_be_made_leaves_the_others(desk: Desk) -> None:
    numbers = [desk.paint(column, stroke=7) for column in (5, 6)]
    desk.history.note_refused(numbers[0])
    desk.sent.clear()
    assert desk.names == ["start", "paint 1 cell"]
    desk.history.note_refused(numbers[1])
    assert desk.names == ["start"]


def test_a_stroke_that_never_ends_is_several_entries(desk: Desk) -> None:
    for column in range(STROKE_CELLS + 1):
        desk.paint(column, stroke=7)
    assert desk.names == ["start", f"paint {STROKE_CELLS} cells", f"cell {STROKE_CELLS} made"]
    for column in range(STROKE_ENTRIES):
        desk.paint(column)
    desk.paint(5, stroke=7)
    assert desk.names[-1] == "cell 5 made"


def test_a_cell_that_is_not_made_yet_is_asked_for_again_by_redo(desk: Desk) -> None:
    desk.history.paint("cell", "cell", ("at", 5, 0, 0, 1), "cell 5")
    (asked,) = desk.sent
    assert desk.history.undo() == "undone: cell 5, which was not made yet (now at 0 of 1)"
    assert desk.sent[1:] == [("lay", ((), (1,)))]
    desk.history.redo()
    assert desk.sent[2:] == [asked]


def test_what_cannot_be_made_leaves_no_entry(desk: Desk) -> None:
    desk.history.paint("region", "region", ("at", 5, 2, "mask", None), "region: mask")
    desk.paint(6)
    assert desk.history.note_refused(1) == "region"
    desk.sent.clear()
    assert desk.names == ["start", "cell 6 made"]
    desk.history.undo()
    assert desk.laid() == [([], [2])]


def test_a_refusal_is_told_although_what_was_asked_for_is_undone_and_forgotten(desk: Desk) -> None:
    desk.history.paint("cell", "cell", ("at", 5, 0, 0, 99), "cell 5")
    desk.history.paint("region", "region", ("at", 5, 2, "mask", None), "region: mask")
    for _ in range(2):
        desk.history.undo()
    desk.paint(6), desk.history.undo(), desk.paint(7)
    assert [desk.history.note_refused(number) for number in (1, 2)] == ["cell", "region"]
    assert [desk.history.note_refused(number) for number in (1, 2)] == ["", ""]
    assert desk.names == ["start", "cell 7 made"]


def test_what_cannot_be_made_leaves_redo_as_it_was(desk: Desk) -> None:
    first, second = desk.paint(5), desk.paint(6)
    desk.history.go_to("0")
    desk.history.paint("region", "region", ("at", 5, 2, "mask", None), "region: mask")
    desk.history.note_refused(3)
    desk.sent.clear()
    assert desk.history.position == (0, 2, "start")
    desk.history.go_to("2")
    assert desk.laid() == [([first, second], [])]


def test_a_new_edit_forgets_what_was_undone(desk: Desk) -> None:
    first = desk.paint(5)
    desk.history.undo()
    second = desk.paint(6)
    desk.sent.clear()
    assert desk.names == ["start", "cell 6 made"]
    desk.history.resend()
    assert desk.laid() == [([second], [])]
    assert first != second


def test_panic_takes_everything_away_as_one_entry(desk: Desk) -> None:
    desk.set(MASK, 1)
    numbers = [desk.paint(5), desk.paint(6)]
    desk.sent.clear()
    switch_edits_off(desk.store)
    desk.history.panic()
    assert desk.laid() == [([], numbers)]
    desk.history.panic()
    assert desk.names[3:] == ["cell 6 made", "panic"]
    desk.history.undo()
    assert desk.laid() == [(numbers, [])]
    assert desk.store[MASK] == 1


def test_what_an_edit_held_comes_back_before_it_is_switched_on(desk: Desk) -> None:
    on_when_recalled: list[float] = []
    desk.set(FREEZE, 1)
    desk.paint(5)
    # The engine says so a little later.
    first = held(1)
    desk.history.note_held({"freeze": first})
    desk.set(FREEZE, 0)
    desk.set(FREEZE, 1)
    desk.history.note_held({"freeze": held(2)})
    desk.sent.clear()
    desk.history._chain._send = lambda name, _: on_when_recalled.append(desk.store[FREEZE])
    desk.history.undo()
    desk.history.undo()
    assert on_when_recalled == [0.0]
    desk.history._chain._send = lambda *one: desk.sent.append(one)
    desk.history.go_to("1")
    desk.history.go_to("4")
    desk.history.go_to("2")
    recalled = [one["freeze"] for name, (one, *_) in desk.sent if name == "recall"]
    assert recalled[-1] is first


def test_the_order_is_an_entry_and_a_wrong_one_is_refused(desk: Desk) -> None:
    assert desk.history.set_order(["mask", "freeze"]).startswith(
        "edits run in this order: mask, freeze, blend"
    )
    assert desk.sent == [("order", (("mask", "freeze"),))]
    with pytest.raises(ParameterError, match=r"no edit 'maks' \(did you mean 'mask'\?\)"):
        desk.history.set_order(["maks"])
    desk.history.undo()
    assert desk.sent[1:] == [("order", ((),))]
    assert desk.names == ["start", "edit/order mask freeze"]


def test_clips_for_edits_are_chosen_again(desk: Desk) -> None:
    chosen: list[tuple[str, str]] = []
    desk.history.on_clip = lambda *one: chosen.append(one)
    desk.history.note_clip("blend", "rain")
    desk.history.note_clip("blend", "snow")
    assert desk.names == ["start", "blend/clip rain", "blend/clip snow"]
    desk.history.undo()
    desk.history.note_restored("blend", "rain")
    desk.history.undo()
    assert chosen == [("blend", "rain"), ("blend", "")]


def test_undos_that_are_faster_than_their_outcomes_can_be_done_again(desk: Desk) -> None:
    chosen: list[tuple[str, str]] = []
    desk.history.on_clip = lambda *one: chosen.append(one)
    desk.history.note_clip("edit", "rain")
    desk.history.note_clip("edit", "snow")
    desk.history.undo()
    desk.history.undo()
    for one in chosen:
        desk.history.note_restored(*one)
    desk.now += 1.0
    desk.history.tick()
    assert desk.names == ["start", "edit/clip rain", "edit/clip snow"]
    assert desk.history.redo() == "redone: edit/clip rain (now at 1 of 2)"
    assert chosen[-1] == ("edit", "rain")


def test_a_clip_that_was_chosen_before_an_undo_puts_another_one_back_is_no_entry(
    desk: Desk,
) -> None:
    chosen: list[tuple[str, str]] = []
    desk.history.on_clip = lambda *one: chosen.append(one)
    desk.history.note_clip("edit", "rain")
    # Asked for before the undo, but carried out after it.
    desk.history.undo()
    desk.history.note_clip("edit", "snow")
    desk.history.note_restored(*chosen[0])
    assert desk.names == ["start", "edit/clip rain"]
    desk.history.note_clip("edit", "wind")
    assert desk.names == ["start", "edit/clip wind"]


def test_a_clip_that_is_gone_is_not_said_to_be_chosen_again(desk: Desk) -> None:
    chosen: list[tuple[str, str]] = []
    desk.history.on_clip = lambda *one: chosen.append(one)
    desk.history.note_clip("edit", "rain")
    desk.history.note_clip("edit", "snow")
    desk.history.undo()
    desk.history.note_restored("edit", "")
    desk.history.undo()
    desk.history.redo()
    assert chosen == [("edit", "rain")]
    desk.history.redo()
    assert chosen[1:] == [("edit", "snow")]


def test_in_another_segment_edits_can_still_be_undone_and_overlays_are_gone(desk: Desk) -> None:
    desk.paint(5)
    desk.set(MASK, 1)
    newest = desk.paint(6)
    later = desk.paint(7)
    desk.history.begin_segment(newest)
    assert desk.names == ["start", "edit/mask/on 1", "cell 7 made"]
    desk.history.go_to("0")
    assert desk.laid() == [([], [later])]
    assert desk.store[MASK] == 0


def test_with_another_model_nothing_is_recalled(desk: Desk) -> None:
    desk.set(FREEZE, 1)
    desk.history.note_held({"freeze": held(1)})
    desk.set(FREEZE, 0)
    desk.paint(5)
    desk.history.begin_segment(same_model=False)
    desk.sent.clear()
    desk.history.undo()
    assert desk.store[FREEZE] == 1
    assert desk.sent == []


def test_a_new_engine_knows_which_overlay_is_the_newest_although_it_was_undone(desk: Desk) -> None:
    first, second = desk.paint(5), desk.paint(6)
    desk.history.undo()
    desk.sent.clear()
    desk.history.resend()
    assert desk.laid() == [([], [second]), ([first], [])]


def test_what_is_painted_is_announced_before_the_engine_is_asked(desk: Desk) -> None:
    announced: list[tuple[str, int, int]] = []
    desk.history.on_paint = lambda asked, number: announced.append((asked, number, len(desk.sent)))
    desk.history.paint("cell/ahead", "cell", ("ahead", 5, 0, 0, 1), "cell/ahead 5")
    assert announced == [("cell/ahead", 1, 0)]
    assert [name for name, _ in desk.sent] == ["cell"]


def test_overlays_that_no_engine_remembers_are_forgotten(desk: Desk) -> None:
    desk.paint(5), desk.paint(500)
    desk.sent.clear()
    desk.history.forget_before(100)
    desk.history.resend()
    assert desk.laid() == [([2], [])]
    desk.history.go_to("0")
    desk.history.redo()
    assert desk.laid() == [([], [2])]


def test_states_can_be_named_and_listed(desk: Desk) -> None:
    for number in range(5):
        desk.paint(number)
    desk.history.go_to("4")
    assert desk.history.rename("verse") == "state 4 is now called verse"
    newest = desk.history.entries(2)
    assert [(number, one.shown) for number, one in newest] == [(4, "verse"), (5, "cell 4 made")]
    assert desk.history.position == (4, 5, "verse")


def test_undo_redo_and_go_say_the_name_and_what_was_done(desk: Desk) -> None:
    desk.set(FREEZE, 1)
    desk.history.rename("verse")
    done = "edit/freeze/on 1, named verse"
    assert desk.history.undo() == f"undone: {done} (now at 0 of 1)"
    assert desk.history.redo() == f"redone: {done} (now at 1 of 1)"
    for place in ("verse", "1"):
        desk.history.go_to("0")
        assert desk.history.go_to(place) == f"now at state 1 of 1: {done}"


def test_several_steps_are_undone_and_redone_at_once_and_named_in_one_line(desk: Desk) -> None:
    numbers = [desk.paint(column) for column in range(6)]
    desk.set(FREEZE, 1)
    desk.laid()
    told = "edit/freeze/on 1; cell 5 made; cell 4 made"
    assert desk.history.undo(3) == f"undone 3 steps: {told} (now at 4 of 7)"
    assert desk.store[FREEZE] == 0
    assert [removed for _, removed in desk.laid()] == [numbers[:3:-1]]
    told = "cell 4 made; cell 5 made; edit/freeze/on 1"
    assert desk.history.redo(9) == f"redone 3 steps, all that there are: {told} (now at 7 of 7)"
    assert desk.store[FREEZE] == 1
    assert "cell 3 made; and 3 more (now at 0 of 7)" in desk.history.undo(7)
    with pytest.raises(ParameterError, match="there is nothing to undo"):
        desk.history.undo(2)


def test_what_was_painted_keeps_the_name_that_it_was_given_before_it_was_made(desk: Desk) -> None:
    desk.history.paint("cell", "cell", ("at", 5, 0, 0, 1), "cell 5")
    desk.history.rename("dot")
    desk.history.note_made(Overlay.of_cell(1, (5, 0, 0), 1, (2, 3)), "cell 5 made")
    assert desk.history.undo() == "undone: cell 5 made, named dot (now at 0 of 1)"


@pytest.mark.parametrize(
    ("name", "told"),
    [("", "1..64 printable"), (" a", "no spaces at its ends"), ("x" * 65, "this one has 65"),
     ("a\nb", "1..64 printable"), ("12", "cannot be called 12: that is the number of a state")],
)  # fmt: skip
def test_a_state_has_a_name_that_can_be_shown_and_found(desk: Desk, name: str, told: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(told)):
        desk.history.rename(name)
    assert desk.names == ["start"]


def test_a_name_is_that_of_one_state(desk: Desk) -> None:
    desk.history.rename("x" * 64)
    desk.history.rename("verse")
    desk.paint()
    text = "state 1 is now called verse; state 0 has lost that name"
    assert desk.history.rename("verse") == text
    assert desk.history.rename("verse") == "state 1 is now called verse"
    assert desk.names == ["start", "verse"]


def test_a_name_that_no_state_has_is_answered_with_those_there_are(desk: Desk) -> None:
    with pytest.raises(ParameterError, match="'vers'; /distill/history/name NAME gives"):
        desk.history.go_to("vers")
    desk.history.rename("verse")
    with pytest.raises(
        ParameterError, match=re.escape("'vers' (did you mean 'verse'?); named: ve")
    ):
        desk.history.go_to("vers")


def test_a_named_state_that_a_new_edit_drops_can_still_be_gone_to(desk: Desk) -> None:
    first = desk.paint(1)
    desk.set(FREEZE, 1)
    second = desk.paint(2)
    desk.history.rename("chorus")
    desk.history.go_to("0")
    desk.set(MASK, 1)
    third = desk.paint(3)
    # A second new edit: what the first one has dropped does not come back by itself.
    assert desk.names == ["start", "edit/mask/on 1", "cell 3 made"]
    assert desk.history.kept_names == ("chorus",)
    desk.laid()
    assert desk.history.go_to("chorus") == "now at state 3 of 3: back to chorus"
    assert desk.laid() == [([first, second], [third])]
    assert (desk.store[FREEZE], desk.store[MASK], desk.history.kept_names) == (1, 0, ())
    desk.history.undo()
    assert desk.laid() == [([third], [first, second])]
    assert (desk.store[FREEZE], desk.store[MASK]) == (0, 1)
    desk.history.redo()
    assert desk.names[-1] == "chorus"


def test_a_named_state_comes_back_with_what_a_refused_edit_has_dropped(desk: Desk) -> None:
    desk.paint(1)
    desk.history.rename("chorus")
    desk.history.undo()
    desk.history.paint("cell", "cell", ("at", 5, 0, 0, 99), "cell 5")
    assert desk.history.kept_names == ("chorus",)
    desk.history.note_refused(2)
    assert (desk.names, desk.history.kept_names) == (["start", "chorus"], ())


def test_the_name_of_what_is_refused_stays_with_what_sounds(desk: Desk) -> None:
    first = desk.paint(1)
    desk.history.paint("cell", "cell", ("at", 5, 0, 0, 99), "cell 5")
    desk.history.rename("chorus")
    desk.history.note_refused(2)
    assert desk.history.kept_names == ("chorus",)
    desk.history.undo()
    desk.sent.clear()
    desk.history.go_to("chorus")
    assert desk.laid() == [([first], [])]


def test_named_states_outlive_what_was_painted_and_room_for_the_oldest(desk: Desk) -> None:
    desk.paint(1)
    desk.history.rename("verse")
    desk.set(FREEZE, 1)
    desk.history.begin_segment()
    assert desk.names == ["start", "verse", "edit/freeze/on 1"]
    desk.history._history._limit = 3
    desk.history.go_to("verse")
    desk.history.undo()
    desk.history.rename("bare")
    desk.history.go_to("2")
    desk.set(MASK, 1)
    assert desk.names == ["verse", "edit/freeze/on 1", "edit/mask/on 1"]
    assert desk.history.kept_names == ("bare",)
    desk.history.go_to("bare")
    assert (desk.store[FREEZE], desk.store[MASK]) == (0, 0)


@pytest.mark.parametrize("seed", range(8))
def test_undo_after_any_changes_restores_every_state(seed: int) -> None:
    random, desk = np.random.default_rng(seed), Desk()
    lying: set[int] = set()
    states: list[tuple[bytes, set[int]]] = [(desk.store.raw(), set())]

    def follow() -> None:
        for laid, removed in desk.laid():
            lying.difference_update(removed)
            lying.update(laid)

    changes: list[Callable[[], object]] = [
        lambda: desk.set(MASK, 1 - desk.store[MASK]),
        lambda: desk.set(FREEZE, 1 - desk.store[FREEZE]),
        lambda: lying.add(desk.paint(int(random.integers(50)))),
    ]
    for _ in range(40):
        random.choice(changes)()
        follow()
        states.append((desk.store.raw(), set(lying)))
    for position in random.integers(0, 41, 30).tolist():
        desk.history.go_to(str(position))
        follow()
        assert (desk.store.raw(), lying) == states[position]
