from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pythonoscquery.osc_query_client import OSCQueryClient
from pythonoscquery.shared.osc_access import OSCAccess
from zeroconf import ServiceInfo

from distill_live.control.namespace.nodes import namespace
from distill_live.control.namespace.requests import REQUESTS, RequestSpec
from distill_live.parameters import ParameterStore
from distill_live.web.oscquery.tree import Tree
from tests.tools import require_node_module, require_program, wait_until
from tests.web.conftest import TABLE, Studio

LABELS = ("Structure", "Timbre", "Detail")
#: The addresses that the tree lists: all but those of requests in beats, or below a parameter.
LISTED = {
    f"/distill/{name}"
    for name in (*TABLE, *REQUESTS)
    if not name.endswith("/beats") and name.rpartition("/")[0] not in TABLE
}


def tree(requests: dict[str, RequestSpec] = REQUESTS) -> Tree:
    return Tree(namespace(TABLE, requests, LABELS), ParameterStore(TABLE), "about")


def walk(described: dict[str, Any]) -> list[dict[str, Any]]:
    below = described.get("CONTENTS", {}).values()
    return [described, *(found for one in below for found in walk(one))]


def test_the_tree_lists_every_address_once_under_its_own_name() -> None:
    nodes = walk(tree().describe("/"))
    paths = [node["FULL_PATH"] for node in nodes]
    assert len(paths) == len(set(paths))
    ways = {path for path, node in tree().nodes.items() if node.norm or node.level is not None}
    below = {f"/distill/{name}" for name in (*TABLE, *REQUESTS)} - LISTED
    assert {path for path in paths if path in tree().nodes} == set(tree().nodes) - ways - below
    for node in nodes:
        for name, child in node.get("CONTENTS", {}).items():
            assert child["FULL_PATH"] == f"{node['FULL_PATH'].rstrip('/')}/{name}"


def test_the_tree_lists_every_parameter() -> None:
    """None may be below another: what is below a parameter is not listed."""
    paths = {node["FULL_PATH"] for node in walk(tree().describe("/"))}
    assert {name for name in TABLE if f"/distill/{name}" not in paths} == set()


def test_a_parameter_is_described_in_full() -> None:
    assert tree().describe("/distill/fade") == {
        "FULL_PATH": "/distill/fade",
        "DESCRIPTION": TABLE["fade"].doc,
        "TYPE": "f",
        "ACCESS": 3,
        "VALUE": [10.0],
        "DEFAULT_VALUE": [10.0],
        "RANGE": [{"MIN": 5.0, "MAX": 20.0}],
        "UNIT": ["ms"],
        "CLIPMODE": ["both"],
    }


def test_a_parameter_is_no_container_but_tells_of_its_other_ways_when_asked() -> None:
    assert "CONTENTS" not in tree().describe("/distill/temperature")
    ways = tree().attribute("/distill/temperature", "CONTENTS")
    assert list(ways) == ["norm", "structure", "timbre", "detail"]
    assert ways["structure"]["FULL_PATH"] == "/distill/temperature/structure"
    assert "/distill/temperature/structure" in tree()
    assert "/distill/temperature/no" not in tree()


def test_a_request_says_what_else_it_takes() -> None:
    rewind = tree().describe("/distill/rewind")
    assert (rewind["TYPE"], rewind["ACCESS"], rewind["VALUE"]) == ("f", 2, [None])
    assert [way["TYPE"] for way in rewind["OVERLOADS"]] == ["fi", "fs"]
    assert rewind["OVERLOADS"][1]["RANGE"][1] == {"VALS": ["same"]}
    cell = tree().describe("/distill/cell")
    ways = [way["TYPE"] for way in cell["OVERLOADS"]]
    assert (cell["TYPE"], ways) == ("iiii", ["iisi", "iiiii", "iisii"])
    assert tree().describe("/distill/panic")["TYPE"] == "N"
    assert "RANGE" not in tree().describe("/distill/prime")


