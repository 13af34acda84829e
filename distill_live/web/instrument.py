"""The instrument as web clients see it: everything that they can read and play."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from distill_live.control.feedback.feedback import Feedback
from distill_live.control.namespace.address import Reply, Sender
from distill_live.control.namespace.nodes import Stream
from distill_live.control.namespace.requests import RequestSpec
from distill_live.parameters import ParameterStore
from distill_live.web.socket.feed import PageFeed


@dataclass(frozen=True)
class Instrument:
    """The instrument as its clients over HTTP see it.

    `levels` gives the labels of the levels in play, coarse to fine. `receive_packet` applies an OSC
    packet of a sender and returns what to answer; it never raises. `build_packet` makes a packet
    from an address and arguments. `osc` is the host and UDP port that receive OSC, or None.
    `streams` are what `feedback` publishes besides parameters. `allows` says whether a client's IP
    address may send. `feed` has the binary frames for the page, if there is something to follow.
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
    feed: PageFeed | None = None
