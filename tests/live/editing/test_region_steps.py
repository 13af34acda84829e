"""Regions that are drawn again while the engine plays: what it asks for, and what it lays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from distill_live.codes.timeline import Timeline
from distill_live.live.ipc.messages import OverlayMade, OverlayRefused, RegionToDraw
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.prior.resampling import FOLLOWING_COLUMNS
from tests.live.player import Player

SECOND = 48_000


@pytest.fixture
def player(tiny_model: LoadedVQModel) -> Player:
    """One that has been heard for a second."""
    player = Player(tiny_model)
    player.hear(SECOND)
    return player


def timeline(player: Player) -> Timeline:
    return player.engine._generator.timeline


def ask(player: Player, name: str, *arguments: Any) -> Any:
    """The last report, if there is any, after a request."""
    player.engine.carry_out(name, arguments)
    player.work()
    return player.reports[-1] if player.reports else None


def refusals(player: Player) -> list[str]:
    return [one.reason for one in player.reports if isinstance(one, OverlayRefused)]


def test_what_is_asked_for_is_the_region_as_painted_with_what_is_around_it(
    player: Player,
) -> None:
    code = int(timeline(player).raw(3, 4)[0, 1, 0] + 1) % 16
    ask(player, "cell", 1, "at", 3, 1, 0, code)
    asked = ask(player, "region", 2, "at", 5, 4, "resample takes=2 --levels detail")
    assert isinstance(asked, RegionToDraw)
    assert (asked.number, asked.first, asked.count, asked.before) == (2, 5, 4, 5)
    assert asked.text == "resample takes=2 --levels detail --seed 2"
    expected = timeline(player).raw(0, min(9 + FOLLOWING_COLUMNS, timeline(player).end))
    expected[3, 1, 0] = code
    np.testing.assert_array_equal(asked.codes, expected)


def test_what_was_drawn_lies_over_the_selected_cells_alone(player: Player) -> None:
    asked = ask(player, "region", 1, "at", 5, 4, "resample --levels detail")
    drawn = (asked.codes[5:9].astype(np.int64) + 1) % 16
    made = ask(player, "region", 1, "at", 5, 4, asked.text, drawn)
    assert isinstance(made, OverlayMade)
    assert made.text == "resample 5:9 --levels detail --seed 1"
    changed = player.engine._generator.edited.laid(5, 9) != timeline(player).raw(5, 9)
    assert changed[:, :, 2].all()
    assert not changed[:, :, :2].any()


def test_the_columns_of_a_loop_are_found_by_the_engine(player: Player) -> None:
    player.engine.motion.loop(0.5)
    player.hear(SECOND)
    asked = ask(player, "region", 1, "loop", 0, 0, "resample")
    assert (asked.first, asked.first + asked.count) == player.engine._generator.next_change()[1]


def test_columns_to_come_are_drawn_before_they_are_drawn_again(player: Player) -> None:
    end = timeline(player).end
    asked = ask(player, "region", 1, "at", end + 4, 4, "resample")
    assert (asked.first, asked.count) == (end + 4, 4)
    assert len(asked.codes) >= asked.before + 4


def test_what_cannot_be_drawn_is_refused_at_once(player: Player, tiny_model: LoadedVQModel) -> None:
    ask(player, "region", 1, "at", 5, 4, "resample --levels fur")
    ask(player, "region", 2, "at", 100_000, 4, "resample")
    player.engine._painter._loaded = replace(tiny_model, prior=None)
    ask(player, "region", 3, "at", 5, 4, "resample")
    level, place, prior = refusals(player)
    assert "fur" in level
    assert place.startswith("column 100000 is out of range")
    assert "has no prior" in prior


def test_a_new_segment_refuses_what_is_being_drawn(player: Player) -> None:
    asked = ask(player, "region", 1, "at", 5, 4, "resample")
    player.engine.carry_out("play_clip", (asked.codes[:4].astype(np.int64), 4 * 4096))
    player.hear(SECOND)
    assert refusals(player) == ["the stream began anew before it could be painted"]


def test_a_region_that_is_drawn_counts_before_its_own_request_that_was_sent_again(
    player: Player,
) -> None:
    asked = ask(player, "region", 1, "at", 5, 4, "resample")
    drawn = (asked.codes[5:9].astype(np.int64) + 1) % 16
    player.engine.carry_out("region", (1, "at", 5, 4, "resample"))
    made = ask(player, "region", 1, "at", 5, 4, asked.text, drawn)
    assert isinstance(made, OverlayMade)
