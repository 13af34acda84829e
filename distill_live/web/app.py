"""The web application: the page, its WebSocket, the HTTP API, and OSCQuery at all other paths."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Protocol

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from distill_live.control.namespace.address import Reply, Sender
from distill_live.web.instrument import Instrument
from distill_live.web.oscquery.routes import OscQuery
from distill_live.web.page_files import PageFiles, wants_page
from distill_live.web.socket.audio import AudioSockets
from distill_live.web.socket.routes import PageSockets
from distill_live.web.trust import LINK, TrustedOnly, cookie_name


class Routes(Protocol):
    """What answers below /api."""

    @property
    def routes(self) -> Sequence[BaseRoute]: ...


class WebApp:
    """Answers the clients of an instrument; `asgi` is what a server runs."""

    def __init__(self, instrument: Instrument, api: Routes | None = None) -> None:
        # Pages and clients of OSCQuery are senders alike, so they share their numbers.
        numbers = itertools.count(1)
        self._instrument, self._files = instrument, PageFiles()
        self._oscquery = OscQuery(instrument, numbers)
        self._pages = PageSockets(instrument, numbers)
        self.asgi = Starlette(
            routes=[
                WebSocketRoute("/page/socket", self._pages.converse),
                WebSocketRoute("/page/audio", AudioSockets(instrument).converse),
                Route("/page/{path:path}", self._files.answer_http, methods=["GET"]),
                *([Mount("/api", routes=api.routes)] if api else []),
                Route("/", self._answer_root, methods=["GET"]),
                *self._oscquery.routes,
            ],
            middleware=[Middleware(TrustedOnly, instrument.allows, instrument.token)],
        )

    def note_levels(self) -> None:
        """Tell clients if the names of the levels of the model in play have changed.

        From any thread.
        """
        self._oscquery.note_levels()

    def answer(self, sender: Sender, messages: Sequence[Reply]) -> None:
        """Send messages to a sender that is a client here; from any thread."""
        self._oscquery.answer(sender, messages)
        self._pages.answer(sender, messages)

    async def _answer_root(self, request: Request) -> Response:
        if not wants_page(request):
            return await self._oscquery.answer_http(request)
        answered = self._files.answer(request, "index.html")
        if request.query_params.get(LINK) and self._instrument.token:
            # Only a token that is right gets here from another machine. It is the same page without
            # a redirect: after one, a browser that came by a link elsewhere would send no cookie.
            name, token = cookie_name(request), self._instrument.token
            answered.set_cookie(name, token, httponly=True, samesite="strict")
            answered.headers["cache-control"] = "no-store"
        return answered
