"""Requests for another motion: holds, primes, panic, and what comes right after a jump."""

import numpy as np
import pytest

from distill_live.live.ipc.status import Motion
from distill_live.live.pacing.stillness import LONGEST_SECONDS, STILL_SECONDS
from distill_live.live.playhead.motion import Hold
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.engine.conftest import SECOND, Undisturbed, timeline
from tests.live.player import SETTINGS, Clock, Player


def test_hold_stays_in_the_current_column_and_release_continues_with_the_next(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    player.engine.motion.hold()
    player.work()
    column = player.status["column"]
    player.hear(2 * SECOND)
    assert player.status["motion"] == Motion.HOLD
    assert player.status["column"] == column
    player.engine.motion.release()
    player.hear(SECOND)
    assert column < player.status["column"] < column + 20
    np.testing.assert_array_equal(timeline(player).raw(0, 20), undisturbed.codes[:20])


@pytest.mark.parametrize("length", [24_000, 24_001])
def test_a_hold_for_a_time_releases_itself_at_that_sample(
    tiny_model: LoadedVQModel, length: int
) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    player.engine.motion.hold(length / SECOND)
    player.work()
    head = player.engine._generator.playhead
    end = SECOND + SETTINGS.guard + length
    held = head.motion_at(end - 1)
    assert isinstance(held, Hold)
    assert (held.end, head.motion_at(end)) == (end, None)
    player.hear(SECOND // 4)
    assert player.status["motion"] == Motion.HOLD
    player.hear(SECOND)
    assert player.status["motion"] == Motion.FORWARD
    assert player.status["column"] > held.column + 1


def test_a_release_ends_a_hold_for_a_time_before_its_end(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    player.engine.motion.hold(0.5)
    player.hear(SECOND // 10)
    # The end is made already, long before it is heard.
    assert player.engine._generator.playhead.motion is None
    player.engine.motion.release()
    player.work()
    soon = player.ring.read_position + SETTINGS.guard + tiny_model.column_samples
    assert player.engine._generator.playhead.motion_at(soon) is None


def test_a_first_column_that_is_held_and_released_loses_no_sample(
    tiny_model: LoadedVQModel,
) -> None:
    player = Player(tiny_model)
    player.engine.motion.hold()
    player.hear(SECOND // 4)
    player.engine.motion.release()
    player.hear(SECOND)
    lengths = [
        len(samples) for _, samples in player.engine._generator.playhead.trail._recent._pieces
    ]
    assert set(lengths[1:]) == {tiny_model.column_samples}


def test_a_prime_is_continued_and_a_rewind_goes_back_to_what_was_before_it(
    tiny_model: LoadedVQModel,
) -> None:
    given = np.random.default_rng(0).integers(0, 16, (40, 8, 3))
    player = Player(tiny_model)
    player.hear(SECOND)
    player.engine.motion.prime(given)
    player.hear(SECOND)
    np.testing.assert_array_equal(timeline(player).raw(0, 40), given)
    assert 40 < player.status["column"] < 60
    player.engine.motion.rewind(1.5)
    player.hear(4_800)
    assert player.said == []
    player.engine.motion.rewind(10.0)
    player.hear(4_800)
    assert player.said == ["rewind went back only 0.6 s: nothing earlier is available"]


def test_a_prime_that_does_not_fit_is_refused_and_the_sound_continues(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    player = Player(tiny_model)
    before = player.hear(SECOND)
    player.engine.motion.prime(np.full((10, 8, 3), 99))
    player.engine.motion.prime(np.zeros((10, 4, 3), np.int64))
    heard = np.r_[before, player.hear(SECOND)]
    np.testing.assert_array_equal(heard, undisturbed.sound[: 2 * SECOND])
    assert len(player.said) == 2


@pytest.mark.parametrize("jump", ["rewind", "loop", "prime"])
@pytest.mark.parametrize("then", ["edit", "redraw", "hold"])
def test_a_change_right_after_a_jump_keeps_to_it_also_while_stopped(
    tiny_model: LoadedVQModel, jump: str, then: str
) -> None:
    # The tiny model's columns take no time by this clock: what a jump takes is given.
    player = Player(tiny_model)
    player.hear(6 * SECOND)
    for _ in range(9):
        player.engine._generator.pace.jump.add(0.1)
    given = np.zeros((40, 8, 3), np.int64)
    argument = {"rewind": 4.0, "loop": 0.5, "prime": given}[jump]
    player.engine.carry_out(jump, (argument,))
    player.work()
    after = player.engine._generator.playhead
    low, high = after.frontier - 20, after.frontier + 20
    if then == "edit":
        player.parameters.set("edit/mask/on", 1, 2)
    elif then == "redraw":
        player.parameters.set("seed", 5)
    else:
        player.engine.motion.hold()
    player.work()
    assert low < player.engine._generator.playhead.column < high
    assert player.engine._generator.timeline.end >= (40 if jump == "prime" else low)
    player.hear(2 * SECOND)
    assert player.said == []


def test_while_stopped_nothing_of_the_old_future_is_left_to_be_heard(
    tiny_model: LoadedVQModel,
) -> None:
    clock = Clock()
    player = Player(tiny_model, clock=clock)
    player.hear(4 * SECOND)
    player.work()
    # Longer than any block lasts.
    clock.now += LONGEST_SECONDS + STILL_SECONDS + 0.1
    stopped_at = player.ring.read_position
    player.engine.motion.panic()
    player.work()
    pending = player.ring.pending_switch()
    assert pending is not None
    assert pending[1] == stopped_at


def test_panic_releases_and_draws_the_future_differently(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    player = Player(tiny_model)
    before = player.hear(SECOND)
    player.engine.motion.hold()
    player.engine.motion.panic()
    after = player.hear(SECOND)
    np.testing.assert_array_equal(before, undisturbed.sound[:SECOND])
    assert (after != undisturbed.sound[SECOND : 2 * SECOND]).any()
    assert player.status["motion"] == Motion.FORWARD


def test_requests_take_effect_while_nobody_listens(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(2 * SECOND)
    for request in (
        player.engine.motion.hold,
        player.engine.motion.release,
        lambda: player.engine.motion.loop(0.5),
    ):
        request()
        player.work()
    looped = player.hear(2 * SECOND)
    np.testing.assert_array_equal(looped[4800 : 4800 + 24_000], looped[4800 + 24_000 :][:24_000])
