"""What an engine is connected to: the memory that it shares, who it reports to, where it begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distill_live.live.ipc.heard_columns import HeardColumns
from distill_live.live.ipc.journal import JournalRing
from distill_live.live.ipc.keepsake import Continuation, Keepsake
from distill_live.live.ipc.messages import EditReport, RequestDone
from distill_live.live.ipc.ring import AudioRing
from distill_live.live.ipc.shown_columns import ShownColumns
from distill_live.live.ipc.status import EngineStatus
from distill_live.parameters import ParameterStore


@dataclass(frozen=True)
class EngineMemory:
    """The memory that an engine shares with the other processes.

    Control writes `parameters`. The engine writes its sound into `ring` and its state into
    `status`; what happens goes into `journal`, and what the next engine needs in order to continue
    into `keepsake`, where there is one; the columns around the present into `shown`. A listener
    writes the live input's columns into `heard`.
    """

    ring: AudioRing
    parameters: ParameterStore
    status: EngineStatus
    journal: JournalRing | None = None
    keepsake: Keepsake | None = None
    heard: HeardColumns | None = None
    shown: ShownColumns | None = None


@dataclass(frozen=True)
class EngineReports:
    """What an engine reports: `say` takes a line of text for the performer, `on_edit_failure` the
    switch of an edit that failed and must be switched off, with a line about it, `on_capture` the
    number of a capture and the codes [T, F, Q] that were heard, `on_edit_report` what became of
    requests for the history of edits, `on_done` what became of other requests."""

    say: Callable[[str], None]
    on_edit_failure: Callable[[str, str], None]
    on_capture: Callable[[int, NDArray[np.uint16]], None] = lambda number, codes: None
    on_edit_report: Callable[[EditReport], None] = lambda report: None
    on_done: Callable[[RequestDone], None] = lambda done: None


@dataclass(frozen=True)
class Beginning:
    """Where an engine begins: its first sample is the one at ring position `position`.

    `before` is the engine that it takes over from, if there was one; it must have one place alone
    (see `Continuation.settle`), which has the same position.
    """

    position: int
    before: Continuation | None = None

    @classmethod
    def after(cls, before: Continuation) -> Beginning:
        """Where an engine begins that takes over from another."""
        (place,) = before.places
        return cls(place.position, before)
