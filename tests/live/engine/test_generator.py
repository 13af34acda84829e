"""What the stream generator owes its engine, beyond what the engine's own tests hear."""

import json

import numpy as np
import pytest
import torch

from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes
from distill_live.live.engine.generator import StreamGenerator
from distill_live.live.ipc.keepsake import TIMELINE_COLUMNS
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.prior import session
from distill_live.models.prior.base import MOST_CONTEXT_COLUMNS
from distill_live.parameters import Parameter
from tests.live.player import EDITS, SETTINGS, Player

SECOND = 48_000


class Reverse:
    """Plays the columns of each window of four backwards."""

    name, doc, window = "reverse", "Backwards.", 4
    parameters: tuple[Parameter, ...] = ()

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        return codes[::-1].copy()


def generator_of(player: Player) -> StreamGenerator:
    return player.engine._generator


def futures(player: Player) -> list[dict[str, int]]:
    noted = [json.loads(line) for line in player.journal.read()]
    return [note for note in noted if note["op"] == "future"]


def test_a_column_waits_until_all_is_drawn_that_its_edits_look_at(
    tiny_model: LoadedVQModel,
) -> None:
    player = Player(tiny_model, edits=[Reverse()], lookahead=0)
    player.parameters.set("edit/reverse/on", 1)
    player.hear(2 * SECOND)
    timeline = generator_of(player).timeline
    played = timeline.edited(4, 20)
    drawn = timeline.raw(4, 20)
    np.testing.assert_array_equal(played.reshape(4, 4, 8, 3), drawn.reshape(4, 4, 8, 3)[:, ::-1])
    assert player.said == []


def test_an_edit_that_looks_ahead_can_be_switched_on_at_any_time(tiny_model: LoadedVQModel) -> None:
    for moment in range(5):
        player = Player(tiny_model, edits=[Reverse()], lookahead=0, ring_lead=12_000)
        player.hear(SECOND + moment * tiny_model.column_samples)
        player.parameters.set("edit/reverse/on", 1)
        player.hear(SECOND)
        timeline = generator_of(player).timeline
        np.testing.assert_array_equal(timeline.edited(20, 24), timeline.raw(20, 24)[::-1])
        assert player.said == []


@pytest.mark.parametrize("milliseconds", [5, 20])
def test_a_change_fades_in_over_the_length_that_is_set(
    tiny_model: LoadedVQModel, milliseconds: int
) -> None:
    player = Player(tiny_model)
    player.parameters.set("fade", milliseconds)
    player.hear(SECOND)
    player.parameters.set("seed", 2)
    player.work()
    assert futures(player)[-1]["fade"] == 48 * milliseconds


def test_a_loop_fades_at_its_seams_over_the_length_that_is_set(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    player.parameters.set("fade", 20)
    player.engine.motion.loop(0.3)
    player.work()
    motion = generator_of(player).playhead.motion
    assert motion is not None
    assert (motion.fade, motion.end - motion.begin) == (960, 14_400)  # type: ignore[union-attr]


def test_a_new_future_holds_sound_enough_before_it_is_published(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    played = generator_of(player)
    with torch.inference_mode():
        played.draw = played.draw._replace(seed=9)
        played.redraw()
    assert player.ring.published == 2
    assert played.lead >= SETTINGS.guard + SETTINGS.future_lead


def test_the_slower_the_machine_the_more_a_new_future_holds(tiny_model: LoadedVQModel) -> None:
    played = generator_of(Player(tiny_model))
    assert played.pace.future_lead == SETTINGS.future_lead
    for _ in range(9):
        played.pace.playing.add(0.1)
    assert played.pace.future_lead == SETTINGS.reserve + round(0.2 * SECOND)


def test_what_is_drawn_as_wanted_is_not_stale(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    played = generator_of(player)
    assert not played.is_stale()
    played.draw = played.draw._replace(take=3)
    assert played.is_stale()


def test_while_a_loop_repeats_only_what_comes_after_it_is_drawn_again(
    tiny_model: LoadedVQModel,
) -> None:
    player = Player(tiny_model)
    player.hear(2 * SECOND)
    player.engine.motion.loop(0.5)
    looped = player.hear(SECOND)
    player.parameters.set("seed", 2)
    more = player.hear(SECOND // 2)
    np.testing.assert_array_equal(more[2_000:], looped[-SECOND // 2 :][2_000:])
    frontier = generator_of(player).playhead.frontier
    other = Player(tiny_model)
    other.hear(4 * SECOND)
    drawn, undisturbed = generator_of(player).timeline, generator_of(other).timeline
    end = drawn.end
    assert end > frontier
    np.testing.assert_array_equal(drawn.raw(0, frontier), undisturbed.raw(0, frontier))
    assert (drawn.raw(frontier, end) != undisturbed.raw(frontier, end)).any()


def test_after_a_prime_edits_look_at_nothing_before_it(tiny_model: LoadedVQModel) -> None:
    reverse = Reverse()
    reverse.window = 8
    player = Player(tiny_model, edits=[*EDITS, reverse])
    player.parameters.set("edit/reverse/on", 1)
    player.hear(SECOND)
    given = np.random.default_rng(0).integers(0, 16, (22, 8, 3))
    player.engine.motion.prime(given)
    player.hear(SECOND)
    timeline = generator_of(player).timeline
    # The prior's contexts begin every fourth column: the oldest two are left out.
    np.testing.assert_array_equal(timeline.edited(0, 20), given[2:])
    # The window 16..23 begins in what was given: the first column of the segment stands for that.
    first, second = timeline.raw(20, 22)
    np.testing.assert_array_equal(timeline.edited(20, 24), 4 * [first])
    np.testing.assert_array_equal(timeline.edited(24, 28), timeline.raw(24, 32)[::-1][:4])
    assert (first != second).any()
    assert player.said == []


def test_the_prior_remembers_at_least_what_the_timeline_does() -> None:
    assert session.HISTORY_COLUMNS >= TIMELINE_COLUMNS + MOST_CONTEXT_COLUMNS
