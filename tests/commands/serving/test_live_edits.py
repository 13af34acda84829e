"""How `serve` joins the history of edits to requests, presets, patches and clients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from distill_live.codes.grid import CodeGrid
from distill_live.codes.history.overlay import Overlay
from distill_live.control.namespace.address import Reply
from distill_live.live.clips.clip import Clip, Codec
from distill_live.live.ipc.messages import (
    EditFailed,
    Message,
    OverlayMade,
    OverlayRefused,
    RegionToDraw,
    Request,
    RequestDone,
)
from tests.commands.serving.test_controls import ANNA, PATCH, Stand
from tests.tools import wait_until

FREEZE = "edit/freeze/on"
BERT = ("osc", "127.0.0.1", 9002)


class Edited(Stand):
    """Controls of a server that was not started, and what its engine would be asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked: list[Request] = []
        self.server.deck.worker.send = self.asked.append
        self.server.clips._library._folder = folder / "library"

    def names(self) -> list[object]:
        """The names of all states, as a client is told."""
        return [entry[1] for address, entry in self.osc("/distill/history") if address]

    def carry_out(self) -> None:
        """Carry out the requests that wait for the main thread."""
        self.server._requests.carry_out_waiting()

    def keep_clip(self, name: str) -> None:
        """Put a clip of the model that plays into the library."""
        codec, codes = self.server.deck.codec, np.zeros((3, 1, 2), np.int64)
        grid = CodeGrid(codes, codec.name, codec.sha256, ("Body", "Air"), 16, 4_096)
        self.server.clips._library.put(Clip(name, grid, 3 * 4_096))

    def requests(self, name: str) -> list[tuple[object, ...]]:
        return [request.arguments for request in self.asked if request.name == name]


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Edited]:
    stand = Edited(tmp_path)
    yield stand
    stand.server.clips.close()


def test_panic_reset_and_presets_are_entries_that_can_be_undone(stand: Edited) -> None:
    stand.osc(f"/distill/{FREEZE}", 1)
    stand.osc("/distill/preset/store", "cold")
    stand.osc("/distill/reset", "edit")
    stand.osc("/distill/preset", "cold", 0)
    stand.osc("/distill/panic")
    assert stand.names() == ["start", "edit/freeze/on 1", "reset edit", "preset cold", "panic"]
    frozen = []
    for _ in range(4):
        stand.osc("/distill/undo")
        frozen.append(stand.store[FREEZE])
    assert frozen == [1, 0, 1, 0]


@pytest.mark.parametrize(
    ("sent", "left"),
    [((), 2), ((0,), 3), ((0.2,), 3), ((0.7,), 2), ((1.0,), 2), ((3,), 0), ((3.0,), 0), ((9,), 0),
     ((2.5,), 3), ((-1,), 3), ((1, 1), 3)],
)  # fmt: skip
def test_a_number_says_how_many_steps_are_undone_and_a_button_is_one(
    stand: Edited, sent: tuple[float, ...], left: int
) -> None:
    for order in (["freeze"], [], ["freeze"]):
        stand.osc("/distill/edit/order", *order)
    assert stand.controls._edits.history.position[0] == 3
    stand.osc("/distill/undo", *sent)
    assert stand.controls._edits.history.position[0] == left
    stand.osc("/distill/redo", 3 - left)
    assert stand.controls._edits.history.position[0] == 3


def test_cells_with_the_same_stroke_are_one_entry_whoever_sends_them(stand: Edited) -> None:
    stand.osc("/distill/cell", 120, 1, "body", 3, 4711)
    stand.router.receive_osc([("/distill/cell", (121, 1, "body", 3, 4711))], BERT)
    stand.osc("/distill/cell/ahead", 0, 1, "body", 3, 4711)
    stand.osc("/distill/cell", 122, 1, "body", 3)
    assert stand.names() == ["start", "paint 3 cells", "cell 122 1 body 3"]


def test_a_preset_that_takes_its_time_is_one_entry(stand: Edited) -> None:
    stand.osc("/distill/edit/freeze/band", 60)
    stand.osc("/distill/preset/store", "high")
    stand.osc("/distill/edit/freeze/band", 0)
    stand.osc("/distill/preset", "high", 0.05)
    wait_until(lambda: stand.tick() or stand.store["edit/freeze/band"] == 60, "the preset")
    assert stand.names()[-1] == "preset high"
    stand.osc("/distill/undo")
    assert stand.store["edit/freeze/band"] == 0


def test_a_preset_keeps_the_order_of_edits(stand: Edited) -> None:
    assert stand.osc("/distill/edit/order", "freeze") == []
    stand.osc("/distill/preset/store", "ordered")
    stand.osc("/distill/edit/order")
    stand.osc("/distill/preset", "ordered", 0)
    assert stand.requests("order")[-2:] == [((),), (("freeze",),)]
    assert stand.names()[-1] == "preset ordered"


