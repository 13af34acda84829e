"""Ableton Link: tempo, beat and bar shared with other programs and machines, by aalink.

Link is optional: if the library is missing, the instrument runs without it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from distill_live.control.timing.beat_line import BeatLine
from distill_live.control.timing.tempo import Tempo

try:
    import aalink
except ImportError:
    aalink = None

#: How far, in beats, this instrument may be from the Link session while it is alone in it.
_DRIFT = 0.02
#: Link counts a beat in whole microseconds, so at 300 BPM its tempo may be off by this much.
_SAME_BPM = 0.01


class LinkInput:
    """Joins the Link session of the local network while it is started, and tells `tempo` of it.

    Call `tick` many times a second. `log` takes a line of text for the user. Times are those of
    `clock`, which must be that of `tempo`. While `follows_transport` says so, `on_playing` is
    called when the Link session starts to play (True) or stops.
    """

    def __init__(
        self,
        tempo: Tempo,
        log: Callable[[str], None] = lambda line: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tempo, self._log, self._clock = tempo, log, clock
        self._link: Any = None
        self._plays = False
        self.follows_transport: Callable[[], bool] = lambda: False
        self.on_playing: Callable[[bool], None] = lambda plays: None
        #: The state of Link, in words.
        self.status = "Link is off"

    @property
    def peers(self) -> int:
        """How many others are in the Link session."""
        return int(self._link.num_peers) if self._link is not None else 0

    def start(self) -> None:
        """Join the Link session; if that is not possible, say why and continue."""
        try:
            if aalink is None:
                raise RuntimeError(
                    "Link needs aalink; install it with: pip install 'distill-live[link]'"
                )
            # aalink can only be made in an event loop; nothing here uses that loop.
            self._link = asyncio.run(_make(self._tempo.bpm))
            self._link.quantum = float(self._tempo.beats_per_bar)
            # One way: play and stop of this instrument do not start or stop the Link session.
            self._link.start_stop_sync_enabled = True
            self._link.enabled = True
        except Exception as error:
            self._link, self.status = None, f"Link unavailable: {error}"
            self._log(self.status)
            return
        self._tempo.on_proposal = self._propose
        self.status = "Link: no peers"

    def stop(self) -> None:
        """Leave the Link session; nothing happens when it was not joined."""
        if self._link is not None:
            self._link.enabled = False
            self._link, self._plays, self.status = None, False, "Link is off"

    def tick(self, now: float) -> None:
        """Tell `tempo` what the Link session says."""
        link = self._link
        if link is None:
            return
        link.quantum = float(self._tempo.beats_per_bar)
        self._follow_transport(link)
        peers = int(link.num_peers)
        if not peers and self._tempo.source != "link":
            self._offer(link)
        # Read the clock with the beat: it is the beat of this moment, not of `now`.
        line = BeatLine(float(link.beat), self._clock(), float(link.tempo))
        self._tempo.receive_link(line, peers)
        others = "1 peer" if peers == 1 else f"{peers} peers"
        self.status = f"Link: {others if peers else 'no peers'}"

    def _follow_transport(self, link: Any) -> None:
        before, self._plays = self._plays, bool(link.playing)
        if self._plays != before and self.follows_transport():
            self.on_playing(self._plays)

    def _propose(self, bpm: float) -> None:
        if self._link is not None:
            self._link.tempo = bpm

    def _offer(self, link: Any) -> None:
        """While nobody else is there, bring the Link session to this instrument's tempo and beat:
        the next one to join will follow them."""
        if abs(link.tempo - self._tempo.bpm) > _SAME_BPM:
            link.tempo = self._tempo.bpm
        apart, bar = self._tempo.beat(self._clock()) - link.beat, self._tempo.beats_per_bar
        if abs(apart - round(apart / bar) * bar) > _DRIFT:
            link.force_beat(self._tempo.beat(self._clock()))


async def _make(bpm: float) -> Any:
    return aalink.Link(bpm)
