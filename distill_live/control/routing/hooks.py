"""The functions through which the router talks to the rest of the instrument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from distill_live.control.modulation.modulators import Followed
from distill_live.control.namespace.address import Reply, Sender


@dataclass
class Hooks:
    """Functions that the router calls; each has a default that does nothing.

    `on_touch` hears the sender and the name of each parameter, or PARAMETER/LEVEL, that a message
    moves; `on_change` is called when all that a packet has asked for is done. `on_reply` hears
    answers that come too late to be returned: the sender, and what to send. `follow` gives the
    present value of what an envelope follower follows. `latency` is how many seconds a change takes
    to be heard: quantised actions fire that much earlier. `explain` says of an address below
    /distill, without that root, why there is none, or nothing. `learns` says whether MIDI learn is
    waiting for a control, which the patch need not map.
    """

    on_touch: Callable[[Sender, str], None] = lambda sender, name: None
    on_change: Callable[[], None] = lambda: None
    on_reply: Callable[[Sender, list[Reply]], None] = lambda sender, replies: None
    follow: Callable[[Followed], float] = lambda what: 0.0
    latency: Callable[[], float] = lambda: 0.0
    explain: Callable[[str], str] = lambda name: ""
    learns: Callable[[], bool] = lambda: False
