"""An engine in this process, and a reader that takes its sound when it is told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from distill_live.codes.edit import Edit
from distill_live.codes.edit_parameters import parameter_table
from distill_live.edits.freeze import Freeze
from distill_live.edits.mask import Mask
from distill_live.live.engine.engine import Engine
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.engine.wiring import Beginning, EngineMemory, EngineReports
from distill_live.live.ipc.heard_columns import HeardColumns
from distill_live.live.ipc.journal import JournalRing
from distill_live.live.ipc.keepsake import Keepsake
from distill_live.live.ipc.messages import EditReport, RequestDone
from distill_live.live.ipc.ring import AudioRing
from distill_live.live.ipc.shown_columns import ShownColumns
from distill_live.live.ipc.status import EngineStatus
from distill_live.live.playback.ring_reader import RingReader
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.parameters import ParameterStore

SETTINGS = EngineSettings()
EDITS: Sequence[Edit] = (Freeze(), Mask())


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Player:
    """An engine, and the reader of its ring; whatever it says is in `said`."""

    def __init__(
        self,
        loaded: LoadedVQModel,
        seed: int = 1,
        clock: Callable[[], float] | None = None,
        edits: Sequence[Edit] = EDITS,
        start: int = 0,
        channels: int = 1,
        **settings: Any,
    ) -> None:
        self.parameters = ParameterStore(parameter_table(edits))
        self.status, self.ring, self.journal = EngineStatus(), AudioRing(channels), JournalRing()
        self.keepsake, self.heard, self.shown = Keepsake(), HeardColumns(), ShownColumns()
        self.said: list[str] = []
        self.reports: list[EditReport] = []
        self.done: list[RequestDone] = []
        self.captured: list[tuple[int, np.ndarray]] = []
        #: The clips that the next engine is started with.
        self.partners: Sequence[tuple[str, str, np.ndarray]] = ()
        self.parameters.set("seed", seed)
        self.ring.advance(start)
        self.settings = replace(SETTINGS, **settings)
        self.edits, self.clock = edits, clock or Clock()
        self.revive(loaded, start)
        self.reader = RingReader(self.ring)

    @property
    def newest(self) -> np.ndarray:
        """The columns from shortly before the one that is heard, `[T, F, Q]`."""
        timeline = self.engine._generator.timeline
        return timeline.raw(int(self.status["column"]) - 4, timeline.end)

    def revive(self, loaded: LoadedVQModel, start: int) -> None:
        """A new engine on the same ring, from a ring position on."""
        self._begin(loaded, Beginning(start))

    def replace(self, loaded: LoadedVQModel, plainly: bool = False) -> int:
        """Let a new engine go on where the present one left off, as after its end; returns the ring
        position from which it plays."""
        kept = self.keepsake.read(self.ring)
        assert kept is not None
        beginning = Beginning.after((kept.plainly() if plainly else kept).settle(self.ring))
        with torch.inference_mode():
            self._begin(loaded, beginning)
        return beginning.position

    def _begin(self, loaded: LoadedVQModel, beginning: Beginning) -> None:
        memory = EngineMemory(
            self.ring, self.parameters, self.status, self.journal, self.keepsake, self.heard,
            self.shown,
        )  # fmt: skip
        reports = EngineReports(
            self.said.append, lambda switch, text: self.said.append(text),
            lambda *one: self.captured.append(one), self.reports.append, self.done.append,
        )  # fmt: skip
        self.engine = Engine(
            loaded, memory, self.settings, beginning, self.edits, reports, self.clock, self.partners
        )

    def hear_rest(self, count: int) -> np.ndarray:
        """Play `count` samples of what is in the ring already."""
        out = self.ring.silence(count)
        self.reader.read(out)
        return out

    @torch.inference_mode()
    def work(self) -> None:
        """Let the engine do all it wants to."""
        for _ in range(5000):
            if not self.engine.turn():
                return
        raise AssertionError("the engine never rests")

    def hear(self, count: int, block: int = 480) -> np.ndarray:
        """Play `count` samples, the engine working between the blocks."""
        out = self.ring.silence(count)
        for start in range(0, count, block):
            self.work()
            assert self.reader.available >= block
            self.reader.read(out[start : start + block])
        return out
