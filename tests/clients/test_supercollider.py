"""The script for SuperCollider runs, with its window and without: what its functions and sliders do
reaches the instrument, and what moves there moves them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from distill_live.clients.columns import arrange
from distill_live.clients.surface import Control
from distill_live.parameters import Curve, scale_travel
from tests.clients.program import Program
from tests.clients.relay import Relay
from tests.clients.shipped import PLAYED, written
from tests.commands.server_process import ServerProcess
from tests.tools import require_program

#: Runs the script, and takes orders over OSC: what a player would type, and what a hand would do.
HAND = """
(
~distillWindow = $window;
~distillHeard = { |name, value| ["heard", name, value].join(" ").postln };
"$script".load;
~views = { |kind|
    Window.allWindows.detect { |one| one.name == "distill-live" }
        .view.children.select { |view| view.isKindOf(kind) }
};
OSCdef(\\code, { |message| { message[1].asString.interpret }.defer }, "/code");
{ "ready".postln }.defer;
)
"""

#: The sliders of the window, in their order.
SLIDERS = [
    place.thing.name
    for place in arrange(PLAYED, 3, 3)
    if isinstance(place.thing, Control) and place.thing.kind == "slider"
]


@dataclass
class Played:
    """The running script."""

    program: Program
    relay: Relay

    def run(self, code: str) -> None:
        """Run a line of code."""
        self.relay.tell("/code", code)

    def value(self, code: str) -> str:
        """The value of a line of code."""
        self.run(f'"is %".format({code}).postln')
        return self.program.await_start("is ").removeprefix("is ")


def play(relay: Relay, folder: Path, window: bool) -> Program:
    """sclang with the script; it subscribes as soon as that has run."""
    script = folder / "distill.scd"
    script.write_bytes(written("supercollider", PLAYED, relay.port))
    hand = folder / "hand.scd"
    text = HAND.replace("$window", str(window).lower()).replace("$script", str(script))
    hand.write_text(text)
    environment = {
        **os.environ, "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder),
        "QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1",
    }  # fmt: skip
    return Program([require_program("sclang"), "-i", "none", str(hand)], environment)


@pytest.fixture(scope="module")
def played(relay: Relay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with play(relay, tmp_path_factory.mktemp("sclang"), window=True) as program:
        program.await_start("ready")
        played = Played(program, relay)
        played.program.await_start("heard edit/mask/on/detail ")
        yield played


@pytest.fixture
def alone(played: Played) -> Iterator[Played]:
    """The script without an instrument behind it."""
    played.relay.open = False
    yield played
    played.relay.open = True


def test_it_subscribes(played: Played) -> None:
    assert played.relay.subscriptions == [[0]]


def test_a_function_moves_the_instrument_and_its_slider(
    played: Played, server: ServerProcess
) -> None:
    played.run("~distill[\\temperature].(0.75)")
    assert played.relay.await_said(1) == [("/distill/temperature", [0.75])]
    assert server.osc.ask("/distill/get", "temperature") == [0.75]
    travel = (0.75 - 0.1) / 1.9
    slider = f"~views.(Slider)[{SLIDERS.index('temperature')}].value"
    assert float(played.value(slider)) == pytest.approx(travel, abs=1e-6)


def test_a_slider_moves_the_instrument(played: Played, server: ServerProcess) -> None:
    at = SLIDERS.index("model_fade")
    played.run(f"~views.(Slider)[{at}].valueAction_(0.5)")
    [(address, [value])] = played.relay.await_said(1)
    assert address == "/distill/model_fade"
    assert value == pytest.approx(scale_travel(0.5, 0.05, 20.0, "exp"), rel=1e-5)
    assert server.osc.ask("/distill/get", "model_fade") == [pytest.approx(value)]


@pytest.mark.parametrize("name, curve", [("morph", "exp"), ("edit/odd/late", "log")])
def test_a_bent_slider_travels_as_the_instrument_says(
    alone: Played, name: str, curve: Curve
) -> None:
    [parameter] = [one.parameter for one in PLAYED.controls if one.name == name]
    low, high = parameter.minimum, parameter.maximum
    alone.run(f"~views.(Slider)[{SLIDERS.index(name)}].valueAction_(0.75)")
    [(address, [value])] = alone.relay.await_said(1)
    assert address == f"/distill/{name}"
    assert value == pytest.approx(scale_travel(0.75, low, high, curve), rel=1e-5)


def test_what_somebody_else_moves_moves_the_slider_and_is_not_sent_back(
    played: Played, server: ServerProcess
) -> None:
    oscsend = require_program("oscsend")
    gain = ("/distill/gain", "f", "0.5")
    subprocess.run([oscsend, "127.0.0.1", str(server.osc.port), *gain], check=True)
    played.program.await_start("heard gain 0.5")
    at = SLIDERS.index("gain")
    assert float(played.value(f"~views.(Slider)[{at}].value")) == 0.25
    assert played.value("~distill[\\gain].()") == "0.5"
    # If it had sent that back, it would have come first.
    played.run("~distill[\\bar].()")
    assert played.relay.await_said(1) == [("/distill/bar", [])]


def test_every_control_sends_to_its_own_address(alone: Played) -> None:
    for control in PLAYED.controls:
        alone.run(f"~distill['{control.name}'].({control.parameter.maximum})")
    said = alone.relay.await_said(len(PLAYED.controls))
    assert said == [
        (control.address, [pytest.approx(control.parameter.maximum, rel=1e-6)])
        for control in PLAYED.controls
    ]


def test_every_request_can_be_made(alone: Played) -> None:
    for button in PLAYED.buttons:
        arguments = [f"\\{one}" if isinstance(one, str) else repr(one) for one in button.arguments]
        alone.run(f"~distill['{button.request}'].({', '.join(arguments)})")
    said = alone.relay.await_said(len(PLAYED.buttons))
    assert said == [(button.address, list(button.arguments)) for button in PLAYED.buttons]
    kinds = [[type(one) for one in arguments] for _, arguments in said]
    assert kinds == [[type(one) for one in button.arguments] for button in PLAYED.buttons]


def test_what_can_be_off_is_by_a_word_and_by_its_button(alone: Played) -> None:
    alone.run("~distill['steer/brightness'].(\\off)")
    assert alone.relay.await_said(1) == [("/distill/steer/brightness", ["off"])]
    alone.relay.tell("/distill/steer/brightness", "off")
    alone.program.await_start("heard steer/brightness off")
    assert alone.value("~distill['steer/brightness'].()") == "off"
    shown = '~views.(StaticText).count { |text| text.string == "brightness (off)" }'
    assert alone.value(shown) == "1"
    alone.relay.tell("/distill/steer/brightness", 0.5)
    alone.program.await_start("heard steer/brightness 0.5")
    assert alone.value(shown) == "0"
    # The first button of that name, of those that have no second state.
    offs = '~views.(Button).select { |one| one.states.size == 1 and: { one.string == "off" } }'
    alone.run(f"{offs}[1].doAction")
    assert alone.relay.await_said(1) == [("/distill/steer/brightness", ["off"])]


def test_whole_numbers_are_sent_whole(alone: Played) -> None:
    alone.run("~distill[\\top_k].(16.4)")
    [(address, [value])] = alone.relay.await_said(1)
    assert (address, value, type(value)) == ("/distill/top_k", 16, int)


def test_it_plays_without_a_window_and_stops(server: ServerProcess, tmp_path: Path) -> None:
    with Relay(server.osc.port) as relay, play(relay, tmp_path, window=False) as program:
        program.await_start("ready")
        played = Played(program, relay)
        assert played.value("Window.allWindows.size") == "0"
        played.run("~distill[\\gain].(0.75)")
        assert relay.await_said(1) == [("/distill/gain", [0.75])]
        assert server.osc.ask("/distill/get", "gain") == [0.75]
        played.run("~distillStop.()")
        assert relay.await_said(1) == [("/distill/unsubscribe", [])]
        assert played.value("~distillStop") == "nil"
