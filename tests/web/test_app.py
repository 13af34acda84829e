from __future__ import annotations

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from distill_live.web.app import WebApp
from distill_live.web.server import WebServer
from tests.web.conftest import Page, Studio


def get(studio: Studio, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{studio.server.address}{path}", headers=headers)


def test_the_root_is_json_but_for_a_browser_a_page(studio: Studio) -> None:
    plain = get(studio, "/")
    assert plain.headers["content-type"] == "application/json"
    assert plain.json()["FULL_PATH"] == "/"
    page = get(studio, "/", accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert page.headers["content-type"].startswith("text/html")
    assert "distill-live" in page.text
    asked = get(studio, "/?HOST_INFO", accept="text/html")
    assert asked.json()["NAME"] == "distill-live"
    assert get(studio, "/distill", accept="text/html").json()["FULL_PATH"] == "/distill"


def test_a_page_that_was_led_here_under_another_name_gets_nothing(studio: Studio) -> None:
    assert get(studio, "/", host=f"evil.example:{studio.server.port}").status_code == 403
    assert get(studio, "/", host=f"localhost:{studio.server.port}").status_code == 200


def test_who_is_not_allowed_gets_nothing_over_http_or_websockets(studio: Studio) -> None:
    asked: list[str] = []

    def refuse(host: str) -> bool:
        asked.append(host)
        return False

    server = studio.serve(allows=refuse)
    refused = httpx.get(f"{server.address}/distill/gain")
    assert (refused.status_code, "--osc-allow" in refused.text) == (403, True)
    with pytest.raises(InvalidStatus), connect(server.address.replace("http", "ws")):
        pass
    server.stop()
    assert asked == ["127.0.0.1"] * 2


def test_clients_of_oscquery_and_pages_have_numbers_of_their_own(studio: Studio) -> None:
    url = studio.server.address.replace("http", "ws")
    with connect(url) as client, Page(studio.server.address) as page:
        client.send(b"/distill/ping\0\0\0,\0\0\0")
        assert client.recv(timeout=20) == b"/distill/pong\0\0\0,\0\0\0"
        studio.app.answer(("web", 1), [("/distill/done", ("one", ""))])
        studio.app.answer(("web", 2), [("/distill/done", ("two", ""))])
        assert page.await_type("message")["arguments"] == ["two", ""]


def test_an_api_answers_below_its_own_path(studio: Studio) -> None:
    async def answer(request: Request) -> Response:
        return JSONResponse({"path": request.url.path})

    class Api:
        routes = (Route("/models", answer),)

    app = WebApp(studio.app._instrument, Api())
    server = WebServer(app.asgi, "127.0.0.1", 0, studio.lines.append)
    server.start()
    paths = ("/api/models", "/api/other", "/distill/gain?TYPE")
    found = [httpx.get(f"{server.address}{path}") for path in paths]
    server.stop()
    assert [one.status_code for one in found] == [200, 404, 200]
    assert (found[0].json(), found[2].json()) == ({"path": "/api/models"}, {"TYPE": "f"})
