"""A session's parameter changes and requests again, on the same model and on another one."""

import json
from typing import Any

import numpy as np
import pytest

from distill_live.codes.session_log import Entry
from distill_live.errors import SessionLogError
from distill_live.live.ipc.messages import OverlayMade
from distill_live.live.replay.other_model import replay_on_other_model
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.player import EDITS, Player

SECOND = 48_000
#: What is heard after each of the DOINGS.
PART = SECOND // 2


def engine(deck: int = 0, position: int = 0) -> Entry:
    return {"op": "engine", "deck": deck, "position": position}


def change(heard: int, name: str, value: float | None, level: int | None = None) -> Entry:
    return {
        "op": "set", "deck": 0, "name": name, "level": level, "value": value, "heard": heard,
    }  # fmt: skip


def ask(heard: int, name: str, *arguments: Any) -> Entry:
    return {"op": "request", "deck": 0, "name": name, "arguments": arguments, "heard": heard}


def end(heard: int, deck: int = 0) -> Entry:
    return {"op": "end", "deck": deck, "heard": heard}


def replay(log: list[Entry], loaded: LoadedVQModel) -> tuple[np.ndarray, list[str]]:
    said: list[str] = []
    return replay_on_other_model(log, loaded, EDITS, said.append), said


DOINGS: list[Entry] = [
    engine(), change(0, "seed", 1), change(PART, "edit/mask/on", 1, 1),
    ask(2 * PART, "loop", 0.4), ask(3 * PART, "release"), ask(4 * PART, "rewind", 1.0, None),
    change(4 * PART, "edit/mask/on", None, 1), ask(5 * PART, "hold"),
    ask(6 * PART, "panic"), end(7 * PART),
]  # fmt: skip


@pytest.mark.parametrize("which", ["tiny_model", "tiny_two_levels"])
def test_the_same_doings_on_the_same_model_are_the_same_sound(
    request: pytest.FixtureRequest, which: str
) -> None:
    loaded = request.getfixturevalue(which)
    (first, said), (second, _) = replay(DOINGS, loaded), replay(DOINGS, loaded)
    assert len(first) == 7 * PART
    assert np.abs(first[-PART:]).max() > 0
    np.testing.assert_array_equal(first, second)
    assert said == []


def test_a_stereo_model_plays_in_two_channels(tiny_stereo: LoadedVQModel) -> None:
    player = Player(tiny_stereo, channels=2)
    heard = player.hear(PART)
    player.engine.motion.loop(0.4)
    heard = np.concatenate([heard, player.hear(SECOND)])
    assert (heard[:, 0] != heard[:, 1]).any()
    log = [*DOINGS[:2], ask(PART, "loop", 0.4), end(PART + SECOND)]
    np.testing.assert_array_equal(replay(log, tiny_stereo)[0], heard)


