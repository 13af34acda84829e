"""The parameters as an engine uses them: how columns are drawn and decoded, and how long a change
fades."""

from __future__ import annotations

import math
from typing import Any

from distill_live.live.engine.sampler import Draw
from distill_live.live.engine.wiring import EngineMemory
from distill_live.live.ipc.journal import Journal
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.models.prior.sampling import Sampling
from distill_live.models.prior.steering import Steering
from distill_live.models.sound_settings import SoundSettings
from distill_live.parameters import LEVEL_SAMPLING, STEER, STEERING, ParameterStore


class ParameterReader:
    """A view of the parameters for a model of `levels` levels; `values` are those in use.

    `manner` is the key of the table that leads the sampling, "" if there is none; `has_sections`
    says whether the model has sections. Each change of a parameter is noted in the journal, with
    the ring position that was heard then.
    """

    def __init__(
        self, memory: EngineMemory, journal: Journal, levels: int, has_sections: bool = False
    ) -> None:
        self.values = memory.parameters.view()
        self._ring, self._journal, self._levels = memory.ring, journal, levels
        self.manner, self._has_sections = "", has_sections
        # As if all had their defaults until now: those that differ are noted at once.
        self._noted = ParameterStore(memory.parameters.table).raw()

    @property
    def fade(self) -> int:
        """How many samples a change takes to be heard in full."""
        return round(self.values["fade"] * SAMPLE_RATE / 1e3)

    @property
    def sound(self) -> SoundSettings:
        """How columns are decoded."""
        values = self.values
        return SoundSettings(values["clarity"], values["grain"], values["grain_reach"])

    def refresh(self) -> bool:
        """Take over what control has written since the last time; False if that is nothing."""
        return self.values.refresh()

    def note_changes(self) -> None:
        """Note what has changed since the last call."""
        raw = self.values.raw()
        heard = self._ring.read_position
        for name, level, value in self.values.changes(self._noted, raw):
            self._journal.note("set", name=name, level=level, value=value, heard=heard)
        self._noted = raw

    def read_draw(self, take: int) -> Draw:
        """How columns are to be drawn now, as take `take`."""
        values: dict[str, Any] = {
            name: self.values.levels(name, self._levels) for name in LEVEL_SAMPLING
        }
        steering = {name.removeprefix(STEER): self.values[name] for name in STEERING}
        wanted: dict[str, Any] = {
            what: None if math.isnan(value) else value for what, value in steering.items()
        }
        section = {name: wanted.pop(name) for name in ("section", "section_hold")}
        led = bool(self.manner) and any(values["manner"])
        if not led:
            # Otherwise a change that has no effect would draw everything again.
            values["manner"] = 0.0
        if self._has_sections and section["section"] is not None and section["section_hold"]:
            values |= section
        sampling = Sampling(**values, steering=Steering(**wanted))
        manner, follow = self.manner if led else "", bool(self.values["follow"])
        return Draw(sampling, int(self.values["seed"]), take, manner, follow)
