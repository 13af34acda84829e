from __future__ import annotations

import threading
import time
from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from distill_live import plugins
from distill_live.control.routing.router import Router
from distill_live.inputs.plugin import InputContext, InputThread, load_inputs
from distill_live.parameters import Parameter, ParameterStore
from distill_live.plugins import declared_parameters
from tests.tools import wait_until


class Player:
    """Plays its depth as the gain, for ever."""

    name = "player"
    doc = "Plays its depth."
    parameters = (Parameter("depth", "float", 0.0, 1.0, 0.25, "", "How deep."),)

    def __init__(self, context: InputContext) -> None:
        self._context = context

    def run(self, stopped: Callable[[], bool]) -> None:
        while not stopped():
            self._context.send("/distill/gain", self._context.values["depth"])
            time.sleep(0.002)


class FailsAtOnce(Player):
    def __init__(self, context: InputContext) -> None:
        raise OSError("no such gamepad")


class FailsWhilePlaying(Player):
    def run(self, stopped: Callable[[], bool]) -> None:
        self._context.send("/distill/gain", 0.5)
        raise ValueError("a fault in it")


class SendsNonsense(Player):
    def run(self, stopped: Callable[[], bool]) -> None:
        for address, argument in (("/nowhere", 1), ("/distill/gain", object()), ("", None)):
            self._context.send(address, argument)
        [(address, (value,))] = self._context.send("/distill/get", "gain")
        self._context.log(f"{address} {value}")


class DoesNotEnd(Player):
    ended = threading.Event()

    def run(self, stopped: Callable[[], bool]) -> None:
        self.ended.wait()


class Stage:
    """A store with the input's parameters, and its thread."""

    def __init__(self, plugin: Any) -> None:
        self.lines: list[str] = []
        table = ParameterStore().table | declared_parameters("inputs", [plugin])
        self.store = ParameterStore(table)
        router = Router(self.store, lambda *_: None, None, lambda line: None)
        self.input = InputThread(plugin, router, self.store, self.lines.append)
        self.input.start()


def test_an_input_plays_with_its_own_parameters_until_it_is_stopped() -> None:
    stage = Stage(Player)
    wait_until(lambda: stage.store["gain"] == 0.25, "its first value")
    stage.store.set("input/player/depth", 0.75)
    wait_until(lambda: stage.store["gain"] == 0.75, "its new value")
    stage.input.stop()
    stage.store.set("gain", 2.0)
    assert not [thread for thread in threading.enumerate() if thread.name == "input-player"]
    assert (stage.store["gain"], stage.lines) == (2.0, [])
    stage.input.stop()


@pytest.mark.parametrize(
    ("plugin", "why"),
    [
        (FailsAtOnce, "OSError('no such gamepad')"),
        (FailsWhilePlaying, "ValueError('a fault in it')"),
    ],
)
def test_an_input_that_raises_is_off_with_one_message(plugin: Any, why: str) -> None:
    stage = Stage(plugin)
    wait_until(lambda: stage.lines, "the message")
    stage.input.stop()
    assert stage.lines == [f"the input 'player' failed and is now off: {why}"]


def test_what_the_instrument_refuses_does_not_raise_in_the_input() -> None:
    stage = Stage(SendsNonsense)
    wait_until(lambda: stage.lines, "its own line")
    stage.input.stop()
    assert stage.lines == ["/distill/gain 1.0"]


def test_an_input_that_does_not_end_is_reported_and_left() -> None:
    stage = Stage(DoesNotEnd)
    stage.input.stop()
    DoesNotEnd.ended.set()
    assert stage.lines == ["the input 'player' did not stop when asked to"]


def test_the_inputs_that_serve_creates_itself_are_checked_and_not_among_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[str] = []
    assert {"osc", "midi"} & set(load_inputs(lines.append)) == set()
    assert lines == []
    entries = [
        EntryPoint("player", "tests.inputs.test_plugin:Player", "distill_live.inputs"),
        EntryPoint("midi", "tests.inputs.test_plugin:Player", "distill_live.inputs"),
    ]
    monkeypatch.setattr(plugins, "entry_points", lambda group: entries)
    assert list(load_inputs(lines.append)) == ["player"]
    [line] = lines
    assert line.startswith("the input 'midi' was left out: its name is 'player'")