def test_an_order_in_a_patch_counts_when_the_patch_is_used_and_not_again(stand: Edited) -> None:
    ordered = PATCH % "ignore" + "order: [freeze]\n"
    stand.patch.write_text(ordered)
    wait_until(lambda: stand.controls.tick() or stand.requests("order"), "the patch's order")
    stand.osc("/distill/edit/order")
    stand.patch.write_text(ordered + "# changed\n")
    wait_until(lambda: stand.controls.tick() or len(stand.lines) > 1, "the patch again")
    assert stand.requests("order") == [(("freeze",),), ((),)]


def test_clients_can_follow_the_history_and_the_order(stand: Edited) -> None:
    told: list[Reply] = []
    stand.feedback.subscribe("page", told.extend, 100.0, "/distill/stream/*")
    stand.osc("/distill/edit/freeze/on", 1)
    expected = ("/distill/stream/history", (1, 1, "edit/freeze/on 1"))
    wait_until(lambda: stand.tick() or expected in told, "the history")
    assert ("/distill/stream/edit_order", ("freeze",)) in told


def test_an_edit_that_is_not_understood_is_answered_at_once(stand: Edited) -> None:
    [(address, (name, reason))] = stand.osc("/distill/region", 5, 3, "mask", "--levels")
    assert (address, name) == ("/distill/error", "/distill/region")
    assert str(reason).startswith("--levels needs a value; usage: mask [COLUMNS]")
    assert stand.names() == ["start"]


def test_the_history_names_levels_before_the_engine_has_answered(stand: Edited) -> None:
    stand.osc("/distill/region", 5, 3, "mask --levels 1")
    stand.osc("/distill/cell/ahead", 2, 1, 1, 7)
    stand.osc("/distill/region/ahead", 0, 3, "mask --levels 9")
    assert stand.names()[1:] == [
        "region: mask --levels air", "cell/ahead 2 1 body 7", "region/ahead: mask --levels 9",
    ]  # fmt: skip
    # The engine gets what was asked for, as session logs of earlier versions have it.
    assert stand.requests("region")[0][4] == "mask --levels 1"


@pytest.mark.parametrize("edit", ["copy", "move --levels air"])
def test_a_copy_must_say_where_it_goes(stand: Edited, edit: str) -> None:
    [(address, (_, reason))] = stand.osc("/distill/region/ahead", 0, 3, edit)
    assert address == "/distill/error"
    name = edit.split()[0]
    assert reason == (
        f"{name} needs to=COLUMN: to=+8 is 8 columns after the region's first one, to=240 is "
        "column 240 of the stream"
    )
    assert stand.osc("/distill/region/ahead", 0, 3, f"{edit} to=+1s") == []
    assert stand.osc("/distill/region/ahead", 0, 3, f"{edit} to=0") == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("swap/on", 'swap has no switch; it changes a region once: /distill/region COLUMN COUNT '
                    '"swap CLIP", or /distill/region/loop "swap CLIP"'),
        ("resample/takes", "resample has no switch; it changes a region once: /distill/region COL"),
        ("stretch", "stretch changes the number of columns, so it works only on files"),
        ("blend/on", "blend is switched on by /distill/blend"),
    ],
)  # fmt: skip
def test_an_edit_without_a_switch_says_how_it_is_used(stand: Edited, name: str, told: str) -> None:
    [(address, (_, reason))] = stand.osc(f"/distill/edit/{name}", 1)
    assert address == "/distill/error"
    assert str(reason).startswith(f"unknown OSC address /distill/edit/{name}: {told}")


def test_the_words_of_an_edit_may_come_one_by_one(stand: Edited) -> None:
    assert stand.osc("/distill/region", 5, 3, "mutate", "share=0.5", "--bands", 2) == []
    assert stand.requests("region") == [(1, "at", 5, 3, "mutate share=0.5 --bands 2", None)]


def test_an_edit_with_a_clip_that_there_is_not_is_refused(stand: Edited) -> None:
    told: list[object] = []
    stand.controls._answers["osc"] = lambda sender, messages: told.extend(messages)
    stand.osc("/distill/region", 5, 3, "swap rain : 0:3")
    stand.server._requests.carry_out_waiting()
    [(_, (name, reason))] = told
    assert (name, str(reason)[:14]) == ("/distill/region", "no clip 'rain'")
    assert stand.names() == ["start"]


