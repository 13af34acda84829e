from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from distill_live.web.app import WebApp
from distill_live.web.server import WebServer
from distill_live.web.trust import is_own_host, is_own_page, is_this_machine
from tests.tools import leave_out
from tests.web.conftest import Studio

TOKEN = "Xq3-a_long_token"  # noqa: S105
OTHER = TOKEN[::-1]


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1:9000", True),
        ("localhost", True),
        ("LOCALHOST:9000", True),
        ("[::1]:9000", True),
        ("192.168.1.5:9000", True),
        ("studio.local:9000", True),
        ("studio.local.:9000", True),
        (socket.gethostname(), True),
        ("", True),
        ("evil.example", False),
        ("localhost.evil.example:9000", False),
        ("127.0.0.1.evil.example", False),
        ("local", False),
        ("[::1", False),
    ],
)
def test_only_addresses_and_local_names_are_this_machine(host: str, own: bool) -> None:
    assert is_own_host(host) is own


@pytest.mark.parametrize(
    ("origin", "own"),
    [
        (None, True),
        ("http://127.0.0.1:9000", True),
        ("https://127.0.0.1:9000", True),
        ("http://127.0.0.1:9001", False),
        ("http://localhost:9000", False),
        ("http://evil.example", False),
        ("null", False),
        ("", False),
        ("file://127.0.0.1:9000", False),
    ],
)
def test_only_this_servers_own_pages_may_open_a_websocket(origin: str | None, own: bool) -> None:
    assert is_own_page(origin, "127.0.0.1:9000") is own


def other_machines_server(studio: Studio, **changes: object) -> WebServer:
    """A server whose clients come from this machine's outside address, as if from another one."""
    server = studio.serve("0.0.0.0", **{"token": TOKEN, **changes})  # noqa: S104
    if "//127.0.0.1" in server.outside_address:
        server.stop()
        leave_out("this machine has no address besides loopback")
    return server


@pytest.fixture
def outside(studio: Studio) -> Iterator[str]:
    """The address of a server with a token, as another machine reaches it."""
    server = other_machines_server(studio)
    yield server.outside_address
    server.stop()


def open_socket(address: str, path: str = "/page/socket", **headers: str) -> None:
    """Open a WebSocket and close it again; raises InvalidStatus if it is refused."""
    url = address.replace("http", "ws") + path
    origin = headers.pop("origin", None)
    with connect(url, origin=origin, additional_headers=headers):  # type: ignore[arg-type]
        pass


@pytest.mark.parametrize("path", ["/page/js/core/store.js", "/api/models", "/"])
def test_another_machine_needs_the_token_for_the_page_and_the_api(outside: str, path: str) -> None:
    browser = {"accept": "text/html"}
    refused = httpx.get(outside + path, headers=browser)
    assert (refused.status_code, "Authorization: Bearer" in refused.text) == (401, True)
    for wrong in ("Bearer wrong", f"Basic {TOKEN}", "Bearer", f"Bearer {TOKEN}x"):
        told = httpx.get(outside + path, headers={**browser, "authorization": wrong})
        assert told.status_code == 401
    right = {**browser, "authorization": f"Bearer {TOKEN}"}
    assert httpx.get(outside + path, headers=right).status_code != 401


def test_the_link_sets_a_cookie_that_no_script_and_no_other_site_can_use(outside: str) -> None:
    with httpx.Client() as browser:
        page = browser.get(f"{outside}/?token={TOKEN}", headers={"accept": "text/html"})
        assert page.headers["content-type"].startswith("text/html")
        cookie = page.headers["set-cookie"].lower()
        port = outside.rpartition(":")[2]
        assert cookie.startswith(f"distill_token_{port}={TOKEN.lower()};")
        assert {"httponly", "samesite=strict", "path=/"} <= set(cookie.split("; "))
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert browser.get(f"{outside}/page/js/core/store.js").status_code == 200
        wrong = httpx.get(f"{outside}/?token=wrong", headers={"accept": "text/html"})
        assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)


def test_a_browser_keeps_the_tokens_of_two_servers_on_one_host(
    studio: Studio, outside: str
) -> None:
    other = other_machines_server(studio, token=OTHER)
    with httpx.Client() as browser:
        for address, token in ((outside, TOKEN), (other.outside_address, OTHER)):
            browser.get(f"{address}/?token={token}", headers={"accept": "text/html"})
        pages = [f"{one}/page/js/core/store.js" for one in (outside, other.outside_address)]
        assert [browser.get(page).status_code for page in pages] == [200, 200]
    other.stop()


def test_the_token_in_the_link_counts_for_the_page_alone(outside: str) -> None:
    assert httpx.get(f"{outside}/page/js/core/store.js?token={TOKEN}").status_code == 401


