"""What clients are told: parameters that change, streams for visuals, outcomes of requests.

It does not know how messages travel: a subscriber is a function that sends.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from distill_live.codes.labels import level_name
from distill_live.control.feedback.subscriber import Send, Subscriber
from distill_live.control.namespace.address import NORM, OFF, OWN, ROOT, Sender
from distill_live.control.namespace.pattern import match
from distill_live.errors import ParameterError
from distill_live.parameters import (
    LEVELS_LIMIT,
    Parameter,
    ParameterStore,
    ParameterValues,
    find_travel,
)

#: The most clients that can subscribe, and the most patterns of each.
MAX_SUBSCRIBERS, MAX_PATTERNS = 64, 64
#: Legal rates, in Hz.
MIN_RATE, MAX_RATE = 0.1, 100.0
#: How long, in seconds, a client is not told of a parameter after it has moved it itself.
ECHO_SECONDS = 0.2


class Feedback:
    """Sends subscribers the values in the store when they change, and whatever is published.

    `levels` gives the labels of the levels of the model in play, coarse to fine; `clock` gives
    seconds. A subscriber without patterns hears all announcements and every parameter: at
    `/distill/NAME`, at `/distill/NAME/LEVEL`, and at that address with `/own`, which is 1 if the
    level has a value of its own and 0 if not. A subscriber with patterns hears exactly the
    addresses that they match, including `/distill/NAME/norm` (0..1) and streams. Values are float,
    int or text.

    All methods may be called from any thread. `send` functions are called with the lock held: they
    must neither wait nor call back. One that raises is unsubscribed.
    """

    def __init__(
        self,
        store: ParameterStore,
        levels: Callable[[], Sequence[str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._levels, self._clock = store, levels, clock
        self._lock = threading.Lock()
        self._subscribers: dict[Sender, Subscriber] = {}
        self._now = store.view()
        # The store and the levels' names when they were last read; then, by address, the values
        # of parameters and the arguments of streams.
        self._raw: bytes | None = None
        self._names: tuple[str, ...] = ()
        self._values: dict[str, object] = {}
        self._streams: dict[str, tuple[object, ...]] = {}

    def subscribe(
        self,
        key: Sender,
        send: Send,
        rate: float = 30.0,
        pattern: str | Iterable[str] | None = None,
        ttl: float | None = 60.0,
        echo: bool = False,
    ) -> None:
        """Send `key` the values that it wants at once, then changes at most `rate` times a second.

        Subscribing again replaces the subscription. It ends after `ttl` seconds; None: never. With
        `echo` it is told what it moves itself as soon as everybody is (see `touched`).
        Raises ParameterError when a pattern, their number or the rate (MIN_RATE..MAX_RATE Hz) is
        not legal, and when MAX_SUBSCRIBERS have subscribed already.
        """
        patterns = (pattern,) if isinstance(pattern, str) else tuple(pattern or ())
        _check(rate, patterns)
        now = self._clock()
        with self._lock:
            before = self._subscribers.get(key)
            if before is None and len(self._subscribers) >= MAX_SUBSCRIBERS:
                raise ParameterError(
                    f"{MAX_SUBSCRIBERS} clients are already subscribed: unsubscribe one of them"
                )
            subscriber = Subscriber(send, 1.0 / rate, patterns, now, ttl, echo)
            if before is not None:
                subscriber.take_over(before)
            self._look()
            self._subscribers[key] = subscriber
            subscriber.note(self._values)
            subscriber.note(self._streams, stream=True)
            self._serve(key, subscriber, now)

    def unsubscribe(self, key: Sender) -> None:
        """End the subscription of `key`, if it has one."""
        with self._lock:
            self._subscribers.pop(key, None)

    @property
    def listeners(self) -> int:
        """How many clients are subscribed."""
        return len(self._subscribers)

    def listens(self, key: Sender, address: str | None = None) -> bool:
        """Whether `key` is subscribed, and hears announcements at an address."""
        with self._lock:
            subscriber = self._subscribers.get(key)
            return subscriber is not None and (address is None or subscriber.wants(address))

    def tells(self, address: str) -> bool:
        """Whether an address is that of a parameter or a named level, or their /norm or /own."""
        with self._lock:
            if self._raw is None:
                self._look()
            return address in self._values

    def touched(self, key: Sender, name: str) -> None:
        """Note that `key` moves the parameter NAME, or NAME/LEVEL.

        Without `echo`, it is told the value only once it has not moved it for ECHO_SECONDS, but
        then always.
        """
        with self._lock:
            subscriber = self._subscribers.get(key)
            if subscriber is not None:
                address = f"{ROOT}/{self._by_name(name)}"
                rest = 0.0 if subscriber.echo else ECHO_SECONDS
                subscriber.hold_back((address, address + NORM), self._clock() + rest)

    def publish(self, address: str, *arguments: object) -> None:
        """Set a stream, for the subscribers with a pattern for it; they get the newest value."""
        with self._lock:
            if self._streams.get(address) != arguments:
                self._streams[address] = arguments
                for subscriber in self._subscribers.values():
                    subscriber.note((address,), stream=True)

    def announce(self, address: str, *arguments: object) -> set[Sender]:
        """Send a message that later ones do not replace. Returns the keys of those who hear it."""
        with self._lock:
            heard = {key for key, one in self._subscribers.items() if one.wants(address)}
            for key in heard:
                self._subscribers[key].say((address, arguments))
            return heard

    def tick(self, now: float) -> None:
        """Send what is due; call it more often than any subscriber's rate."""
        with self._lock:
            self._look()
            for key, subscriber in list(self._subscribers.items()):
                if subscriber.expires <= now:
                    del self._subscribers[key]
                else:
                    self._serve(key, subscriber, now)

    def _serve(self, key: Sender, subscriber: Subscriber, now: float) -> None:
        messages = subscriber.collect(now, self._read)
        if not messages:
            return
        try:
            subscriber.send(messages)
        except Exception:
            # A client that cannot be reached must not hold up the others.
            del self._subscribers[key]

    def _read(self, address: str) -> tuple[object, ...] | None:
        if address in self._values:
            return (self._values[address],)
        return self._streams.get(address)

    def _look(self) -> None:
        """Find what has changed in the store, and note it for all subscribers."""
        # Read everything at one moment: what changed together is told together.
        now = self._now
        names = tuple(map(level_name, self._levels()[:LEVELS_LIMIT]))
        anew = self._raw is None or names != self._names
        if not now.refresh() and not anew:
            return
        raw = now.raw()
        table = self._store.table
        if self._raw is None or anew:
            self._values, found = {}, list(table)
        else:
            found = list(dict.fromkeys(name for name, *_ in self._store.changes(self._raw, raw)))
        self._raw, self._names = raw, names
        before = self._values.copy()
        for name in found:
            self._values.update(self._state(table[name], now))
        changed = [a for a, value in self._values.items() if before.get(a) != value]
        for subscriber in self._subscribers.values():
            subscriber.note(changed)

    def _state(self, parameter: Parameter, now: ParameterValues) -> Iterator[tuple[str, object]]:
        """The addresses of a parameter, and the value of each."""
        places = {f"{ROOT}/{parameter.name}": now[parameter.name]}
        if parameter.per_level:
            values = now.levels(parameter.name, len(self._names))
            of_levels = [f"{ROOT}/{parameter.name}/{level}" for level in self._names]
            places |= dict(zip(of_levels, values, strict=True))
            for level, address in enumerate(of_levels):
                yield address + OWN, int(now.own(parameter.name, level) is not None)
        for address, value in places.items():
            off = math.isnan(value)
            yield address, OFF if off else value if parameter.kind == "float" else int(value)
            yield address + NORM, OFF if off else _travel(parameter, value)

    def _by_name(self, name: str) -> str:
        """The name of a target, with its level by name rather than by number."""
        parameter, _, level = name.rpartition("/")
        if parameter in self._store.table and level.isascii() and level.isdigit():
            number = int(level[:4]) - 1
            if 0 <= number < len(self._names):
                return f"{parameter}/{self._names[number]}"
        return name


def _travel(parameter: Parameter, value: float) -> float:
    """The travel 0..1, over the whole range, of a parameter's value."""
    return find_travel(value, parameter.minimum, parameter.maximum, parameter.curve)


def _check(rate: float, patterns: Sequence[str]) -> None:
    """Raise ParameterError unless the rate and the patterns are legal."""
    if not MIN_RATE <= rate <= MAX_RATE:
        raise ParameterError(f"rate must be {MIN_RATE:g}..{MAX_RATE:g} Hz, not {rate:g}")
    if len(patterns) > MAX_PATTERNS:
        raise ParameterError(f"{len(patterns)} patterns are too many; legal: up to {MAX_PATTERNS}")
    for pattern in patterns:
        match(pattern, ())