def test_what_is_below_a_parameter_and_lengths_in_beats_make_no_containers() -> None:
    names = ("gain/source", "loop", "loop/beats", "preset", "preset/beats", "preset/next")
    requests = {name: RequestSpec(name, "Do.", ()) for name in names}
    grown = tree(requests)
    contents = grown.describe("/distill")["CONTENTS"]
    assert contents["gain"]["VALUE"] == [1.0]
    assert contents["loop"]["ACCESS"] == 2
    assert [name for name in names if "CONTENTS" in contents[name.partition("/")[0]]] == [
        "preset", "preset/beats", "preset/next",
    ]  # fmt: skip
    assert list(contents["preset"]["CONTENTS"]) == ["next"]
    assert list(grown.attribute("/distill/preset", "CONTENTS")) == ["next", "beats"]
    assert list(grown.attribute("/distill/loop", "CONTENTS")) == ["beats"]
    assert list(grown.attribute("/distill/gain", "CONTENTS")) == ["norm", "source"]
    assert set(f"/distill/{name}" for name in names) <= set(grown.nodes)


def test_a_request_with_others_below_it_is_a_container_with_a_type() -> None:
    requests = {name: RequestSpec(name, "Do.", ()) for name in ("preset", "preset/next")}
    described = tree(requests).describe("/distill/preset")
    assert described["TYPE"] == "N"
    assert (described["ACCESS"], "VALUE" in described) == (0, False)
    assert list(described["CONTENTS"]) == ["next"]


def test_everything_is_plain_json() -> None:
    json.dumps(tree().describe("/"), allow_nan=False)


@pytest.fixture
def client(studio: Studio) -> OSCQueryClient:
    """The client of python-oscquery."""
    kind = "_oscjson._tcp.local."
    address = ServiceInfo(
        kind, f"x.{kind}", port=studio.server.port, parsed_addresses=["127.0.0.1"]
    )
    return OSCQueryClient(address)


def test_python_oscquery_reads_host_and_all_nodes(studio: Studio, client: OSCQueryClient) -> None:
    info = client.get_host_info()
    assert (info.name, info.osc_ip, info.osc_port) == ("distill-live", "127.0.0.1", studio.osc.port)
    assert info.osc_transport == "UDP" and info.extensions["LISTEN"]
    paths = [node.full_path for node in client.query_node("/")]
    assert set(paths) >= LISTED
    temperature = client.query_node("/distill/temperature")
    assert (temperature.value, temperature.access) == ([1.0], OSCAccess.READWRITE_VALUE)
    assert client.query_node("/distill/temperature/timbre").value == [1.0]
    assert client.query_node("/distill/temprature") is None


def test_python_oscquery_sees_what_osc_changes(studio: Studio, client: OSCQueryClient) -> None:
    send_osc(studio, "/distill/temperature/timbre", 0.25)
    wait_until(lambda: studio.router.counters.received, "the message")
    assert client.query_node("/distill/temperature").value == [1.0]
    assert client.query_node("/distill/temperature/timbre").value == [0.25]


def test_npm_oscquery_reads_host_and_all_nodes(studio: Studio) -> None:
    script = Path(__file__).with_name("oscquery_client.js")
    read = subprocess.run(
        [require_program("node"), str(script), str(studio.server.port)],
        capture_output=True, text=True, timeout=60, check=True, env=require_node_module("oscquery"),
    )  # fmt: skip
    shown = json.loads(read.stdout)
    assert shown["host"]["oscPort"] == studio.osc.port
    assert shown["host"]["extensions"]["LISTEN"] is True
    methods = {method["full_path"]: method for method in shown["methods"]}
    assert set(methods) >= LISTED
    fade = methods["/distill/fade"]
    assert (fade["access"], fade["description"]) == (3, TABLE["fade"].doc)
    assert fade["arguments"] == [
        {"type": "f", "range": {"min": 5, "max": 20}, "clipmode": "both", "value": 10}
    ]
    assert shown["gain"]["VALUE"] == [1]


def send_osc(studio: Studio, address: str, *arguments: object) -> None:
    from tests.commands.server_process import OscClient

    sender = OscClient(studio.osc.port)
    sender.send(address, *arguments)
    sender.close()
