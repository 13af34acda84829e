"""Clarity and grains in an engine: heard soon after a change, which draws nothing again."""

import numpy as np
import pytest

from distill_live.inference.generation import generate_audio_from_prior
from distill_live.live.ipc.status import Motion
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.sound_settings import SoundSettings
from tests.live.engine.conftest import SECOND, Undisturbed, first_difference
from tests.live.player import SETTINGS, Player


def test_clarity_plays_live_what_it_plays_offline(
    tiny_clear: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    player = Player(tiny_clear)
    offline, _ = generate_audio_from_prior(tiny_clear, duration_s=1.0, seed=1)
    np.testing.assert_array_equal(player.hear(SECOND), offline)
    flat = Player(tiny_clear)
    flat.parameters.set("clarity", 0.0)
    np.testing.assert_array_equal(flat.hear(SECOND), undisturbed.sound[:SECOND])


def change_within_the_column(undisturbed: Player, player: Player, name: str) -> None:
    """Set a parameter of one of two players to 0: it is heard within a column, and no code
    changes."""
    expected = undisturbed.hear(2 * SECOND)
    before = player.hear(SECOND)
    player.parameters.set(name, 0.0)
    after = player.hear(SECOND)
    np.testing.assert_array_equal(before, expected[:SECOND])
    column_samples = player.engine._generator._column_samples
    assert first_difference(after, expected[SECOND:]) < SETTINGS.guard + column_samples
    one, other = (each.engine._generator.timeline for each in (player, undisturbed))
    np.testing.assert_array_equal(one.edited(0, one.end), other.edited(0, one.end))


def test_a_change_of_clarity_is_heard_within_the_column_and_changes_no_codes(
    tiny_clear: LoadedVQModel,
) -> None:
    undisturbed, player = Player(tiny_clear), Player(tiny_clear)
    change_within_the_column(undisturbed, player, "clarity")
    assert player.status["futures"] == 1


def test_without_numbers_a_change_of_clarity_makes_no_future(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    player = Player(tiny_model)
    before = player.hear(SECOND)
    player.parameters.set("clarity", 0.0)
    heard = np.r_[before, player.hear(SECOND)]
    np.testing.assert_array_equal(heard, undisturbed.sound[: 2 * SECOND])
    assert player.status["futures"] == 0


def test_grains_play_live_what_they_play_offline(
    tiny_grainy: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    player = Player(tiny_grainy)
    player.parameters.set("grain_reach", 40.0)
    sound = SoundSettings(reach=40.0)
    offline, _ = generate_audio_from_prior(tiny_grainy, duration_s=1.0, seed=1, sound=sound)
    np.testing.assert_array_equal(player.hear(SECOND), offline)
    plain = Player(tiny_grainy)
    plain.parameters.set("grain", 0.0)
    without = plain.hear(SECOND)
    np.testing.assert_array_equal(without, undisturbed.sound[:SECOND])
    assert (offline != without).any()


def test_a_change_of_grains_is_heard_within_the_column_and_changes_no_codes(
    tiny_grainy: LoadedVQModel,
) -> None:
    undisturbed, player = Player(tiny_grainy), Player(tiny_grainy)
    for each in (undisturbed, player):
        each.parameters.set("grain_reach", 40.0)
    change_within_the_column(undisturbed, player, "grain")
    assert [each.status["futures"] for each in (undisturbed, player)] == [1, 2]


def test_without_grains_a_change_of_them_makes_no_future(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    player = Player(tiny_model)
    before = player.hear(SECOND)
    player.parameters.set("grain", 0.0)
    player.parameters.set("grain_reach", 2.0)
    heard = np.r_[before, player.hear(SECOND)]
    np.testing.assert_array_equal(heard, undisturbed.sound[: 2 * SECOND])
    assert player.status["futures"] == 0


@pytest.mark.parametrize("request_", [("hold",), ("loop", 0.3)])
def test_a_change_of_clarity_is_heard_in_a_hold_and_a_loop_and_ends_neither(
    tiny_clear: LoadedVQModel, request_: tuple[str, *tuple[float, ...]]
) -> None:
    players = Player(tiny_clear), Player(tiny_clear)
    for player in players:
        player.hear(SECOND)
        player.engine.carry_out(request_[0], request_[1:])
        player.hear(SECOND)
    motion = players[0].status["motion"]
    players[0].parameters.set("clarity", 1.5)
    sounds = [player.hear(SECOND) for player in players]
    assert first_difference(*sounds) < SETTINGS.guard + 2 * tiny_clear.column_samples
    assert players[0].status["motion"] == motion != Motion.FORWARD
