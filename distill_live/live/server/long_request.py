"""What requests that take a while have in common: they report their outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class LongRequest:
    """Carries out requests of one kind in the background.

    `say` takes a line of text for the user. `on_outcome` is called with what came of a request: a
    text, whether it failed, and the request's arguments, or None for all that are not answered yet.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self.on_outcome: Callable[[str, bool, tuple[Any, ...] | None], None] = lambda *outcome: None

    def _end(
        self, text: str, failed: bool = False, arguments: tuple[Any, ...] | None = None
    ) -> None:
        """Tell everybody how a request ended."""
        self._say(text)
        self.on_outcome(text, failed, arguments)
