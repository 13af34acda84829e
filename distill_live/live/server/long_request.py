"""What requests that take a while have in common: they report their outcome."""

from __future__ import annotations

from collections.abc import Callable


class LongRequest:
    """Carries out requests of one kind in the background.

    `say` takes a line of text for the user. `on_outcome` is called with what came of a request, a
    text, and whether it failed.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self.on_outcome: Callable[[str, bool], None] = lambda text, failed: None

    def _end(self, text: str, failed: bool = False) -> None:
        """Tell everybody how a request ended."""
        self._say(text)
        self.on_outcome(text, failed)