def test_what_was_done_is_done_at_its_time(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    expected = player.hear(PART)
    player.parameters.set("edit/mask/on", 1, 1)
    expected = np.r_[expected, player.hear(PART)]
    player.engine.motion.loop(0.4)
    expected = np.r_[expected, player.hear(PART)]
    log = [*DOINGS[:4], end(3 * PART)]
    np.testing.assert_array_equal(replay(log, tiny_model)[0], expected)


def test_a_session_that_was_played_is_replayed_from_its_journal(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    heard = player.hear(SECOND)
    player.parameters.set("temperature", 0.4, 2)
    heard = np.r_[heard, player.hear(SECOND)]
    player.engine.motion.hold()
    heard = np.r_[heard, player.hear(SECOND)]
    log = [engine(), *(json.loads(line) for line in player.journal.read()), end(3 * SECOND)]
    np.testing.assert_array_equal(replay(log, tiny_model)[0], heard)


def test_steering_is_replayed_on_and_off(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    undisturbed = Player(tiny_model).hear(3 * SECOND)
    heard = player.hear(SECOND)
    player.parameters.set("steer/loudness", 1.0)
    heard = np.r_[heard, player.hear(SECOND)]
    player.parameters.turn_off("steer/loudness")
    heard = np.r_[heard, player.hear(SECOND)]
    assert (heard != undisturbed).any()
    log = [engine(), *(json.loads(line) for line in player.journal.read()), end(3 * SECOND)]
    np.testing.assert_array_equal(replay(log, tiny_model)[0], heard)


def paint(player: Player) -> np.ndarray:
    """What is heard while cells and regions are painted, taken away and laid again, and frozen
    codes come back."""
    engine, heard = player.engine, [player.hear(SECOND)]
    engine.carry_out("cell", (1, "ahead", 2, 7, 2, 11))
    engine.carry_out("region", (2, "ahead", 3, 5, "mask --levels structure"))
    player.parameters.set("edit/freeze/on", 1)
    heard.append(player.hear(SECOND // 2))
    held = player.engine._generator.edited.held
    overlays = [one.overlay for one in player.reports if isinstance(one, OverlayMade)]
    engine.carry_out("lay", ((), (1, 2)))
    engine.carry_out("order", (("mask", "freeze"),))
    player.parameters.set("edit/freeze/on", 0)
    heard.append(player.hear(SECOND // 2))
    engine.carry_out("lay", (overlays, ()))
    engine.carry_out("recall", (held,))
    player.parameters.set("edit/freeze/on", 1)
    engine.motion.rewind(0.8, "same")
    heard.append(player.hear(SECOND))
    return np.concatenate(heard)


def test_what_was_painted_and_undone_is_replayed(
    tiny_model: LoadedVQModel, tiny_two_levels: LoadedVQModel
) -> None:
    player = Player(tiny_model)
    heard = paint(player)
    log = [engine(), *(json.loads(line) for line in player.journal.read()), end(3 * SECOND)]
    replayed, said = replay(log, tiny_model)
    np.testing.assert_array_equal(replayed, heard)
    assert said == []
    _, said = replay(log, tiny_two_levels)
    reasons = ["band 8 is out of range; legal: 1..4", "there is no level 'structure'; legal: body"]
    assert all(line.startswith(f"left out: {why}") for line, why in zip(said, reasons, strict=True))


def test_on_another_model_only_changes_and_requests_count(
    tiny_model: LoadedVQModel, tiny_two_levels: LoadedVQModel
) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    player.engine.motion.rewind(0.5)
    player.parameters.set("edit/mask/on", 1, 0)
    player.hear(SECOND)
    log = [engine(), *(json.loads(line) for line in player.journal.read()), end(2 * SECOND)]
    bare = [entry for entry in log if entry["op"] in ("engine", "set", "request", "end")]
    assert len(bare) < len(log)
    whole, said = replay(log, tiny_two_levels)
    np.testing.assert_array_equal(whole, replay(bare, tiny_two_levels)[0])
    assert len(whole) == 2 * SECOND
    assert (whole != replay([engine(), end(2 * SECOND)], tiny_two_levels)[0]).any()
    assert said == []


def test_a_parameter_that_is_not_there_is_said_and_the_rest_is_done(
    tiny_model: LoadedVQModel,
) -> None:
    plain = [*DOINGS[:4], end(3 * PART)]
    with_more = [*plain[:2], change(100, "edit/swirl/on", 1), *plain[2:]]
    sound, said = replay(with_more, tiny_model)
    np.testing.assert_array_equal(sound, replay(plain, tiny_model)[0])
    assert said == ["left out: unknown parameter 'edit/swirl/on'"]


def test_a_prime_is_left_out_and_said(tiny_model: LoadedVQModel) -> None:
    sound, said = replay([*DOINGS[:2], ask(100, "prime"), end(SECOND)], tiny_model)
    assert len(sound) == SECOND
    assert said == ["prime was left out: a log cannot repeat it on another model"]


def test_what_was_done_after_a_swap_is_done_at_its_time_of_the_session(
    tiny_model: LoadedVQModel,
) -> None:
    # Half a second after the swap at 1.5 s: the new deck's ring counts from its own beginning.
    swapped = [
        engine(), change(0, "seed", 1), engine(deck=1), change(0, "seed", 1) | {"deck": 1},
        {"op": "swap", "deck": 1, "at": 3 * SECOND // 2, "fade": 100, "faded": 100, "gain": 1.0},
        ask(SECOND // 2, "loop", 0.4) | {"deck": 1}, end(SECOND, deck=1),
    ]  # fmt: skip
    straight = [engine(), change(0, "seed", 1), ask(2 * SECOND, "loop", 0.4), end(5 * SECOND // 2)]
    sound, _ = replay(swapped, tiny_model)
    np.testing.assert_array_equal(sound, replay(straight, tiny_model)[0])


def test_swaps_to_and_fro_add_up(tiny_model: LoadedVQModel) -> None:
    swap = {"op": "swap", "at": SECOND, "fade": 100, "faded": 100, "gain": 1.0}
    swapped = [
        engine(), change(0, "seed", 1), engine(deck=1), swap | {"deck": 1},
        engine(deck=0), swap | {"deck": 0}, ask(480, "hold"), end(SECOND),
    ]  # fmt: skip
    straight = [engine(), change(0, "seed", 1), ask(2 * SECOND + 480, "hold"), end(3 * SECOND)]
    sound, _ = replay(swapped, tiny_model)
    np.testing.assert_array_equal(sound, replay(straight, tiny_model)[0])


def test_a_model_that_was_never_heard_changes_nothing(tiny_model: LoadedVQModel) -> None:
    other = change(0, "seed", 5) | {"deck": 1}
    log = [*DOINGS[:3], engine(deck=1), other, *DOINGS[3:]]
    np.testing.assert_array_equal(replay(log, tiny_model)[0], replay(DOINGS, tiny_model)[0])


@pytest.mark.parametrize("position", [0, 12_000])
def test_an_engine_that_was_started_again_belongs_to_the_same_time(
    tiny_model: LoadedVQModel, position: int
) -> None:
    log = [*DOINGS[:2], engine(position=position), *DOINGS[2:]]
    np.testing.assert_array_equal(replay(log, tiny_model)[0], replay(DOINGS, tiny_model)[0])


@pytest.mark.parametrize("log", [[], [end(100)], [{"op": "draw", "column": 0, "codes": []}]])
def test_a_log_without_sound_is_refused(tiny_model: LoadedVQModel, log: list[Entry]) -> None:
    with pytest.raises(SessionLogError, match="contains no sound"):
        replay(log, tiny_model)


@pytest.mark.parametrize(
    "wrong",
    [
        {"op": "engine", "deck": 0},
        {"op": "swap", "deck": 7, "at": 0},
        {"op": "set", "deck": 0, "name": "gain", "heard": 5},
        {"op": "request", "deck": 0, "name": "loop", "arguments": ["x", 1], "heard": 5},
        {"op": "request", "deck": 0, "heard": 5},
    ],
)
def test_a_damaged_entry_is_refused(tiny_model: LoadedVQModel, wrong: Entry) -> None:
    with pytest.raises(SessionLogError, match="damaged"):
        replay([engine(), wrong, end(SECOND)], tiny_model)


def test_a_stereo_model_plays_left_and_right(tiny_stereo: LoadedVQModel) -> None:
    samples, _ = replay(DOINGS, tiny_stereo)
    assert samples.shape[1:] == (2,)
    assert not np.array_equal(samples[:, 0], samples[:, 1])
