"""Every surface has all parameters, and the requests that a performer wants at hand."""

import pytest

from distill_live.clients.surface import Button, Control, build_surface
from distill_live.control.namespace.requests import REQUESTS
from distill_live.parameters import PARAMETERS
from tests.clients.shipped import ODD, SURFACE, TABLE
from tests.edits.shipped import STREAM


def test_each_parameter_has_a_control_and_each_level_has_one_below_it() -> None:
    names = [control.name for control in SURFACE.controls]
    assert [name for name in names if name in TABLE] == sorted(TABLE, key=names.index)
    assert set(TABLE) <= set(names)
    at = names.index("temperature")
    levels = [f"temperature/{level}" for level in ("structure", "timbre", "detail")]
    assert names[at : at + 5] == ["temperature", *levels, "top_k"]
    per_level = sum(parameter.per_level for parameter in TABLE.values())
    assert len(names) == len(set(names)) == len(TABLE) + 3 * per_level


def test_levels_are_those_of_the_model() -> None:
    names = [control.name for control in build_surface(PARAMETERS, ("Body", "High Air")).controls]
    assert {"temperature/body", "temperature/high_air"} <= set(names)
    assert not [name for name in names if "structure" in name]


def test_parameters_of_plugins_have_sections_of_their_own() -> None:
    titles = [section.title for section in build_surface(ODD).sections]
    assert titles[-3:] == ["edit odd", "input tide", "output tv"]


def test_what_belongs_to_another_parameter_is_beside_it() -> None:
    [output] = [one for one in SURFACE.sections if one.title == "output and tempo"]
    labels = [control.label for control in output.controls]
    at = labels.index("grain")
    assert labels[at : at + 2] == ["grain", "grain reach"]


def test_edits_have_a_page_of_their_own_with_the_amount_of_a_blend_among_them() -> None:
    pages = SURFACE.pages
    assert list(pages) == ["play", "edits"]
    titles = [section.title for section in pages["edits"].sections]
    assert titles[0] == "edit blend" and set(titles) == {f"edit {name}" for name in STREAM}
    assert [control.name for control in pages["edits"].controls][:2] == ["blend", "blend/structure"]
    assert len(pages["play"].controls) + len(pages["edits"].controls) == len(SURFACE.controls)
    assert list(build_surface({"gain": PARAMETERS["gain"]}).pages) == ["play"]


def test_a_control_is_moved_by_what_fits_its_values() -> None:
    kinds = {control.name: control.kind for control in SURFACE.controls}
    assert (kinds["modulation"], kinds["edit/freeze/on/structure"]) == ("switch", "switch")
    assert (kinds["gain"], kinds["top_k"], kinds["beats_per_bar"]) == ("slider",) * 3
    assert kinds["seed"] == "number"


def test_what_can_be_off_and_a_level_can_be_let_go() -> None:
    releases = {control.name: control.release for control in SURFACE.controls}
    assert releases["steer/brightness"] == "off"
    assert releases["temperature/detail"] == "follow"
    assert (releases["gain"], releases["temperature"], releases["modulation"]) == ("", "", "")


def test_what_is_off_at_first_starts_in_the_middle() -> None:
    assert Control(PARAMETERS["steer/density"]).start == 0
    assert Control(PARAMETERS["tempo"]).start == 120


@pytest.mark.parametrize("button", SURFACE.buttons, ids=lambda button: button.key)
def test_a_button_asks_for_what_is_legal(button: Button) -> None:
    REQUESTS[button.request].check(button.arguments)


def test_every_request_is_at_hand_but_those_that_take_a_name_and_more() -> None:
    at_hand = {button.request for button in (*SURFACE.buttons, *SURFACE.typed)}
    assert set(REQUESTS) - at_hand == {
        "preset/beats", "clip/load", "cell", "cell/ahead", "region", "region/ahead", "loop/columns",
        "history/go", "edit/order",
    }  # fmt: skip
    assert [button.request for button in SURFACE.typed] == [
        "prime", "clip/play", "clip/prime", "clip/delete", "blend/clip", "manner/clip", "edit/clip",
        "model", "region/loop", "history/name", "listen/clip", "preset", "preset/store",
        "preset/delete",
    ]  # fmt: skip


def test_no_two_buttons_have_the_same_key() -> None:
    keys = [button.key for button in (*SURFACE.buttons, *SURFACE.typed)]
    assert len(keys) == len(set(keys))
