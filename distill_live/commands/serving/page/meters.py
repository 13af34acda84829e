"""Frames of meters: how loud it is, where the sound is, and how well the engine keeps up."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from distill_live.live.ipc.status import Motion
from distill_live.web.socket.frames import Meters, pack_meters

if TYPE_CHECKING:
    from distill_live.control.timing.tempo import Tempo
    from distill_live.live.server.deck import Deck
    from distill_live.live.server.server import Server


class MetersReader:
    """Reads what the meters of a server show, and the beats of `tempo`."""

    def __init__(self, server: Server, tempo: Tempo) -> None:
        self._server, self._tempo = server, tempo
        self._entropy = math.nan

    def frames(self) -> list[bytes]:
        """A frame of what they show now."""
        server, deck, tempo = self._server, self._server.deck, self._tempo
        audio, engine = server.status, deck.status
        motion = Motion(int(engine["motion"]))
        loops = motion == Motion.LOOP
        meters = Meters(
            motion=motion,
            transport=int(audio["transport"]),
            bridging=bool(audio["bridging"]),
            rms=audio["rms"],
            falling_peak=audio["falling_peak"],
            position=heard_place(deck),
            loop_begin=engine["loop_begin"] if loops else math.nan,
            loop_end=engine["loop_end"] if loops else math.nan,
            lookahead=engine["lookahead"],
            ring=deck.ready_seconds,
            load=engine["load"],
            entropy=self._read_entropy(deck),
            underruns=audio["underruns"],
            tempo=tempo.bpm,
            beat=tempo.beat(time.monotonic()),
            reaction=engine["reaction"],
            output_latency=audio["output_latency"],
            take=engine["take"],
        )
        return [pack_meters(meters)]

    def _read_entropy(self, deck: Deck) -> float:
        """The entropy of the present column; while it is being written, what it was before."""
        current = deck.status.current_column.read()
        if current is not None:
            self._entropy = current.entropy
        return self._entropy


def heard_place(deck: Deck) -> float:
    """The column of the sample that is played next, with the part of it that has been played; NaN
    before there is any.

    The engine says where the sound is a few times per column, but not while it works on something
    long. In between, this follows the ring.
    """
    status, blank = deck.status, deck.blank
    if not status["engine_beat"] or blank is None:
        return math.nan
    place = status["place"]
    played = (deck.ring.read_position - status["place_at"]) / blank.column_samples
    place_now = place + max(played, 0.0)
    match int(status["motion"]):
        case Motion.HOLD:
            return math.floor(place) + place_now % 1.0
        case Motion.LOOP:
            begin, length = status["loop_begin"], status["loop_end"] - status["loop_begin"]
            return begin + (place_now - begin) % length if length > 0 else place
        case _:
            return place_now
