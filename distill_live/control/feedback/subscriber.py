"""One subscribed client: what it subscribed to, and what is still to be sent to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from distill_live.control.namespace.address import NORM, Reply
from distill_live.control.namespace.pattern import match

#: The most announcements that wait for the next tick; beyond that, the oldest are lost.
MAX_SAID = 64

Send = Callable[[Sequence[Reply]], None]


class Subscriber:
    """Sends with `send`, at most every `period` seconds, addresses that one of `patterns` matches.

    It `expires` `ttl` seconds after `now`, or never. With `echo` it also hears at once what it
    moves itself.
    """

    def __init__(
        self,
        send: Send,
        period: float,
        patterns: tuple[str, ...],
        now: float,
        ttl: float | None,
        echo: bool = False,
    ) -> None:
        self.send, self.echo = send, echo
        self.due = now
        self.expires = float("inf") if ttl is None else now + ttl
        self._period, self._patterns = period, patterns
        self._wanted: dict[str, bool] = {}
        # Addresses to send, in order, each once.
        self._waiting: dict[str, None] = {}
        self._resting: dict[str, float] = {}
        self._said: deque[Reply] = deque(maxlen=MAX_SAID)

    def take_over(self, before: Subscriber) -> None:
        """Continue a subscription of the same client: keep what it is still to be told."""
        self._resting = before._resting
        self._said = before._said

    def wants(self, address: str, stream: bool = False) -> bool:
        """Whether it listens to the address of a parameter, an announcement or a stream."""
        if not self._patterns:
            return not stream and not address.endswith(NORM)
        wanted = self._wanted.get(address)
        if wanted is None:
            wanted = any(match(pattern, (address,)) for pattern in self._patterns)
            self._wanted[address] = wanted
        return wanted

    def note(self, addresses: Iterable[str], stream: bool = False) -> None:
        """Send the values of these addresses, if wanted, at the next time that is due."""
        for address in addresses:
            if self.wants(address, stream):
                self._waiting[address] = None

    def say(self, message: Reply) -> None:
        """Send this very message, even if newer ones follow."""
        self._said.append(message)

    def hold_back(self, addresses: Sequence[str], until: float) -> None:
        """Send the values of these addresses, but not before a moment."""
        self.note(addresses)
        self._resting.update(dict.fromkeys(addresses, until))

    def collect(self, now: float, read: Callable[[str], tuple[object, ...] | None]) -> list[Reply]:
        """The messages to send now; none until the next time that is due.

        `read` gives an address's arguments, None for one that is gone.
        """
        if now < self.due:
            return []
        ready = [address for address in self._waiting if self._resting.get(address, now) <= now]
        if ready or self._said:
            # Keep an even pace, but do not catch up after a pause.
            self.due = max(self.due + self._period, now + 0.5 * self._period)
        found = [(address, read(address)) for address in ready]
        for address in ready:
            del self._waiting[address]
            self._resting.pop(address, None)
        messages = [*self._said, *((a, arguments) for a, arguments in found if arguments)]
        self._said.clear()
        return messages
