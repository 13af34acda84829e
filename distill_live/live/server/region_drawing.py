"""Has regions drawn again that the engine asks for, and gives it their new codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError
from distill_live.live.clips.waiting_regions import WaitingRegions
from distill_live.live.drawing.drawings import DrawingJob, Drawings
from distill_live.live.ipc.messages import OverlayRefused, RegionToDraw
from distill_live.live.server.clips import Clips
from distill_live.live.server.deck import Deck


class RegionDrawing:
    """Draws regions that are among `regions`, from which they vanish when they are undone; call
    `poll` many times a second.

    `clips` sends codes to the engine, `playing` gives the deck that plays, and `refuse` hears of
    regions that cannot be drawn. All methods belong to the main thread.
    """

    def __init__(
        self,
        regions: WaitingRegions,
        clips: Clips,
        playing: Callable[[], Deck],
        refuse: Callable[[OverlayRefused], None],
    ) -> None:
        self._regions, self._clips = regions, clips
        self._playing, self._refuse = playing, refuse
        self._drawings = Drawings()

    def begin(self, asked: RegionToDraw) -> None:
        """Have a region drawn again, if it is still wanted."""
        deck = self._playing()
        if deck.blank is None or not self._regions.has(asked.number):
            return
        grid = replace(deck.blank, codes=asked.codes.astype(np.int64))
        end = asked.before + asked.count
        job = DrawingJob(deck.path, grid, asked.before, end, asked.text)
        try:
            self._drawings.add(asked.number, job, partial(self._take, asked))
        except CodesError as error:
            self._take(asked, error)

    def poll(self) -> None:
        """Give up regions that were undone, and send what is drawn."""
        self._drawings.keep(self._regions.has)
        self._drawings.poll()

    def close(self) -> None:
        """Give up all regions."""
        self._drawings.close()

    def _take(self, asked: RegionToDraw, result: Codes | CodesError) -> None:
        try:
            if isinstance(result, CodesError):
                raise result
            place = (asked.number, "at", asked.first, asked.count, asked.text)
            self._regions.hand_on(
                asked.number, lambda _: self._clips.send_region_codes(result, place)
            )
        except CodesError as error:
            self._refuse(OverlayRefused(asked.number, f"{asked.text}: {error}"))
