"""Requests to edit a region that wait in the control process for their codes: those of a clip, or
those that the prior draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distill_live.errors import DistillError
from distill_live.live.clips.waiting_regions import Arguments, WaitingRegions
from distill_live.live.drawing.region_drawing import RegionDrawing
from distill_live.live.ipc.messages import EditReport, OverlayRefused, RegionToDraw, Request


class RegionRequests:
    """Keeps them among `regions` until they have their codes; `drawing` has them drawn.

    `send` sends a request to the engine that plays, `send_clip` a region with the codes of a clip:
    the clip's name, and the request's other arguments. `report` gets what belongs to the history of
    edits.
    """

    def __init__(
        self,
        regions: WaitingRegions,
        drawing: RegionDrawing,
        send: Callable[[Request], None],
        send_clip: Callable[[str, tuple[Any, ...]], None],
        report: Callable[[EditReport], None],
    ) -> None:
        self._regions, self._drawing = regions, drawing
        self._send, self._send_clip, self._report = send, send_clip, report

    def wait_for_clip(self, number: int, *others: Any) -> None:
        """Keep a request whose last argument is the name of a clip, on any thread; `send_with_clip`
        sends it."""
        self._regions.add(number, others)

    def send_with_clip(self, number: int) -> None:
        """Send a request with the codes of its clip, on the main thread."""

        def send(asked: Arguments) -> None:
            self._send_clip(asked[-1], (number, *asked[:-1]))

        try:
            self._regions.hand_on(number, send)
        except DistillError as error:
            self._report(OverlayRefused(number, str(error)))

    def wait_for_drawing(self, number: int, *others: Any) -> None:
        """Keep a request until the region is drawn, on any thread. The engine says first where the
        region is and what is there."""
        self._regions.add(number, others)
        self._send(Request("region", (number, *others)))

    def lay(self, laid: object, removed: tuple[int, ...]) -> None:
        """Lay overlays, and take others away, some of which may wait here; on any thread."""
        self._regions.drop(removed, lambda: self._send(Request("lay", (laid, removed))))

    def hear(self, report: EditReport) -> None:
        """Take what an engine reports for the history of edits."""
        if isinstance(report, RegionToDraw):
            self._drawing.begin(report)
            return
        if isinstance(report, OverlayRefused):
            self._regions.drop([report.number])
        self._report(report)

    def refuse_all(self, reason: str) -> None:
        """Give up all that wait."""
        for number in self._regions.clear():
            self._report(OverlayRefused(number, reason))

    def poll(self) -> None:
        """Send what is drawn; call it many times a second."""
        self._drawing.poll()

    def close(self) -> None:
        """Draw nothing more."""
        self._drawing.close()
