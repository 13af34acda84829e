"""Every address of the instrument, described: what it takes and what it does."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from distill_live.codes.labels import level_name
from distill_live.control.namespace.address import NORM, OWN, ROOT
from distill_live.control.namespace.requests import Argument, RequestSpec
from distill_live.control.namespace.streams import SAID
from distill_live.parameters import (
    LEVELS_LIMIT,
    Parameter,
    ParameterStore,
    Table,
    find_travel,
)

#: Whether an address tells a value, takes one, or does both.
Access = Literal["read", "write", "both"]

#: The OSC type tag of each kind of parameter or argument. Not every client knows T and F.
_TAGS = {"float": "f", "int": "i", "bool": "i"}


@dataclass(frozen=True)
class Slot:
    """One argument of a message: its OSC type tag (i, f or s), its range in `unit`, the words that
    are legal besides numbers, and whether any `text` is. Without a range, any text or any number is
    legal."""

    tag: str
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    words: tuple[str, ...] = ()
    text: bool = False


@dataclass(frozen=True)
class Node:
    """An address, and what it takes and does.

    `slots` are the arguments that a message must have, `more` those that may follow. A node with a
    value belongs to `parameter`, globally or for one `level` (from 0). With `norm` the value is the
    travel 0..1 through the parameter's range and curve; with `own` it is 1 if the level has a value
    of its own and 0 if it follows the global one.
    """

    address: str
    doc: str
    access: Access
    slots: tuple[Slot, ...] = ()
    more: tuple[Slot, ...] = ()
    parameter: Parameter | None = None
    level: int | None = None
    norm: bool = False
    own: bool = False

    @property
    def tags(self) -> str:
        """The OSC type tags of the arguments that a message must have."""
        return "".join(slot.tag for slot in self.slots)

    @property
    def default(self) -> float | None:
        """The parameter's default; None if that is off, or if the node has no parameter."""
        if self.parameter is None or self.own or math.isnan(self.parameter.default):
            return None
        return self._shown(self.parameter, self.parameter.default)

    def value(self, store: ParameterStore) -> float | None:
        """The value now, an int or a float as the tag says; None if it is off or there is none."""
        if self.parameter is None:
            return None
        value = store[self.parameter.name]
        if self.own and self.level is not None:
            return int(store.own(self.parameter.name, self.level) is not None)
        if self.level is not None:
            value = store.levels(self.parameter.name, self.level + 1)[self.level]
        return None if math.isnan(value) else self._shown(self.parameter, value)

    def _shown(self, parameter: Parameter, value: float) -> float:
        if self.norm:
            return find_travel(value, parameter.minimum, parameter.maximum, parameter.curve)
        return int(value) if self.slots[0].tag == "i" else value


class Stream(Protocol):
    """A value that is sent again and again: its address, the OSC type tags of its arguments (a last
    "*" means more of the same type), and what it says."""

    @property
    def address(self) -> str: ...
    @property
    def types(self) -> str: ...
    @property
    def doc(self) -> str: ...


