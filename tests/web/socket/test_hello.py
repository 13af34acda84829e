from __future__ import annotations

import dataclasses
from typing import Any

from distill_live.codes.edit_parameters import parameter_table
from distill_live.control.namespace.requests import REQUESTS
from distill_live.edits.freeze import Freeze
from distill_live.edits.time.copy import Copy
from distill_live.edits.time.stretch import Stretch
from distill_live.parameters import Parameter
from distill_live.web.socket.hello import describe_edit, describe_parameter, describe_request, hello
from tests.web.conftest import TABLE, Page, Studio


class Sparkle:
    """An edit such as a plugin brings."""

    name, doc, window = "sparkle", "Makes it sparkle.", 1
    partner = timed = True
    parameters = (Parameter("amount", "float", 0.0, 1.0, 0.5, "dB", "How much."),)


def test_the_first_message_has_the_version_and_every_parameter_and_request(page: Page) -> None:
    told = page.hello
    assert (told["type"], told["version"], told["live"]) == ("hello", 1, True)
    assert told["server"].startswith("distill-live ")
    assert [one["name"] for one in told["parameters"]] == list(TABLE)
    assert [one["name"] for one in told["requests"]] == list(REQUESTS)
    assert [one["name"] for one in told["edits"]] == ["freeze", "mask"]


def test_a_server_without_an_engine_says_so(studio: Studio) -> None:
    silent = dataclasses.replace(studio.app._instrument, plays_live=False)
    assert hello(silent)["live"] is False


def test_a_parameter_is_described_as_the_table_has_it() -> None:
    assert describe_parameter(TABLE["model_fade"]) == {
        "name": "model_fade", "doc": TABLE["model_fade"].doc, "kind": "float", "min": 0.05,
        "max": 20.0, "default": 2.0, "unit": "s", "curve": "exp", "perLevel": False,
        "optional": False, "group": "",
    }  # fmt: skip
    steer = describe_parameter(TABLE["steer/loudness"])
    assert (steer["group"], steer["default"], steer["optional"]) == ("steer", None, True)
    assert describe_parameter(TABLE["edit/freeze/on"])["group"] == "edit"


def test_a_request_is_described_with_its_arguments() -> None:
    told = describe_request(REQUESTS["clip/play"])
    assert told["doc"] == REQUESTS["clip/play"].doc
    assert told["arguments"][1] == {
        "name": "beats", "kind": "float", "min": 1 / 64, "max": 1024.0, "unit": "beats",
        "optional": True, "default": None, "words": [], "canBeEmpty": False, "alternative": "",
        "rest": False,
    }  # fmt: skip


def test_an_edit_of_a_plugin_is_described_like_one_of_ours() -> None:
    edit: Any = Sparkle()
    told = describe_edit(edit, list(parameter_table([Freeze(), edit])))
    own = told.pop("arguments")
    assert told == {
        "name": "sparkle", "doc": "Makes it sparkle.", "scope": "both", "region": True,
        "switch": "edit/sparkle/on", "partner": True, "mutual": False, "timed": True,
        "parameters": ["edit/sparkle/on", "edit/sparkle/amount"],
    }  # fmt: skip
    assert [(one["name"], one["unit"]) for one in own] == [("amount", "dB")]


def test_edits_of_regions_and_of_files_have_no_switch() -> None:
    told = [describe_edit(edit, list(parameter_table([edit]))) for edit in (Copy(), Stretch())]
    assert [(one["scope"], one["region"], one["switch"]) for one in told] == [
        ("grid", True, None), ("grid", False, None),
    ]  # fmt: skip
    assert told[0]["arguments"] != []
