"""Loops of what was heard last, or of given columns."""

import numpy as np

from distill_live.live.ipc.status import Motion
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.engine.conftest import SECOND, Undisturbed, timeline
from tests.live.player import SETTINGS, Player


def test_a_loop_repeats_the_last_passage_to_the_sample(tiny_model: LoadedVQModel) -> None:
    length = 20_011
    player = Player(tiny_model)
    player.hear(2 * SECOND)
    player.engine.motion.loop(length / SECOND)
    looped = player.hear(3 * SECOND)
    assert player.status["motion"] == Motion.LOOP
    start = SETTINGS.guard + 2 * 480
    np.testing.assert_array_equal(looped[start:-length], looped[start + length :])
    assert (
        looped[start : start + SECOND // 4] != looped[start + SECOND // 4 :][: SECOND // 4]
    ).any()


def test_a_release_plays_the_loop_to_its_end_and_continues_as_if_it_had_never_been(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    length = SECOND // 2
    player = Player(tiny_model)
    player.hear(2 * SECOND)
    player.engine.motion.loop(length / SECOND)
    # Into the second pass.
    looped = player.hear(3 * length // 2)
    player.engine.motion.release()
    heard = np.r_[looped, player.hear(2 * SECOND)]
    assert player.status["motion"] == Motion.FORWARD
    # Only whole passes have been added: what follows is as far behind as they were long.
    now = player.ring.read_position
    behind = now - player.engine._generator.playhead.sound_at(now)[0]
    assert behind == 2 * length
    # The last pass is whole, and what comes after it is no pass of the loop.
    begin = SETTINGS.guard + 2 * 480
    np.testing.assert_array_equal(heard[begin:length], heard[length + begin : 2 * length])
    over = slice(2 * length + begin, 3 * length)
    assert (heard[over] != heard[begin:length]).mean() > 0.9
    np.testing.assert_array_equal(timeline(player).raw(0, 30), undisturbed.codes[:30])


def test_a_loop_longer_than_the_past_says_so(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    player.engine.motion.loop(30.0)
    player.hear(SECOND)
    assert player.said == ["the loop lasts only 1.03 s: nothing earlier is available"]


def test_columns_are_looped_exactly_as_they_were_played(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    before = player.hear(2 * SECOND)
    column = player.engine._generator._column_samples
    player.engine.motion.loop_columns(3, 4)
    looped = player.hear(3 * SECOND)
    assert (player.status["loop_begin"], player.status["loop_end"]) == (3, 7)
    # A pass, away from the fades at its ends. A column's samples begin a little before it.
    inside = before[3 * column + 1000 : 6 * column]
    starts = [n for n in range(len(looped) - len(inside)) if looped[n] == inside[0]]
    assert any(np.array_equal(looped[n : n + len(inside)], inside) for n in starts)


def test_columns_that_are_not_there_cannot_be_looped(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    player.engine.motion.loop_columns(100_000, 4)
    player.hear(SECOND)
    assert player.status["motion"] == Motion.FORWARD
    assert "columns 100000..100003 cannot be looped; legal: 0.." in player.said[0]


def test_a_loop_before_the_first_sound_is_refused(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.engine.motion.loop(1.0)
    player.hear(SECOND)
    assert player.status["motion"] == Motion.FORWARD
    assert "nothing to loop yet" in player.said[0]
