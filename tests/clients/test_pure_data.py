"""The patch for Pd runs: its controls move the instrument, and the instrument moves them."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from distill_live.parameters import PARAMETERS, Parameter, find_travel, scale_travel
from tests.clients.program import Program
from tests.clients.relay import Relay
from tests.clients.shipped import ODD, PLAYED, shipped, written
from tests.commands.server_process import ServerProcess
from tests.tools import require_program

PD = ("-nogui", "-nosound", "-nomidi", "-stderr", "-open")
#: A box of Pd's.
BOX = re.compile(r"#X (obj|msg|text|floatatom|symbolatom) ")
BENT = [one for one in (PARAMETERS["morph"], *ODD.values()) if one.curve != "linear"]
CONTROLS = {control.name: control for control in PLAYED.controls}


def front_boxes(patch: str) -> list[str]:
    """The lines of the boxes in the main window, by their numbers."""
    boxes, depth = [], 0
    for line in patch.splitlines():
        depth += line.startswith("#N canvas")
        closing = line.startswith("#X restore")
        depth -= closing
        if depth == 1 and (closing or BOX.match(line)):
            boxes.append(line)
    return boxes


def hands(boxes: list[str]) -> dict[str, int]:
    """The boxes with an inlet that send, by the names that they send to."""
    found = {}
    for number, line in enumerate(boxes):
        names = re.findall(r"\\\$0-(\S+)", line)
        if names and re.match(r"#X (obj \d+ \d+ (bng|tgl|hsl)|symbolatom) ", line):
            found[names[0]] = number
    return found


def fields(boxes: list[str]) -> dict[str, str]:
    """The number boxes: the name that each sends to, and the one by which alone it is reached."""
    pairs = re.findall(r"#X floatatom .* \\\$0-(\S+) \\\$0-(\S+) ", "\n".join(boxes))
    return {sent: reached for reached, sent in pairs}


def with_hand(patch: str, port: int) -> str:
    """The patch with a hand on every box that sends, which takes `NAME VALUE;` at a UDP port, and
    with eyes that print what is shown at each control."""
    boxes = front_boxes(patch)
    hand, typed, first = hands(boxes), fields(boxes), len(boxes)
    names = " ".join([*hand, *typed])
    lines = [f"#X obj 0 0 netreceive -u {port};", f"#X obj 0 0 route {names};"]
    lines += [f"#X obj 0 0 s \\$0-{reached};" for reached in typed.values()]
    targets = [*hand.values(), *range(first + 2, first + 2 + len(typed))]
    cords = [f"#X connect {first} 0 {first + 1} 0;"]
    cords += [f"#X connect {first + 1} {n} {box} 0;" for n, box in enumerate(targets)]
    for name in re.findall(r"\\\$0-(\S+-(?:set|shown|lit))", "\n".join(boxes)):
        at = first + len(lines)
        lines += [f"#X obj 0 0 r \\$0-{name};", f"#X obj 0 0 list prepend {name};",
                  "#X obj 0 0 list trim;", "#X obj 0 0 print seen;"]  # fmt: skip
        cords += [f"#X connect {at + n} 0 {at + n + 1} 0;" for n in range(3)]
    return "\n".join([patch.rstrip(), *lines, *cords, ""])


@dataclass
class Played:
    """The running patch, whose controls can be moved."""

    program: Program
    relay: Relay
    port: int

    def hand(self, name: str, value: str) -> None:
        """Move the box that sends to a name, or with `bang` press it."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(f"{name} {value};\n".encode(), ("127.0.0.1", self.port))

    def await_seen(self, *wanted: str) -> list[str]:
        """What is shown next at these names; what is shown elsewhere meanwhile is forgotten."""
        lines = self.program.await_starts(*(f"seen: {name} set " for name in wanted))
        return [line.rpartition(" ")[2] for line in lines]


