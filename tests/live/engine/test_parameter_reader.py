"""The parameters that say how columns are drawn, and the clip whose manner one of them follows."""

import numpy as np
import pytest

from distill_live.models.file.loaded import LoadedVQModel
from tests.live.engine.conftest import SECOND, Undisturbed, first_difference, timeline
from tests.live.player import SETTINGS, Player
from tests.models.prior.manners import wandering


@pytest.mark.parametrize(
    ("name", "value", "level"),
    [("seed", 2, None), ("temperature", 0.1, None), ("temperature", 0.1, 2), ("top_k", 1, 0),
     ("min_p", 1.0, None), ("repetition", 1.0, None), ("steer/brightness", 1.0, None)],
)  # fmt: skip
def test_a_changed_sampling_parameter_is_heard_long_before_the_ring_is_empty(
    tiny_model: LoadedVQModel,
    undisturbed: Undisturbed,
    name: str,
    value: float,
    level: int | None,
) -> None:
    player = Player(tiny_model)
    before = player.hear(SECOND)
    player.parameters.set(name, value, level)
    after = player.hear(SECOND)
    np.testing.assert_array_equal(before, undisturbed.sound[:SECOND])
    # A column may happen to be drawn the same.
    assert first_difference(after, undisturbed.sound[SECOND : 2 * SECOND]) < (
        SETTINGS.guard + 4 * tiny_model.column_samples
    )
    assert player.status["futures"] == 1


def test_a_change_that_is_taken_back_in_time_leaves_the_sound_as_it_was(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    player = Player(tiny_model)
    before = player.hear(SECOND)
    player.parameters.set("seed", 2)
    player.work()
    player.parameters.set("seed", 1)
    heard = np.r_[before, player.hear(SECOND)]
    np.testing.assert_array_equal(heard, undisturbed.sound[: 2 * SECOND])
    assert player.status["futures"] == 2


def test_changes_between_two_turns_count_as_one(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    for step in range(100):
        player.parameters.set("temperature", 0.5 + step / 100)
    player.hear(SECOND)
    assert player.status["futures"] == 1


def test_a_manner_needs_both_a_clip_and_an_amount(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    for amount in (True, False):
        player = Player(tiny_model)
        before = player.hear(SECOND // 2)
        if amount:
            player.parameters.set("manner", 1.0)
        else:
            player.engine.partners.put("manner", "clip", wandering(50, 8, 3, 16))
        heard = np.r_[before, player.hear(SECOND // 2)]
        np.testing.assert_array_equal(heard, undisturbed.sound[:SECOND])
        assert player.status["futures"] == 0


def test_a_clip_leads_what_is_not_heard_yet_until_it_is_taken_out(
    tiny_model: LoadedVQModel,
) -> None:
    player = Player(tiny_model)
    player.parameters.set("manner", 1.0)
    player.hear(SECOND)
    player.engine.partners.put("manner", "low", wandering(50, 8, 3, 16))
    player.hear(SECOND)
    assert player.newest.max() < 8
    player.engine.partners.put("manner", "high", 15 - wandering(50, 8, 3, 16))
    player.hear(SECOND)
    assert player.newest.min() >= 8
    player.engine.partners.put("manner", "", None)
    player.hear(SECOND)
    assert player.newest.min() < 8 <= player.newest.max()
    assert player.status["futures"] == 3


def test_a_clip_that_does_not_fit_is_reported_and_the_last_one_stays(
    tiny_model: LoadedVQModel,
) -> None:
    player = Player(tiny_model)
    player.parameters.set("manner", 1.0)
    player.engine.partners.put("manner", "low", wandering(50, 8, 3, 16))
    for codes in (np.zeros((5, 4, 3), int), np.full((5, 8, 3), 16), np.zeros((0, 8, 3), int)):
        player.engine.partners.put("manner", "odd", codes)
    player.hear(SECOND)
    assert timeline(player).raw(0, timeline(player).end).max() < 8
    assert [line.partition(":")[0] for line in player.said] == ["odd"] * 3
