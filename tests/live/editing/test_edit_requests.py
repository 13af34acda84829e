"""What an engine reports of its edits, and how they come back to what they held."""

from __future__ import annotations

import numpy as np
import pytest

from distill_live.codes.edit_rack import Held
from distill_live.live.ipc.messages import EditsHold
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.player import Player

SECOND = 48_000
FREEZE = "edit/freeze/on"


@pytest.fixture
def player(tiny_model: LoadedVQModel) -> Player:
    player = Player(tiny_model)
    player.hear(SECOND // 2)
    return player


def reports(player: Player) -> list[dict[str, Held]]:
    return [dict(one.held) for one in player.reports if isinstance(one, EditsHold)]


def sounding(player: Player) -> np.ndarray:
    """The codes [F, Q] of the column that is heard."""
    column = int(player.status["column"])
    return player.engine._generator.timeline.edited(column, column + 1)[0]


def switch(player: Player, on: int, level: int | None = None) -> None:
    player.parameters.set(FREEZE, on, level)
    player.hear(SECOND // 4)


def test_what_an_edit_takes_hold_of_is_reported_once(player: Player) -> None:
    switch(player, 1)
    (first,) = reports(player)
    np.testing.assert_array_equal(first["freeze"].columns[0], sounding(player))
    player.parameters.set("edit/mask/on", 1, 2)
    player.hear(SECOND // 4)
    player.parameters.set("edit/freeze/band", 3)
    player.hear(SECOND // 4)
    assert len(reports(player)) == 2
    assert reports(player)[1].keys() == {"freeze", "mask"}
    player.engine.carry_out("tell_held", ())
    assert len(reports(player)) == 3


def test_recalled_codes_are_held_from_the_instant_when_the_edit_is_switched_on(
    player: Player,
) -> None:
    switch(player, 1)
    (first,) = reports(player)
    switch(player, 0)
    player.engine.carry_out("recall", (first,))
    futures = player.status["futures"]
    switch(player, 1)
    np.testing.assert_array_equal(sounding(player), first["freeze"].columns[0])
    assert player.status["futures"] == futures + 1
    # It counts once.
    switch(player, 0)
    switch(player, 1)
    assert (sounding(player) != first["freeze"].columns[0]).any()


def test_an_edit_that_is_on_holds_recalled_codes_at_once(player: Player) -> None:
    switch(player, 1)
    switch(player, 0)
    switch(player, 1)
    first, second = reports(player)
    assert (sounding(player) != first["freeze"].columns[0]).any()
    player.engine.carry_out("recall", (first,))
    player.hear(SECOND // 4)
    np.testing.assert_array_equal(sounding(player), first["freeze"].columns[0])
    assert not first["freeze"].equals(second["freeze"])


def test_what_another_model_held_is_ignored(player: Player) -> None:
    switch(player, 1)
    frozen = sounding(player)
    other = Held(np.zeros((1, 4, 2), np.uint16), np.zeros(2, np.int64))
    player.engine.carry_out("recall", ({"freeze": other},))
    player.hear(SECOND // 4)
    np.testing.assert_array_equal(sounding(player), frozen)


def test_edits_that_are_on_run_in_the_order_that_is_asked_for(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND // 2)
    player.parameters.set(FREEZE, 1, 0)
    player.parameters.set("edit/mask/on", 1, 0)
    player.hear(SECOND // 4)
    player.engine.carry_out("order", (["mask", "freeze"],))
    player.hear(SECOND // 4)
    settings = player.engine._rack.settings
    assert [one.name for one in settings.edits] == ["mask", "freeze"]