@pytest.fixture(scope="module")
def played(relay: Relay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    pd = require_program("pd")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    patch = tmp_path_factory.mktemp("pd") / "played.pd"
    patch.write_text(with_hand(written("pd", PLAYED, relay.port).decode(), port))
    with Program([pd, *PD, str(patch)]) as program:
        program.await_start("seen: edit/mask/on/detail-set set ")
        yield Played(program, relay, port)


@pytest.fixture
def alone(played: Played) -> Iterator[Played]:
    """The patch without an instrument behind it."""
    played.relay.open = False
    yield played
    played.relay.open = True


def test_it_subscribes_and_is_told_everything(played: Played) -> None:
    assert played.relay.subscriptions == [[0.0]]
    assert not [line for line in played.program.lines if "error" in line]


def test_a_slider_that_is_moved_moves_the_instrument(played: Played, server: ServerProcess) -> None:
    played.hand("temperature-moved", "0.75")
    assert played.relay.await_said(1) == [("/distill/temperature", [0.75])]
    assert server.osc.ask("/distill/get", "temperature") == [0.75]
    played.hand("temperature/timbre-moved", "1.5")
    assert played.relay.await_said(1) == [("/distill/temperature/timbre", [1.5])]
    assert server.osc.ask("/distill/get", "temperature/timbre") == [1.5]
    assert server.osc.ask("/distill/get", "temperature/detail") == [0.75]


def test_what_somebody_else_moves_moves_the_slider_and_is_not_sent_back(
    played: Played, server: ServerProcess
) -> None:
    oscsend = require_program("oscsend")
    for name, value in (("gain", "0.25"), ("steer/brightness", "-0.5")):
        message = (f"/distill/{name}", "f", value)
        subprocess.run([oscsend, "127.0.0.1", str(server.osc.port), *message], check=True)
    assert played.await_seen("gain-set", "steer/brightness-set") == ["0.25", "-0.5"]
    # If it had sent them back, those messages would have come first.
    played.hand("bar", "bang")
    assert played.relay.await_said(1) == [("/distill/bar", [])]


def test_every_control_sends_to_its_own_address(alone: Played) -> None:
    for name, control in CONTROLS.items():
        way = "typed" if control.kind == "number" else "moved"
        high = control.parameter.maximum
        end = 1.0 if control.parameter.curve != "linear" else high
        alone.hand(f"{name}-{way}", f"{end:.10g}")
        [(address, [value])] = alone.relay.await_said(1)
        assert address == control.address
        assert value == pytest.approx(high, rel=1e-6)


def test_every_control_is_moved_by_its_own_address_and_says_nothing(alone: Played) -> None:
    for name, control in CONTROLS.items():
        alone.relay.tell(control.address, control.parameter.minimum)
        shown = "shown" if control.kind == "number" else "set"
        low = 0.0 if control.parameter.curve != "linear" else control.parameter.minimum
        [place] = map(float, alone.await_seen(f"{name}-{shown}"))
        assert place == pytest.approx(low, abs=1e-6)
    alone.hand("play", "bang")
    assert alone.relay.await_said(1) == [("/distill/play", [])]


def test_every_button_makes_its_request(alone: Played) -> None:
    for button in PLAYED.buttons:
        alone.hand(button.key, "bang")
        assert alone.relay.await_said(1) == [(button.address, list(button.arguments))]
    for button in PLAYED.typed:
        alone.hand(button.key, "symbol calm")
        assert alone.relay.await_said(1) == [(button.address, ["calm"])]


@pytest.mark.parametrize("parameter", BENT, ids=lambda one: one.name)
def test_a_bent_slider_travels_as_the_instrument_says(alone: Played, parameter: Parameter) -> None:
    low, high, curve = parameter.minimum, parameter.maximum, parameter.curve
    alone.hand(f"{parameter.name}-moved", "0.75")
    [(_, [sent])] = alone.relay.await_said(1)
    assert sent == pytest.approx(scale_travel(0.75, low, high, curve), rel=1e-5)
    value = low + 0.25 * (high - low)
    alone.relay.tell(f"/distill/{parameter.name}", value)
    [place] = map(float, alone.await_seen(f"{parameter.name}-set"))
    assert place == pytest.approx(find_travel(value, low, high, curve), rel=1e-4)


def test_a_number_that_is_typed_is_sent_and_moves_the_slider(alone: Played) -> None:
    alone.hand("gain-typed", "1.25")
    assert alone.relay.await_said(1) == [("/distill/gain", [1.25])]
    assert alone.await_seen("gain-set") == ["1.25"]


def test_whole_numbers_are_whole(alone: Played) -> None:
    alone.hand("beats_per_bar-moved", "6.6")
    assert alone.relay.await_said(1) == [("/distill/beats_per_bar", [7.0])]


def test_what_can_be_off_has_a_switch_that_shows_it(alone: Played) -> None:
    alone.hand("steer/density-moved", "0.5")
    assert alone.relay.await_said(1) == [("/distill/steer/density", [0.5])]
    assert alone.await_seen("steer/density-lit") == ["1"]
    alone.hand("steer/density-on", "0")
    assert alone.relay.await_said(1) == [("/distill/steer/density", ["off"])]
    alone.relay.tell("/distill/steer/density", "off")
    assert alone.await_seen("steer/density-lit") == ["0"]
    alone.hand("steer/density-on", "1")
    assert alone.relay.await_said(1) == [("/distill/steer/density", [0.5])]


def test_a_level_can_follow_again(alone: Played) -> None:
    alone.hand("top_p/timbre-off", "bang")
    assert alone.relay.await_said(1) == [("/distill/top_p/timbre", ["off"])]


def test_what_the_instrument_refuses_is_printed(played: Played) -> None:
    played.hand("preset", "symbol nothing")
    assert played.relay.await_said(1) == [("/distill/preset", ["nothing"])]
    assert "/distill/preset" in played.program.await_start("distill-live: ")


def test_the_shipped_patch_connects_by_itself_to_where_the_instrument_is() -> None:
    boxes = re.findall(r"#X (?:msg|obj) \d+ \d+ (.*);", shipped("pd").decode())
    assert boxes.count("connect 127.0.0.1 9000") == 2
    assert "netsend -u -b" in boxes
