"""Publishes what the server plays as streams for visuals."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from distill_live.control.namespace.streams import STREAMS

if TYPE_CHECKING:
    from distill_live.control.feedback.feedback import Feedback
    from distill_live.live.server.server import Server


class ServerStreams:
    """Publishes what a server plays, at each tick."""

    def __init__(self, server: Server, feedback: Feedback) -> None:
        self._server, self._feedback = server, feedback

    def tick(self, now: float) -> None:
        """Publish what has changed."""
        for name, arguments in (
            *self._loudness(), *self._column(), *self._origin(), *self._clips(),
        ):  # fmt: skip
            self._feedback.publish(STREAMS[name].address, *arguments)

    def _loudness(self) -> Iterator[tuple[str, tuple[object, ...]]]:
        status = self._server.status
        yield "level", (status["rms"], status["falling_peak"])
        yield "underruns", (int(status["underruns"]),)

    def _column(self) -> Iterator[tuple[str, tuple[object, ...]]]:
        current = self._server.deck.status.current_column.read()
        if current is None:
            return
        yield "grid", (*current.codes.shape, current.codebook_size)
        yield "column", (current.column,)
        if current.codes.size:
            yield "codes", tuple(current.codes.reshape(-1).tolist())
        if not math.isnan(current.entropy):
            yield "entropy", (current.entropy,)

    def _origin(self) -> Iterator[tuple[str, tuple[object, ...]]]:
        origin = self._server.deck.origin
        if origin is not None:
            yield "origin", (origin.name or "", origin.second, origin.share)
        yield "section", (self._server.deck.section,)

    def _clips(self) -> Iterator[tuple[str, tuple[object, ...]]]:
        names = [one.name for one in self._server.clips.listing if one.usable]
        # With their number, so that there is something to send when there are none.
        yield "clips", (len(names), *names)
