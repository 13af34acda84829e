"""Has regions drawn again that the engine asks for, and gives it their new codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from distill_live.codes.grid import CodeGrid
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError
from distill_live.live.clips.waiting_regions import Arguments, WaitingRegions
from distill_live.live.drawing.drawings import DrawingJob, Drawings
from distill_live.live.ipc.messages import OverlayRefused, RegionToDraw
from distill_live.live.ipc.process_source import FRESH, ProcessSource


class RegionDrawing:
    """Draws regions that are among `regions`, from which they vanish when they are undone; call
    `poll` many times a second.

    `playing` gives the file of the model that plays and a grid of its codec without columns, None
    until it is loaded; `send` sends codes to the engine, with what a request for a region says
    besides; and `refuse` hears of regions that cannot be drawn. All methods belong to the main
    thread.
    """

    def __init__(
        self,
        regions: WaitingRegions,
        playing: Callable[[], tuple[Path, CodeGrid | None]],
        send: Callable[[Codes, Arguments], None],
        refuse: Callable[[OverlayRefused], None],
        processes: ProcessSource = FRESH,
    ) -> None:
        self._regions, self._playing = regions, playing
        self._send, self._refuse = send, refuse
        self._drawings = Drawings(processes)

    def begin(self, asked: RegionToDraw) -> None:
        """Have a region drawn again, if it is still wanted."""
        model, blank = self._playing()
        if blank is None or not self._regions.has(asked.number):
            return
        grid = replace(blank, codes=asked.codes.astype(np.int64))
        end = asked.before + asked.count
        job = DrawingJob(model, grid, asked.before, end, asked.text)
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
            self._regions.hand_on(asked.number, lambda _: self._send(result, place))
        except CodesError as error:
            self._refuse(OverlayRefused(asked.number, f"{asked.text}: {error}"))
