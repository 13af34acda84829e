"""Who can open the page: in Chromium, as another machine and as a page of another site would."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import Browser, Page

from distill_live.web.server import WebServer
from tests.tools import leave_out
from tests.web.conftest import Studio
from tests.web.page.opened import PATIENCE_MS, until

TOKEN = "Xq3-a_long_token"  # noqa: S105
CONNECTED = "async () => (await import('/page/js/core/store.js')).connection() === 'open'"


@pytest.fixture
def outside(studio: Studio) -> Iterator[WebServer]:
    """A server with a token, which is reached by this machine's outside address."""
    server = studio.serve("0.0.0.0", token=TOKEN)  # noqa: S104
    if "//127.0.0.1" in server.outside_address:
        server.stop()
        leave_out("this machine has no address besides loopback")
    yield server
    server.stop()


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    """A tab of a browser that remembers nothing."""
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def test_the_link_opens_the_page_and_the_browser_remembers_the_token(
    outside: WebServer, tab: Page
) -> None:
    tab.goto(outside.outside_address)
    assert "a token is missing" in tab.inner_text("body")
    tab.goto(f"{outside.outside_address}/?token={TOKEN}")
    until(tab, CONNECTED)
    assert tab.url == f"{outside.outside_address}/"
    assert tab.evaluate("document.cookie") == ""
    tab.goto(outside.outside_address)
    until(tab, CONNECTED)


class _OtherSite(BaseHTTPRequestHandler):
    """A page of another site."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>other</title><p>other")

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def other_site() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _OtherSite)
    threading.Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_page_of_another_site_can_neither_play_it_nor_read_nor_frame_it(
    studio: Studio, tab: Page, other_site: str
) -> None:
    tab.goto(other_site)
    here = studio.server.address
    opened = """url => new Promise(end => {
        const socket = new WebSocket(url)
        socket.onopen = () => end('open')
        socket.onerror = () => end('refused')
    })"""
    for path in ("/", "/page/socket"):
        assert tab.evaluate(opened, here.replace("http", "ws") + path) == "refused"
    read = "url => fetch(url).then(answer => answer.text(), () => 'refused')"
    assert tab.evaluate(read, f"{here}/distill/gain?VALUE") == "refused"
    framed = """url => new Promise(end => {
        const frame = document.createElement('iframe')
        frame.onload = () => {
            try { end(frame.contentWindow.location.href === 'about:blank' ? 'empty' : 'read') }
            catch { end('framed or refused') }
        }
        frame.src = url
        document.body.append(frame)
    })"""
    assert tab.evaluate(framed, here) == "framed or refused"
    [_, frame] = tab.frames
    assert frame.url.startswith("chrome-error:")
    assert studio.requests == []
