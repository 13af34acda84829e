"""Edits in an engine: how soon they are heard, what they change, and what if one fails."""

import numpy as np
import pytest
import torch

from distill_live.edits.mask import Mask
from distill_live.live.engine import generator
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.engine.conftest import SECOND, Undisturbed, first_difference, timeline
from tests.live.player import SETTINGS, Player


def test_an_edit_is_heard_within_the_column_that_sounds(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    player = Player(tiny_model)
    before = player.hear(SECOND)
    player.parameters.set("edit/mask/on", 1, 0)
    after = player.hear(SECOND)
    np.testing.assert_array_equal(before, undisturbed.sound[:SECOND])
    heard = first_difference(after, undisturbed.sound[SECOND : 2 * SECOND])
    assert SETTINGS.guard <= heard < SETTINGS.guard + 2 * 480


def test_an_edit_changes_what_is_played_and_not_what_is_drawn(tiny_model: LoadedVQModel) -> None:
    plain, edited = Player(tiny_model), Player(tiny_model)
    edited.parameters.set("edit/mask/on", 1)
    plain.hear(SECOND), edited.hear(SECOND)
    drawn, played = timeline(plain), timeline(edited)
    np.testing.assert_array_equal(drawn.raw(0, 20), played.raw(0, 20))
    np.testing.assert_array_equal(drawn.edited(0, 20), drawn.raw(0, 20))
    assert (played.edited(0, 20) != played.raw(0, 20)).any()
    assert (played.edited(0, 20) == played.edited(0, 1)).all()


def test_freeze_keeps_the_level_that_sounded(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    player.parameters.set("edit/freeze/on", 1, 1)
    player.hear(2 * SECOND)
    column = int(player.status["column"])
    played = timeline(player).edited(column - 8, column)
    assert (played[:, :, 1] == played[0, :, 1]).all()
    np.testing.assert_array_equal(
        played[:, :, [0, 2]], timeline(player).raw(column - 8, column)[:, :, [0, 2]]
    )


def test_an_edit_that_fails_is_said_once_and_the_sound_continues(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    class Broken:
        name, doc, window, parameters = "broken", "Fails.", 1, ()

        def __call__(self, codes: np.ndarray, context: object) -> np.ndarray:
            raise RuntimeError("out of ideas")

    player = Player(tiny_model, edits=[Broken()])
    player.parameters.set("edit/broken/on", 1)
    np.testing.assert_array_equal(player.hear(2 * SECOND), undisturbed.sound[: 2 * SECOND])
    assert len(player.said) == 1
    assert "out of ideas" in player.said[0]


def test_an_edit_that_fails_is_tried_again_once_it_has_been_switched_off(
    tiny_model: LoadedVQModel,
) -> None:
    class Late:
        name, doc, window, parameters = "late", "Fails once.", 1, ()
        is_ready = False

        def __call__(self, codes: np.ndarray, context: object) -> np.ndarray:
            if not self.is_ready:
                self.is_ready = True
                raise RuntimeError("not ready yet")
            return np.zeros_like(codes)

    player = Player(tiny_model, edits=[Late()])
    player.hear(SECOND // 4)
    used = []
    for on in (1, 0, 1):
        player.parameters.set("edit/late/on", on)
        player.hear(SECOND // 4)
        used.append([one.name for one in player.engine._rack.settings.edits])
    assert used == [[], [], ["late"]]
    column = int(player.status["column"])
    assert not timeline(player).edited(column, column + 1).any()
    assert len(player.said) == 1


def test_a_window_that_begins_before_what_is_remembered_is_played(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generator, "TIMELINE_COLUMNS", 61)
    wide = Mask()
    wide.window = 8  # type: ignore[misc]
    player = Player(tiny_model, edits=[wide])
    player.parameters.set("edit/mask/on", 1, 1)
    player.hear(7 * SECOND)
    player.engine.motion.rewind(600.0)
    heard = player.hear(2 * SECOND)
    assert np.abs(heard[SECOND:]).max() > 0
    assert all("nothing earlier is available" in line for line in player.said)


def test_an_edit_that_looks_far_ahead_waits_until_that_is_drawn(tiny_model: LoadedVQModel) -> None:
    wide = Mask()
    wide.window = 64  # type: ignore[misc]
    player = Player(tiny_model, edits=[wide])
    player.hear(SECOND)
    player.parameters.set("edit/mask/on", 1, 1)
    with torch.inference_mode():
        player.engine.turn()
    assert timeline(player).end < 64
    player.hear(SECOND)
    assert timeline(player).end >= 64
    column = int(player.status["column"])
    played = timeline(player).edited(column - 2, column)
    assert (played[:, :, 1] == played[0, 0, 1]).all()
