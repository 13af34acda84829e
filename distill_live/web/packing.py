"""Text packed by gzip, for clients that accept it: each content once, and then kept.

The process that answers also plays, so nothing is packed again for each request.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response

#: What every answer says that could be packed, whether it is or not.
VARY = {"vary": "accept-encoding"}
#: The smallest JSON that is packed, in bytes: less fits into one network packet anyway.
SMALLEST = 1000
#: How many contents are kept packed. The API has about so many answers that are asked for again.
_MOST_KEPT = 32


@lru_cache(maxsize=_MOST_KEPT)
def pack(body: bytes) -> bytes:
    """A content packed by gzip; the same bytes every time. From any thread."""
    return gzip.compress(body, mtime=0)


def takes_gzip(connection: HTTPConnection) -> bool:
    """Whether a client accepts gzip, by RFC 9110, section 12.5.3."""
    asked: dict[str, bool] = {}
    for one in connection.headers.get("accept-encoding", "").split(","):
        name, *parts = (part.strip().lower() for part in one.split(";"))
        asked[name] = not any(_is_zero(part) for part in parts)
    return asked.get("gzip", asked.get("x-gzip", asked.get("*", False)))


async def answer_json(connection: HTTPConnection, value: object, status: int = 200) -> Response:
    """JSON, packed on another thread if the client accepts it and it isn't small."""
    answered = JSONResponse(value, status)
    body = bytes(answered.body)
    if len(body) < SMALLEST:
        return answered
    headers = dict(VARY)
    if takes_gzip(connection):
        body = await run_in_threadpool(pack, body)
        headers["content-encoding"] = "gzip"
    return Response(body, status, headers, media_type=answered.media_type)


def _is_zero(part: str) -> bool:
    """Whether a part such as "q=0.5" says that an encoding is not accepted."""
    name, _, value = part.partition("=")
    try:
        return name.strip() == "q" and float(value) == 0.0
    except ValueError:
        return False