def test_another_machine_needs_the_token_for_the_pages_websocket(outside: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        open_socket(outside)
    with pytest.raises(InvalidStatus, match="403"):
        open_socket(outside, authorization="Bearer wrong")
    open_socket(outside, authorization=f"Bearer {TOKEN}")
    open_socket(outside, cookie=f"distill_token_{outside.rpartition(':')[2]}={TOKEN}")
    with pytest.raises(InvalidStatus, match="403"):
        open_socket(outside, cookie=f"distill_token_80={TOKEN}")


def test_oscquery_needs_no_token_because_its_programs_cannot_send_one(outside: str) -> None:
    assert httpx.get(f"{outside}/distill/gain?TYPE").json() == {"TYPE": "f"}
    assert httpx.get(f"{outside}/?HOST_INFO", headers={"accept": "text/html"}).is_success
    assert httpx.get(outside).json()["FULL_PATH"] == "/"
    open_socket(outside, "/")


def test_this_machine_needs_no_token(studio: Studio) -> None:
    server = studio.serve(token=TOKEN)
    assert httpx.get(f"{server.address}/page/js/core/store.js").status_code == 200
    open_socket(server.address)
    server.stop()


def test_the_token_does_not_let_in_who_is_not_allowed(studio: Studio) -> None:
    server = other_machines_server(studio, allows=lambda host: host == "127.0.0.1")
    header = {"authorization": f"Bearer {TOKEN}"}
    refused = httpx.get(f"{server.outside_address}/page/icon.svg", headers=header)
    server.stop()
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("192.168.1.7", False),
        ("::ffff:192.168.1.7", False),
        ("fe80::1%eth0", False),
        ("", False),
    ],
)
def test_only_loopback_is_this_machine(address: str, here: bool) -> None:
    assert is_this_machine(address) is here


@pytest.mark.parametrize("path", ["/page/socket", "/page/audio", "/"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_a_page_of_another_site_can_open_no_websocket(
    studio: Studio, path: str, origin: str
) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        open_socket(studio.server.address, path, origin=origin)
    open_socket(studio.server.address, path, origin=studio.server.address)


def test_a_page_that_was_led_here_under_another_name_can_open_no_websocket(
    studio: Studio,
) -> None:
    # Its Origin is that of its Host, so only the Host gives it away.
    evil = f"evil.example:{studio.server.port}"
    head = (
        f"GET /page/socket HTTP/1.1\r\nHost: {evil}\r\nOrigin: http://{evil}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    for host, status in ((evil, b"403"), (f"localhost:{studio.server.port}", b"101")):
        with socket.create_connection(("127.0.0.1", studio.server.port), timeout=20) as raw:
            raw.sendall(head.replace(evil, host).encode())
            assert raw.recv(1000).split()[1] == status


class Written:
    """An API that notes what is written to it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.routes = [Route("/thing", self.write, methods=["GET", "POST", "PUT", "DELETE"])]

    async def write(self, request: Request) -> Response:
        self.bodies.append(await request.body())
        return JSONResponse({}, headers={"content-security-policy": "sandbox"})


@pytest.fixture
def written(studio: Studio) -> Iterator[tuple[str, Written]]:
    api = Written()
    server = WebServer(WebApp(studio.app._instrument, api).asgi, "127.0.0.1", 0, print)
    server.start()
    yield f"{server.address}/api/thing", api
    server.stop()


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/Octet-Stream", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
def test_changes_come_as_json_or_bytes_which_no_form_can_send(
    written: tuple[str, Written], kind: str, status: int
) -> None:
    url, api = written
    for method in ("POST", "PUT"):
        told = httpx.request(method, url, content=b"{}", headers={"content-type": kind})
        assert told.status_code == status
        if status == 415:
            assert "application/json" in told.json()["error"]
    assert api.bodies == ([b"{}", b"{}"] if status == 200 else [])


def test_changes_from_pages_of_other_sites_are_refused(written: tuple[str, Written]) -> None:
    url, api = written
    own = url.removesuffix("/api/thing")
    for origin, status in ((own, 200), ("http://evil.example", 403), ("null", 403)):
        told = [
            httpx.post(url, json={}, headers={"origin": origin}),
            httpx.delete(url, headers={"origin": origin}),
        ]
        assert [one.status_code for one in told] == [status, status]
    assert len(api.bodies) == 2


def test_an_answer_may_have_a_stricter_policy_of_its_own(written: tuple[str, Written]) -> None:
    answered = httpx.get(written[0])
    assert answered.headers["content-security-policy"] == "sandbox"
    assert answered.headers["x-content-type-options"] == "nosniff"
