"""Which pages may talk to the server: its own, and none that some other site has sent.

A browser lets any page open a WebSocket to this machine, and a page whose name was made to lead
here (DNS rebinding) read what it answers. Both give themselves away by their headers.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

_REFUSAL = "not allowed: use the server's address or name, from a network that --osc-allow names\n"


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


class TrustedOnly:
    """Answers 403 to clients that `allows` says no of, to what names another host, and to
    WebSockets of other sites' pages."""

    def __init__(self, app: ASGIApp, allows: Callable[[str], bool]) -> None:
        self._app, self._allows = app, allows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        is_socket = scope["type"] == "websocket"
        is_ours = is_own_host(host) and (not is_socket or is_own_page(headers.get("origin"), host))
        if is_ours and self._allows(scope["client"][0]):
            await self._app(scope, receive, send)
        elif is_socket:
            await WebSocketClose(1008)(scope, receive, send)
        else:
            refused = PlainTextResponse(_REFUSAL, 403)
            await refused(scope, receive, send)
