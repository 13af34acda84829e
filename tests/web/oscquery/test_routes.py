from __future__ import annotations

import dataclasses

import httpx
import pytest

from distill_live.web.app import WebApp
from distill_live.web.server import WebServer
from tests.web.conftest import TABLE, Studio


def get(studio: Studio, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{studio.server.address}{path}", headers=headers)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("VALUE", [10.0]),
        ("TYPE", "f"),
        ("RANGE", [{"MIN": 5.0, "MAX": 20.0}]),
        ("DESCRIPTION", TABLE["fade"].doc),
        ("ACCESS", 3),
        ("UNIT", ["ms"]),
        ("FULL_PATH", "/distill/fade"),
        ("DEFAULT_VALUE", [10.0]),
        ("CLIPMODE", ["both"]),
    ],
)
def test_one_attribute_is_answered_alone(studio: Studio, attribute: str, value: object) -> None:
    answered = get(studio, f"/distill/fade?{attribute}")
    assert (answered.status_code, answered.json()) == (200, {attribute: value})


@pytest.mark.parametrize(
    "asked",
    ["/distill?VALUE", "/distill?TYPE", "/distill/panic?VALUE", "/distill/gain?TAGS",
     "/distill/gain?HTML", "/distill/prime?RANGE", "/distill/gain?UNIT"],
)  # fmt: skip
def test_an_attribute_that_a_node_lacks_is_no_content(studio: Studio, asked: str) -> None:
    answered = get(studio, asked)
    assert (answered.status_code, answered.content) == (204, b"")


def test_an_unknown_path_is_not_found_and_an_unknown_attribute_is_reported(studio: Studio) -> None:
    assert get(studio, "/distill/temprature").status_code == 404
    assert get(studio, "/distill/temprature?VALUE").status_code == 404
    told = get(studio, "/distill/gain?VALEU")
    assert told.status_code == 400
    assert "VALUE" in told.text
    assert httpx.post(studio.server.address).status_code == 405


def test_a_value_is_that_of_now(studio: Studio) -> None:
    studio.store.set("gain", 0.5)
    assert get(studio, "/distill/gain?VALUE").json() == {"VALUE": [0.5]}
    assert get(studio, "/distill/gain/norm?VALUE").json() == {"VALUE": [0.25]}
    assert get(studio, "/distill/steer/loudness?VALUE").json() == {"VALUE": [None]}


def test_host_info_says_where_to_send_osc_and_open_websockets(studio: Studio) -> None:
    info = get(studio, "/?HOST_INFO").json()
    extensions = info.pop("EXTENSIONS")
    assert info == {
        "NAME": "distill-live", "OSC_IP": "127.0.0.1", "OSC_PORT": studio.osc.port,
        "OSC_TRANSPORT": "UDP", "WS_IP": "127.0.0.1", "WS_PORT": studio.server.port,
    }  # fmt: skip
    assert {"LISTEN", "PATH_CHANGED", "VALUE", "RANGE"} <= set(extensions)
    assert all(extensions.values())


def test_where_osc_is_taken_everywhere_the_address_is_the_one_the_client_came_by(
    studio: Studio,
) -> None:
    everywhere = dataclasses.replace(studio.app._instrument, osc=("0.0.0.0", 9))  # noqa: S104
    server = WebServer(WebApp(everywhere).asgi, "127.0.0.1", 0, studio.lines.append)
    server.start()
    info = httpx.get(f"{server.address}/?HOST_INFO").json()
    server.stop()
    assert (info["OSC_IP"], info["OSC_PORT"]) == ("127.0.0.1", 9)


def test_names_of_levels_that_come_with_another_model_are_addresses_at_once(
    studio: Studio,
) -> None:
    studio.labels = ("Body", "Air")
    studio.app.note_levels()
    assert get(studio, "/distill/temperature/air?VALUE").json() == {"VALUE": [1.0]}
    assert get(studio, "/distill/temperature/timbre").status_code == 404


def test_strange_requests_leave_it_answering(studio: Studio) -> None:
    for path in ("/%00%ff", "/distill//gain", "/../..", "/distill/gain?%3D&&", "/" + "a" * 5000):
        assert get(studio, path).status_code in (200, 400, 404)
    assert get(studio, "/distill/gain").status_code == 200
    assert studio.lines == []
