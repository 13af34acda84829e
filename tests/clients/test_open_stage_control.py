"""The session for Open Stage Control is well formed, and an instrument takes what its widgets send.

It has not been opened in Open Stage Control.
"""

from __future__ import annotations

import json
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

from distill_live.clients.kinds import KINDS
from distill_live.clients.open_stage_control import write_session
from distill_live.clients.surface import Connection, build_surface
from distill_live.parameters import PARAMETERS, scale_travel
from tests.clients.shipped import FOLDER, ODD, SURFACE, TABLE, shipped
from tests.inputs.osc.conftest import Desk
from tests.tools import require_node_module, require_program

Widget = dict[str, Any]


def content() -> dict[str, Any]:
    found = json.loads(shipped("open-stage-control"))
    assert (found["type"], found["createdWith"]) == ("session", "Open Stage Control")
    return dict(found["content"])


def widgets() -> dict[str, Widget]:
    """The widgets by their ids, which are different ones."""
    all_of_them = [widget for tab in content()["tabs"] for widget in tab["widgets"]]
    found = {widget["id"]: widget for widget in all_of_them}
    assert len(found) == len(all_of_them)
    return found


def test_each_control_sends_to_the_address_that_it_is_moved_by() -> None:
    sending = [one for one in widgets().values() if one["type"] in ("fader", "button", "input")]
    moved = {
        one["address"]: one for one in sending
        if one["type"] != "button" or one["mode"] == "toggle"
    }  # fmt: skip
    for control in SURFACE.controls:
        widget = moved[control.address]
        assert widget["typeTags"] == ("f" if control.parameter.kind == "float" else "i")
        kinds = {"slider": "fader", "switch": "button", "number": "input"}
        assert widget["type"] == kinds[control.kind]
        if control.kind == "slider":
            ends = (widget["range"]["min"], widget["range"]["max"])
            assert ends == (control.parameter.minimum, control.parameter.maximum)
        if control.kind == "switch":
            assert (widget["on"], widget["off"]) == (1, 0)


def test_bent_faders_have_the_curve_s_values_on_the_way() -> None:
    session = write_session(build_surface(PARAMETERS | ODD), Connection("127.0.0.1", 9000, 0))
    tabs = json.loads(session)["content"]["tabs"]
    found = {one["id"]: one for tab in tabs for one in tab["widgets"]}
    assert found["morph"]["range"]["50%"] == round(scale_travel(0.5, 0.0, 60.0, "exp"), 4)
    late = found["edit_odd_late"]["range"]
    assert late["25%"] == round(scale_travel(0.25, 0.5, 8.0, "log"), 4)


def test_all_widgets_send_to_the_instrument_and_stand_beside_each_other() -> None:
    assert {widget["target"] for widget in widgets().values()} == {"127.0.0.1:9000"}
    for one, other in [
        pair for tab in content()["tabs"] for pair in combinations(tab["widgets"], 2)
    ]:
        assert (
            one["left"] + one["width"] <= other["left"]
            or other["left"] + other["width"] <= one["left"]
            or one["top"] + one["height"] <= other["top"]
            or other["top"] + other["height"] <= one["top"]
        ), (one["id"], other["id"])


def test_edits_have_a_tab_of_their_own() -> None:
    play, edits = content()["tabs"]
    assert (play["label"], edits["label"]) == ("play", "edits")
    assert {"edit_freeze_on", "edit_echo_columns", "blend"} <= {
        one["id"] for one in edits["widgets"]
    }
    parameters = {name.replace("/", "_") for name in TABLE if name.startswith("edit/")}
    assert parameters.isdisjoint(one["id"] for one in play["widgets"])


def test_numbers_are_shown_by_widgets_that_are_there() -> None:
    found = widgets()
    values = [one["value"] for one in found.values() if "value" in one]
    assert values
    assert {value.removeprefix("@{").removesuffix("}") for value in values} <= set(found)


def test_it_subscribes_when_it_is_opened_and_before_a_minute_is_over() -> None:
    asked = "send('127.0.0.1:9000', '/distill/subscribe', {type: 'i', value: 0})"
    assert content()["onCreate"].count(asked) == 2
    assert "setInterval" in content()["onCreate"] and "30000" in content()["onCreate"]


def test_the_instrument_takes_what_each_widget_sends(desk: Desk) -> None:
    node, environment = require_program("node"), require_node_module("osc")
    session = FOLDER / KINDS["open-stage-control"].file_name
    script = Path(__file__).with_name("open_stage_control.js")
    done = subprocess.run(
        [node, str(script), str(session), str(desk.osc.port)],
        env=environment, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert [json.loads(line) for line in done.stdout.splitlines()] == [["/distill/pong", []]]
    asked = {button.request for button in (*SURFACE.buttons, *SURFACE.typed)}
    assert set(desk.instrument.requests) == asked
    assert len(desk.instrument.requests) == len(SURFACE.buttons) + len(SURFACE.typed)
    assert (desk.instrument.store["gain"], desk.instrument.store["seed"]) == (2.0, 7)
    assert desk.instrument.lines == []
