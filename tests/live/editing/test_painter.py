"""Cells and regions that are painted while the engine plays."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from distill_live.codes.edit import EditContext
from distill_live.codes.history.overlay import Overlay
from distill_live.codes.timeline import Codes, Timeline
from distill_live.edits.mutate import Mutate
from distill_live.edits.swap import Swap
from distill_live.edits.time.move import Move
from distill_live.live.ipc.messages import OverlayMade, OverlayRefused, SegmentBegan
from distill_live.live.replay.exact import replay_log
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.parameters import Parameter
from tests.live.player import EDITS, SETTINGS, Player

SECOND = 48_000


class Backwards:
    """A window of columns backwards; on a region, the whole of it."""

    name, doc, window = "backwards", "Backwards.", "columns"
    parameters = (Parameter("columns", "int", 1, 64, 4, "columns", "How many columns."),)

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        return codes[::-1].copy()


class Cut:
    """Only on files."""

    name, doc, scope, window = "cut", "Drops columns.", "file", 1
    parameters: tuple[Parameter, ...] = ()

    def change(self, codes: Codes, start: int, end: int, context: EditContext) -> Codes:
        return np.delete(codes, slice(start, end), axis=0)


class Copy:
    """Copies a region to where it ends."""

    name, doc, scope, window = "copy", "Copies.", "region", 1
    parameters: tuple[Parameter, ...] = ()

    def change(self, codes: Codes, start: int, end: int, context: EditContext) -> Codes:
        copied = codes.copy()
        copied[end : 2 * end - start] = codes[start:end]
        return copied


ALL = (*EDITS, Backwards(), Cut(), Copy(), Mutate(), Swap())


@pytest.fixture(scope="module")
def undisturbed(tiny_model: LoadedVQModel) -> np.ndarray:
    return Player(tiny_model).hear(3 * SECOND)


@pytest.fixture(scope="module")
def refusing(tiny_model: LoadedVQModel) -> Player:
    """One that is asked only for what it refuses."""
    player = Player(tiny_model, edits=ALL)
    player.hear(SECOND)
    return player


@pytest.fixture
def player(tiny_model: LoadedVQModel) -> Player:
    """One that has been heard for a second."""
    player = Player(tiny_model, edits=ALL)
    player.hear(SECOND)
    return player


def timeline(player: Player) -> Timeline:
    return player.engine._generator.timeline


def ask(player: Player, name: str, *arguments: Any) -> None:
    player.engine.carry_out(name, arguments)
    player.work()


def made(player: Player) -> list[Overlay]:
    assert [one for one in player.reports if isinstance(one, OverlayRefused)] == []
    return [one.overlay for one in player.reports if isinstance(one, OverlayMade)]


def refusal(player: Player) -> str:
    """Why the last request was refused."""
    refused = player.reports[-1]
    assert isinstance(refused, OverlayRefused)
    return refused.reason


def other_code(player: Player, column: int, band: int = 0, level: int = 0) -> int:
    """A code that a cell does not have."""
    return int(timeline(player).raw(column, column + 1)[0, band, level] + 5) % 16


def first_difference(one: np.ndarray, other: np.ndarray) -> int:
    changed = np.flatnonzero(one != other[: len(one)])
    return int(changed[0]) if len(changed) else len(one)


def test_a_cell_of_the_column_that_sounds_is_heard_as_fast_as_an_edit(
    player: Player, undisturbed: np.ndarray
) -> None:
    column, _ = player.engine._generator.next_change()
    ask(player, "cell", 1, "ahead", 0, 0, 0, other_code(player, column))
    heard = player.hear(SECOND)
    first = first_difference(heard, undisturbed[SECOND:])
    assert SETTINGS.guard <= first < SETTINGS.guard + 2 * 480
    assert player.status["futures"] == 1


@pytest.mark.parametrize("ahead", [3, 30])
def test_a_cell_further_ahead_changes_nothing_before_its_time(
    player: Player, undisturbed: np.ndarray, ahead: int
) -> None:
    column, _ = player.engine._generator.next_change()
    code = 7 if ahead == 30 else other_code(player, column + ahead)
    ask(player, "cell", 1, "at", column + ahead, 2, 0, code)
    # What is not made yet needs no new future.
    assert player.status["futures"] == (1 if ahead == 3 else 0)
    begins = player.engine._generator.playhead._decoder.start_of(column + ahead)
    heard = np.r_[player.hear(SECOND), player.hear(SECOND)]
    first = SECOND + first_difference(heard, undisturbed[SECOND:])
    assert first >= min(begins, 3 * SECOND)
    assert (first < 3 * SECOND) == (ahead == 3)
    drawn, played = timeline(player).raw(0, 40), timeline(player).edited(0, 40)
    expected = drawn.copy()
    end = int(player.status["column"])
    if column + ahead < 40:
        expected[column + ahead, 2, 0] = code
    np.testing.assert_array_equal(played[:end], expected[:end])


def test_a_region_is_edited_once_and_stays_when_the_columns_under_it_are_drawn_again(
    player: Player,
) -> None:
    column, _ = player.engine._generator.next_change()
    before = timeline(player).raw(column, column + 6)
    ask(player, "region", 1, "ahead", 1, 5, "backwards --levels structure")
    (overlay,) = made(player)
    assert (overlay.start, overlay.end) == (column + 1, column + 6)
    np.testing.assert_array_equal(overlay.mask, np.broadcast_to([True, False, False], (5, 8, 3)))
    player.parameters.set("seed", 9)
    player.hear(SECOND)
    played, drawn = (
        plane(column + 1, column + 6) for plane in (timeline(player).edited, timeline(player).raw)
    )
    np.testing.assert_array_equal(played[:, :, 0], before[:0:-1, :, 0])
    np.testing.assert_array_equal(played[:, :, 1:], drawn[:, :, 1:])
    assert (drawn != before[1:]).any()


def test_a_region_that_is_not_drawn_yet_is_drawn_first(player: Player) -> None:
    end = timeline(player).end
    ask(player, "region", 1, "at", end + 10, 20, "backwards")
    (overlay,) = made(player)
    assert (overlay.start, overlay.end) == (end + 10, end + 30)
    player.hear(4 * SECOND)
    np.testing.assert_array_equal(
        timeline(player).edited(end + 10, end + 30), timeline(player).raw(end + 10, end + 30)[::-1]
    )


@pytest.mark.parametrize("edit", ["move to=+30", "swap . : {}:{}"])
def test_the_other_place_of_a_region_may_not_be_drawn_yet(
    tiny_model: LoadedVQModel, edit: str
) -> None:
    player = Player(tiny_model, edits=(*EDITS, Move(), Swap()))
    player.hear(SECOND)
    first, drawn = timeline(player).end - 4, timeline(player).end
    ask(player, "region", 1, "at", first, 4, edit.format(first + 30, first + 34))
    assert timeline(player).end >= first + 34 > drawn
    (overlay,) = made(player)
    assert (overlay.start, overlay.end) == (first, first + 34)
    np.testing.assert_array_equal(
        player.engine._generator.edited.laid(first + 30, first + 34),
        timeline(player).raw(first, first + 4),
    )


@pytest.mark.parametrize("to", ["+70", "-900", "99999", "+99999999999"])
def test_a_place_out_of_reach_is_refused_before_anything_is_drawn(
    tiny_model: LoadedVQModel, to: str
) -> None:
    player = Player(tiny_model, edits=(*EDITS, Move()))
    player.hear(SECOND)
    drawn = timeline(player).end
    ask(player, "region", 1, "at", drawn - 4, 4, f"move to={to}")
    place = drawn - 4 + int(to) if to[0] in "+-" else int(to)
    assert refusal(player) == (
        f"4 columns do not fit at column {place}: the grid has the columns 0:{drawn + 64}; legal: "
        f"to=0..{drawn + 60}, or to=+N or -N, counted from the region"
    )
    assert timeline(player).end == drawn


def test_a_place_that_is_only_partly_within_reach_is_refused_once_that_is_known(
    tiny_model: LoadedVQModel,
) -> None:
    player = Player(tiny_model, edits=(*EDITS, Move()))
    player.hear(SECOND)
    drawn = timeline(player).end
    ask(player, "region", 1, "at", drawn - 4, 4, f"move to={drawn + 62}")
    assert refusal(player).startswith(f"4 columns do not fit at column {drawn + 62}: the grid has")
    assert not player.engine._painter.is_due and not player.engine._painter.requests.waiting


def test_a_region_that_was_heard_is_changed_when_it_is_played_again(
    player: Player, undisturbed: np.ndarray
) -> None:
    ask(player, "region", 1, "at", 2, 4, "backwards")
    assert player.status["futures"] == 0
    np.testing.assert_array_equal(player.hear(SECOND), undisturbed[SECOND : 2 * SECOND])
    ask(player, "rewind", 2.0, "same")
    player.hear(SECOND)
    np.testing.assert_array_equal(timeline(player).edited(2, 6), timeline(player).raw(2, 6)[::-1])


def test_in_a_loop_its_columns_are_painted_and_edited(player: Player) -> None:
    player.engine.motion.loop(0.5)
    player.hear(SECOND)
    ask(player, "region", 1, "loop", 0, 0, "mask --levels detail")
    (overlay,) = made(player)
    start, end = overlay.start, overlay.end
    ask(player, "cell", 2, "ahead", 1000, 3, 0, 7)
    cell = made(player)[1]
    assert start <= cell.start < end
    player.hear(SECOND)
    loop = timeline(player).edited(start, end)
    assert len(np.unique(loop[:, :, 2])) == 1
    assert loop[cell.start - start, 3, 0] == 7


def test_an_edit_of_the_whole_grid_paints_what_it_has_changed(player: Player) -> None:
    end = timeline(player).end
    ask(player, "region", 1, "at", end - 6, 3, "copy")
    (overlay,) = made(player)
    assert overlay.start >= end - 3
    codes = player.engine._generator.edited.laid(end - 6, end)
    np.testing.assert_array_equal(codes[3:], codes[:3])


def test_overlays_are_taken_away_and_laid_again(player: Player, undisturbed: np.ndarray) -> None:
    column, _ = player.engine._generator.next_change()
    ask(player, "cell", 1, "at", column + 3, 0, 0, other_code(player, column + 3))
    ask(player, "lay", (), (1,))
    heard = player.hear(SECOND)
    np.testing.assert_array_equal(heard, undisturbed[SECOND : 2 * SECOND])
    laid = [one.overlay for one in player.reports if isinstance(one, OverlayMade)]
    ask(player, "lay", tuple(laid), ())
    ask(player, "rewind", 1.0, "same")
    player.hear(SECOND)
    changed = timeline(player).edited(0, 20) != timeline(player).raw(0, 20)
    assert np.argwhere(changed).tolist() == [[column + 3, 0, 0]]


@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("cell", ("at", 20, 8, 0, 1), "band 9 is out of range; legal: 1..8"),
        ("cell", ("at", 20, 0, 3, 1), "level 4 is out of range; legal: 1..3"),
        ("cell", ("at", 20, 0, 0, 16), "code 16 is out of range; legal: 0..15"),
        ("cell", ("ahead", 5000, 0, 0, 1), "column 501"),
        ("region", ("at", 5, 0, "backwards"), "count 0 is out of range; legal: 1..1024"),
        ("region", ("ahead", 90, 5, "backwards"), "column 10"),
        ("region", ("at", 5, 3, "backward"), "there is no edit 'backward' (did you mean"),
        ("region", ("at", 5, 3, "backwards 3:5"), "'3:5' is one word too many: the columns"),
        ("region", ("at", 5, 3, "cut"), "cut changes the number of columns, so it works only on"),
        (
            "region",
            ("at", 5, 3, "backwards --levels air"),
            "there is no level 'air'; legal: structure",
        ),
        ("region", ("loop", 0, 0, "backwards"), "no loop or hold is playing"),
    ],
)
def test_what_cannot_be_painted_is_refused_with_what_is_legal(
    refusing: Player, name: str, arguments: tuple[Any, ...], reason: str
) -> None:
    ask(refusing, name, 1, *arguments)
    refused = refusing.reports.pop()
    assert isinstance(refused, OverlayRefused)
    assert refused.reason.startswith(reason)
    assert refusing.status["futures"] == 0


@pytest.mark.parametrize(
    ("columns", "fault"),
    [("0:4", "are out of reach"), ("900:904", "are out of reach"), ("41:41", "select nothing")],
)
def test_the_columns_of_the_stream_that_a_region_can_take_are_named(
    player: Player, columns: str, fault: str
) -> None:
    player.engine.motion.prime(np.zeros((40, 8, 3), np.int64))
    player.hear(SECOND)
    oldest, end = player.engine._generator.edited.oldest, timeline(player).end
    assert oldest > 0
    ask(player, "region", 1, "ahead", 0, 4, f"swap . : {columns}")
    told = (
        f"columns {columns!r} {fault}; legal: columns within {oldest}:{end + 64}, whose codes are"
    )
    assert refusal(player).startswith(told)


def test_places_that_overlap_are_named_by_the_numbers_of_their_columns(player: Player) -> None:
    player.engine.motion.prime(np.zeros((40, 8, 3), np.int64))
    player.hear(SECOND)
    first = player.engine._generator.edited.oldest
    ask(player, "region", 1, "at", first, 4, f"swap . : {first + 2}:{first + 6}")
    assert f"{first}:{first + 4} and {first + 2}:{first + 6} overlap" in refusal(player)


def test_a_region_of_a_loop_that_is_too_long_says_how_much_is_possible(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distill_live.live.editing.painter.REGION_COLUMNS", 4)
    player = Player(tiny_model, edits=ALL)
    player.hear(SECOND)
    player.engine.motion.loop(0.5)
    player.hear(SECOND)
    ask(player, "region", 1, "loop", 0, 0, "mask")
    assert player.reports[-1] == OverlayRefused(
        1, "the loop has 7 columns; a region can have at most 4: loop less, or give the columns"
    )


def test_requests_that_another_segment_overtakes_are_refused_before_it_is_reported(
    player: Player,
) -> None:
    end = timeline(player).end
    player.engine.carry_out("region", (1, "at", end + 60, 4, "backwards"))
    player.engine.motion.prime(np.zeros((40, 8, 3), np.int64))
    player.work()
    late = "the stream began anew before it could be painted"
    assert player.reports[-2:] == [OverlayRefused(1, late), SegmentBegan(1)]
    assert not player.engine._painter.is_due


def test_requests_that_come_after_a_prime_are_carried_out_in_its_segment(player: Player) -> None:
    player.engine.carry_out("cell", (1, "ahead", 0, 0, 0, 3))
    player.engine.motion.prime(np.zeros((40, 8, 3), np.int64))
    player.engine.carry_out("cell", (2, "ahead", 0, 1, 0, 3))
    player.work()
    assert SegmentBegan(1) in player.reports
    overlay = made(player)[-1]
    assert overlay.number == 2
    assert player.engine._generator.edited.has(2)


def test_what_belongs_to_an_earlier_segment_is_not_painted_later(player: Player) -> None:
    ask(player, "cell", 1, "ahead", 0, 0, 0, 3)
    (overlay,) = made(player)
    ask(player, "cell", 3, "ahead", 0, 0, 1, 3)
    player.engine.motion.prime(np.zeros((40, 8, 3), np.int64))
    player.work()
    # An undo that came too late, and a region that had to wait for its clip.
    ask(player, "lay", (overlay,), ())
    ask(player, "region", 2, "ahead", 0, 2, "mask")
    assert isinstance(player.reports[-1], OverlayRefused)
    assert not any(map(player.engine._generator.edited.has, (1, 2, 3)))


def test_an_engine_that_takes_over_knows_all_overlays_that_it_is_told_of(player: Player) -> None:
    column, _ = player.engine._generator.next_change()
    overlay = Overlay.of_cell(7, (column, 0, 0), 3, (8, 3))
    ask(player, "lay", (overlay,), (9,))
    player.engine.motion.prime(np.zeros((40, 8, 3), np.int64))
    player.work()
    assert player.reports[-1] == SegmentBegan(9)


def test_a_new_segment_begins_without_overlays_and_says_so(player: Player) -> None:
    ask(player, "cell", 4, "at", 40, 0, 0, 3)
    player.engine.motion.prime(np.zeros((40, 8, 3), np.int64))
    player.hear(SECOND)
    assert player.reports[-1] == SegmentBegan(4)
    assert timeline(player).edited(40, 41)[0, 0, 0] == timeline(player).raw(40, 41)[0, 0, 0]


def test_the_log_renders_to_what_was_heard_with_edits_and_undo(
    player: Player, tiny_model: LoadedVQModel
) -> None:
    heard = [np.zeros(SECOND, np.float32)]
    for number in range(6):
        ask(player, "cell", 2 * number + 1, "ahead", number, number, 0, 3)
        ask(player, "region", 2 * number + 2, "ahead", 2, 3, "backwards")
        heard.append(player.hear(4_800))
        ask(player, "lay", (), (2 * number + 1,))
        heard.append(player.hear(4_800))
    entries = [{"deck": 0, **json.loads(line)} for line in player.journal.read()]
    log = [
        {"op": "engine", "deck": 0, "position": 0},
        *entries,
        {"op": "end", "deck": 0, "heard": player.ring.read_position},
    ]
    rendered = replay_log(log, lambda entry: tiny_model)
    np.testing.assert_array_equal(rendered[SECOND:], np.concatenate(heard)[SECOND:])


def test_requests_are_carried_out_in_the_order_in_which_they_came(player: Player) -> None:
    player.engine.motion.loop(0.5)
    for number in (1, 2):
        player.engine.carry_out("region", (number, "loop", 0, 0, "backwards"))
    player.engine.motion.release()
    player.engine.motion.hold()
    player.engine.carry_out("region", (3, "loop", 0, 0, "mask"))
    player.work()
    one, two, three = made(player)
    assert (one.start, one.end) == (two.start, two.end)
    assert three.end == three.start + 1


def test_a_region_takes_codes_of_a_clip_or_of_the_stream_itself(player: Player) -> None:
    clip = np.full((20, 8, 3), 7, np.int64)
    ask(player, "region", 1, "at", 4, 2, "swap rain : 3:5 --levels timbre", clip)
    ask(player, "region", 2, "at", 6, 3, "swap . : 10:13")
    one, two = made(player)
    codes = player.engine._generator.edited.laid(0, 16)
    drawn = timeline(player).raw(0, 16)
    assert (codes[4:6, :, 1] == 7).all()
    assert (one.start, one.end) == (4, 6)
    np.testing.assert_array_equal(codes[6:9], drawn[10:13])
    np.testing.assert_array_equal(codes[10:13], drawn[6:9])
    assert (two.start, two.end) == (6, 13)
    assert not two.mask[3:4].any()


def test_a_region_has_a_seed_of_its_own_unless_one_is_given_and_0_is_one(player: Player) -> None:
    for number, seed in ((1, ""), (2, " --seed 0"), (3, " --seed 7")):
        ask(player, "region", number, "at", 4, 2, f"mutate share=1{seed}")
    texts = [one.text for one in player.reports if isinstance(one, OverlayMade)]
    assert texts == [f"mutate 4:6 share=1 --seed {seed}" for seed in (1, 0, 7)]


def test_a_region_is_told_with_the_names_of_its_levels(player: Player) -> None:
    for number, levels in ((1, "1"), (2, "0:2"), (3, "Detail"), (4, "1,2")):
        ask(player, "region", number, "at", 4, 2, f"mask --levels {levels} --seed 0")
    texts = [one.text for one in player.reports if isinstance(one, OverlayMade)]
    told = ("timbre", "structure,timbre", "detail", "timbre,detail")
    assert texts == [f"mask 4:6 --levels {levels} --seed 0" for levels in told]
    # The log keeps what was asked for.
    logged = [json.loads(line) for line in player.journal.read()]
    assert "mask --levels 1 --seed 0" in str(logged)


def test_a_cell_is_named_as_its_address_is_written(tiny_model: LoadedVQModel) -> None:
    labels = ["Structure", "Timbre", "High Air"]
    renamed = replace(tiny_model, metadata=tiny_model.metadata | {"level_labels": labels})
    player = Player(renamed, edits=ALL)
    player.hear(SECOND)
    ask(player, "cell", 1, "at", 4, 0, 2, 7)
    assert [one.text for one in player.reports if isinstance(one, OverlayMade)] == [
        "cell 4 1 high_air 7"
    ]
