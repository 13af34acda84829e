"""Playing an output whose device comes and goes."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from distill_live.errors import DeviceError
from distill_live.live.ipc.messages import OutputAway, OutputOpened
from distill_live.live.ipc.ring import AudioRing
from distill_live.live.ipc.status import LiveStatus
from distill_live.live.ipc.tap import TapRing
from distill_live.live.playback.deck_mixer import DeckControl, DeckMixer
from distill_live.live.playback.last_mile import LastMile
from distill_live.outputs import clock, player
from distill_live.outputs.options import Source
from distill_live.outputs.player import Player
from distill_live.parameters import Parameter, ParameterStore
from tests.tools import wait_until


class Interface:
    """An output that can be plugged in and out, and is in at first."""

    name, doc = "interface", "An interface with a plug."
    parameters: tuple[Parameter, ...] = ()
    sample_rate = 44_100

    def __init__(self) -> None:
        self.plugged, self.asked, self.played, self.broken = True, 0, 0, False

    def open(self) -> Interface:
        self.asked += 1
        if not self.plugged:
            raise DeviceError("there is no interface")
        return self

    def describe(self) -> str:
        return "the interface"

    def run(self, source: Source, stopped: Callable[[], bool]) -> None:
        if self.broken:
            raise DeviceError("the interface cannot play")
        block = np.zeros((441, 2), np.float32)
        while not stopped():
            if not self.plugged:
                raise DeviceError("the interface has stopped by itself")
            source.render(block)
            self.played += 1

    def close(self) -> None:
        pass


class Stage:
    """A player of an interface in a thread; what it says is in `said`."""

    def __init__(self, played: bool = False) -> None:
        self.interface = Interface()
        self.status, self.tap = LiveStatus(), TapRing()
        self.ours, theirs = multiprocessing.get_context("spawn").Pipe()
        mixer = DeckMixer((AudioRing(2), AudioRing(2)), DeckControl())

        def make_source(sample_rate: int) -> LastMile:
            return LastMile(mixer, ParameterStore(), self.status, self.tap, sample_rate)

        self.player = Player(theirs, lambda: self.interface.open(), make_source, played)
        self.thread = threading.Thread(target=self.player.play, args=("interface",), daemon=True)

    def hear(self) -> Any:
        assert self.ours.poll(30)
        return self.ours.recv()

    def end(self) -> None:
        self.ours.close()
        self.thread.join(30)
        assert not self.thread.is_alive()


def test_a_device_that_goes_away_is_asked_for_until_it_is_back_and_plays_on() -> None:
    stage = Stage()
    stage.thread.start()
    assert stage.hear() == OutputOpened("the interface")
    wait_until(lambda: stage.interface.played, "sound")
    assert stage.tap.sample_rate == 44_100
    stage.interface.plugged = False
    assert stage.hear() == OutputAway("the interface has stopped by itself")
    before = stage.status["blocks"]
    wait_until(lambda: stage.interface.asked > 2, "that it is asked for")
    assert stage.status["blocks"] > before
    assert stage.tap.sample_rate == 48_000
    stage.interface.plugged = True
    assert stage.hear() == OutputOpened("the interface")
    heard = stage.interface.played
    wait_until(lambda: stage.interface.played > heard, "sound")
    assert stage.tap.sample_rate == 44_100
    stage.end()


def test_a_device_that_was_heard_by_another_process_is_waited_for() -> None:
    stage = Stage(played=True)
    stage.interface.plugged = False
    stage.thread.start()
    assert stage.hear() == OutputAway("there is no interface")
    wait_until(lambda: stage.status["blocks"], "the clock")
    stage.end()


@pytest.mark.parametrize("fault", ["unplugged", "broken"])
def test_a_device_that_never_played_is_not_waited_for(fault: str) -> None:
    stage = Stage()
    stage.interface.plugged, stage.interface.broken = fault != "unplugged", fault == "broken"
    with pytest.raises(DeviceError, match="interface"):
        stage.player.play("interface")


class SlowInterface(Interface):
    """An interface that is away, and takes half a second of its own time to say so; at the fifth
    attempt, the player's channel closes."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage, self.now = stage, 0.0
        #: When an attempt began, and for how many seconds the clock had played by then.
        self.attempts: list[tuple[float, float]] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def open(self) -> Interface:
        self.attempts.append((self.now, self._stage.status["blocks"] * 1024 / 48_000))
        self.now += 0.5
        if len(self.attempts) == 5:
            self._stage.ours.close()
        raise DeviceError("there is no interface")


def test_what_plays_unheard_stays_in_time_while_the_device_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(played=True)
    stage.interface = slow = SlowInterface(stage)
    for module in (clock, player):
        monkeypatch.setattr(module, "time", slow)
    stage.player.play("interface")
    began = slow.attempts[0][0] + 0.5
    for at, played in slow.attempts[1:]:
        assert played == pytest.approx(at - began, abs=0.03)
