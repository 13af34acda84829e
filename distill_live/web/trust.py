"""Which pages may talk to the server: its own, and none that some other site has sent.

A browser lets any page open a WebSocket to this machine, and a page whose name was made to lead
here (DNS rebinding) read what it answers. Both give themselves away by their headers.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose


def is_own_host(host: str) -> bool:
    """Whether a Host header names this machine: by an address, "localhost", its own name, or a name
    that multicast DNS resolves; no name server on the Internet gives out such a one."""
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
    """Whether an Origin header is that of a page of this server, or of a program that has none."""
    if origin is None:
        return True
    scheme, _, rest = origin.partition("://")
    return scheme in ("http", "https") and rest.casefold() == host.casefold()


class OwnPagesOnly:
    """Answers 403 to what names another host, and to WebSockets of other sites' pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        is_socket = scope["type"] == "websocket"
        if is_own_host(host) and (not is_socket or is_own_page(headers.get("origin"), host)):
            await self._app(scope, receive, send)
        elif is_socket:
            await WebSocketClose(1008)(scope, receive, send)
        else:
            refused = PlainTextResponse("not here: ask by address or by this machine's name\n", 403)
            await refused(scope, receive, send)
