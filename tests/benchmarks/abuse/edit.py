"""An edit that changes nothing, and abuses the process it is loaded into.

The environment says how: `ABUSE_CONTROL` (busy, gc) from the start in the control process,
`ABUSE_ENGINE` (gil MS, gc, prior MS) in the engine's, about once every two seconds. `prior` stalls
the drawing of codes, the others whatever runs. `slow MS` lets every column take so long to draw.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import threading
import time
from typing import Any

from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes

PAUSE_S = 2.0
OBJECTS = 1_500_000


class Abuse:
    name, doc, window, parameters = "abuse", "Does nothing good.", 1, ()

    def __init__(self) -> None:
        if multiprocessing.parent_process() is None:
            abuse_control(os.environ.get("ABUSE_CONTROL", ""))
        kind, _, amount = os.environ.get("ABUSE_ENGINE", "").partition(" ")
        self._seconds = float(amount or 0) / 1e3
        self._stall = {"gil": self._hold_gil, "gc": self._collect}.get(kind)
        self._next = time.monotonic() + 8.0
        self._heap: list[Any] = []
        if kind in ("prior", "slow") and multiprocessing.parent_process() is not None:
            pause = 4 * self._seconds + PAUSE_S if kind == "prior" else 0.0
            stall_prior(self._seconds, pause)

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        if self._stall == self._collect and len(self._heap) < OBJECTS:
            # Little by little, and late: what is there when the engine begins, it sets aside.
            self._heap += [[number] for number in range(30_000)]
        elif self._stall is not None and time.monotonic() >= self._next:
            self._stall()
            self._next = time.monotonic() + PAUSE_S
        return codes

    def _hold_gil(self) -> None:
        ctypes.PyDLL(None).usleep(round(1e6 * self._seconds))

    def _collect(self) -> None:
        gc.collect()


def abuse_control(kind: str) -> None:
    """Keep the control process from its work for good."""
    if kind == "busy":
        for _ in range(4):
            threading.Thread(target=spin, daemon=True).start()
    elif kind == "gc":
        threading.Thread(target=collect_for_ever, daemon=True).start()


def spin() -> None:
    count = 0
    while True:
        count += 1


def collect_for_ever() -> None:
    """Collect garbage among a million and a half objects, again and again."""
    heap = [[number] for number in range(OBJECTS)]
    while heap:
        gc.collect()


def stall_prior(seconds: float, pause: float) -> None:
    """Let a column take so long to be drawn, again after each pause: each code its part."""
    from distill_live.models.prior import session

    draw = session.draw_code
    began = time.monotonic() + 10.0
    left = 0

    def stalled(*arguments: Any) -> int:
        nonlocal began, left
        if time.monotonic() >= began and not left:
            left, began = 24, time.monotonic() + pause
        if left:
            left -= 1
            time.sleep(seconds / 24)
        return draw(*arguments)

    session.draw_code = stalled
