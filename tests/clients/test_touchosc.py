"""The layout for TouchOSC is well formed. It has not been opened in TouchOSC."""

from __future__ import annotations

import uuid
import zlib
from itertools import combinations
from xml.etree import ElementTree

import pytest

from tests.clients.shipped import SURFACE, shipped

Node = ElementTree.Element

TYPES = {"name": "s", "frame": "r", "color": "c", "script": "s", "buttonType": "i",
         "orientation": "i", "interactive": "b", "background": "b", "textSize": "i",
         "tabbar": "b", "tabLabels": "b", "tabbarSize": "i", "tabLabel": "s"}  # fmt: skip
KINDS = {"slider": "FADER", "number": "FADER", "switch": "BUTTON"}


def root() -> Node:
    tree = ElementTree.fromstring(zlib.decompress(shipped("touchosc")))  # noqa: S314  # our own
    assert (tree.tag, tree.attrib) == ("lexml", {"version": "6"})
    [node] = tree
    assert (node.tag, node.get("type")) == ("node", "GROUP")
    return node


def pages() -> list[Node]:
    [pager] = root().findall("children/node")
    assert pager.get("type") == "PAGER"
    return pager.findall("children/node")


def nodes() -> list[Node]:
    return [node for page in pages() for node in page.findall("children/node")]


def text(node: Node, path: str) -> str:
    found = node.findtext(path)
    assert found is not None, path
    return found


def properties(node: Node) -> dict[str, Node]:
    return {text(one, "key"): one for one in node.findall("properties/property")}


def message(node: Node) -> tuple[str, str, str, list[tuple[str, str, str]]]:
    """Address, condition, whether it is received, and the arguments: type, conversion, value."""
    [osc] = node.findall("messages/osc")
    [path] = osc.findall("path/partial")
    assert (text(path, "type"), text(path, "conversion")) == ("CONSTANT", "STRING")
    assert (text(osc, "enabled"), text(osc, "send"), text(osc, "feedback")) == ("1", "1", "0")
    assert text(osc, "connections") == "0000000001"
    arguments = [
        (text(one, "type"), text(one, "conversion"), text(one, "value"))
        for one in osc.findall("arguments/partial")
    ]
    assert text(osc, "triggers/trigger/var") == "x"
    condition = text(osc, "triggers/trigger/condition")
    return text(path, "value"), condition, text(osc, "receive"), arguments


def test_the_tree_has_the_parts_that_the_program_knows() -> None:
    everything = list(root().iter("node"))
    ids = [node.get("ID") for node in everything]
    assert len(set(ids)) == len(ids)
    assert all(uuid.UUID(one) for one in ids)
    for node in everything:
        parts = [part.tag for part in node]
        order = ("includes", "properties", "values", "messages", "children")
        assert parts == [part for part in order if part in parts]
        assert all(len(part) or part.tag == "includes" for part in node)
        for key, one in properties(node).items():
            assert one.get("type") == TYPES[key]
        assert [part.tag for part in properties(node)["frame"].find("value") or ()] == list("xywh")


def test_each_control_scales_to_the_parameter_s_range_in_both_ways() -> None:
    found = {}
    for node in nodes():
        if node.get("type") != "LABEL" and message(node)[2] == "1":
            found[message(node)[0]] = node
    assert list(found) != [] and set(found) == {control.address for control in SURFACE.controls}
    for control in SURFACE.controls:
        node = found[control.address]
        assert node.get("type") == KINDS[control.kind]
        assert message(node)[1:] == ("ANY", "1", [("VALUE", "FLOAT", "x")])
        partial = "messages/osc/arguments/partial/"
        scale = [float(text(node, partial + end)) for end in ("scaleMin", "scaleMax")]
        assert scale == [control.parameter.minimum, control.parameter.maximum]
        start = next(one for one in node.findall("values/value") if text(one, "key") == "x")
        low, high = scale
        value = low + float(text(start, "default")) * (high - low)
        assert abs(value - control.start) <= 1e-5 * (high - low)


def test_each_button_sends_once_when_it_is_pressed() -> None:
    sent = [
        (message(node)[0], [value for _, _, value in message(node)[3]])
        for node in nodes()
        if node.get("type") == "BUTTON" and message(node)[1:3] == ("RISE", "0")
    ]
    expected = [
        (button.address, [one if isinstance(one, str) else f"{one:g}" for one in button.arguments])
        for button in SURFACE.buttons
    ]
    expected += [(one.address, ["off"]) for one in SURFACE.controls if one.release]
    assert sent == expected


def test_words_are_sent_as_texts_and_numbers_as_floats() -> None:
    for node in nodes():
        if node.get("type") != "LABEL":
            for kind, conversion, value in message(node)[3]:
                number = kind == "VALUE" or value.replace(".", "").isdigit()
                assert conversion == ("FLOAT" if number else "STRING")


def test_edits_have_a_page_of_their_own() -> None:
    play, edits = pages()
    assert [text(properties(one)["tabLabel"], "value") for one in (play, edits)] == [
        "play",
        "edits",
    ]
    addresses = [
        [message(node)[0] for node in page.findall("children/node") if node.get("type") != "LABEL"]
        for page in (play, edits)
    ]
    assert {"/distill/blend", "/distill/edit/freeze/on"} <= set(addresses[1])
    assert not [one for one in addresses[0] if one.startswith("/distill/edit/")]


@pytest.mark.parametrize("page", [0, 1])
def test_nothing_that_hands_reach_stands_on_another_thing(page: int) -> None:
    frames = []
    for node in pages()[page].findall("children/node"):
        place = properties(node)["frame"].find("value")
        assert place is not None
        if node.get("type") != "LABEL":
            frames.append([float(side.text or "") for side in place])
    for (x, y, width, height), (x2, y2, width2, height2) in combinations(frames, 2):
        assert x + width <= x2 or x2 + width2 <= x or y + height <= y2 or y2 + height2 <= y


def test_labels_let_hands_through() -> None:
    for node in nodes():
        if node.get("type") == "LABEL":
            assert text(properties(node)["interactive"], "value") == "0"


def test_the_layout_s_script_subscribes_and_does_so_again() -> None:
    script = text(properties(root())["script"], "value")
    assert "sendOSC({ '/distill/subscribe', { { tag = 'i', value = 9001 } } })" in script
    assert "now - asked >= 30000" in script
