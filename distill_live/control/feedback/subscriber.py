"""One client that listens: what it wants to hear, and what waits to be told to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from distill_live.control.namespace.address import NORM, Reply
from distill_live.control.namespace.pattern import match

#: So many announcements wait for the next tick; of more, the oldest are lost.
MAX_SAID = 64

Send = Callable[[Sequence[Reply]], None]


class Subscriber:
    """Sends by `send`, at most every `period` seconds, what one of `patterns` means.

    It `expires` at a moment of the clock that `now` is of, `ttl` seconds later, or never.
    """

    def __init__(
        self, send: Send, period: float, patterns: tuple[str, ...], now: float, ttl: float | None
    ) -> None:
        self.send = send
        self.due = now
        self.expires = float("inf") if ttl is None else now + ttl
        self._period, self._patterns = period, patterns
        self._wanted: dict[str, bool] = {}
        # In order, each once.
        self._waiting: dict[str, None] = {}
        self._resting: dict[str, float] = {}
        self._said: deque[Reply] = deque(maxlen=MAX_SAID)

    def take_over(self, before: Subscriber) -> None:
        """Go on for the same client: what it moves itself, and what it was not told yet."""
        self._resting = before._resting
        self._said = before._said

    def wants(self, address: str, stream: bool = False) -> bool:
        """Whether a parameter's address, an announcement's or a stream's is listened to."""
        if not self._patterns:
            return not stream and not address.endswith(NORM)
        wanted = self._wanted.get(address)
        if wanted is None:
            wanted = any(match(pattern, (address,)) for pattern in self._patterns)
            self._wanted[address] = wanted
        return wanted

    def note(self, addresses: Iterable[str], stream: bool = False) -> None:
        """Tell, when it is due, what these addresses hold then, if it is wanted."""
        for address in addresses:
            if self.wants(address, stream):
                self._waiting[address] = None

    def say(self, message: Reply) -> None:
        """Tell this message, whatever comes after it."""
        self._said.append(message)

    def hold_back(self, addresses: Sequence[str], until: float) -> None:
        """Tell what these addresses hold, but not before a moment."""
        self.note(addresses)
        self._resting.update(dict.fromkeys(addresses, until))

    def collect(self, now: float, read: Callable[[str], tuple[object, ...] | None]) -> list[Reply]:
        """What is to be sent now; `read` gives an address's arguments, None for one that is gone.

        Nothing, until it is due again.
        """
        if now < self.due:
            return []
        ready = [address for address in self._waiting if self._resting.get(address, now) <= now]
        if ready or self._said:
            # An even pace, but nothing is caught up on after a pause.
            self.due = max(self.due + self._period, now + 0.5 * self._period)
        found = [(address, read(address)) for address in ready]
        for address in ready:
            del self._waiting[address]
            self._resting.pop(address, None)
        messages = [*self._said, *((a, arguments) for a, arguments in found if arguments)]
        self._said.clear()
        return messages
