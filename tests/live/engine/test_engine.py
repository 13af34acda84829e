"""The engine in this process, with a tiny model and a reader that takes sound when told to."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
import torch

from distill_live.codes.rack.settings import EditSettings
from distill_live.edits.mask import Mask
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.live.engine import generator
from distill_live.live.ipc.messages import ENGINE_REQUESTS, Asked, RequestDone
from distill_live.live.ipc.status import Motion
from distill_live.live.pacing.stillness import LONGEST_SECONDS, STILL_SECONDS
from distill_live.live.playhead.motion import Hold
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.sound_settings import SoundSettings
from tests.live.player import SETTINGS, Clock, Player
from tests.models.prior.manners import wandering

SECOND = 48_000


class Undisturbed(NamedTuple):
    """What a player of the tiny model with seed 1 plays if nothing is done: sound and codes."""

    sound: np.ndarray
    codes: np.ndarray


@pytest.fixture(scope="module")
def undisturbed(tiny_model: LoadedVQModel) -> Undisturbed:
    """The first 7 seconds."""
    player = Player(tiny_model)
    sound = player.hear(7 * SECOND)
    return Undisturbed(sound, timeline(player).raw(0, 90))


def first_difference(one: np.ndarray, other: np.ndarray) -> int:
    changed = np.flatnonzero(one != other)
    assert len(changed), "both are the same"
    return int(changed[0])


def test_the_ring_is_kept_full_and_no_fuller(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.work()
    column = tiny_model.column_samples
    assert SETTINGS.ring_lead <= player.reader.available <= SETTINGS.ring_lead + column
    assert player.status["lookahead"] == SETTINGS.lookahead


def test_it_takes_every_request_that_control_can_make(tiny_model: LoadedVQModel) -> None:
    known = Player(tiny_model).engine._requests
    assert {*ENGINE_REQUESTS, "prime", "play_clip", "partner", "capture"} == set(known)


def test_the_same_seed_gives_the_same_sound_however_it_is_taken(tiny_model: LoadedVQModel) -> None:
    first, second = Player(tiny_model).hear(SECOND, 480), Player(tiny_model).hear(SECOND, 12_000)
    assert np.abs(first).max() > 0
    np.testing.assert_array_equal(first, second)


def test_a_neural_vocoder_plays_live_what_it_plays_offline(tiny_neural: LoadedVQModel) -> None:
    live = Player(tiny_neural).hear(SECOND)
    offline, _ = generate_audio_from_prior(tiny_neural, duration_s=1.0, seed=1)
    np.testing.assert_array_equal(live, offline)


def test_another_seed_gives_another_sound(tiny_model: LoadedVQModel) -> None:
    one, other = Player(tiny_model, 1), Player(tiny_model, 2)
    assert (one.hear(SECOND) != other.hear(SECOND)).any()


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


def timeline(player: Player):  # type: ignore[no-untyped-def]
    return player.engine._generator.timeline


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


def test_what_came_of_a_request_is_reported_as_what_was_asked_for(
    tiny_model: LoadedVQModel,
) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    asked: list[Asked] = [
        ("loop/columns", (100_000, 4)), ("loop/beats", (60.0,)), ("rewind", (60.0, "same")),
        ("hold/beats", (0.5,)), ("release", ()),
    ]  # fmt: skip
    requests = ("loop_columns", (100_000, 4)), ("loop", (30.0,)), ("rewind", (60.0, "same"))
    for (name, arguments), one in zip(
        (*requests, ("hold", (0.25,)), ("release", ())), asked, strict=True
    ):
        player.engine.carry_out(name, arguments, one)
        player.hear(SECOND // 2)
    assert [one.asked for one in player.done] == asked
    reasons = [one.reason for one in player.done]
    assert "columns 100000..100003 cannot be looped; legal: 0.." in reasons[0]
    assert reasons[1].startswith("the loop lasts only ")
    assert reasons[2].startswith("rewind went back only ")
    assert reasons[3:] == ["", ""]
    assert player.said == []


def test_a_panic_lets_go_of_what_it_drops(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    for name, arguments in (("loop", (0.5,)), ("panic", ())):
        player.engine.carry_out(name, arguments, (name, arguments))
    player.hear(SECOND)
    assert player.done == [RequestDone(("loop", (0.5,))), RequestDone(("panic", ()))]


def test_a_clip_that_does_not_fit_is_refused_to_whoever_chose_it(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    for name in ("partner", "prime"):
        given = ("edit", "kick") if name == "partner" else ()
        player.engine.carry_out(name, (*given, np.zeros((3, 2, 9), np.int64)), (name, ()))
        player.hear(SECOND)
    assert [one.asked[0] for one in player.done] == ["partner", "prime"]
    assert all("the model's columns are [8, 3] codes" in one.reason for one in player.done)
    player.engine.carry_out("prime", (np.zeros((3, 8, 3), np.int64),), ("prime", ()))
    player.hear(SECOND)
    # It was confirmed before it was asked of the engine.
    assert len(player.done) == 2


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


@pytest.mark.parametrize("length", [48_000, 24_001, 30_003])
def test_a_rewind_goes_back_by_so_many_samples(tiny_model: LoadedVQModel, length: int) -> None:
    player = Player(tiny_model)
    player.hear(2 * SECOND)
    player.engine.motion.rewind(length / SECOND, "same")
    player.work()
    at = 2 * SECOND + SETTINGS.guard
    sample, _ = player.engine._generator.playhead.sound_at(at)
    assert sample == at - length


def test_a_rewind_continues_differently(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    player = Player(tiny_model)
    player.hear(2 * SECOND)
    player.engine.motion.rewind(1.0)
    player.hear(2 * SECOND)
    same = (undisturbed.codes[:30] == timeline(player).raw(0, 30)).all(axis=(1, 2))
    assert same[:11].all()
    assert not same[12:].any()
    assert player.status["take"] == 1


@pytest.mark.parametrize("take", ["same", 0])
def test_a_rewind_with_the_same_take_plays_the_same_codes(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed, take: int | str
) -> None:
    # The tiny model's context is 8 columns: this goes back over many anchors.
    player = Player(tiny_model)
    player.hear(5 * SECOND)
    player.engine.motion.rewind(4.5, take)
    player.hear(6 * SECOND)
    np.testing.assert_array_equal(timeline(player).raw(0, 80), undisturbed.codes[:80])


def test_every_take_can_be_had_again(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(2 * SECOND)
    played = []
    for take in (None, None, 1, 2):
        # Each time to the same sample, so that all begin after the same columns.
        heard_next, _ = player.engine._generator.playhead.sound_at(
            player.ring.read_position + SETTINGS.guard
        )
        player.engine.motion.rewind((heard_next - SECOND) / SECOND, take)
        player.hear(SECOND)
        played.append((player.status["take"], timeline(player).raw(0, 30)))
    assert [take for take, _ in played] == [1, 2, 1, 2]
    np.testing.assert_array_equal(played[0][1], played[2][1])
    np.testing.assert_array_equal(played[1][1], played[3][1])
    assert (played[0][1] != played[1][1]).any()
    player.engine.motion.rewind(1.0)
    player.work()
    assert player.status["take"] == 3


def test_a_rewind_beyond_the_beginning_stops_there_and_says_so(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    player.engine.motion.rewind(60.0, "same")
    player.hear(2 * SECOND)
    assert player.said == ["rewind went back only 1.0 s: nothing earlier is available"]
    np.testing.assert_array_equal(timeline(player).raw(0, 20), undisturbed.codes[:20])


def test_a_rewind_plays_the_same_passage_neither_sooner_nor_later(
    tiny_model: LoadedVQModel,
) -> None:
    # With the same codes only the phases may differ from the first time. So the spectra are most
    # alike where nothing is shifted, and not a frame (512 samples) before or after.
    player = Player(tiny_model)
    first = player.hear(4 * SECOND)
    player.engine.motion.rewind(2.0, "same")
    again = spectra(player.hear(2 * SECOND)[SECOND // 2 :])
    begin = 2 * SECOND + SECOND // 2
    distances = [np.abs(again - spectra(first[begin + shift :])).mean() for shift in (-512, 0, 512)]
    assert np.argmin(distances) == 1


def spectra(sound: np.ndarray) -> np.ndarray:
    """Log magnitudes [80, 1025] of the first 80 frames of a sound."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, 2048)[: 80 * 512 : 512]
    return np.log(1e-4 + np.abs(np.fft.rfft(frames * np.hanning(2048))))


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


