"""The one place where a message from any input becomes a parameter's value or a request."""

from __future__ import annotations

import difflib
import reprlib
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial

from distill_live.control.actions import ROOT, Actions, Reply
from distill_live.control.limited_log import LimitedLog
from distill_live.control.patch_schema import OscSource, ParameterMapping, Patch
from distill_live.control.requests import REQUESTS
from distill_live.control.targets import Levels, UnknownLevelError
from distill_live.errors import ParameterError
from distill_live.parameters import ParameterStore

#: Who sent something; None: nobody who could be answered.
Sender = Hashable | None
Handler = Callable[[Sequence[object]], list[Reply]]
#: MIDI channel (1..16, None: any) and controller number (0..127).
ControlChange = tuple[int | None, int]


@dataclass
class Counters:
    """What has come in since the start.

    `received` messages were well formed; of them `unknown` had no target, `refused` a value that
    cannot be used and `clipped` one that was out of range. `malformed` packets held no message.
    """

    received: int = 0
    malformed: int = 0
    unknown: int = 0
    refused: int = 0
    clipped: int = 0


class Router:
    """Takes messages from any input, on any thread, and applies the built-in namespace and a patch.

    `store` receives parameter values, and its table says which there are; `request` is called with
    a name of `REQUESTS` and its checked arguments; `log` with one line of text. Both are called
    with the router's lock held: they must return soon and not call back. `patch` adds its mappings
    to the namespace below `/distill`.
    """

    def __init__(
        self,
        store: ParameterStore,
        request: Callable[[str, tuple[object, ...]], None],
        patch: Patch | None,
        log: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.counters = Counters()
        self._table = store.table
        self._actions = Actions(store, request, self._note_clipped)
        self._log = LimitedLog(log, clock)
        self._lock = threading.Lock()
        self._last: tuple[str, Sequence[object]] | None = None
        self._osc: dict[str, list[Handler]] = {}
        self._cc: dict[ControlChange, list[Handler]] = {}
        #: Who sent what is being carried out, while it is; requests are made within that.
        self.sender: Sender = None
        #: Called, lock held, with the sender and the name of a parameter that a message moves.
        self.on_touch: Callable[[Sender, str], None] = lambda sender, name: None
        self._actions.on_set = lambda name: self.on_touch(self.sender, name)
        #: Changes whenever an address may have come to lead elsewhere.
        self.generation = 0
        self.use_patch(patch)

    @property
    def last_message(self) -> str:
        """The message taken last, as a short text, such as "/distill/gain 0.5"; "" before any."""
        last = self._last
        if last is None:
            return ""
        return " ".join([_printable(last[0]), *(reprlib.repr(value) for value in last[1][:4])])

    def use_patch(self, patch: Patch | None) -> None:
        """Replace the mappings of the patch in use by those of `patch`."""
        osc = self._namespace()
        cc: dict[ControlChange, list[Handler]] = {}
        for mapping in patch.map if patch else ():
            handler: Handler = (
                partial(self._actions.move, mapping)
                if isinstance(mapping, ParameterMapping)
                else partial(self._actions.press, mapping)
            )
            source = mapping.source
            if isinstance(source, OscSource):
                osc.setdefault(source.osc, []).append(handler)
            else:
                cc.setdefault((source.channel, source.cc), []).append(handler)
        with self._lock:
            self._osc, self._cc = osc, cc
            self.generation += 1

    def use_levels(self, labels: Sequence[str]) -> None:
        """Take the labels of the levels, coarse to fine, of the model that is now in play."""
        with self._lock:
            self._actions.levels = Levels(labels)
            self.generation += 1

    def receive_osc(
        self, messages: Sequence[tuple[str, Sequence[object]]], sender: Sender = None
    ) -> list[Reply]:
        """Apply the messages of one change, and return what to answer their sender."""
        replies: list[Reply] = []
        with self._lock:
            self.sender = sender
            for address, arguments in messages:
                handlers = self._handlers(address)
                if not handlers:
                    self._log.write_once(address, partial(self._unknown_address, address))
                    reason = (_printable(address), "unknown address")
                    replies.append((f"{ROOT}/error", reason))
                replies += self._apply(address, arguments, handlers)
            self.sender = None
        return replies

    def knows(self, address: str) -> bool:
        """Whether an OSC address leads anywhere, in this generation."""
        return bool(self._handlers(address))

    def count_unknown(self, count: int) -> None:
        """Note more messages to addresses that are known to lead nowhere."""
        with self._lock:
            self.counters.received += count
            self.counters.unknown += count

    def count_overtaken(self, count: int) -> None:
        """Note more messages whose values were not taken, because newer ones came with them."""
        with self._lock:
            self.counters.received += count

    def receive_cc(self, channel: int, control: int, value: int) -> None:
        """Apply one MIDI control change: channel 1..16, control and value 0..127."""
        name = f"CC {control} on channel {channel}"
        with self._lock:
            handlers = [
                *self._cc.get((channel, control), ()),
                *self._cc.get((None, control), ()),
            ]
            if not handlers:
                self._log.write_once(name, lambda: f"{name} is not mapped by the patch")
            self._apply(name, (value / 127,), handlers)

    def receive_unmapped(self, name: str) -> None:
        """Note a message, such as "note_on on channel 1", that no patch can map."""
        with self._lock:
            self._log.write_once(name, lambda: f"{name} is not mapped by the patch")
            self._apply(name, (), ())

    def count_malformed(self, source: str, reason: str) -> None:
        """Note a packet from `source` that holds no message."""
        with self._lock:
            self.counters.malformed += 1
            self._log.write("malformed", f"malformed packet from {source}: {reason}")

    def tell(self, kind: str, line: str) -> None:
        """Log a line about an input; at most one a second of each kind."""
        with self._lock:
            self._log.write(kind, line)

    def _apply(
        self, name: str, arguments: Sequence[object], handlers: Sequence[Handler]
    ) -> list[Reply]:
        self.counters.received += 1
        self.counters.unknown += not handlers
        self._last = (name, arguments)
        replies: list[Reply] = []
        for handler in handlers:
            try:
                replies += handler(arguments)
            except ParameterError as error:
                self._refuse(name, error)
                replies.append((f"{ROOT}/error", (_printable(name), str(error))))
        return replies

    def _refuse(self, name: str, error: ParameterError) -> None:
        self.counters.refused += 1
        line = f"refused {_printable(name)}: {error}"
        if isinstance(error, UnknownLevelError):
            # A fader for a level that this model lacks is no fault: once is enough.
            self._log.write_once(line, lambda: line)
        else:
            # Each address of its own; what stands behind one may be anything.
            self._log.write(f"refused {name}" if name in self._osc else "refused", line)

    def _namespace(self) -> dict[str, list[Handler]]:
        handlers: dict[str, Handler] = {"get": self._actions.get, "ping": self._actions.ping}
        handlers |= {name: partial(self._actions.verb, name) for name in REQUESTS}
        handlers |= {name: partial(self._actions.set, name) for name in self._table}
        return {f"{ROOT}/{name}": [handler] for name, handler in handlers.items()}

    def _handlers(self, address: str) -> Sequence[Handler]:
        """What an OSC address leads to; nothing for one that leads nowhere."""
        return self._osc.get(address) or self._level_handlers(address)

    def _level_handlers(self, address: str) -> Sequence[Handler]:
        """What sets one level, when the address is a parameter's and a level's name behind it."""
        name = address.removeprefix(f"{ROOT}/")
        if name == address or name.rpartition("/")[0] not in self._table:
            return ()
        return [partial(self._actions.set, name)]

    def _note_clipped(self, line: str) -> None:
        self.counters.clipped += 1
        self._log.write("clipped", line)

    def _unknown_address(self, address: str) -> str:
        # Compared without the root, which all have in common and some senders leave out.
        names = {known.removeprefix(ROOT): known for known in self._osc}
        wanted = address[:200].removeprefix(ROOT)
        close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.5)
        hint = f" (did you mean {names[close[0]]}?)" if close else ""
        return f"unknown OSC address {_printable(address)}{hint}"


def _printable(text: str) -> str:
    """`text` cut short and without what could steer a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:200])
