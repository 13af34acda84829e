"""Frames of the timeline: the columns of codes around the present."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from distill_live.live.ipc.shown_columns import Shown
from distill_live.web.socket.frames import Window, pack_timeline

if TYPE_CHECKING:
    from distill_live.live.server.deck import Deck


class TimelineReader:
    """Reads what has changed among the columns that the deck that plays, `deck`, shows."""

    def __init__(self, deck: Callable[[], Deck]) -> None:
        self._deck = deck
        self._number = self._version = -1
        self._changes = 0
        self._window = Window(0, 0, 0)

    def frames(self) -> list[bytes]:
        """Frames of the columns that have changed since the last call, all of them at first and
        when another deck plays; one without columns if only the window has moved."""
        deck = self._deck()
        if deck.number != self._number:
            self._number, self._version, self._changes = deck.number, -1, 0
        # Read before the columns, so that what comes in between is found the next time.
        version = deck.shown.version
        if version == self._version:
            return []
        shown = deck.shown.read(self._changes)
        if shown is None:
            return []
        self._version, self._changes = version, shown.changes
        # Each deck counts its own segments.
        window = Window(2 * shown.segment + deck.number, shown.start, shown.end)
        moved, self._window = window != self._window, window
        return list(_pack(shown, window)) if moved or len(shown.details.columns) else []


def _pack(shown: Shown, window: Window) -> Iterator[bytes]:
    """A frame for each run of columns; one without columns if there are none."""
    columns, codes, flags, entropy = shown.details
    if not len(columns):
        yield pack_timeline(window, window.start, codes, flags, entropy)
        return
    breaks = np.flatnonzero(np.diff(columns) > 1) + 1
    for run in np.split(np.arange(len(columns)), breaks):
        yield pack_timeline(window, int(columns[run[0]]), codes[run], flags[run], entropy[run])
