"""The columns that are shown are those that the engine plays: checked by its journal."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from distill_live.edits.time.reverse import Reverse
from distill_live.live.editing.column_teller import AT_ONCE, BUSY_TURNS, PAST_COLUMNS
from distill_live.live.ipc.messages import OverlayMade
from distill_live.live.ipc.shown_columns import (
    SHOWN_COLUMNS,
    UNKNOWN_ENTROPY,
    ColumnFlag,
    Shown,
)
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.player import EDITS, Player

SECOND = 48_000
COLUMN = 4_096
MASK = "edit/mask/on"


class Watched(Player):
    """A player whose columns are looked at. `played` are the codes with which each column of the
    segment was played last, by the journal; `raw` are those that were drawn or given."""

    def __init__(self, loaded: LoadedVQModel, **settings: Any) -> None:
        super().__init__(loaded, edits=(*EDITS, Reverse()), **settings)
        self.raw: dict[int, np.ndarray] = {}
        self.played: dict[int, np.ndarray] = {}

    def look(self) -> Shown:
        """What is shown when the engine rests, with the journal read up to there."""
        for _ in range(SHOWN_COLUMNS // 4):
            self.work()
        for line in self.journal.read():
            self._follow(json.loads(line))
        shown = self.shown.read()
        assert shown is not None
        return shown

    def codes(self) -> dict[int, np.ndarray]:
        """The codes [F, Q] that are shown, by column."""
        details = self.look().details
        return dict(zip(details.columns.tolist(), details.codes, strict=True))

    def flags(self) -> dict[int, int]:
        details = self.look().details
        return dict(zip(details.columns.tolist(), details.flags.tolist(), strict=True))

    def check(self, looks_ahead: int = 1) -> None:
        """Nothing is missing, what was played is shown so, and what is to be played will be, if
        all `looks_ahead` columns are drawn that edits look at with it."""
        shown, coming = self.codes(), int(self.status["column"]) + 1
        window = self.look()
        assert list(shown) == list(range(window.start, window.end))
        for column in self.played.keys() & shown.keys():
            np.testing.assert_array_equal(shown[column], self.played[column])
        before = set(self.played)
        self.hear(COLUMN)
        self.hear((window.end - coming) * COLUMN)
        self.look()
        whole = range(window.end - window.end % looks_ahead)
        for column in shown.keys() & (self.played.keys() - before) & set(whole):
            np.testing.assert_array_equal(shown[column], self.played[column])

    def _follow(self, note: dict[str, Any]) -> None:
        match note["op"]:
            case "begin_segment":
                self.played = {}
                self.raw = dict(enumerate(map(np.array, note["codes"])))
            case "cut":
                kept = range(note["column"])
                self.raw = {column: self.raw[column] for column in self.raw if column in kept}
                self.played = {one: self.played[one] for one in self.played if one in kept}
            case "draw":
                self.raw[note["column"]] = np.array(note["codes"])
                self.played.pop(note["column"], None)
            case "push":
                codes = note["codes"]
                column = note["column"]
                self.played[column] = self.raw[column] if codes is None else np.array(codes)

    def paint(self, number: int, column: int, code: int, where: str = "at") -> None:
        self.engine.carry_out("cell", (number, where, column, 2, 1, code))


@pytest.fixture
def player(tiny_model: LoadedVQModel) -> Watched:
    player = Watched(tiny_model)
    player.hear(2 * SECOND)
    return player


def test_what_is_drawn_is_shown_with_its_entropy_and_without_flags(player: Watched) -> None:
    player.check()
    found = player.look()
    assert (found.start, found.end) == (0, player.engine._generator.timeline.end)
    assert set(found.details.flags.tolist()) == {0}
    entropy = player.engine._generator.sampler.entropy
    expected = [round(1000 * entropy(column)) for column in range(found.end)]
    assert found.details.entropy.tolist() == expected


def test_edits_are_shown_on_columns_to_come_before_they_are_played(player: Watched) -> None:
    before = int(player.status["column"])
    player.parameters.set(MASK, 1, 1)
    player.check()
    flags = player.flags()
    assert not any(flags[column] for column in range(before - 1))
    assert flags[max(flags)] == ColumnFlag.EDITED
    player.parameters.set(MASK, 0, 1)
    player.check()
    assert player.flags()[max(flags) + 10] == 0


def test_an_edit_that_looks_ahead_is_shown_as_soon_as_all_that_it_needs_is_drawn(
    player: Watched,
) -> None:
    player.parameters.set("edit/reverse/columns", 4)
    player.parameters.set("edit/reverse/on", 1)
    player.hear(SECOND)
    shown, raw = player.codes(), player.raw
    whole = max(shown) // 4 * 4
    np.testing.assert_array_equal(shown[whole - 1], raw[whole - 4])
    player.check(looks_ahead=4)


def test_a_painted_cell_is_shown_at_once_on_what_is_to_come(player: Watched) -> None:
    column = player.look().end - 1
    old = int(player.raw[column][2, 1])
    player.paint(1, column, 15 - old)
    assert player.codes()[column][2, 1] == 15 - old
    assert player.flags()[column] == ColumnFlag.EDITED | ColumnFlag.PAINTED
    player.check()
    player.paint(2, column + 40, 3)
    player.hear(4 * SECOND)
    assert player.codes()[column + 40][2, 1] == 3
    player.check()


def test_undo_takes_a_cell_away_where_it_is_to_be_played_and_where_it_was_played(
    player: Watched,
) -> None:
    coming, past = player.look().end - 1, 5
    for number, column in enumerate((coming, past), 1):
        player.paint(number, column, 15 - int(player.raw[column][2, 1]))
    assert {column for column, flags in player.flags().items() if flags} == {past, coming}
    overlays = [one.overlay for one in player.reports if isinstance(one, OverlayMade)]
    player.engine.carry_out("lay", ((), (1, 2)))
    assert not any(player.flags().values())
    player.check()
    player.engine.carry_out("lay", (overlays, ()))
    assert player.flags()[past] == ColumnFlag.EDITED | ColumnFlag.PAINTED


def test_what_is_painted_on_the_past_is_played_when_it_is_gone_back_to(player: Watched) -> None:
    column = int(player.status["column"]) - 4
    code = 15 - int(player.look().details.codes[column][2, 1])
    player.paint(1, column, code)
    assert player.codes()[column][2, 1] == code
    player.engine.motion.rewind(1.0, "same")
    player.hear(SECOND)
    assert player.played.keys() or player.look()
    assert player.codes()[column][2, 1] == player.played[column][2, 1] == code
    player.check()


def test_after_a_rewind_another_future_is_shown_and_the_one_before_is_gone(
    player: Watched,
) -> None:
    player.hear(2 * SECOND)
    before = player.look()
    player.engine.motion.rewind(2.0)
    player.hear(4_800)
    after = player.look()
    assert (after.segment, after.start) == (before.segment, before.start)
    assert after.end < before.end
    player.check()


def test_the_same_future_again_does_not_count_as_changed_where_it_still_stands(
    player: Watched,
) -> None:
    before = player.look()
    player.engine.motion.rewind(0.3, "same")
    player.hear(4_800)
    after = player.look()
    common = slice(min(before.end, after.end))
    np.testing.assert_array_equal(before.details.codes[common], after.details.codes[common])
    found = player.shown.read(before.changes)
    assert found is not None
    assert found.details.columns.min(initial=before.end) > int(player.status["column"])


def test_a_loop_and_a_hold_show_what_repeats_also_when_edits_change_it(player: Watched) -> None:
    for move in (lambda: player.engine.motion.loop(0.5), player.engine.motion.hold):
        move()
        player.hear(SECOND)
        player.check()
        player.parameters.set(MASK, 1, 1)
        player.hear(SECOND)
        column = int(player.status["column"])
        player.check()
        assert player.flags()[column] & ColumnFlag.EDITED
        player.parameters.set(MASK, 0, 1)
        player.engine.motion.release()
        player.hear(SECOND)
    player.check()


def test_a_prime_begins_a_segment_whose_columns_are_given(player: Watched) -> None:
    before = player.look()
    given = np.random.default_rng(3).integers(0, 16, (12, 8, 3))
    player.engine.motion.prime(given)
    player.hear(SECOND)
    found = player.look()
    assert (found.segment, found.start) == (before.segment + 1, 0)
    np.testing.assert_array_equal(found.details.codes[:12], given)
    assert found.details.flags[:13].tolist() == [ColumnFlag.GIVEN] * 12 + [0]
    assert found.details.entropy[11] == UNKNOWN_ENTROPY > found.details.entropy[12]
    player.check()


def test_given_columns_that_are_never_played_are_shown_as_they_are_whatever_edits_are_on(
    player: Watched,
) -> None:
    player.parameters.set(MASK, 1, 1)
    player.hear(SECOND)
    given = np.random.default_rng(3).integers(0, 16, (12, 8, 3))
    player.engine.motion.prime(given)
    player.hear(SECOND)
    np.testing.assert_array_equal(player.look().details.codes[:12], given)


def test_of_a_long_clip_what_is_around_the_present_is_shown(player: Watched) -> None:
    clip = np.random.default_rng(4).integers(0, 16, (2 * SHOWN_COLUMNS, 8, 3))
    player.engine.motion.play_clip(clip, len(clip) * COLUMN)
    player.hear(SECOND)
    found = player.look()
    assert (found.start, found.end) == (0, SHOWN_COLUMNS)
    np.testing.assert_array_equal(found.details.codes, clip[:SHOWN_COLUMNS])
    teller, generator = player.engine._teller._columns, player.engine._generator
    assert teller is not None
    # As if the sound had come to the middle, and to the end.
    for heard, start in (
        (SHOWN_COLUMNS - 65, 0), (SHOWN_COLUMNS - 64, SHOWN_COLUMNS - 64 - PAST_COLUMNS),
        (len(clip) - 1, generator.timeline.end - SHOWN_COLUMNS),
    ):  # fmt: skip
        for _ in range(SHOWN_COLUMNS // AT_ONCE + 1):
            teller.tell(heard)
        shown = player.shown.read()
        assert shown is not None and (shown.start, shown.end) == (start, start + SHOWN_COLUMNS)
        known = shown.details.columns[shown.details.columns < len(clip)]
        np.testing.assert_array_equal(shown.details.codes[: len(known)], clip[known])


def test_a_new_engine_goes_on_with_the_segment_and_what_is_known_of_its_columns(
    tiny_model: LoadedVQModel,
) -> None:
    player = Watched(tiny_model)
    player.engine.motion.prime(np.random.default_rng(3).integers(0, 16, (12, 8, 3)))
    player.hear(2 * SECOND)
    player.parameters.set(MASK, 1, 1)
    player.hear(SECOND)
    before = player.look()
    player.replace(tiny_model)
    player.hear(SECOND)
    after = player.look()
    assert (after.segment, after.start) == (before.segment, before.start)
    common = slice(min(before.end, after.end))
    for field in ("codes", "flags", "entropy"):
        then, now = getattr(before.details, field), getattr(after.details, field)
        np.testing.assert_array_equal(then[common], now[common])
    player.check()


def test_an_engine_that_begins_anew_begins_a_segment(tiny_model: LoadedVQModel) -> None:
    player = Watched(tiny_model)
    player.hear(SECOND)
    before = player.look()
    player.revive(tiny_model, player.ring.read_position)
    assert player.look().segment == before.segment + 1


def test_a_turn_in_which_nothing_happens_writes_nothing(player: Watched) -> None:
    player.look()
    version = player.shown.version
    for _ in range(20):
        player.work()
    assert player.shown.version == version


def test_the_place_of_the_sound_is_told_with_its_part_of_the_column(player: Watched) -> None:
    status = player.status
    player.work()
    place, at = status["place"], status["place_at"]
    assert (int(place), at) == (status["column"], player.ring.read_position)
    player.hear(480)
    player.work()
    assert status["place"] == pytest.approx(place + 480 / COLUMN)
    player.engine.motion.loop(0.5)
    player.hear(4_800)
    length = status["loop_end"] - status["loop_begin"]
    assert length == pytest.approx(SECOND // 2 / COLUMN)
    for _ in range(100):
        player.hear(480)
        assert status["loop_begin"] <= status["place"] <= status["loop_end"]


def test_a_busy_engine_lets_changes_gather_but_not_for_ever(player: Watched) -> None:
    teller, heard = player.engine._teller._columns, int(player.status["column"])
    assert teller is not None
    changes = player.look().changes
    player.engine._generator.edited.timeline.set_edited(3, np.full((1, 8, 3), 7))
    for _ in range(BUSY_TURNS - 1):
        teller.tell(heard, busy=True)
    assert player.shown.read(changes).details.columns.tolist() == []
    teller.tell(heard, busy=True)
    assert player.shown.read(changes).details.columns.tolist() == [3]
