"""The patches for Max and Max for Live are well formed. They have not been opened in Max."""

from __future__ import annotations

import json
import struct
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from distill_live.clients.kinds import KINDS
from tests.clients.shipped import FOLDER, SURFACE, shipped
from tests.tools import require_module

KINDS_OF_PATCHES = ("max", "max-for-live")
Box = dict[str, Any]


def patcher(kind: str) -> dict[str, Any]:
    found = json.loads(shipped(kind))
    assert list(found) == ["patcher"]
    return dict(found["patcher"])


def boxes(kind: str) -> dict[str, Box]:
    """The boxes by their ids."""
    found = [one["box"] for one in patcher(kind)["boxes"]]
    assert len({box["id"] for box in found}) == len(found)
    return {box["id"]: box for box in found}


def cords(kind: str) -> list[tuple[str, int, str, int]]:
    """Source, outlet, target, inlet of each cord."""
    lines = [one["patchline"] for one in patcher(kind)["lines"]]
    return [(*one["source"], *one["destination"]) for one in lines]


def shown(kind: str) -> dict[str, Box]:
    """The boxes that are parameters, by the names that Live knows them by."""
    found = [box for box in boxes(kind).values() if box.get("parameter_enable")]
    values = [box["saved_attribute_attributes"]["valueof"] for box in found]
    return {value["parameter_longname"]: box for value, box in zip(values, found, strict=True)}


@pytest.mark.parametrize("kind", KINDS_OF_PATCHES)
def test_every_cord_has_two_ends(kind: str) -> None:
    found = boxes(kind)
    for source, outlet, target, inlet in cords(kind):
        assert outlet < found[source]["numoutlets"]
        assert inlet < found[target]["numinlets"]
    assert len(set(cords(kind))) == len(cords(kind))


@pytest.mark.parametrize("kind", KINDS_OF_PATCHES)
def test_every_box_has_what_max_needs(kind: str) -> None:
    for box in boxes(kind).values():
        assert {"id", "maxclass", "numinlets", "numoutlets", "patching_rect"} <= set(box)
        assert len(box.get("outlettype", [])) == box["numoutlets"]
        texts = ("newobj", "message", "comment", "textbutton")
        assert ("text" in box) == (box["maxclass"] in texts)


@pytest.mark.parametrize("kind", KINDS_OF_PATCHES)
def test_each_control_goes_out_to_its_address_and_is_moved_from_there(kind: str) -> None:
    found, lines, controls = boxes(kind), cords(kind), shown(kind)
    after = {source: target for source, outlet, target, _ in lines if outlet == 0}
    [route] = [box for box in found.values() if box.get("text", "").startswith("route /distill/te")]
    addresses = route["text"].split()[1:]
    assert addresses == [control.address for control in SURFACE.controls]
    assert route["numoutlets"] == len(addresses) + 1
    assert list(controls) != [] and set(controls) == {one.name for one in SURFACE.controls}
    for outlet, control in enumerate(SURFACE.controls):
        box = controls[control.name]["id"]
        assert found[after[box]]["text"] == f"prepend {control.address}"
        assert found[after[after[box]]]["text"] == "gate"
        way = (route["id"], outlet)
        [told] = [target for source, at, target, _ in lines if (source, at) == way]
        assert found[told]["text"] == "route off"
        [silent] = [target for source, at, target, _ in lines if (source, at) == (told, 1)]
        assert found[silent]["text"] == "prepend set"
        assert after[silent] == box


@pytest.mark.parametrize("kind", KINDS_OF_PATCHES)
def test_each_control_has_the_parameter_s_range(kind: str) -> None:
    for control in SURFACE.controls:
        box = shown(kind)[control.name]
        value = box["saved_attribute_attributes"]["valueof"]
        if control.kind == "switch":
            assert (box["maxclass"], value["parameter_enum"]) == ("live.toggle", ["off", "on"])
            continue
        limits = (control.parameter.minimum, control.parameter.maximum)
        assert (value["parameter_mmin"], value["parameter_mmax"]) == limits


@pytest.mark.parametrize("kind", KINDS_OF_PATCHES)
def test_each_button_sends_its_message_and_each_level_can_be_let_go(kind: str) -> None:
    found = boxes(kind)
    sent = [
        found[target]["text"]
        for source, outlet, target, _ in cords(kind)
        if found[source]["maxclass"] == "textbutton" and outlet == 0
    ]
    for button in SURFACE.buttons:
        # Max writes whole floats with a point and nothing behind it.
        words = [str(one).replace(".0", ".") for one in button.arguments]
        assert " ".join([button.address, *words]) in sent
    for control in SURFACE.controls:
        assert (f"{control.address} off" in sent) == bool(control.release)


@pytest.mark.parametrize("kind", KINDS_OF_PATCHES)
def test_nothing_stands_on_another_thing_in_front(kind: str) -> None:
    front = [box for box in boxes(kind).values() if box.get("presentation")]
    for one, other in combinations(front, 2):
        (x, y, width, height), (x2, y2, width2, height2) = (
            box["presentation_rect"] for box in (one, other)
        )
        apart = x + width <= x2 or x2 + width2 <= x or y + height <= y2 or y2 + height2 <= y
        assert apart, (one, other)


def test_a_device_is_no_higher_than_live_s_strip_and_lets_the_sound_through() -> None:
    found = patcher("max-for-live")
    rects = [one["box"].get("presentation_rect", [0, 0, 0, 0]) for one in found["boxes"]]
    assert max(y + height for _, y, _, height in rects) <= 169
    assert max(x + width for x, _, width, _ in rects) <= found["devicewidth"]
    assert found["openinpresentation"] == 1
    texts = {box["text"]: name for name, box in boxes("max-for-live").items() if "text" in box}
    sound = (texts["plugin~"], texts["plugout~"])
    assert {(sound[0], n, sound[1], n) for n in range(2)} <= set(cords("max-for-live"))
    assert "live.thisdevice" in texts


def test_the_device_file_holds_the_patch_in_chunks() -> None:
    rest, chunks = shipped("max-for-live-device"), []
    while rest:
        name, size = struct.unpack("<4sI", rest[:8])
        chunks.append((name, rest[8 : 8 + size]))
        rest = rest[8 + size :]
    assert [name for name, _ in chunks] == [b"ampf", b"meta", b"ptch"]
    assert chunks[0][1] == b"aaaa"
    assert chunks[2][1] == shipped("max-for-live") + b"\0"


@pytest.mark.parametrize("kind", KINDS_OF_PATCHES)
def test_max_s_own_reference_finds_nothing_wrong(kind: str) -> None:
    require_module("py2max")
    from py2max import Patcher
    from py2max.lint import lint

    found = lint(Patcher.from_file(Path(FOLDER / KINDS[kind].file_name)))
    assert [str(one) for one in found if one.code not in ("W-OVERLAP", "W-OFFCANVAS")] == []
