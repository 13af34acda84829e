from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from distill_live.web.packing import SMALLEST, answer_json, pack
from distill_live.web.server import WebServer
from distill_live.web.trust import TrustedOnly

LARGE = {"values": list(range(1000))}
#: Its JSON has one byte less than what is packed.
SMALL = "x" * (SMALLEST - 3)


async def answer(request: Request) -> Response:
    found = {"large": LARGE, "small": SMALL, "edge": f"{SMALL}x"}[request.path_params["name"]]
    return await answer_json(request, found, 201)


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """A client that accepts gzip, of a server that answers with JSON."""
    trusted = Middleware(TrustedOnly, lambda address: True)
    app = Starlette(routes=[Route("/{name}", answer, methods=["GET"])], middleware=[trusted])
    server = WebServer(app, "127.0.0.1", 0, lambda line: None)
    server.start()
    with httpx.Client(base_url=server.address) as found:
        yield found
    server.stop()


def test_json_is_packed_and_says_that_it_varies(client: httpx.Client) -> None:
    with client.stream("GET", "/large") as answered:
        raw = b"".join(answered.iter_raw())
    assert json.loads(gzip.decompress(raw)) == LARGE
    assert (answered.status_code, answered.headers["content-type"]) == (201, "application/json")
    assert answered.headers["content-encoding"] == "gzip"
    assert answered.headers["vary"] == "accept-encoding"
    assert int(answered.headers["content-length"]) == len(raw) < len(json.dumps(LARGE)) / 2
    assert "default-src 'none'" in answered.headers["content-security-policy"]


@pytest.mark.parametrize(
    "accepted", ["identity", "", "br", "gzip;q=0", "gzip; q=0.0, *", "*;q=0", "gzipped"]
)
def test_whoever_does_not_accept_gzip_gets_plain_json(client: httpx.Client, accepted: str) -> None:
    answered = client.get("/large", headers={"accept-encoding": accepted})
    assert "content-encoding" not in answered.headers
    # A cache must not keep it for those who accept gzip.
    assert answered.headers["vary"] == "accept-encoding"
    assert answered.json() == LARGE


@pytest.mark.parametrize("accepted", ["gzip", "br, GZIP;q=0.5", "*", "x-gzip", "br;q=1, gzip;q=x"])
def test_gzip_is_accepted_in_each_way_there_is(client: httpx.Client, accepted: str) -> None:
    answered = client.get("/large", headers={"accept-encoding": accepted})
    assert answered.headers["content-encoding"] == "gzip"
    assert answered.json() == LARGE


def test_what_is_small_is_left_as_it_is(client: httpx.Client) -> None:
    small, edge = client.get("/small"), client.get("/edge")
    assert len(small.content) == SMALLEST - 1 and len(edge.content) == SMALLEST
    assert not {"content-encoding", "vary"} & set(small.headers)
    assert edge.headers["content-encoding"] == "gzip"


def test_a_head_has_the_headers_of_the_answer_and_no_body(client: httpx.Client) -> None:
    whole, head = client.get("/large"), client.head("/large")
    assert head.content == b""
    for name in ("content-length", "content-encoding", "content-type", "vary"):
        assert head.headers[name] == whole.headers[name]
    # The connection is still in step.
    assert client.get("/large").json() == LARGE


def test_the_same_content_is_packed_once(client: httpx.Client) -> None:
    pack.cache_clear()
    for _ in range(3):
        client.get("/large")
    assert (pack.cache_info().misses, pack.cache_info().hits) == (1, 2)
