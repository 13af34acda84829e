"""With `follow` the prior goes on from what is played: as if that had been given to it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes, Timeline
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.kinds import open_session
from distill_live.models.prior.sampling import Sampling
from distill_live.parameters import Parameter
from tests.live.player import EDITS, Player

SECOND = 48_000


class Swapped:
    """The columns of each window of four in another order, so that it looks ahead."""

    name, doc, window = "swapped", "Swapped.", 4
    parameters: tuple[Parameter, ...] = ()

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        return codes[[2, 3, 0, 1]]


def timeline(player: Player) -> Timeline:
    return player.engine._generator.timeline


def followed(player: Player, loaded: LoadedVQModel, columns: range) -> list[bool]:
    """Whether each of these columns is what the prior draws after those before it as played."""
    session = open_session(loaded.require_prior(), 1)
    found = []
    for column in columns:
        session.restart()
        session.prime(timeline(player).edited(0, column))
        session.take = player.engine._generator.sampler._drawn[column].take
        drawn = session.step(Sampling())
        found.append(bool((drawn == timeline(player).raw(column, column + 1)).all()))
    return found


def test_without_edits_following_changes_nothing(tiny_model: LoadedVQModel) -> None:
    undisturbed = Player(tiny_model).hear(2 * SECOND)
    player = Player(tiny_model)
    player.parameters.set("follow", 1)
    np.testing.assert_array_equal(player.hear(2 * SECOND), undisturbed)
    assert player.status["futures"] == 1


@pytest.mark.parametrize("follow", [0, 1])
def test_the_prior_draws_after_what_is_played_or_after_what_it_has_drawn(
    tiny_model: LoadedVQModel, follow: int
) -> None:
    player = Player(tiny_model)
    player.parameters.set("follow", follow)
    player.parameters.set("edit/mask/on", 1, 0)
    player.hear(2 * SECOND)
    heard = int(player.status["column"])
    assert all(followed(player, tiny_model, range(1, heard))) == bool(follow)


CHANGES: dict[str, Callable[[Player], object]] = {
    "edit": lambda player: player.parameters.set("edit/mask/on", 1),
    "cell": lambda player: player.engine.carry_out("cell", (1, "ahead", 0, 0, 0, 3)),
    "region": lambda player: player.engine.carry_out("region", (1, "ahead", 3, 4, "mask")),
    "rewind": lambda player: (
        player.engine.motion.rewind(0.5),
        player.parameters.set("edit/mask/on", 1),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_edits_draws_what_is_not_heard_yet_again(
    tiny_model: LoadedVQModel, change: str
) -> None:
    player = Player(tiny_model)
    player.parameters.set("follow", 1)
    player.parameters.set("edit/freeze/on", 1, 2)
    player.hear(SECOND)
    CHANGES[change](player)
    player.hear(SECOND)
    player.parameters.set("edit/mask/on", 0)
    player.hear(SECOND)
    # All columns, those before and after each change.
    assert all(followed(player, tiny_model, range(1, int(player.status["column"]))))


def test_after_a_loop_the_prior_goes_on_from_its_last_pass(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.parameters.set("follow", 1)
    player.hear(SECOND)
    player.engine.motion.loop(0.3)
    player.hear(SECOND)
    player.parameters.set("edit/mask/on", 1)
    player.hear(SECOND)
    frontier = player.engine._generator.playhead.frontier
    player.engine.motion.release()
    player.hear(SECOND)
    last = int(player.status["column"])
    assert last > frontier
    assert all(followed(player, tiny_model, range(frontier, last)))


def test_when_it_no_longer_follows_the_prior_goes_on_from_what_it_had_drawn(
    tiny_model: LoadedVQModel,
) -> None:
    plain, player = Player(tiny_model), Player(tiny_model)
    player.parameters.set("edit/mask/on", 1)
    player.hear(SECOND)
    player.parameters.set("follow", 1)
    player.work()
    player.parameters.set("follow", 0)
    plain.hear(2 * SECOND), player.hear(SECOND)
    np.testing.assert_array_equal(timeline(player).raw(0, 30), timeline(plain).raw(0, 30))


def test_while_nothing_changes_nothing_is_drawn_again(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model, edits=[*EDITS, Swapped()])
    player.parameters.set("follow", 1)
    player.parameters.set("edit/swapped/on", 1)
    player.hear(SECOND)
    futures = player.status["futures"]
    for number in range(4):
        player.engine.carry_out("cell", (number + 1, "ahead", 60, 0, 0, 3))
        player.hear(SECOND // 4)
    assert player.status["futures"] == futures
    # A change of what the edits do is one future for the edit and one for what is drawn after it.
    player.parameters.set("edit/mask/on", 1)
    player.hear(2 * SECOND)
    assert player.status["futures"] == futures + 2


def test_a_window_counts_as_drawn_until_all_of_it_is_drawn(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model, edits=[Swapped()])
    player.parameters.set("follow", 1)
    player.parameters.set("edit/swapped/on", 1)
    player.hear(2 * SECOND)
    session = open_session(tiny_model.require_prior(), 1)
    played, drawn = (plane(0, 20) for plane in (timeline(player).edited, timeline(player).raw))
    # The first column was played before the edit could be used.
    for column in range(2, 20):
        whole = column // 4 * 4
        session.restart()
        session.prime(np.concatenate([played[:whole], drawn[whole:column]]))
        np.testing.assert_array_equal(session.step(Sampling()), drawn[column][None])


def test_the_same_again_follows_as_it_did(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.parameters.set("follow", 1)
    player.parameters.set("edit/mask/on", 1)
    player.hear(3 * SECOND)
    drawn = timeline(player).raw(0, 30)
    player.engine.motion.rewind(2.0, "same")
    player.hear(2 * SECOND)
    np.testing.assert_array_equal(timeline(player).raw(0, 30), drawn)


def test_another_engine_goes_on_following(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.parameters.set("follow", 1)
    player.parameters.set("edit/mask/on", 1)
    player.hear(SECOND)
    player.replace(tiny_model)
    player.hear(2 * SECOND)
    assert all(followed(player, tiny_model, range(1, int(player.status["column"]))))
