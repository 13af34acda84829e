"""Which web pages may talk to the server: its own, and none of another site.

A browser lets any page open a WebSocket to this machine, and lets a page whose name is made to
resolve here (DNS rebinding) read the answers. Headers give both away.
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

_REFUSAL = (
    "not allowed: use the server's address or name, from a network allowed with --osc-allow\n"
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


class TrustedOnly:
    """Answers 403 to clients that `allows` rejects, to requests for another host, and to WebSockets
    of other sites' pages."""

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
