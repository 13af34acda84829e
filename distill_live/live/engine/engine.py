"""The engine: keeps the ring full, and changes what has not been heard yet when it is asked to.

It runs in a process of its own (see process.py), in one Python thread, and never waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from distill_live.codes.edit import Edit
from distill_live.codes.edit_rack import EditRack
from distill_live.codes.timeline import Codes
from distill_live.errors import LiveError
from distill_live.live.editing.column_teller import ColumnTeller
from distill_live.live.editing.edit_requests import EditRequests
from distill_live.live.editing.input_partner import InputPartner
from distill_live.live.editing.painter import Painter
from distill_live.live.editing.partners import Partners
from distill_live.live.engine.answers import Answers
from distill_live.live.engine.changes import Changes
from distill_live.live.engine.filling import RingFiller
from distill_live.live.engine.generator import StreamGenerator
from distill_live.live.engine.jumps import Jumps
from distill_live.live.engine.motion_requests import MOTION_REQUESTS, MotionRequests
from distill_live.live.engine.parameter_reader import ParameterReader
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.engine.teller import Teller
from distill_live.live.engine.wiring import Beginning, EngineMemory, EngineReports
from distill_live.live.ipc.journal import Journal
from distill_live.live.ipc.messages import EDIT_REQUESTS, Asked
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.live.pacing.pace import Pace
from distill_live.live.past.origin import OriginTeller
from distill_live.models.file.loaded import LoadedVQModel


class Engine:
    """Plays one model into a ring. `turn` does the most urgent piece of work.

    `clock` gives seconds. `partners` are (slot, name, codes [T, F, Q]) of the clips in use, see
    `Partners.put`. Raises LiveError when the model cannot be played.
    """

    def __init__(
        self,
        loaded: LoadedVQModel,
        memory: EngineMemory,
        settings: EngineSettings,
        beginning: Beginning,
        edits: Sequence[Edit],
        reports: EngineReports,
        clock: Callable[[], float] = time.monotonic,
        partners: Sequence[tuple[str, str, Codes]] = (),
    ) -> None:
        _require_sample_rate(loaded)
        self._ring, self._status, self._on_capture = memory.ring, memory.status, reports.on_capture
        self._journal = Journal(memory.journal)
        self._parameters = ParameterReader(
            memory, self._journal, loaded.model.config.num_quantizers,
            has_sections=loaded.sections is not None,
        )  # fmt: skip
        self._answers = Answers(reports.say, reports.on_done)
        self._rack = EditRack(
            edits, self._parameters.values, loaded.codebooks, reports.on_edit_failure
        )
        self._input = InputPartner(self._rack, memory.heard, loaded.metadata["codec_sha256"], clock)
        #: Takes clips to be played together with the stream.
        self.partners = Partners(
            self._rack, self._input, partners, self._journal,
            lambda codes: self._generator.require_fit(codes),
            lambda: self._generator.partner_column,
            lambda reason: self._answers.refuse(reason, self._answers.asked),
            lambda leader: self._changes.follow_manner(leader),
        )  # fmt: skip
        pace = Pace(memory.ring, settings, clock)
        draw, sound = self._parameters.read_draw(0), self._parameters.sound
        self._generator = StreamGenerator(
            loaded, memory, beginning, self._rack, draw, sound, pace, self._answers.explain
        )
        jumps = Jumps(self._generator, loaded.column_samples, self._answers.explain)
        edited, report = self._generator.edited, reports.on_edit_report
        self._painter = Painter(
            loaded, edits, edited, self._generator.next_change,
            lambda: self._parameters.values["tempo"], report,
        )  # fmt: skip
        edit_requests = EditRequests(edited, self._painter, self._note, report)
        #: Takes requests for another motion.
        self.motion = MotionRequests(
            self._generator, jumps, edit_requests, self._note, self._answers
        )
        goes_on, columns = beginning.before is not None, None
        if memory.shown is not None:
            columns = ColumnTeller(edited, self._generator.sampler, memory.shown, goes_on)
        column_seconds = loaded.column_samples / SAMPLE_RATE
        origin = OriginTeller(loaded, memory.status)
        self._teller = Teller(
            self._generator, memory, settings, origin, columns, column_seconds, clock
        )
        self._changes = Changes(
            self._generator, self._rack, self._parameters, self.motion, edit_requests,
            self._teller, settings, column_seconds, reports.say, goes_on,
        )  # fmt: skip
        self._filler = RingFiller(self._generator, memory.status, settings, column_seconds, clock)
        self._requests: dict[str, Callable[..., None]] = {
            **{name: getattr(edit_requests, name) for name in EDIT_REQUESTS},
            **{name: getattr(self.motion, name) for name in MOTION_REQUESTS},
            "partner": self.partners.put,
            "capture": self.capture,
        }
        self._changes.follow_manner(self.partners.leader)
        self._look_for_changes = True

    def turn(self) -> bool:
        """Do one piece of work; False if there is nothing to do now."""
        self._status.beat("engine_beat")
        self._generator.note_switches()
        if self._input.poll():
            self._look_for_changes = True
        if self._parameters.refresh():
            self._changes.take_over_parameters()
            self._look_for_changes = True
        looks = self._look_for_changes or self._changes.are_requested
        changed = looks and self._changes.make_next()
        busy = changed or self._filler.fill(self._changes.missing)
        # Work can make more changes due; a turn without work cannot.
        self._look_for_changes = busy or self._changes.are_due
        self._filler.note_turn()
        self._teller.tell(busy, self._filler.ring_lead)
        self._teller.follow_origin(busy)
        return busy

    def carry_out(self, name: str, arguments: Sequence[Any], asked: Asked | None = None) -> None:
        """Carry out a request by its name, as soon as there is time. What became of it is reported
        as that of what the performer has `asked` for; without that, only a refusal is said."""
        self._answers.asked = asked
        # A request may change what the rack reads: the partners of edits, or their order.
        self._look_for_changes = True
        self._requests[name](*arguments)
        self._answers.asked = None

    def capture(self, number: int, seconds: float, ago: float = 0.0) -> None:
        """Report the codes that were heard in the last seconds, which ended so many seconds `ago`,
        as capture `number`."""
        self._on_capture(number, self._generator.heard(seconds, ago).astype(np.uint16))

    def _note(self, name: str, *arguments: Any) -> None:
        """Note a request for the session log."""
        heard = self._ring.read_position
        self._journal.note("request", name=name, arguments=arguments, heard=heard)


def _require_sample_rate(loaded: LoadedVQModel) -> None:
    rate = loaded.spectrogram.config.sample_rate
    if rate != SAMPLE_RATE:
        raise LiveError(
            f"the model's sample rate is {rate} Hz; only {SAMPLE_RATE} Hz can be played"
        )
