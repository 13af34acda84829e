"""What comes in, described: to find out why a controller does nothing. Nearly free while nobody
looks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from distill_live.control.namespace.address import Sender
from distill_live.parameters.rounding import shown

#: The most different messages that wait for a reader; the oldest are dropped.
MAX_WAITING = 64
#: The most arguments that are shown of a message, and the most letters.
_MAX_ARGUMENTS, _MAX_LETTERS = 8, 200


@dataclass(frozen=True)
class IncomingEntry:
    """A message that came in, or several like it in a row, as the newest one was.

    `time` is in seconds since 1970. `source` is such as "osc 127.0.0.1:5000" or "midi nanoKONTROL".
    `target` is the parameter or the request that it leads to, None if it leads nowhere. `error`
    says why it was of no use; "" if it was.
    """

    time: float
    source: str
    text: str
    target: str | None
    count: int
    error: str


class IncomingReader:
    """Collects entries for one reader: one for each source and address or control."""

    def __init__(self, log: IncomingLog) -> None:
        self._log = log
        self._waiting: dict[tuple[str, str], IncomingEntry] = {}

    def take(self) -> list[IncomingEntry]:
        """What has come in since the last time, oldest first."""
        with self._log.lock:
            waiting, self._waiting = self._waiting, {}
        return list(waiting.values())

    def close(self) -> None:
        """Collect nothing more."""
        self._log.leave(self)

    def add(self, name: str, entry: IncomingEntry) -> None:
        """Add an entry about an address or a control; with the log's lock held."""
        key = entry.source, name
        before = self._waiting.pop(key, None)
        count = entry.count + (before.count if before else 0)
        self._waiting[key] = replace(entry, count=count)
        if len(self._waiting) > MAX_WAITING:
            del self._waiting[next(iter(self._waiting))]


class IncomingLog:
    """Tells its readers of every message that comes in, from any thread. `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.lock = threading.Lock()
        self._clock = clock
        self._readers: tuple[IncomingReader, ...] = ()

    @property
    def is_read(self) -> bool:
        """Whether anybody looks: if not, there is nothing to describe."""
        return bool(self._readers)

    def open(self) -> IncomingReader:
        """A new reader, which must be closed."""
        reader = IncomingReader(self)
        with self.lock:
            self._readers = (*self._readers, reader)
        return reader

    def leave(self, reader: IncomingReader) -> None:
        """Forget a reader."""
        with self.lock:
            self._readers = tuple(one for one in self._readers if one is not reader)

    def note(
        self,
        sender: Sender | str,
        name: str,
        arguments: Sequence[object] = (),
        target: str | None = None,
        error: str = "",
        count: int = 1,
    ) -> None:
        """Note a message to an address or of a control, and what became of it."""
        if not self._readers:
            return
        words = [_plain(name), *map(shown, arguments[:_MAX_ARGUMENTS])]
        text = " ".join(words)[:_MAX_LETTERS]
        source = describe_sender(sender)
        entry = IncomingEntry(self._clock(), source, text, target, count, error[:_MAX_LETTERS])
        with self.lock:
            for reader in self._readers:
                reader.add(name, entry)


def describe_sender(sender: Sender | str) -> str:
    """A sender in words, such as "osc 127.0.0.1:5000", "midi nanoKONTROL" or "web 3"."""
    match sender:
        case str():
            return _plain(sender)
        case (str(kind), str(host), int(port), *rest):
            place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            return _plain(f"{kind} {place}{' TCP' if 'TCP' in rest else ''}")
        case tuple():
            return _plain(" ".join(map(str, sender)))
    return "the instrument"


def _plain(text: str) -> str:
    """A text cut short, without characters that would not be seen."""
    short = text[:_MAX_LETTERS]
    return "".join(letter if letter.isprintable() else "?" for letter in short)
