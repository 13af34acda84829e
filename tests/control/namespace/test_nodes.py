from __future__ import annotations

import math
from dataclasses import dataclass

import pytest

from distill_live.codes.labels import RESERVED, level_name
from distill_live.control.namespace.nodes import SERVICES, Node, Slot, namespace
from distill_live.control.namespace.requests import REQUESTS, Argument, RequestSpec
from distill_live.parameters import ParameterStore
from tests.control.conftest import TABLE, Desk

LABELS = ("Structure", "Timbre", "Low End")
NODES = namespace(TABLE, REQUESTS, LABELS)


def test_every_parameter_has_an_address_with_its_range_unit_and_doc() -> None:
    for name, parameter in TABLE.items():
        node = NODES[f"/distill/{name}"]
        [slot] = node.slots
        assert (slot.minimum, slot.maximum) == (parameter.minimum, parameter.maximum)
        assert (slot.unit, node.doc, node.access) == (parameter.unit, parameter.doc, "both")
        assert slot.tag == ("f" if parameter.kind == "float" else "i")
        if parameter.optional:
            assert node.default is None
        else:
            assert node.default == parameter.default


def test_every_parameter_has_its_way_from_0_to_1_beside_it() -> None:
    store = ParameterStore(TABLE)
    store.set("model_fade", 1.0)
    for name in TABLE:
        node = NODES[f"/distill/{name}/norm"]
        assert node.slots == (Slot("f", 0.0, 1.0),)
    travel = NODES["/distill/model_fade/norm"].value(store)
    # The curve is exp: 1 of 0.05..20 s is far up the way.
    assert travel == pytest.approx(math.log1p((1 - 0.05) / 19.95 * (math.exp(3) - 1)) / 3)


def test_only_parameters_with_levels_have_one_address_for_each() -> None:
    assert {"/distill/temperature/structure", "/distill/edit/freeze/on/low_end"} <= set(NODES)
    assert "/distill/gain/structure" not in NODES
    assert NODES["/distill/temperature/low_end"].level == 2
    assert NODES["/distill/temperature/low_end"].doc.startswith("Low End only: ")


def test_no_level_can_be_called_like_another_address_of_its_parameter() -> None:
    """A new address there must become a reserved name."""
    names = {*map(level_name, LABELS), *RESERVED}
    parameters = [f"/distill/{name}/" for name, found in TABLE.items() if found.per_level]
    below = [(head, node) for node in NODES for head in parameters if node.startswith(head)]
    assert [
        node for head, node in below if node.removeprefix(head).split("/")[0] not in names
    ] == []


def test_a_level_shows_what_counts_for_it() -> None:
    store = ParameterStore(TABLE)
    store.set("temperature", 0.5)
    store.set("temperature", 0.25, 1)
    shown = [
        NODES[f"/distill/temperature{level}"].value(store)
        for level in ("", "/structure", "/timbre")
    ]
    assert shown == [0.5, 0.5, 0.25]


def test_a_level_says_whether_its_value_is_its_own() -> None:
    store = ParameterStore(TABLE)
    store.set("temperature", 0.25, 1)
    nodes = [NODES[f"/distill/temperature/{level}/own"] for level in ("structure", "timbre")]
    assert [node.value(store) for node in nodes] == [0, 1]
    assert {node.access for node in nodes} == {"read"}
    assert nodes[0].default is None


def test_whole_numbers_and_switches_are_ints_and_off_is_none() -> None:
    store = ParameterStore(TABLE)
    for name in ("top_k", "edit/freeze/on"):
        assert isinstance(NODES[f"/distill/{name}"].value(store), int)
    assert NODES["/distill/steer/loudness"].value(store) is None
    store.set("steer/loudness", 0.5)
    assert NODES["/distill/steer/loudness"].value(store) == 0.5
    assert NODES["/distill/steer/loudness/norm"].value(store) == 0.75


def test_a_request_says_what_it_must_have_and_what_it_may() -> None:
    rewind = NODES["/distill/rewind"]
    assert (rewind.tags, rewind.access) == ("f", "write")
    assert rewind.slots == (Slot("f", 0.01, 600.0, "s"),)
    assert rewind.more == (Slot("i", 0, 2**31 - 1, "", ("same",)),)
    assert NODES["/distill/panic"].slots == ()
    assert NODES["/distill/prime"].slots == (Slot("s"),)


def test_what_a_request_in_the_table_takes_is_there_by_itself() -> None:
    spec = RequestSpec("nod", "Nod.", (Argument("times", "int", 1, 9),))
    assert namespace({}, {"nod": spec}, ())["/distill/nod"] == Node(
        "/distill/nod", "Nod.", "write", (Slot("i", 1, 9),)
    )


def test_every_parameter_request_and_level_leads_somewhere(desk: Desk) -> None:
    nodes = namespace(TABLE, REQUESTS, ("Structure", "Timbre", "Detail"))
    services = {f"/distill/{name}" for name in (*SERVICES, "said")}
    found = {address: node for address, node in nodes.items() if address not in services}
    nowhere = desk.router.receive_osc([(address, []) for address in found]).nowhere
    assert nowhere == [address for address, node in found.items() if node.access == "read"]


def test_what_it_answers_at_once_and_what_it_says_is_there() -> None:
    nodes = namespace({}, {}, ())
    assert set(nodes) == {f"/distill/{name}" for name in (*SERVICES, "said")}
    assert (nodes["/distill/said"].access, nodes["/distill/said"].tags) == ("read", "s")
    assert nodes["/distill/at"].tags == "is"
    assert nodes["/distill/subscribe"].more[1] == Slot("f", 0.1, 100.0, "Hz")


@dataclass(frozen=True)
class Glow:
    address: str = "/distill/stream/glow"
    types: str = "fi*"
    doc: str = "How it glows."


def test_a_stream_can_only_be_read() -> None:
    glow = namespace({}, {}, (), [Glow()])["/distill/stream/glow"]
    assert (glow.access, glow.tags, glow.doc) == ("read", "fi", "How it glows.")
    assert glow.value(ParameterStore(TABLE)) is None
