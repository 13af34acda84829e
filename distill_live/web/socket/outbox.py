"""What is still to be sent to one page: bounded, however slowly it reads."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping

from distill_live.control.feedback.outcomes import OUTCOMES
from distill_live.control.namespace.address import ROOT, Reply
from distill_live.control.namespace.streams import SAID
from distill_live.web.socket.encoding import encode

#: The most letters of answers and announcements that wait for a page; the oldest are dropped.
MAX_LETTERS = 1_000_000

_STREAM = f"{ROOT}/stream/"
#: What feedback announces, besides the values of addresses.
_ANNOUNCED = frozenset((*OUTCOMES, SAID))


class Outbox:
    """Collects messages for a page until they can be sent; used in the event loop alone.

    Of each value and each document only the newest is kept. `ready` is set while there is
    something to send.
    """

    def __init__(self) -> None:
        self.ready = asyncio.Event()
        self._documents: dict[str, str] = {}
        self._values: dict[str, object] = {}
        self._texts: deque[str] = deque()
        self._letters = self._dropped = 0

    def note(self, replies: Iterable[Reply]) -> None:
        """Send what feedback tells: values, and announcements."""
        for address, arguments in replies:
            if address in _ANNOUNCED:
                self.say(address, arguments)
            else:
                is_list = address.startswith(_STREAM) or len(arguments) != 1
                name = address.removeprefix(f"{ROOT}/")
                self._values[name] = list(arguments) if is_list else arguments[0]
        self.ready.set()

    def note_document(self, name: str, message: str) -> None:
        """Send a document's message."""
        self._documents[name] = message
        self.ready.set()

    def say(self, address: str, arguments: Iterable[object]) -> None:
        """Send a message that later ones do not replace."""
        self.add({"type": "message", "address": address, "arguments": list(arguments)})

    def add(self, message: Mapping[str, object]) -> None:
        """Send a message of any type, in order."""
        text = encode(message)
        self._texts.append(text)
        self._letters += len(text)
        while self._letters > MAX_LETTERS and len(self._texts) > 1:
            self._letters -= len(self._texts.popleft())
            self._dropped += 1
        self.ready.set()

    def take(self) -> list[str]:
        """Everything that waits, as texts: documents, values, then messages in order."""
        self.ready.clear()
        found = [*self._documents.values()]
        if self._values:
            found.append(encode({"type": "values", "values": self._values}))
        if self._dropped:
            text = f"{self._dropped} messages were left out, because the page read too slowly"
            found.append(encode({"type": "error", "text": text}))
        found += self._texts
        self._documents, self._values, self._texts = {}, {}, deque()
        self._letters = self._dropped = 0
        return found
