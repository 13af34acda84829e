"""The page's WebSocket: one for each open page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from starlette.websockets import WebSocket

from distill_live.control.namespace.address import Reply, Sender
from distill_live.errors import ParameterError
from distill_live.web.instrument import Instrument
from distill_live.web.socket.connection import PageConnection
from distill_live.web.socket.encoding import encode
from distill_live.web.socket.exchange import TRY_LATER, deliver, run_together
from distill_live.web.socket.hello import hello

#: The most pages that may be open at once.
MAX_PAGES = 32


class PageSockets:
    """Serves the pages of an instrument; `numbers` gives each its number."""

    def __init__(self, instrument: Instrument, numbers: Iterator[int]) -> None:
        self._instrument, self._numbers = instrument, numbers
        self._pages: dict[Sender, PageConnection] = {}

    def answer(self, sender: Sender, messages: Sequence[Reply]) -> None:
        """Send messages to a sender that is a page here; from any thread."""
        page = self._pages.get(sender)
        if page is not None:
            page.tell(messages)

    async def converse(self, socket: WebSocket) -> None:
        """Serve one page until it is closed."""
        await socket.accept()
        if len(self._pages) >= MAX_PAGES:
            await socket.close(TRY_LATER, f"{MAX_PAGES} pages are open already: close one")
            return
        page = PageConnection(next(self._numbers), self._instrument)
        self._pages[page.key] = page
        try:
            page.open()
            await run_together(self._send(socket, page), self._receive(socket, page))
        except ParameterError as error:
            await socket.close(TRY_LATER, str(error))
        finally:
            del self._pages[page.key]
            page.close()

    async def _send(self, socket: WebSocket, page: PageConnection) -> None:
        is_there = await deliver(socket, [encode(hello(self._instrument))], [])
        while is_there:
            await page.wait()
            is_there = await deliver(socket, page.texts(), page.frames())

    async def _receive(self, socket: WebSocket, page: PageConnection) -> None:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            page.obey(message.get("text"))