def test_a_refusal_by_the_engine_reaches_whoever_has_asked(stand: Edited) -> None:
    told: list[object] = []
    stand.controls._answers["osc"] = lambda sender, messages: told.extend(messages)
    stand.osc("/distill/cell", 5, 99999, 1, 3)
    stand.osc("/distill/cell", 5, 3, "air", 300)
    assert stand.requests("cell") == [(1, "at", 5, 2, 1, 300)]
    refused = OverlayRefused(1, "code 300 is out of range")
    stand.server._reports.hear(stand.server.deck.worker, refused)
    assert told == [("/distill/error", ("/distill/cell", "code 300 is out of range"))]
    assert stand.lines[-1] == "refused /distill/cell: code 300 is out of range"


def test_an_outcome_reaches_only_the_client_whose_request_it_is_of(stand: Edited) -> None:
    told: list[tuple[object, object]] = []
    stand.controls._answers["osc"] = lambda sender, messages: told.extend(
        (sender, arguments) for _, arguments in messages
    )
    for sender in (ANNA, BERT):
        stand.router.receive_osc([("/distill/region", (5, 3, "mutate"))], sender)
    overlay = Overlay.of_cell(2, (5, 0, 0), 1, (1, 2))
    stand.server._reports.hear(stand.server.deck.worker, OverlayMade(overlay, "mutate 5:8"))
    assert told == [(BERT, ("region", "mutate 5:8"))]
    stand.server._reports.hear(stand.server.deck.worker, OverlayRefused(1, "too late"))
    assert told[1:] == [(ANNA, ("/distill/region", "too late"))]


def test_a_cell_is_answered_only_if_it_fails_and_then_to_the_client_that_asked(
    stand: Edited,
) -> None:
    told: list[object] = []
    stand.controls._answers["osc"] = lambda sender, messages: told.append(sender)
    for sender in (ANNA, BERT, ANNA):
        stand.router.receive_osc([("/distill/cell", (5, 1, 1, 3))], sender)
    # One that is not understood is answered at once, and is not taken for the others.
    stand.osc("/distill/cell", 5, 1, "fur", 3)
    overlay = Overlay.of_cell(1, (5, 0, 0), 1, (1, 2))
    stand.server._reports.hear(stand.server.deck.worker, OverlayMade(overlay, "cell 5 1 body 3"))
    stand.server._reports.hear(stand.server.deck.worker, OverlayRefused(2, "too late"))
    assert told == [BERT]


def test_two_fast_undos_of_clips_leave_both_to_redo(stand: Edited) -> None:
    for name in ("rain", "snow"):
        stand.keep_clip(name)
        stand.osc("/distill/edit/clip", name)
        stand.carry_out()
    stand.osc("/distill/undo")
    stand.osc("/distill/undo")
    stand.carry_out()
    assert stand.names() == ["start", "edit/clip rain", "edit/clip snow"]
    assert [name for _, name, _ in stand.requests("partner")] == ["rain", "snow", "rain", ""]
    stand.osc("/distill/redo")
    stand.carry_out()
    assert stand.requests("partner")[-1][1] == "rain"


def test_an_undo_of_a_clip_that_is_deleted_leaves_none(stand: Edited) -> None:
    for name in ("rain", "snow"):
        stand.keep_clip(name)
        stand.osc("/distill/edit/clip", name)
    stand.osc("/distill/clip/delete", "rain")
    stand.carry_out()
    stand.osc("/distill/undo")
    stand.carry_out()
    assert stand.requests("partner")[-1][:2] == ("edit", "")
    assert stand.lines[-1] == "edits: no clip; the clip rain is gone"


def test_a_region_with_a_clip_that_is_undone_at_once_is_never_painted(stand: Edited) -> None:
    stand.keep_clip("rain")
    stand.osc("/distill/region", 5, 3, "swap rain : 0:3")
    stand.osc("/distill/undo")
    stand.carry_out()
    assert stand.requests("region") == []
    stand.osc("/distill/redo")
    stand.carry_out()
    assert [one[:5] for one in stand.requests("region")] == [(1, "at", 5, 3, "swap rain : 0:3")]


def test_a_region_to_be_drawn_again_is_checked_at_once_and_then_asked_of_the_engine(
    stand: Edited,
) -> None:
    [(_, (_, reason))] = stand.osc("/distill/region/ahead", 0, 8, "resample takes=0")
    assert "takes" in str(reason)
    assert stand.osc("/distill/region/loop", "resample takes=2") == []
    assert stand.requests("region") == [(1, "loop", 0, 0, "resample takes=2")]
    assert stand.names() == ["start", "region/loop: resample takes=2"]


def to_draw(number: int) -> RegionToDraw:
    return RegionToDraw(number, 5, 3, "resample", 2, np.zeros((8, 1, 2), np.uint16))


