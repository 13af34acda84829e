"""One client on a WebSocket: what it listens to, and what is still to be sent to it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from distill_live.control.feedback.outcomes import OUTCOMES
from distill_live.control.namespace.address import OFF, Reply, Sender
from distill_live.control.namespace.nodes import Node
from distill_live.control.namespace.streams import SAID
from distill_live.web.instrument import EVERY_ADDRESS, Instrument

T = TypeVar("T")

#: The most texts, and answers, that wait for a client that does not read; the oldest are dropped.
_MAX_NOTICES, _MAX_ANSWERS = 16, 1024


class Listener:
    """Collects for one client the newest value of each address that it listens to.

    Create it in the event loop whose tasks read it. `offer`, `answer` and `tell` may be called from
    any thread. `key` is the client's name as a sender and a subscriber.
    """

    def __init__(self, number: int, instrument: Instrument) -> None:
        self.key: Sender = ("web", number)
        self._instrument = instrument
        self._loop = asyncio.get_running_loop()
        self._heard: dict[str, Node] = {}
        self._values: dict[str, tuple[object, ...]] = {}
        self._answers: list[Reply] = []
        self._notices: list[str] = []
        self._ready = asyncio.Event()
        self._subscribed = False

    def listen(self, node: Node) -> None:
        """Send the value of a node now, and whenever it changes. Raises ParameterError when too
        many clients listen already."""
        self._heard[node.address] = node
        if node.parameter is not None:
            value = node.value(self._instrument.store)
            self._note_values([(node.address, (OFF if value is None else value,))])
        if node.parameter is None or not self._subscribed:
            # A new subscription sends a stream's newest value, which only feedback keeps.
            self._subscribed = True
            self._instrument.feedback.subscribe(
                self.key, self.offer, pattern=EVERY_ADDRESS, ttl=None
            )

    def ignore(self, address: str) -> None:
        """Stop sending the values of an address."""
        self._heard.pop(address, None)
        self._values.pop(address, None)
        if not self._heard:
            self.close()

    def close(self) -> None:
        """Send nothing more."""
        self._subscribed = False
        self._instrument.feedback.unsubscribe(self.key)

    def offer(self, replies: Sequence[Reply]) -> None:
        """Send changed values to the client."""
        self._soon(self._note_values, list(replies))

    def answer(self, replies: Sequence[Reply]) -> None:
        """Send answers to the client's own messages: all of them, in order."""
        self._soon(self._add_answers, list(replies))

    def tell(self, notice: str) -> None:
        """Send a text to the client."""
        self._soon(self._add_notice, notice)

    async def next(self) -> tuple[list[str], list[Reply]]:
        """Wait until there is something to send; returns texts and messages."""
        await self._ready.wait()
        self._ready.clear()
        notices, self._notices = self._notices, []
        answers, self._answers = self._answers, []
        values, self._values = self._values, {}
        return notices, [*answers, *values.items()]

    def _soon(self, method: Callable[[T], None], what: T) -> None:
        # The loop is closed when the server has just ended.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(method, what)

    def _note_values(self, replies: Sequence[Reply]) -> None:
        # The outcome of any client's request goes to everyone who listens.
        told = (*OUTCOMES, SAID) if SAID in self._heard else OUTCOMES
        self._add_answers([one for one in replies if one[0] in told])
        for address, arguments in replies:
            if address in self._heard and address not in told:
                self._values[address] = arguments
                self._ready.set()

    def _add_answers(self, replies: Sequence[Reply]) -> None:
        if replies:
            self._answers = [*self._answers, *replies][-_MAX_ANSWERS:]
            self._ready.set()

    def _add_notice(self, notice: str) -> None:
        self._notices = [*self._notices[1 - _MAX_NOTICES :], notice]
        self._ready.set()
