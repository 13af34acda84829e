"""An engine that replaces another, at any moment, goes on where that one left off."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from distill_live.codes.session_log import Entry
from distill_live.codes.timeline import Timeline
from distill_live.live.ipc.status import Motion
from distill_live.live.playhead.motion import Hold, Loop
from distill_live.live.replay.exact import replay_log
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.player import Player
from tests.models.prior.manners import wandering

SECOND = 48_000


class Killed(BaseException):
    """Stands for the end of a process in the middle of what it did."""


def timeline(player: Player) -> Timeline:
    return player.engine._generator.timeline


def entries(player: Player, **engine: Any) -> list[Entry]:
    noted = [{"deck": 0, **json.loads(line)} for line in player.journal.read()]
    return [{"op": "engine", "deck": 0, **engine}, *noted]


@torch.inference_mode()
def replay(log: list[Entry], loaded: LoadedVQModel) -> np.ndarray:
    return replay_log(log, lambda entry: loaded)


def kill_in(owner: Any, name: str, monkeypatch: pytest.MonkeyPatch, after: bool) -> None:
    """Let the process end before or after the next call of a method."""
    method = getattr(owner, name)

    def die(*arguments: Any) -> None:
        if after:
            method(*arguments)
        raise Killed

    monkeypatch.setattr(owner, name, die)


@pytest.fixture(scope="module")
def undisturbed(tiny_model: LoadedVQModel) -> np.ndarray:
    """The codes of the first 8 seconds, if nothing is done."""
    player = Player(tiny_model)
    player.hear(8 * SECOND)
    return timeline(player).raw(0, timeline(player).end)


@pytest.mark.parametrize("seconds", [0.05, 1.0, 4.3])
def test_it_plays_the_columns_that_would_have_followed(
    tiny_model: LoadedVQModel, undisturbed: np.ndarray, seconds: float
) -> None:
    player = Player(tiny_model)
    player.hear(round(seconds * 100) * 480)
    heard = int(player.status["column"])
    player.replace(tiny_model)
    player.hear(3 * SECOND)
    assert player.status["column"] > heard + 30
    end = timeline(player).end
    np.testing.assert_array_equal(timeline(player).raw(0, end), undisturbed[:end])
    pushed = [entry["column"] for entry in entries(player) if entry["op"] == "push"]
    # Only the last column that was made is made again.
    assert set(np.diff(pushed)) <= {0, 1}


@pytest.mark.parametrize("dry", [False, True])
def test_the_ring_continues_without_a_gap_wherever_the_reader_stands(
    tiny_model: LoadedVQModel, dry: bool
) -> None:
    player = Player(tiny_model)
    player.hear(2 * SECOND)
    player.work()
    if dry:
        player.hear_rest(player.reader.available)
    left = player.ring.read_position + player.reader.available
    start = player.replace(tiny_model)
    assert left - tiny_model.column_samples - 960 <= start <= left
    heard = player.hear(2 * SECOND)
    frames = np.sqrt((heard.reshape(-1, 480) ** 2).mean(axis=1))
    assert frames.min() > 0.02 * np.median(frames)


def test_a_prime_stays_the_past_that_is_continued(tiny_model: LoadedVQModel) -> None:
    given = np.random.default_rng(0).integers(0, 16, (40, 8, 3))
    players = [Player(tiny_model), Player(tiny_model)]
    for number, player in enumerate(players):
        player.hear(SECOND)
        player.engine.motion.prime(given)
        player.hear(SECOND)
        if number:
            player.replace(tiny_model)
        player.hear(2 * SECOND)
    one, two = map(timeline, players)
    np.testing.assert_array_equal(two.raw(0, 40), given)
    np.testing.assert_array_equal(two.raw(0, 70), one.raw(0, 70))
    players[1].engine.motion.rewind(100.0)
    players[1].hear(4_800)
    assert "nothing earlier is available" in players[1].said[-1]
    assert players[1].status["column"] >= 40


def test_a_clip_that_is_sent_again_at_once_leads_as_if_nothing_had_happened(
    tiny_model: LoadedVQModel,
) -> None:
    players = [Player(tiny_model), Player(tiny_model)]
    for number, player in enumerate(players):
        player.parameters.set("manner", 0.7)
        player.engine.partners.put("manner", "clip", wandering(50, 8, 3, 16))
        player.hear(SECOND)
        if number:
            player.replace(tiny_model)
            player.engine.partners.put("manner", "clip", wandering(50, 8, 3, 16))
        player.hear(SECOND)
    one, two = map(timeline, players)
    np.testing.assert_array_equal(two.raw(0, 30), one.raw(0, 30))
    # Each engine begins one; the new one looks for stale columns and finds none.
    assert [entry["op"] for entry in entries(players[1])].count("future") == 2


def test_a_hold_holds_the_same_column(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    player.engine.motion.hold()
    player.hear(SECOND)
    held = player.engine._generator.playhead.motion
    player.replace(tiny_model)
    player.hear(2 * SECOND)
    assert isinstance(held, Hold)
    assert player.engine._generator.playhead.motion == held
    assert (player.status["motion"], player.status["column"]) == (Motion.HOLD, held.column)
    player.engine.motion.release()
    player.hear(SECOND)
    assert player.status["column"] > held.column


def test_a_loop_repeats_the_same_samples(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(3 * SECOND)
    player.engine.motion.loop(0.7)
    player.hear(2 * SECOND)
    loop = player.engine._generator.playhead.motion
    player.replace(tiny_model)
    passes = player.hear(4 * SECOND)
    again = player.engine._generator.playhead.motion
    assert isinstance(loop, Loop)
    assert isinstance(again, Loop)
    assert (again.begin, again.end, again.column) == (loop.begin, loop.end, loop.column)
    length = loop.end - loop.begin
    np.testing.assert_array_equal(passes[-length:], passes[-2 * length : -length])
    player.engine.motion.release()
    player.hear(2 * SECOND)
    assert player.status["motion"] == Motion.FORWARD
    assert player.said == []


def test_frozen_codes_stay_frozen(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    player.parameters.set("edit/freeze/on", 1, 0)
    player.hear(SECOND)
    column = int(player.status["column"])
    frozen = timeline(player).edited(column, column + 1)[0, :, 0]
    player.replace(tiny_model)
    player.hear(2 * SECOND)
    later = int(player.status["column"])
    assert later > column + 15
    np.testing.assert_array_equal(timeline(player).edited(later, later + 1)[0, :, 0], frozen)


def test_takes_and_settings_of_the_past_are_known(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(3 * SECOND)
    player.engine.motion.rewind(1.0)
    player.hear(SECOND)
    player.parameters.set("temperature", 0.4, 1)
    player.hear(2 * SECOND)
    drawn = timeline(player).raw(0, 50)
    player.replace(tiny_model)
    player.hear(SECOND)
    assert player.status["take"] == 1
    player.engine.motion.rewind(5.0, "same")
    player.hear(5 * SECOND)
    np.testing.assert_array_equal(timeline(player).raw(0, 50), drawn)
    player.engine.motion.rewind(1.0)
    player.hear(SECOND)
    assert player.status["take"] == 2


def test_what_was_set_while_no_engine_was_there_is_heard_soon(
    tiny_model: LoadedVQModel, undisturbed: np.ndarray
) -> None:
    player = Player(tiny_model)
    player.hear(2 * SECOND)
    player.parameters.set("seed", 9)
    start = player.replace(tiny_model)
    player.hear(2 * SECOND)
    first = -(-start // tiny_model.column_samples) + 2
    new = timeline(player).raw(first, first + 8)
    assert (undisturbed[first : first + 8] != new).any(axis=(1, 2)).all()


CHANGES: dict[str, Callable[[Player], object]] = {
    "nothing": lambda player: None,
    "rewind": lambda player: player.engine.motion.rewind(0.5),
    "hold": lambda player: player.engine.motion.hold(),
    "edit": lambda player: player.parameters.set("edit/mask/on", 1, 2),
}
#: Where the process ends: before or after a step that other processes can see.
ENDS = [
    ("keepsake", "write", True),
    ("ring", "write", False),
    ("ring", "write", True),
    ("ring", "switch", False),
    ("ring", "switch", True),
]


def hear_until_killed(player: Player, blocks: int) -> list[np.ndarray]:
    """What is heard until the engine ends, in so many blocks at most, and a little after it."""
    heard = []
    try:
        for _ in range(blocks):
            player.work()
            heard.append(player.hear_rest(480))
    except Killed:
        pass
    return [*heard, player.hear_rest(4_800)]


@pytest.mark.parametrize(("owner", "name", "after"), ENDS)
@pytest.mark.parametrize("change", CHANGES)
def test_an_end_in_the_middle_of_a_change_leaves_a_whole_state_and_a_true_log(
    tiny_model: LoadedVQModel,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
    owner: str,
    name: str,
    after: bool,
) -> None:
    player = Player(tiny_model)
    sounds = [player.hear(SECOND)]
    before = timeline(player).raw(0, 5)
    with monkeypatch.context() as patch:
        kill_in(getattr(player, owner), name, patch, after)
        CHANGES[change](player)
        sounds += hear_until_killed(player, 20)
    log = entries(player, position=0)
    position = player.replace(tiny_model)
    sounds.append(player.hear(SECOND))
    log += [
        *entries(player, position=position, continues=True),
        {"op": "end", "deck": 0, "heard": player.ring.read_position},
    ]
    heard = np.concatenate(sounds)
    np.testing.assert_array_equal(replay(log, tiny_model), heard)
    np.testing.assert_array_equal(timeline(player).raw(0, 5), before)
    assert player.status["column"] >= 10


def test_plainly_it_continues_forward_with_another_take(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(2 * SECOND)
    player.engine.motion.hold()
    player.hear(SECOND)
    column = player.status["column"]
    player.replace(tiny_model, plainly=True)
    player.hear(SECOND)
    assert (player.status["motion"], player.status["take"]) == (Motion.FORWARD, 1)
    assert player.status["column"] > column


def test_a_long_past_is_known_and_can_be_gone_back_to(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("generator", "handover"):
        monkeypatch.setattr(f"distill_live.live.engine.{module}.TIMELINE_COLUMNS", 61)
    player = Player(tiny_model)
    player.hear(7 * SECOND)
    player.replace(tiny_model)
    player.hear(SECOND)
    player.engine.motion.rewind(600.0)
    heard = player.hear(2 * SECOND)
    assert np.abs(heard[SECOND:]).max() > 0
    assert all("nothing earlier is available" in line for line in player.said)


@pytest.mark.parametrize("request_", [None, ("hold",), ("loop", 0.3)])
def test_a_new_engine_plays_on_with_the_clarity_of_now(
    tiny_model: LoadedVQModel, tiny_clear: LoadedVQModel, request_: tuple[Any, ...] | None
) -> None:
    sounds = []
    for loaded, amounts in ((tiny_clear, (0.5, 0.5)), (tiny_clear, (0.5, 0.0)),
                            (tiny_clear, (0.0, 0.0)), (tiny_model, (1.0, 1.0))):  # fmt: skip
        player = Player(loaded)
        player.parameters.set("clarity", amounts[0])
        heard = [player.hear(SECOND // 2)]
        if request_:
            player.engine.carry_out(request_[0], request_[1:])
            heard.append(player.hear(SECOND // 2))
        log = entries(player, position=0)
        player.parameters.set("clarity", amounts[1])
        position = player.replace(loaded)
        heard.append(player.hear(3 * SECOND // 2))
        second = entries(player, position=position)
        if loaded.clarity.is_measured and amounts[1]:
            # First, because what the decoder gets ready with is heard in the next column.
            first, *_ = (one["op"] for one in second if one["op"] in ("clarify", "resume"))
            assert first == "clarify"
        log += [*second, {"op": "end", "deck": 0, "heard": player.ring.read_position}]
        sounds.append(np.concatenate(heard))
        np.testing.assert_array_equal(replay(log, loaded), sounds[-1])
    kept, changed, flat, plain = (sound[-SECOND // 2 :] for sound in sounds)
    assert (kept != changed).any()
    np.testing.assert_array_equal(changed, flat)
    np.testing.assert_array_equal(flat, plain)
