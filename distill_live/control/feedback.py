"""Telling subscribers what has changed: each at a rate of its own, the latest value wins."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from distill_live.control.actions import OFF, ROOT, Reply
from distill_live.control.targets import level_name
from distill_live.parameters import Parameter, ParameterStore, find_travel

Sender = Hashable | None

#: So long after its last message nobody is told of what it moves itself, in seconds.
_ECHO_SECONDS = 0.2


@dataclass
class _Subscriber:
    send: Callable[[Sequence[Reply]], None]
    period: float
    patterns: tuple[str, ...]
    until: float
    due: float = 0.0
    pending: dict[str, tuple[object, ...]] = field(default_factory=dict)
    touched: dict[str, float] = field(default_factory=dict)


class Feedback:
    """Keeps subscribers informed of a store's values and of streams.

    `levels` gives the labels of the levels in play, coarse to fine, `clock` the seconds that `tick`
    is called with. From any thread.
    """

    def __init__(
        self,
        store: ParameterStore,
        levels: Callable[[], Sequence[str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._levels, self._clock = store, levels, clock
        self._lock = threading.Lock()
        self._subscribers: dict[Sender, _Subscriber] = {}
        self._streams: dict[str, tuple[object, ...]] = {}
        self._raw = store.raw()

    def subscribe(
        self,
        key: Sender,
        send: Callable[[Sequence[Reply]], None],
        rate: float = 30.0,
        pattern: str | Iterable[str] | None = None,
        ttl: float | None = 60.0,
    ) -> None:
        """Tell `send` all values at once, then changes `rate` times a second, for `ttl` seconds.

        With a pattern or several, exactly what they mean: streams and `norm` among them.
        """
        until = float("inf") if ttl is None else self._clock() + ttl
        patterns = (pattern,) if isinstance(pattern, str) else tuple(pattern or ())
        subscriber = _Subscriber(send, 1.0 / rate, patterns, until)
        with self._lock:
            self._subscribers[key] = subscriber
            self._note(subscriber, list(self._streams.items()), stream=True)
            for name in self._store:
                self._note(subscriber, self._values(name))

    def unsubscribe(self, key: Sender) -> None:
        """Tell it nothing more."""
        with self._lock:
            self._subscribers.pop(key, None)

    def touched(self, key: Sender, name: str) -> None:
        """Note that a subscriber itself moves a parameter, given by its full name."""
        with self._lock:
            if key in self._subscribers:
                self._subscribers[key].touched[name] = self._clock()

    def publish(self, address: str, *arguments: object) -> None:
        """Tell the newest of a stream."""
        with self._lock:
            self._streams[address] = arguments
            for subscriber in self._subscribers.values():
                self._note(subscriber, [(address, arguments)], stream=True)

    def tick(self, now: float) -> None:
        """Find what has changed, and tell it to those whose time it is."""
        with self._lock:
            raw = self._store.raw()
            for name in {name for name, _, _ in self._store.changes(self._raw, raw)}:
                for subscriber in self._subscribers.values():
                    self._note(subscriber, self._values(name))
            self._raw = raw
            due = [(key, one) for key, one in self._subscribers.items() if now >= one.due]
            told = [(one, self._take(key, one, now)) for key, one in due]
        for subscriber, replies in told:
            if replies:
                subscriber.send(replies)

    def _take(self, key: Sender, subscriber: _Subscriber, now: float) -> list[Reply]:
        if now > subscriber.until:
            del self._subscribers[key]
            return []
        subscriber.due = now + subscriber.period
        moved = subscriber.touched.items()
        still = {name for name, at in moved if now - at < _ECHO_SECONDS}
        subscriber.touched = {name: at for name, at in moved if name in still}
        kept = {
            address: arguments
            for address, arguments in subscriber.pending.items()
            if any(f"{address}/".startswith(f"{ROOT}/{name}/") for name in still)
        }
        replies = [one for one in subscriber.pending.items() if one[0] not in kept]
        subscriber.pending = kept
        return replies

    def _values(self, name: str) -> list[Reply]:
        parameter, labels = self._store.table[name], self._levels()
        values = [(f"{ROOT}/{name}", self._store[name])]
        if parameter.per_level:
            own = self._store.levels(name, len(labels))
            addresses = [f"{ROOT}/{name}/{level_name(label)}" for label in labels]
            values += zip(addresses, own, strict=True)
        return [reply for one in values for reply in _shown(parameter, *one)]

    @staticmethod
    def _note(subscriber: _Subscriber, replies: Sequence[Reply], stream: bool = False) -> None:
        for address, arguments in replies:
            plain = not subscriber.patterns and not stream and not address.endswith("/norm")
            if plain or any(fnmatchcase(address, one) for one in subscriber.patterns):
                subscriber.pending[address] = arguments


def _shown(parameter: Parameter, address: str, value: float) -> list[Reply]:
    """A value as it is, and as the way 0..1 of a controller."""
    if math.isnan(value):
        return [(address, (OFF,)), (f"{address}/norm", (OFF,))]
    travel = find_travel(value, parameter.minimum, parameter.maximum, parameter.curve)
    shown = value if parameter.kind == "float" else int(value)
    return [(address, (shown,)), (f"{address}/norm", (travel,))]
