"""When the messages of a bundle take effect.

SuperCollider and Tidal stamp their messages a little ahead, so that they take effect evenly even if
the network delays them. Others stamp by a clock that is wrong by hours.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from distill_live.control.namespace.address import Sender
from distill_live.control.timing.schedule import Schedule
from distill_live.errors import DistillError
from distill_live.inputs.osc.packets import IMMEDIATELY

TimeTagMode = Literal["schedule", "ignore"]

#: Bundles stamped further ahead than this, in seconds, take effect at once.
MAX_AHEAD = 2.0
#: Seconds from 1900, where NTP time begins, to 1970, where Unix time begins.
NTP_TO_UNIX = 2_208_988_800
#: The most senders that are remembered as already warned about.
_MAX_TOLD = 256


class TimeTags:
    """Carries out changes at their time, or at once.

    `tell` is called with a kind and a line of text, once for each sender whose tags cannot be
    followed. `clock` is the clock of the schedule, `wall` gives the seconds since 1970.
    """

    def __init__(
        self,
        schedule: Schedule | None,
        tell: Callable[[str, str], None],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        #: With "ignore", everything takes effect at once.
        self.mode: TimeTagMode = "schedule"
        self._schedule, self._tell = schedule, tell
        self._clock, self._wall = clock, wall
        self._told: set[Sender] = set()

    def carry_out(self, time_tag: int, action: Callable[[], object], sender: Sender) -> None:
        """Call `action` at once, or have the schedule call it up to MAX_AHEAD seconds later."""
        if time_tag == IMMEDIATELY or self.mode == "ignore" or self._schedule is None:
            action()
            return
        ahead = time_tag / 2**32 - NTP_TO_UNIX - self._wall()
        if not 0.0 < ahead <= MAX_AHEAD or not self._wait(self._schedule, ahead, action, sender):
            action()
        if ahead > MAX_AHEAD:
            self._warn(
                sender,
                f"sends bundles with time tags {ahead:.3g} s ahead; legal: up to {MAX_AHEAD:g} s",
            )

    def _wait(
        self, schedule: Schedule, ahead: float, action: Callable[[], object], sender: Sender
    ) -> bool:
        try:
            schedule.at(self._clock() + ahead, action)
            return True
        except DistillError as error:
            self._warn(sender, f"sends too many bundles ahead of time: {error}")
            return False

    def _warn(self, sender: Sender, fault: str) -> None:
        if sender not in self._told and len(self._told) < _MAX_TOLD:
            self._told.add(sender)
            self._tell(
                f"osc time tags {sender}",
                f"OSC sender {describe(sender)} {fault}. Its bundles take effect at once; "
                "synchronise both clocks over the network, or set `osc: {timetags: ignore}` in "
                "the patch",
            )


def describe(sender: Sender) -> str:
    """A sender in readable form, such as 127.0.0.1:9001, or 127.0.0.1:9001 TCP."""
    if not isinstance(sender, tuple):
        return str(sender)
    return " ".join([":".join(map(str, sender[1:3])), *map(str, sender[3:])])
