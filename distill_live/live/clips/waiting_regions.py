"""Regions that wait for something before the main thread sends their codes to the engine: for their
clip, or to be drawn again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

#: What a request for a region says besides its number.
Arguments = tuple[Any, ...]


class WaitingRegions:
    """Keeps requests for regions by their numbers. All methods may be called from any thread, and
    what they send is sent in the order in which they are called."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[int, Arguments] = {}

    def add(self, number: int, arguments: Arguments) -> None:
        """Keep a request."""
        with self._lock:
            self._waiting[number] = arguments

    def has(self, number: int) -> bool:
        """Whether a request is waiting."""
        with self._lock:
            return number in self._waiting

    def hand_on(self, number: int, send: Callable[[Arguments], None]) -> None:
        """Send a request, unless it was dropped; what `send` raises is passed on."""
        with self._lock:
            arguments = self._waiting.pop(number, None)
            if arguments is not None:
                send(arguments)

    def drop(self, numbers: Iterable[int], send: Callable[[], None] = lambda: None) -> None:
        """Drop requests that have not been sent, and send what takes away those that have."""
        with self._lock:
            for number in numbers:
                self._waiting.pop(number, None)
            send()

    def clear(self) -> list[int]:
        """Drop all requests; returns their numbers."""
        with self._lock:
            numbers = list(self._waiting)
            self._waiting.clear()
        return numbers
