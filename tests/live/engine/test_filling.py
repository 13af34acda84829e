"""The ring is kept full, however often something changes and however long that takes."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from distill_live.models.file.loaded import LoadedVQModel
from tests.live.engine.conftest import SECOND, Undisturbed
from tests.live.player import SETTINGS, Clock, Player


def test_the_ring_is_kept_full_and_no_fuller(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.work()
    column = tiny_model.column_samples
    assert SETTINGS.ring_lead <= player.reader.available <= SETTINGS.ring_lead + column
    assert player.status["lookahead"] == SETTINGS.lookahead


def test_a_fader_that_never_rests_does_not_starve_the_ring(tiny_model: LoadedVQModel) -> None:
    clock = Clock()
    player = Player(tiny_model, clock=clock, ring_lead=18_000)
    player.hear(SECOND)
    # For longer than the ring lasts.
    for step in range(45):
        player.parameters.set("temperature", 0.5 + step / 100)
        clock.now += 0.01
        player.hear(480)
    assert player.status["futures"] == 45


def test_a_fader_of_clarity_that_never_rests_does_not_starve_the_ring(
    tiny_clear: LoadedVQModel,
) -> None:
    player = Player(tiny_clear, clock=(clock := Clock()), ring_lead=18_000)
    player.hear(SECOND)
    # For longer than the ring lasts.
    for step in range(45):
        player.parameters.set("clarity", step / 50)
        clock.now += 0.01
        player.hear(480)
    assert player.status["futures"] == 45


def test_while_a_change_takes_long_the_next_one_waits_as_long(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model, clock=(clock := Clock()))
    player.hear(SECOND)
    player.parameters.set("seed", 2)
    slow_down_changes(player, clock, 0.05)
    player.hear(480)
    for step, futures in ((3, 1), (4, 1), (5, 2)):
        player.parameters.set("seed", step)
        player.hear(480)
        assert player.status["futures"] == futures
        clock.now += 0.03


def test_after_a_slow_change_the_next_one_waits_until_the_ring_outlasts_such_a_change(
    tiny_model: LoadedVQModel,
) -> None:
    player = Player(tiny_model, clock=(clock := Clock()))
    slow_down_changes(player, clock, 0.2)
    player.hear(SECOND)
    # Nothing is known before the first change. The last one comes when the slow ones are forgotten.
    for seed, left, later, made in (
        (2, 0.3, 1, 1), (3, 0.3, 1, 0), (4, 0.4, 1, 1), (5, 0.3, 99, 1),
    ):  # fmt: skip
        player.work()
        player.hear_rest(player.engine._generator.lead - round(left * SECOND))
        clock.now += later
        player.parameters.set("seed", seed)
        before = player.status["futures"]
        with torch.inference_mode():
            player.engine.turn()
        assert player.status["futures"] - before == made


def test_however_slow_a_change_was_a_full_ring_is_enough_for_the_next(
    tiny_model: LoadedVQModel,
) -> None:
    player = Player(tiny_model, clock=(clock := Clock()))
    slow_down_changes(player, clock, 3.0)
    for seed in (2, 3):
        player.parameters.set("seed", seed)
        player.hear(480)
        clock.now += 3.1
        player.hear(480)
    assert player.status["futures"] == 2


def test_where_the_output_waits_for_the_sound_a_slow_change_holds_up_no_other(
    tiny_model: LoadedVQModel,
) -> None:
    player = Player(tiny_model, clock=(clock := Clock()), patient=True)
    player.hear(SECOND)
    slow_down_changes(player, clock, 0.3)
    for seed in (2, 3):
        player.parameters.set("seed", seed)
        player.hear_rest(player.engine._generator.lead - 4_800)
        clock.now += 1
        with torch.inference_mode():
            player.engine.turn()
    assert player.status["futures"] == 2


@pytest.mark.parametrize("patient", [False, True])
def test_who_waits_for_the_sound_hears_all_of_it_as_it_would_have_come(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed, patient: bool
) -> None:
    """Where columns take ten times as long as they last."""
    player = Player(tiny_model, patient=patient)
    heard = [player.hear(SECOND)]
    for _ in range(5):
        for _ in range(9):
            player.engine._generator.pace.playing.add(1.0)
        heard.append(player.hear(SECOND))
    gave_up = sum(player.status[name] for name in ("held_loops", "short_context"))
    assert (gave_up == 0) == patient
    assert np.array_equal(np.concatenate(heard), undisturbed.sound[: 6 * SECOND]) == patient


def slow_down_changes(player: Player, clock: Clock, seconds: float) -> None:
    changes = player.engine._changes
    changes._change = slow(clock, changes._change, seconds)  # type: ignore[method-assign]


def slow(clock: Clock, work: Callable[..., None], seconds: float) -> Callable[..., None]:
    def do(*arguments: object) -> None:
        clock.now += seconds
        work(*arguments)

    return do
