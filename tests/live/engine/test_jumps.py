"""Rewinds and loops of what was heard: of clips, loops, holds, and of what was before them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from distill_live.codes.session_log import Entry
from distill_live.live.ipc.status import Motion
from distill_live.live.playhead.motion import Loop
from distill_live.live.replay.exact import replay_log
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.player import SETTINGS, Player

SECOND, COLUMN = 48_000, 4_096
#: A clip's length in samples: between four and five columns.
PASS = 20_011


class Listener:
    """A player, and all that was heard of it."""

    def __init__(self, loaded: LoadedVQModel, **settings: Any) -> None:
        self.player, self.loaded = Player(loaded, **settings), loaded
        self.log: list[Entry] = [{"op": "engine", "deck": 0, "position": 0}]
        self.sound = np.zeros(0, np.float32)

    def hear(self, count: int) -> None:
        """Hear at least so many samples."""
        self.sound = np.r_[self.sound, self.player.hear(-(-count // 480) * 480)]

    def ask(self, name: str, *arguments: Any) -> int:
        """Make a request that is a jump; returns the ring position from which on it is heard."""
        self.player.engine.carry_out(name, arguments)
        at = len(self.sound) + SETTINGS.guard
        self.player.work()
        return at

    def replace(self) -> None:
        """Let the engine die, and another one take over."""
        self.note()
        position = self.player.replace(self.loaded)
        self.log.append({"op": "engine", "deck": 0, "position": position, "continues": True})

    def note(self) -> None:
        self.log += [{"deck": 0, **json.loads(line)} for line in self.player.journal.read()]

    @torch.inference_mode()
    def replayed(self) -> np.ndarray:
        """The session log, rendered."""
        self.note()
        end = {"op": "end", "deck": 0, "heard": len(self.sound)}
        return replay_log([*self.log, end], lambda entry: self.loaded)


def random_codes(columns: int) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 16, (columns, 8, 3))


def hear_clip(listener: Listener) -> None:
    listener.hear(SECOND // 4)
    listener.ask("play_clip", random_codes(6), PASS)
    listener.hear(5 * PASS)


def hear_border(listener: Listener) -> None:
    listener.hear(3 * SECOND // 2)
    listener.ask("play_clip", random_codes(6), PASS)
    listener.hear(2 * SECOND // 3)


def hear_loop(listener: Listener) -> None:
    listener.hear(SECOND)
    listener.ask("loop", 0.3)
    listener.hear(SECOND)
    listener.ask("release")
    listener.hear(SECOND // 2)


def hear_prime(listener: Listener) -> None:
    listener.hear(SECOND)
    listener.ask("prime", random_codes(20))
    listener.hear(SECOND)


def hear_hold(listener: Listener) -> None:
    listener.hear(SECOND)
    listener.ask("hold")
    listener.hear(SECOND // 2)
    listener.ask("release")
    listener.hear(SECOND // 2)


HISTORIES = [hear_clip, hear_border, hear_loop, hear_prime, hear_hold]
History = Callable[[Listener], None]


def spectra(sound: np.ndarray) -> np.ndarray:
    """Log magnitudes [60, 1025] of the first 60 frames of a sound."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, 2048)[: 60 * 512 : 512]
    return np.log(1e-4 + np.abs(np.fft.rfft(frames * np.hanning(2048))))


def is_heard_again(sound: np.ndarray, at: int, back: int) -> bool:
    """Whether from position `at` on the sound is like `back` samples before, and less so like a
    frame before or after that. Where codes are decoded again, phases may differ."""
    again = spectra(sound[at + 2_000 :])
    distances = [
        np.abs(again - spectra(sound[at - back + 2_000 + shift :])).mean()
        for shift in (-512, 0, 512)
    ]
    return bool(np.argmin(distances) == 1)


