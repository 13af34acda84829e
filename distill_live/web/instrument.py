"""The instrument as web clients see it: everything that they can read and play."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from distill_live.codes.edit import Edit
from distill_live.control.feedback.feedback import Feedback
from distill_live.control.namespace.address import ROOT, Reply, Sender
from distill_live.control.namespace.nodes import Stream
from distill_live.control.namespace.requests import RequestSpec
from distill_live.control.routing.incoming import IncomingLog
from distill_live.control.routing.waiting import Message
from distill_live.parameters import ParameterStore
from distill_live.web.socket.documents import Documents
from distill_live.web.socket.feed import PageFeed

NAME = "distill-live"
#: Patterns for every address, for a client that chooses itself among what it is told.
EVERY_ADDRESS = tuple(ROOT + "/*" * depth for depth in range(1, 7))


@dataclass(frozen=True)
class Instrument:
    """The instrument as its clients over HTTP see it.

    `levels` gives the labels of the levels in play, coarse to fine. `receive_packet` applies an OSC
    packet of a sender and returns what to answer; it never raises. `build_packet` makes a packet
    from an address and arguments. `osc` is the host and UDP port that receive OSC, or None.
    `streams` are what `feedback` publishes besides parameters. `allows` says whether a client's IP
    address may send.

    The page needs more: `receive` applies messages of a sender as one change and returns what to
    answer; `edits` are the installed edits; `documents` hold state that changes rarely; `incoming`
    notes what arrives; `feed` has binary frames, if there is something to follow. It `plays_live`
    unless there is no engine behind it. `token` is what clients of other machines must know to use
    the page; "" for none.
    """

    store: ParameterStore
    requests: Mapping[str, RequestSpec]
    levels: Callable[[], Sequence[str]]
    feedback: Feedback
    receive_packet: Callable[[bytes, Sender], list[Reply]]
    build_packet: Callable[[str, Sequence[object]], bytes]
    osc: tuple[str, int] | None = None
    streams: Iterable[Stream] = ()
    allows: Callable[[str], bool] = lambda host: True
    receive: Callable[[Sequence[Message], Sender], list[Reply]] = lambda messages, sender: []
    edits: Sequence[Edit] = ()
    documents: Documents = field(default_factory=Documents)
    incoming: IncomingLog = field(default_factory=IncomingLog)
    feed: PageFeed | None = None
    plays_live: bool = True
    token: str = ""