def test_a_region_that_is_undone_is_not_drawn(stand: Edited) -> None:
    drawings = stand.server._regions._drawing._drawings
    stand.server.deck.blank = CodeGrid(
        np.zeros((0, 1, 2), np.int64), "rain", "abc", ("Body", "Air"), 16, 4_096
    )
    for number in (1, 2):
        stand.osc("/distill/region", 5, 3, "resample")
        stand.server._reports.hear(stand.server.deck.worker, to_draw(number))
    stand.osc("/distill/undo")
    drawings.keep(stand.server._regions._regions.has)
    assert list(drawings._waiting) == [1]
    stand.server._reports.hear(stand.server.deck.worker, to_draw(2))
    assert list(drawings._waiting) == [1]


def test_another_model_refuses_the_regions_that_wait(stand: Edited) -> None:
    told: list[object] = []
    stand.controls._answers["osc"] = lambda sender, messages: told.extend(messages)
    stand.osc("/distill/region", 5, 3, "resample")
    stand.server._begin_swap(stand.server.deck)
    reason = "another model began to play meanwhile"
    assert ("/distill/error", ("/distill/region", reason)) in told
    assert stand.names() == ["start"]


def test_an_engine_on_any_deck_begins_with_the_order(stand: Edited, tmp_path: Path) -> None:
    stand.osc("/distill/edit/order", "freeze")
    other = stand.server._requests._decks[1]
    other.put(tmp_path / "rain.distill", "cpu", stand.server._settings.engine)
    for deck in stand.server._requests._decks:
        (job,) = deck.worker.arguments
        assert job.order == ("freeze",)


def hear(stand: Edited, message: Message) -> None:
    """The engine that plays reports something."""
    stand.server._reports.hear(stand.server.deck.worker, message)


def test_what_an_engine_cannot_do_is_told_to_whoever_asked_in_their_words(stand: Edited) -> None:
    told: list[object] = []
    stand.controls._answers["osc"] = lambda sender, messages: told.extend(messages)
    for _ in range(2):
        stand.osc("/distill/loop/beats", 4)
    asked = [request.asked for request in stand.asked if request.name == "loop"]
    assert asked == [("loop/beats", (4.0,))] * 2
    # One that is done is not answered, and is not taken for the next one.
    hear(stand, RequestDone(("loop/beats", (4.0,))))
    stand.router.receive_osc([("/distill/loop/beats", (4,))], BERT)
    stand.osc("/distill/loop/columns", 9, 4)
    hear(stand, RequestDone(("loop/columns", (9, 4)), "columns 9..12 cannot be looped"))
    error = ("/distill/error", ("/distill/loop/columns", "columns 9..12 cannot be looped"))
    assert told == [error]
    assert stand.lines[-1] == "columns 9..12 cannot be looped"


def test_requests_that_an_engine_takes_with_it_are_told_to_whoever_asked(stand: Edited) -> None:
    told: list[object] = []
    stand.controls._answers["osc"] = lambda sender, messages: told.extend(messages)
    stand.osc("/distill/rewind", 2)
    stand.osc("/distill/loop", 1)
    hear(stand, RequestDone(("loop", (1.0,))))
    stand.server.on_engine_lost()
    assert told == [
        ("/distill/error", ("/distill/rewind", "the engine failed meanwhile: send it again"))
    ]
    assert stand.lines[-1].startswith("a rewind, loop or hold was lost")


def test_an_edit_that_fails_is_told_to_whoever_switched_it_on(stand: Edited) -> None:
    told: list[object] = []
    stand.controls._answers["osc"] = lambda sender, messages: told.append((sender, messages))
    stand.router.receive_osc([(f"/distill/{FREEZE}", (1,))], BERT)
    stand.osc(f"/distill/{FREEZE}/air", 1)
    hear(stand, EditFailed(FREEZE, "the edit 'freeze' failed and is now off"))
    error = ("/distill/error", (f"/distill/{FREEZE}", "the edit 'freeze' failed and is now off"))
    assert told == [(ANNA, [error])]
    assert stand.lines[-1] == "the edit 'freeze' failed and is now off"
    assert stand.store.levels(FREEZE, 2) == (0, 0)


def test_a_clip_that_is_let_go_is_told_to_whoever_chose_it(stand: Edited) -> None:
    told: list[object] = []
    stand.controls._answers["osc"] = lambda sender, messages: told.extend(messages)
    stand.keep_clip("rain")
    stand.osc("/distill/blend/clip", "rain")
    stand.carry_out()
    stand.server.deck.codec = Codec("wind", "b" * 64)
    stand.server.clips.slots.use(stand.server.deck)
    [_, (address, (name, text))] = told  # type: ignore[misc]
    assert (address, name) == ("/distill/error", "/distill/blend/clip")
    assert str(text).startswith("the clip rain is no longer chosen for blend")