#: What the instrument answers at once, besides the requests.
SERVICES: dict[str, RequestSpec] = {
    service.name: service
    for service in (
        RequestSpec("get", "Reply with the value of a parameter, or, without a name, with all "
                           "values.",
                    (Argument("name", "text", optional=True),)),
        RequestSpec("sync", "Reply `/distill/synced` with the same id once everything before it "
                            "is done.",
                    (Argument("id", "int", -(2**31), 2**31 - 1),)),
        RequestSpec("ping", "Reply `/distill/pong` with the same arguments.",
                    (Argument("id", "int", -(2**31), 2**31 - 1, optional=True),)),
        RequestSpec("at", "Send a message, followed by its arguments, on the next beat, bar or "
                          "multiple of a number of bars; `/distill/done` says in how many seconds "
                          "you hear it.",
                    (Argument("when", "int", 1, 64, "bars", words=("beat", "bar")),
                     Argument("address", "text"))),
        RequestSpec("at/list", "Reply `/distill/waiting` with the number of messages that wait for "
                               "a beat or a bar, and for each, the next one first, "
                               "`/distill/waiting/message` with the seconds until you hear it, its "
                               "address and its arguments."),
        RequestSpec("at/cancel", "Cancel all messages that wait for a beat or a bar."),
        RequestSpec("history", "Reply `/distill/history` with the number and the name of each of "
                               "the newest states of the history, 32 if you don't say how many, "
                               "and with 1 for the current one or 0. Named states that a new edit "
                               "has replaced come first, with the number -1.",
                    (Argument("count", "int", 1, 256, optional=True, default=32),)),
        RequestSpec("subscribe", "Send all values now, and changes as they happen, for one "
                                 "minute; port 0 means the port you send from, and more patterns "
                                 "may follow.",
                    (Argument("port", "int", 0, 65_535, optional=True),
                     Argument("rate", "float", 0.1, 100.0, "Hz", optional=True),
                     Argument("pattern", "text", optional=True))),
        RequestSpec("unsubscribe", "End a subscription.",
                    (Argument("port", "int", 0, 65_535, optional=True),)),
        RequestSpec("clip/list", "Reply `/distill/clips` with the number of clips, and for each "
                                 "`/distill/clip` with its name, length in seconds, 1 if the "
                                 "current model can use it, source and, if known, RMS level in "
                                 "dBFS."),
        RequestSpec("learn", "Map the next MIDI control that moves to a parameter, or to a "
                             "request followed by its arguments.",
                    (Argument("name", "text"),)),
    )
}  # fmt: skip


def namespace(
    table: Table,
    requests: Mapping[str, RequestSpec],
    labels: Sequence[str],
    streams: Iterable[Stream] = (),
) -> dict[str, Node]:
    """Every built-in address, in the order of the tables; `labels` are the levels', coarse to fine.

    Addresses that a patch adds outside `/distill` are left out.
    """
    nodes = [node for parameter in table.values() for node in _parameter(parameter, labels)]
    nodes += [_request(spec) for spec in {**requests, **SERVICES}.values()]
    nodes += [_stream(stream) for stream in streams]
    nodes.append(Node(SAID, "Each message shown to the user.", "read", (Slot("s"),)))
    return {node.address: node for node in nodes}


def _parameter(parameter: Parameter, labels: Sequence[str]) -> Iterator[Node]:
    address = f"{ROOT}/{parameter.name}"
    doc = parameter.doc
    slot = Slot(_TAGS[parameter.kind], parameter.minimum, parameter.maximum, parameter.unit)
    travel, flag = Slot("f", 0.0, 1.0), Slot("i", 0, 1)
    yield Node(address, doc, "both", (slot,), (), parameter)
    yield Node(address + NORM, doc, "both", (travel,), (), parameter, norm=True)
    if parameter.per_level:
        for level, label in enumerate(labels[:LEVELS_LIMIT]):
            alone = f"{label} only: {doc}"
            own = f"{address}/{level_name(label)}"
            yield Node(own, alone, "both", (slot,), (), parameter, level)
            yield Node(own + NORM, alone, "both", (travel,), (), parameter, level, norm=True)
            about = f"Whether {label} has a value of its own or follows the global one: {doc}"
            yield Node(own + OWN, about, "read", (flag,), (), parameter, level, own=True)


def _request(spec: RequestSpec) -> Node:
    needed = [argument for argument in spec.arguments if not argument.optional]
    more = [argument for argument in spec.arguments if argument.optional]
    return Node(f"{ROOT}/{spec.name}", spec.doc, "write", _slots(needed), _slots(more))


def _stream(stream: Stream) -> Node:
    slots = tuple(Slot(tag) for tag in stream.types.rstrip("*"))
    return Node(stream.address, stream.doc, "read", slots)


def _slots(arguments: Iterable[Argument]) -> tuple[Slot, ...]:
    return tuple(map(_slot, arguments))


def _slot(argument: Argument) -> Slot:
    if argument.kind == "text":
        return Slot("s", words=argument.words)
    tag, low, high = _TAGS[argument.kind], argument.minimum, argument.maximum
    return Slot(tag, low, high, argument.unit, argument.words, bool(argument.alternative))
