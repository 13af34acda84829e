from __future__ import annotations

import socket
import threading

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from distill_live.errors import DeviceError
from distill_live.web.server import WebServer, _bind
from tests.tools import wait_until


async def greet(request: Request) -> Response:
    return PlainTextResponse("hello")


async def fail(request: Request) -> Response:
    raise ValueError("a fault of ours")


APP = Starlette(routes=[Route("/", greet), Route("/fail", fail)])


def serve(lines: list[str], host: str = "127.0.0.1", port: int = 0) -> WebServer:
    server = WebServer(APP, host, port, lines.append)
    server.start()
    return server


def test_it_takes_any_free_port_and_gives_it_back() -> None:
    server = serve([])
    assert server.port > 0
    assert httpx.get(server.address).text == "hello"
    server.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "web"]
    server.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.address)
    again = serve([], port=server.port)
    assert httpx.get(again.address).text == "hello"
    again.stop()


def test_a_port_in_use_is_refused_and_the_other_server_answers_on() -> None:
    server = serve([])
    with pytest.raises(DeviceError, match="choose another with --web HOST:PORT"):
        serve([], port=server.port)
    assert httpx.get(server.address).text == "hello"
    server.stop()


def test_of_two_that_begin_at_the_same_time_one_is_refused() -> None:
    def nothing(_host: str, _address: str) -> None:
        """All hosts are allowed."""

    with _bind("127.0.0.1", 0, nothing) as one:
        with pytest.raises(DeviceError, match="cannot serve the web"):
            _bind(*one.getsockname(), nothing)


def test_a_host_that_is_none_is_refused() -> None:
    with pytest.raises(DeviceError, match=r"cannot serve the web on no\.such\.host"):
        serve([], "no.such.host.invalid")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("studio.local", "http://studio.local:80"),
    ],
)
def test_the_address_is_one_that_a_browser_here_can_open(host: str, address: str) -> None:
    assert WebServer(APP, host, 80, print).address == address


@pytest.mark.parametrize(
    ("host", "elsewhere"),
    [("127.0.0.1", False), ("::1", False), ("localhost", False), ("no.such.host.invalid", False),
     ("0.0.0.0", True), ("::", True), ("192.168.1.7", True)],  # noqa: S104
)  # fmt: skip
def test_it_knows_whether_other_machines_reach_it(host: str, elsewhere: bool) -> None:
    assert WebServer(APP, host, 80, print).is_reached_from_elsewhere is elsewhere


def test_for_other_machines_it_names_the_address_that_they_reach() -> None:
    assert WebServer(APP, "192.168.1.7", 80, print).outside_address == "http://192.168.1.7:80"
    everywhere = WebServer(APP, "0.0.0.0", 80, print).outside_address  # noqa: S104
    assert "//0.0.0.0" not in everywhere


def test_a_fault_is_one_line_and_the_server_answers_on() -> None:
    lines: list[str] = []
    server = serve(lines)
    assert httpx.get(f"{server.address}/fail").status_code == 500
    wait_until(lambda: lines, "the line")
    assert httpx.get(server.address).text == "hello"
    server.stop()
    [line] = lines
    assert line == "web: Exception in ASGI application: ValueError('a fault of ours')"


def test_what_is_not_http_does_not_end_it() -> None:
    lines: list[str] = []
    server = serve(lines)
    for junk in (
        b"\0" * 1000,
        b"GET / HTTP/9\r\n\r\n",
        b"\x16\x03\x01 hello",
        b"GET /" + b"a" * 9**5,
    ):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
            raw.sendall(junk)
            raw.shutdown(socket.SHUT_WR)
            try:
                while raw.recv(65_536):
                    pass
            except ConnectionResetError:
                pass
    assert httpx.get(server.address).text == "hello"
    server.stop()
    assert all(line.startswith("web: ") for line in lines)
    assert len(lines) <= 4
