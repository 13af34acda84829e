"""A session's entries, played again, are what was heard, sample for sample."""

import json
from typing import Any

import numpy as np
import pytest
import torch

from distill_live.codes.session_log import Entry
from distill_live.errors import SessionLogError
from distill_live.live.replay.exact import replay_log
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.player import Clock, Player
from tests.live.two_channels import both_of, in_two_channels

SECOND = 48_000


def entries(player: Player, deck: int = 0, position: int = 0) -> list[Entry]:
    noted = [{"deck": deck, **json.loads(line)} for line in player.journal.read()]
    return [{"op": "engine", "deck": deck, "position": position}, *noted]


@torch.inference_mode()
def replay(log: list[Entry], loaded: LoadedVQModel) -> np.ndarray:
    return replay_log(log, lambda entry: loaded)


def act(player: Player, name: str, *arguments: Any) -> np.ndarray:
    player.engine.carry_out(name, arguments)
    return player.hear(SECOND // 2)


def change(player: Player, name: str, value: float, level: int | None = None) -> np.ndarray:
    player.parameters.set(name, value, level)
    return player.hear(SECOND // 4)


def perform(player: Player) -> np.ndarray:
    """A bit of everything."""
    return np.concatenate([
        player.hear(SECOND), change(player, "edit/mask/on", 1, 2), act(player, "loop", 0.3),
        change(player, "edit/freeze/on", 1), act(player, "release"), act(player, "hold"),
        change(player, "seed", 7), change(player, "edit/freeze/on", 0), act(player, "release"),
        act(player, "rewind", 2.0), change(player, "fade", 20), act(player, "rewind", 1.0, "same"),
        act(player, "prime", np.random.default_rng(1).integers(0, 16, (20, 8, 3))),
        change(player, "temperature", 0.3, 1), act(player, "panic"),
    ])  # fmt: skip


@pytest.mark.parametrize("which", ["tiny_model", "tiny_neural", "tiny_stereo"])
def test_all_that_can_be_done_is_replayed_to_the_sample(
    request: pytest.FixtureRequest, which: str
) -> None:
    loaded = request.getfixturevalue(which)
    player = Player(loaded, channels=loaded.channels)
    heard = perform(player)
    log = [*entries(player), {"op": "end", "deck": 0, "heard": player.ring.read_position}]
    np.testing.assert_array_equal(replay(log, loaded), heard)


def test_clarity_is_replayed_wherever_it_was_changed(tiny_clear: LoadedVQModel) -> None:
    player = Player(tiny_clear)
    heard = [player.hear(SECOND)]
    for amount, name, arguments in (
        (0.0, "loop", (0.3,)), (1.5, "release", ()), (0.4, "hold", ()), (1.0, "release", ()),
        (0.2, "rewind", (1.0, "same")), (0.8, "panic", ()),
    ):  # fmt: skip
        heard.append(change(player, "clarity", amount))
        # Together with a request, and between two blocks.
        player.parameters.set("clarity", amount / 2)
        heard.append(act(player, name, *arguments))
    log = [*entries(player), {"op": "end", "deck": 0, "heard": player.ring.read_position}]
    amounts = [entry["amount"] for entry in log if entry["op"] == "clarify"]
    # From 0 to 0 nothing changes.
    assert amounts == [1.0, 0.0, 1.5, 0.75, 0.4, 0.2, 1.0, 0.5, 0.2, 0.1, 0.8, 0.4]
    np.testing.assert_array_equal(replay(log, tiny_clear), np.concatenate(heard))


def test_grains_are_replayed_wherever_they_were_changed(tiny_grainy: LoadedVQModel) -> None:
    player = Player(tiny_grainy)
    heard = [change(player, "grain_reach", 40)]
    for amount, name, arguments in (
        (0.0, "loop", (0.3,)), (1.0, "release", ()), (0.4, "hold", ()), (1.0, "release", ()),
        (0.5, "rewind", (1.0, "same")), (0.8, "panic", ()),
    ):  # fmt: skip
        heard.append(change(player, "grain", amount))
        player.parameters.set("grain_reach", 10 + 20 * amount)
        heard.append(act(player, name, *arguments))
    log = [*entries(player), {"op": "end", "deck": 0, "heard": player.ring.read_position}]
    used = [(entry["amount"], entry["reach"]) for entry in log if entry["op"] == "use_grains"]
    assert used[:4] == [(1.0, 7.0), (1.0, 40.0), (0.0, 40.0), (0.0, 10.0)]
    np.testing.assert_array_equal(replay(log, tiny_grainy), np.concatenate(heard))


def test_a_log_from_before_clarity_is_replayed_as_it_was_heard(
    tiny_model: LoadedVQModel, tiny_clear: LoadedVQModel
) -> None:
    player = Player(tiny_model)
    heard = player.hear(SECOND)
    log = [*entries(player), {"op": "end", "deck": 0, "heard": player.ring.read_position}]
    assert not [entry for entry in log if entry["op"] == "clarify"]
    # Its model has been refreshed since.
    np.testing.assert_array_equal(replay(log, tiny_clear), heard)


def test_changes_that_come_faster_than_they_are_heard_are_replayed_too(
    tiny_clear: LoadedVQModel,
) -> None:
    player = Player(tiny_clear)
    rng = np.random.default_rng(3)
    heard = [player.hear(SECOND)]
    for _ in range(40):
        kind = rng.integers(7)
        if kind == 0:
            player.parameters.set("seed", int(rng.integers(9)))
        elif kind == 1:
            player.parameters.set("edit/mask/on", int(rng.integers(2)), int(rng.integers(3)))
        elif kind == 2:
            player.engine.motion.rewind(float(rng.uniform(0.1, 3.0)))
        elif kind == 3:
            player.engine.motion.loop(float(rng.uniform(0.05, 1.0)))
        elif kind == 4:
            player.parameters.set("clarity", float(rng.uniform(0.0, 1.5)))
        elif kind == 5:
            player.engine.motion.hold(rng.choice([None, float(rng.uniform(0.01, 0.5))]))
        else:
            player.engine.motion.release()
        if rng.integers(3):
            player.work()
        heard.append(player.hear(480 * int(rng.integers(1, 9)), 480))
    log = [*entries(player), {"op": "end", "deck": 0, "heard": player.ring.read_position}]
    np.testing.assert_array_equal(replay(log, tiny_clear), np.concatenate(heard))


def test_a_held_loop_of_an_engine_that_came_late_is_replayed(tiny_model: LoadedVQModel) -> None:
    clock = Clock()
    player = Player(tiny_model, clock=clock)
    heard = [player.hear(SECOND)]
    for _ in range(9):
        player.engine._generator.pace.playing.add(1.0)
    heard.append(player.hear(2 * SECOND))
    assert player.status["held_loops"] > 0
    log = [*entries(player), {"op": "end", "deck": 0, "heard": player.ring.read_position}]
    np.testing.assert_array_equal(replay(log, tiny_model), np.concatenate(heard))


@pytest.mark.parametrize("which", ["tiny_clear", "tiny_stereo"])
def test_an_engine_that_took_over_from_a_dead_one_is_replayed(
    request: pytest.FixtureRequest, which: str
) -> None:
    loaded = request.getfixturevalue(which)
    player = Player(loaded, channels=loaded.channels)
    heard = [player.hear(SECOND)]
    log = entries(player)
    position = player.ring.read_position
    player.parameters.set("clarity", 0.3)
    # What the first engine has left in the ring sounds on while the second one loads.
    heard.append(player.hear_rest(4_800))
    player.revive(loaded, position)
    heard.append(player.hear(SECOND))
    log += [
        *entries(player, position=position),
        {"op": "end", "deck": 0, "heard": player.ring.read_position},
    ]
    np.testing.assert_array_equal(replay(log, loaded), np.concatenate(heard))


@pytest.mark.parametrize("which", ["tiny_clear", "tiny_stereo"])
def test_where_a_repeated_passage_is_left_out_there_is_no_click(
    request: pytest.FixtureRequest, which: str
) -> None:
    loaded = request.getfixturevalue(which)
    player = Player(loaded, channels=loaded.channels)
    heard = [player.hear(SECOND)]
    log = entries(player)
    # The next engine comes only when nothing is left of the first one's sound.
    heard.append(player.hear_rest(player.reader.available))
    position = player.ring.read_position
    player.revive(loaded, position)
    heard.append(player.hear(SECOND))
    log += [
        *entries(player, position=position),
        {"op": "bridge", "deck": 0, "at": position, "samples": 10_000},
        {"op": "end", "deck": 0, "heard": player.ring.read_position},
    ]
    replayed, whole = replay(log, loaded), np.concatenate(heard)
    np.testing.assert_array_equal(replayed[:position], whole[:position])
    np.testing.assert_array_equal(replayed[position + 480 :], whole[position + 480 :])
    # The old sound runs backwards while it fades out; it does not just stop.
    np.testing.assert_allclose(replayed[position], whole[position - 1], atol=1e-3)
    assert np.abs(whole[position - 1]).max() > 0.1


def test_a_deck_that_had_run_dry_when_another_one_took_over_ends_without_a_click(
    tiny_model: LoadedVQModel,
) -> None:
    players = [Player(tiny_model, seed) for seed in (1, 2)]
    sounds = [player.hear(SECOND) for player in players]
    sounds[0] = np.concatenate([sounds[0], players[0].hear_rest(players[0].reader.available)])
    at, fade = len(sounds[0]), 4_800
    log = [
        *entries(players[0]), *entries(players[1], deck=1),
        {"op": "bridge", "deck": 0, "at": at, "samples": 10_000},
        {"op": "swap", "deck": 1, "at": at, "fade": fade, "faded": fade, "gain": 1.0},
        {"op": "end", "deck": 1, "heard": SECOND},
    ]  # fmt: skip
    replayed = replay(log, tiny_model)
    np.testing.assert_array_equal(replayed[:at], sounds[0])
    np.testing.assert_array_equal(replayed[at + fade :], sounds[1][fade:])
    np.testing.assert_allclose(replayed[at], sounds[0][-1], atol=1e-2)
    assert np.abs(sounds[0][-1]) > 0.1
    np.testing.assert_allclose(replayed[at + 480], sounds[1][480] * np.sin(481 * np.pi / 2 / 4_801))


def test_two_decks_are_mixed_as_the_mixer_does(tiny_model: LoadedVQModel) -> None:
    players = [Player(tiny_model, seed) for seed in (1, 2)]
    sounds = [player.hear(2 * SECOND) for player in players]
    at, fade = 40_000, 30_000
    angles = np.arange(1, fade + 1, dtype=np.float32) * np.float32(np.pi / 2 / (fade + 1))
    expected = np.r_[sounds[0][:at], sounds[1] * np.float32(0.5)]
    expected[at : at + fade] *= np.sin(angles)
    expected[at : at + fade] += sounds[0][at : at + fade] * np.cos(angles)
    log = [
        *entries(players[0]), *entries(players[1], deck=1),
        {"op": "swap", "deck": 1, "at": at, "fade": fade, "faded": fade, "gain": 0.5},
        {"op": "end", "deck": 1, "heard": 2 * SECOND},
    ]  # fmt: skip
    np.testing.assert_allclose(replay(log, tiny_model), expected, atol=1e-6)


def test_a_log_that_misses_entries_is_refused(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    with pytest.raises(SessionLogError, match="lacks 3 entries"):
        replay([*entries(player), {"op": "lost", "entries": 3}], tiny_model)


@pytest.mark.parametrize(
    "wrong",
    [
        {"op": "push", "column": 999, "codes": None, "heard": 0},
        {"op": "draw", "column": 1, "codes": [[0]]},
        {"op": "jump"},
        {"op": "switched", "future": 77, "at": 0},
        {"op": "swap", "at": 100, "faded": 10},
        {"op": "engine"},
        {"op": "end"},
        {"op": "lost"},
        {"op": "loop", "begin": "x", "end": 1, "fade": 1, "position": 0},
        {"op": "clarify", "amount": 9},
        {"op": "clarify", "amount": float("nan")},
    ],
)
def test_a_damaged_entry_is_refused(tiny_model: LoadedVQModel, wrong: Entry) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    with pytest.raises(SessionLogError, match=r"damaged|follows"):
        replay([*entries(player), {"deck": 0, **wrong}], tiny_model)


def test_two_channels_are_played_and_replayed_as_one_is(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    mono = perform(Player(tiny_model))
    wide = in_two_channels(tiny_model, monkeypatch)
    player = Player(wide, channels=2)
    heard = perform(player)
    np.testing.assert_array_equal(heard, both_of(mono))
    log = [*entries(player), {"op": "end", "deck": 0, "heard": player.ring.read_position}]
    np.testing.assert_array_equal(replay(log, wide), heard)


def test_a_mono_model_is_rendered_with_one_channel_whatever_its_ring_has(
    tiny_model: LoadedVQModel,
) -> None:
    player = Player(tiny_model, channels=2)
    heard = player.hear(SECOND)
    log = [*entries(player), {"op": "end", "deck": 0, "heard": SECOND}]
    replayed = replay(log, tiny_model)
    np.testing.assert_array_equal(heard, np.stack([replayed, replayed], axis=1))


def test_a_repetition_for_lack_of_time_has_two_channels_too(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = in_two_channels(tiny_model, monkeypatch)
    player = Player(wide, clock=Clock(), channels=2)
    heard = [player.hear(SECOND)]
    for _ in range(9):
        player.engine._generator.pace.playing.add(1.0)
    heard.append(player.hear(2 * SECOND))
    assert player.status["held_loops"] > 0
    whole = np.concatenate(heard)
    np.testing.assert_array_equal(whole, both_of(whole[:, 0]))
    log = [*entries(player), {"op": "end", "deck": 0, "heard": player.ring.read_position}]
    np.testing.assert_array_equal(replay(log, wide), whole)


@pytest.mark.parametrize("stereo", [0, 1])
def test_mono_stretches_of_a_session_with_a_stereo_model_are_on_both_channels(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch, stereo: int
) -> None:
    wide = in_two_channels(tiny_model, monkeypatch)
    models = [wide if deck == stereo else tiny_model for deck in (0, 1)]
    players = [Player(model, seed, channels=2) for seed, model in enumerate(models)]
    sounds = [player.hear(2 * SECOND) for player in players]
    at, fade = 30_000, 20_000
    angles = np.arange(1, fade + 1, dtype=np.float32) * np.float32(np.pi / 2 / (fade + 1))
    expected = np.concatenate([sounds[0][:at], sounds[1] * np.float32(0.5)])
    expected[at : at + fade] *= np.sin(angles)[:, None]
    expected[at : at + fade] += sounds[0][at : at + fade] * np.cos(angles)[:, None]
    log = [
        *entries(players[0]), *entries(players[1], deck=1),
        {"op": "swap", "deck": 1, "at": at, "fade": fade, "faded": fade, "gain": 0.5},
        {"op": "end", "deck": 1, "heard": 2 * SECOND},
    ]  # fmt: skip
    with torch.inference_mode():
        replayed = replay_log(log, lambda entry: models[entry["deck"]])
    np.testing.assert_allclose(replayed, expected, atol=1e-6)
