"""Who may talk to the server: pages of its own, and clients that are allowed to.

A browser lets any page open a WebSocket to this machine, and lets a page whose name is made to
resolve here (DNS rebinding) read the answers. Headers give both away. A form of any page can make a
browser send a request, but not with the content types that are asked for here.
"""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from distill_live.web.page_files import wants_page

#: The name of the part of the link that holds the token.
LINK = "token"
#: The only content types of requests that change something.
WRITTEN = ("application/json", "application/octet-stream")

_READING = ("GET", "HEAD", "OPTIONS")
#: A request to delete something has no body; and a browser asks first whether it may come.
_WITHOUT_BODY = ("DELETE",)
#: Added to every answer that does not say otherwise itself. No page of ours has inline scripts.
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "media-src 'self' blob:; connect-src 'self'; font-src 'none'; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'none'; worker-src 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


class _Refusal(NamedTuple):
    """Why a request is refused: its HTTP status, and a text that says what to do."""

    status: int
    text: str


_STRANGER = _Refusal(
    403, "not allowed: use the server's address or name, from a network allowed with --osc-allow"
)
_OTHER_SITE = _Refusal(403, "not allowed: pages of other sites cannot use this server")
_NO_TOKEN = _Refusal(
    401,
    "a token is missing: open the link that distill-live prints when it starts, or send the token "
    "in the header Authorization: Bearer TOKEN",
)
_NOT_JSON = _Refusal(
    415, f"the content type must be {' or '.join(WRITTEN)}: other sites' forms cannot send these"
)


def is_own_host(host: str) -> bool:
    """Whether a Host header names this machine: by an IP address, "localhost", its own name, or a
    name that only multicast DNS resolves, never a name server on the Internet."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if name in ("", "localhost", socket.gethostname().casefold()) or name.endswith(".local"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_own_page(origin: str | None, host: str) -> bool:
    """Whether an Origin header is from a page of this server; programs send none."""
    if origin is None:
        return True
    scheme, _, rest = origin.partition("://")
    return scheme in ("http", "https") and rest.casefold() == host.casefold()


def is_this_machine(address: str) -> bool:
    """Whether a client's IP address is a loopback address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback


def is_for_page(connection: HTTPConnection) -> bool:
    """Whether a request is for the page, its WebSocket or the API, rather than for OSCQuery."""
    path: str = connection.scope["path"]
    if connection.scope["type"] == "http" and path == "/":
        return wants_page(connection)
    return path.partition("/")[2].partition("/")[0] in ("page", "api")


def cookie_name(connection: HTTPConnection) -> str:
    """The name of the cookie that holds the token. It has the server's port, as the browser names
    it: cookies belong to a host, and two servers on one host must not replace each other's."""
    try:
        port = urlsplit(f"//{connection.headers.get('host', '')}").port
    except ValueError:
        port = None
    return f"distill_token_{port or 80}"


def has_token(connection: HTTPConnection, token: str) -> bool:
    """Whether a client knows the token: by its cookie, by an Authorization header, or, for the page
    itself, by the link."""
    kind, _, bearer = connection.headers.get("authorization", "").partition(" ")
    cookie = connection.cookies.get(cookie_name(connection), "")
    given = [cookie, bearer if kind.lower() == "bearer" else ""]
    if connection.scope["path"] == "/":
        given.append(connection.query_params.get(LINK, ""))
    return any(secrets.compare_digest(one.encode(), token.encode()) for one in given)


class TrustedOnly:
    """Refuses clients that `allows` rejects, requests for another host, WebSockets and changes from
    other sites' pages, and changes that a form could send; adds headers to all answers.

    With a `token`, clients of other machines must know it to use the page and the API. OSCQuery
    does without: its programs have no way to send one.
    """

    def __init__(self, app: ASGIApp, allows: Callable[[str], bool], token: str = "") -> None:
        self._app, self._allows, self._token = app, allows, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        connection = HTTPConnection(scope)
        refusal = self._refusal(connection)
        if scope["type"] == "websocket":
            answer: ASGIApp = WebSocketClose(1008) if refusal else self._app
            await answer(scope, receive, send)
            return
        answer = _explain(refusal, connection) if refusal else self._app
        await answer(scope, receive, _with_headers(send))

    def _refusal(self, connection: HTTPConnection) -> _Refusal | None:
        headers, host = connection.headers, connection.headers.get("host", "")
        client: str = connection.scope["client"][0]
        method = connection.scope.get("method", "")
        if not is_own_host(host) or not self._allows(client):
            return _STRANGER
        # Opening a WebSocket has no method.
        writes = method not in _READING
        if writes and not is_own_page(headers.get("origin"), host):
            return _OTHER_SITE
        if not is_for_page(connection):
            return None
        knows = not self._token or is_this_machine(client) or has_token(connection, self._token)
        if not knows:
            return _NO_TOKEN
        has_body = bool(method) and writes and method not in _WITHOUT_BODY
        return _NOT_JSON if has_body and not _is_written(connection) else None


def _is_written(connection: HTTPConnection) -> bool:
    kind = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in WRITTEN


def _explain(refusal: _Refusal, connection: HTTPConnection) -> Response:
    # Else the server would read all of an upload that it has refused.
    headers = {"connection": "close"}
    if connection.scope["path"].startswith("/api/"):
        return JSONResponse({"error": refusal.text}, refusal.status, headers)
    return PlainTextResponse(f"{refusal.text}\n", refusal.status, headers)


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