@pytest.mark.parametrize("history", HISTORIES)
def test_a_rewind_goes_back_in_what_was_heard_and_plays_it_again(
    tiny_model: LoadedVQModel, history: History
) -> None:
    listener = Listener(tiny_model)
    history(listener)
    at = listener.ask("rewind", 1.25, "same")
    listener.hear(2 * SECOND)
    assert listener.player.said == []
    assert is_heard_again(listener.sound, at, 5 * SECOND // 4)
    assert listener.player.status["motion"] == Motion.FORWARD
    np.testing.assert_array_equal(listener.replayed(), listener.sound)


@pytest.mark.parametrize("history", HISTORIES)
def test_a_loop_repeats_what_was_heard_to_the_sample_until_it_is_released(
    tiny_model: LoadedVQModel, history: History
) -> None:
    length = 50_003
    listener = Listener(tiny_model)
    history(listener)
    at = listener.ask("loop", length / SECOND)
    listener.hear(3 * length + SECOND // 4)
    assert listener.player.said == []
    assert listener.player.status["motion"] == Motion.LOOP
    assert is_heard_again(listener.sound, at, length)
    second, third = (listener.sound[at + number * length :][:length] for number in (1, 2))
    np.testing.assert_array_equal(second, third)
    listener.ask("release")
    listener.hear(length + SECOND // 2)
    assert listener.player.status["motion"] == Motion.FORWARD
    # It was played to its end first.
    end = at + 4 * length
    np.testing.assert_array_equal(
        listener.sound[end - length : end - 2_000], second[: length - 2_000]
    )
    np.testing.assert_array_equal(listener.replayed(), listener.sound)


@pytest.mark.parametrize("history", HISTORIES)
def test_a_rewind_continues_differently_from_what_was_heard_before_that_place(
    tiny_model: LoadedVQModel, history: History
) -> None:
    listener = Listener(tiny_model)
    history(listener)
    head = listener.player.engine._generator.playhead
    at = len(listener.sound) + SETTINGS.guard
    heard = list(head.trail.back_from(at))
    target = at - 5 * SECOND // 4
    known = [one.laid for one in heard if one.end <= target][3::-1]
    followed = [one.laid for one in heard if one.position >= target][:-5:-1]
    assert listener.ask("rewind", 1.25) == at
    column = head.sound_at(at)[1]
    np.testing.assert_array_equal(head.timeline.raw(column - 4, column), known)
    listener.hear(SECOND)
    goes_on = head.timeline.raw(column + 1, column + 5)
    assert all((one != other).any() for one, other in zip(goes_on, followed, strict=True))
    assert listener.player.status["take"] == 1
    assert listener.player.status["motion"] == Motion.FORWARD
    assert listener.player.said == []
    np.testing.assert_array_equal(listener.replayed(), listener.sound)


def test_in_a_clip_its_own_columns_are_played_so_that_paint_and_edits_stay_in_place(
    tiny_model: LoadedVQModel,
) -> None:
    listener = Listener(tiny_model)
    hear_clip(listener)
    timeline = listener.player.engine._generator.timeline
    end = timeline.end
    at = listener.ask("loop", 2.5 * PASS / SECOND)
    listener.hear(6 * PASS)
    assert timeline.end == end
    assert listener.player.status["loop_end"] < 6
    # A whole pass of the clip begins as it did when the clip was played.
    clip = listener.sound[SECOND // 4 + SETTINGS.guard :][PASS + 1_000 : 2 * PASS]
    begins = np.flatnonzero(listener.sound[at:] == clip[0]) + at
    assert any(np.array_equal(listener.sound[one:][: len(clip)], clip) for one in begins)


def test_what_a_rewind_took_back_is_not_returned_to(tiny_model: LoadedVQModel) -> None:
    listener = Listener(tiny_model)
    hear_clip(listener)
    listener.ask("rewind", 0.75)
    listener.hear(SECOND // 4)
    second = listener.ask("rewind", 0.75, "same")
    listener.hear(SECOND)
    # Half a second goes back beyond the place at which the first one had arrived.
    assert is_heard_again(listener.sound, second, 3 * SECOND // 2)
    assert listener.player.said == []


@pytest.mark.parametrize("request_", ["loop", "rewind"])
def test_an_engine_that_takes_over_goes_on_with_it(
    tiny_model: LoadedVQModel, request_: str
) -> None:
    length = 90_003
    listener = Listener(tiny_model)
    hear_clip(listener)
    arguments = ("same",) if request_ == "rewind" else ()
    at = listener.ask(request_, length / SECOND, *arguments)
    listener.hear(4_800)
    listener.replace()
    motion = listener.player.engine._generator.playhead.motion
    assert isinstance(motion, Loop)
    assert motion.route is not None
    assert motion.route.repeats == (request_ == "loop")
    listener.hear((3 if request_ == "loop" else 1) * length)
    assert is_heard_again(listener.sound, at + length // 3, length)
    if request_ == "loop":
        second, third = (listener.sound[at + number * length :][:length] for number in (1, 2))
        np.testing.assert_array_equal(second, third)
    np.testing.assert_array_equal(listener.replayed(), listener.sound)


def test_an_engine_that_takes_over_knows_what_was_heard_of_the_clip(
    tiny_model: LoadedVQModel,
) -> None:
    listener = Listener(tiny_model)
    hear_clip(listener)
    listener.replace()
    listener.hear(SECOND // 4)
    at = listener.ask("rewind", 1.5, "same")
    listener.hear(2 * SECOND)
    assert listener.player.said == []
    assert is_heard_again(listener.sound, at, 3 * SECOND // 2)


def test_nothing_is_known_before_the_beginning(tiny_model: LoadedVQModel) -> None:
    for request_, line in (
        ("rewind", "rewind went back only 1.6 s: nothing earlier is available"),
        ("loop", "the loop lasts only 1.63 s: nothing earlier is available"),
    ):
        listener = Listener(tiny_model)
        listener.hear(SECOND)
        listener.ask("play_clip", random_codes(6), PASS)
        listener.hear(6 * SECOND // 10)
        listener.ask(request_, 30.0)
        listener.hear(SECOND // 2)
        assert listener.player.said == [line]


def test_a_long_loop_of_short_passes_takes_no_more_memory(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distill_live.live.past.past.TIMELINE_COLUMNS", 61)
    monkeypatch.setattr("distill_live.live.past.past.LEAST_KEPT", 2 * SECOND)
    listener = Listener(tiny_model)
    listener.hear(SECOND)
    listener.ask("loop", 0.05)
    listener.hear(7 * SECOND // 2)
    past = listener.player.engine._generator.playhead.trail.past
    assert len(past._columns) < 100
    listener.ask("rewind", 3.0)
    listener.hear(SECOND // 4)
    assert "rewind went back only 2." in listener.player.said[0]
