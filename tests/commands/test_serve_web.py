"""The web server of a whole `serve`: its address, OSCQuery, values over a WebSocket."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from pythonosc.osc_message import OscMessage
from websockets.sync.client import connect

from distill_live.web.socket.feed import AUDIO, METERS, SOUND, TIMELINE
from tests.commands.server_process import ServerProcess, run_command
from tests.inputs.osc.tcp_client import TcpClient
from tests.tools import read_line, wait_until
from tests.web.conftest import Page

CLOCK = ("--output", "clock")


def address_of(server: ServerProcess) -> str:
    """The line after the announcement."""
    assert server.process.stdout is not None
    line = read_line(server.process.stdout)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+\n", line)
    return line.strip()


class Served(NamedTuple):
    """A server and the address of its web server."""

    server: ServerProcess
    address: str


@pytest.fixture(scope="module")
def served(calm_model_path: Path) -> Iterator[Served]:
    with ServerProcess(str(calm_model_path), *CLOCK, "--web", "127.0.0.1:0") as server:
        yield Served(server, address_of(server))
        assert server.end() == 0
    assert "Traceback" not in server.errors


def test_the_address_stands_on_a_line_of_its_own_and_answers(served: Served) -> None:
    server, address = served
    info = httpx.get(f"{address}/?HOST_INFO").json()
    assert (info["OSC_IP"], info["OSC_PORT"]) == ("127.0.0.1", server.osc.port)
    assert "distill-live" in httpx.get(address, headers={"accept": "text/html"}).text
    server.osc.send("/distill/gain", 0.5)
    wait_until(
        lambda: httpx.get(f"{address}/distill/gain?VALUE").json() == {"VALUE": [0.5]}, "gain"
    )


def test_what_one_client_plays_another_hears(served: Served) -> None:
    with connect(served.address.replace("http", "ws")) as client:
        client.send(json.dumps({"COMMAND": "LISTEN", "DATA": "/distill/temperature"}))
        heard = OscMessage(client.recv(timeout=20))
        assert (heard.address, heard.params) == ("/distill/temperature", [1.0])
        served.server.osc.send("/distill/temperature", 0.25)
        while OscMessage(client.recv(timeout=20)).params != [0.25]:
            pass


def test_a_page_plays_it_and_sees_and_hears_what_sounds(
    served: Served, calm_model_path: Path
) -> None:
    with Page(served.address) as page:
        edits = {edit["name"]: edit for edit in page.hello["edits"]}
        assert "freeze" in edits
        resample = edits["resample"]
        assert (resample["switch"], resample["scope"], resample["region"]) == (None, "grid", True)
        assert [one["name"] for one in resample["arguments"]] == ["takes", "temperature"]
        model = page.await_one(lambda one: one.get("name") == "model")["value"]
        assert model["name"] == calm_model_path.stem
        page.send(type="watch", what=["meters", "timeline", "sound", "audio"])
        seen: set[int] = set()
        while seen != {TIMELINE, METERS, SOUND, AUDIO}:
            message = page.receive()
            seen |= {message[0]} if isinstance(message, bytes) else set()
        page.play(["/distill/edit/freeze/on", 1], ["/distill/rewind", 0.1])
        # On a busy machine, they come in either order.
        page.await_all(
            lambda one: one.get("values", {}).get("edit/freeze/on") == 1,
            lambda one: one.get("name") == "history" and one["value"]["present"],
        )
        served.server.osc.send("/distill/gain", 0.75)
        page.await_value("gain", 0.75)
        page.play(["/distill/prime", "nothing.wav"])
        told = page.await_one(lambda one: one.get("address") == "/distill/error")
        assert told["arguments"][0] == "/distill/prime"


def test_what_an_engine_cannot_do_is_answered_over_udp_tcp_and_the_page_s_socket(
    served: Served,
) -> None:
    server, address = served
    asked, first = "/distill/loop/columns", 1_000_000
    server.osc.send(asked, first, 4)
    assert "cannot be looped" in server.osc.await_told("/distill/error", asked)
    client = TcpClient(server.osc.port)
    client.say(asked, first, 5)

    def is_answered() -> bool:
        client.ping()
        return bool(client.heard)

    wait_until(is_answered, "the answer over TCP")
    [(about, (address_told, reason))] = client.heard
    assert (about, address_told) == ("/distill/error", asked)
    assert "columns 1000000..1000004 cannot be looped" in reason
    client.socket.close()
    with Page(address) as page:
        page.play([asked, first, 6])
        told = page.await_one(lambda one: one.get("address") == "/distill/error")
        assert told["arguments"][0] == asked
        assert "columns 1000000..1000005" in told["arguments"][1]
        assert page.ask(["/distill/gain", 9]) == [
            ["/distill/error", ["/distill/gain", "gain 9 is outside 0..2; set to 2"]]
        ]


def test_without_an_option_two_servers_have_each_an_address(calm_model_path: Path) -> None:
    with (
        ServerProcess(str(calm_model_path), *CLOCK) as one,
        ServerProcess(str(calm_model_path), *CLOCK) as two,
    ):
        addresses = {address_of(one), address_of(two)}
        assert len(addresses) == 2
        ports = {httpx.get(f"{a}/?HOST_INFO").json()["OSC_PORT"] for a in addresses}
        assert ports == {one.osc.port, two.osc.port}


def test_the_web_and_osc_over_tcp_share_a_port(calm_model_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    with ServerProcess(str(calm_model_path), *CLOCK, "--osc", place, "--web", place) as server:
        address = address_of(server)
        assert address == f"http://{place}"
        client = TcpClient(server.osc.port)
        client.say("/distill/gain", 0.5)
        client.ping()
        assert httpx.get(f"{address}/distill/gain?VALUE").json() == {"VALUE": [0.5]}
        with connect(address.replace("http", "ws")) as browser:
            browser.send(json.dumps({"COMMAND": "LISTEN", "DATA": "/distill/gain"}))
            assert OscMessage(browser.recv(timeout=20)).params == [0.5]
            client.ping()
        client.say("/distill/prime", "nothing.wav")
        client.ping()
        [(about, (address_told, _))] = client.heard
        assert (about, address_told) == ("/distill/error", "/distill/prime")
        client.say("/distill/edit/mutate/distance", 5.0)
        client.ping()
        corrected = "edit/mutate/distance 5 is outside 0..2; set to 2"
        expected = ("/distill/error", ["/distill/edit/mutate/distance", corrected])
        assert client.heard[1:] == [expected]
        client.socket.close()
        assert server.end() == 0
    assert "Traceback" not in server.errors


def test_a_port_that_was_asked_for_and_is_in_use_is_refused(calm_model_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run_command(
            "serve", str(calm_model_path), *CLOCK, "--osc", "127.0.0.1:0",
            "--web", f"127.0.0.1:{port}",
        )  # fmt: skip
    assert ended.returncode == 1
    assert f"cannot serve the web on 127.0.0.1:{port}" in ended.stderr
    assert "--web HOST:PORT" in ended.stderr and "Traceback" not in ended.stderr


def test_beyond_this_machine_it_asks_for_whom(calm_model_path: Path) -> None:
    place = ("--osc", "127.0.0.1:0", "--web", "0.0.0.0:0")
    ended = run_command("serve", str(calm_model_path), *CLOCK, *place)
    assert ended.returncode == 1
    assert "name the machines that you allow with --osc-allow NETWORK" in ended.stderr


def test_a_place_that_is_none_is_refused(calm_model_path: Path) -> None:
    ended = run_command("serve", str(calm_model_path), *CLOCK, "--web", "on")
    assert ended.returncode == 1
    assert "--web takes HOST:PORT, such as 127.0.0.1:9000, or off; not 'on'" in ended.stderr