def test_the_same_again_has_all_takes_and_settings_that_it_had(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(2 * SECOND)
    player.engine.motion.rewind(0.5)
    player.hear(SECOND)
    player.parameters.set("temperature", 0.4, 1)
    player.parameters.set("seed", 9)
    player.hear(SECOND)
    drawn = timeline(player).raw(0, 40)
    player.engine.motion.rewind(3.0, "same")
    player.hear(3 * SECOND)
    np.testing.assert_array_equal(timeline(player).raw(0, 40), drawn)


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


def test_an_engine_that_has_nothing_to_do_looks_at_nothing_again(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    player.work()
    looks = 0
    read = player.engine._rack.read

    def count(seed: int, columns_per_beat: float) -> EditSettings:
        nonlocal looks
        looks += 1
        return read(seed, columns_per_beat)

    monkeypatch.setattr(player.engine._rack, "read", count)
    shown = player.status.current_column._numbers.array.copy()
    with torch.inference_mode():
        for _ in range(10):
            assert not player.engine.turn()
        assert looks <= 1
        np.testing.assert_array_equal(player.status.current_column._numbers.array, shown)
    player.parameters.set("edit/mask/on", 1)
    player.work()
    assert looks > 1
    assert player.status["futures"] > 0


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


def test_a_new_engine_continues_where_the_reader_stands(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND // 2)
    position = player.ring.read_position
    player.revive(tiny_model, position)
    player.work()
    heard = player.hear(SECOND)
    assert player.ring.read_position == position + SECOND
    assert np.abs(heard).max() > 0


def test_clarity_plays_live_what_it_plays_offline(
    tiny_clear: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    player = Player(tiny_clear)
    offline, _ = generate_audio_from_prior(tiny_clear, duration_s=1.0, seed=1)
    np.testing.assert_array_equal(player.hear(SECOND), offline)
    flat = Player(tiny_clear)
    flat.parameters.set("clarity", 0.0)
    np.testing.assert_array_equal(flat.hear(SECOND), undisturbed.sound[:SECOND])


def test_a_change_of_clarity_is_heard_within_the_column_and_changes_no_codes(
    tiny_clear: LoadedVQModel,
) -> None:
    undisturbed, player = Player(tiny_clear), Player(tiny_clear)
    expected = undisturbed.hear(2 * SECOND)
    before = player.hear(SECOND)
    player.parameters.set("clarity", 0.0)
    after = player.hear(SECOND)
    np.testing.assert_array_equal(before, expected[:SECOND])
    assert first_difference(after, expected[SECOND:]) < SETTINGS.guard + tiny_clear.column_samples
    assert player.status["futures"] == 1
    one, other = (each.engine._generator.timeline for each in (player, undisturbed))
    np.testing.assert_array_equal(one.edited(0, one.end), other.edited(0, one.end))


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
    expected = undisturbed.hear(2 * SECOND)
    before = player.hear(SECOND)
    player.parameters.set("grain", 0.0)
    after = player.hear(SECOND)
    np.testing.assert_array_equal(before, expected[:SECOND])
    assert first_difference(after, expected[SECOND:]) < SETTINGS.guard + tiny_grainy.column_samples
    assert [each.status["futures"] for each in (undisturbed, player)] == [1, 2]
    one, other = (each.engine._generator.timeline for each in (player, undisturbed))
    np.testing.assert_array_equal(one.edited(0, one.end), other.edited(0, one.end))


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
