"""The engine: keeps the ring full, and changes what has not been heard yet when it is asked to.

It runs in a process of its own (see process.py), in one Python thread, and never waits.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np

from distill_live.codes.edit import Edit
from distill_live.codes.edit_rack import EditRack
from distill_live.codes.rack.settings import EditSettings, Partner
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError, LiveError
from distill_live.live.editing.column_teller import ColumnTeller
from distill_live.live.editing.edit_requests import EditRequests
from distill_live.live.editing.painter import Painter
from distill_live.live.engine.filling import RingFiller
from distill_live.live.engine.generator import StreamGenerator
from distill_live.live.engine.input_partner import InputPartner
from distill_live.live.engine.jumps import Jumps
from distill_live.live.engine.origin import OriginTeller
from distill_live.live.engine.parameter_reader import ParameterReader
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.engine.wiring import Beginning, EngineMemory, EngineReports
from distill_live.live.ipc.journal import Journal
from distill_live.live.ipc.messages import (
    EDIT_REQUESTS,
    ENGINE_REQUESTS,
    INPUT,
    Asked,
    RequestDone,
)
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.live.ipc.status import Motion
from distill_live.live.pacing.pace import Pace
from distill_live.live.playhead.motion import Hold, Loop
from distill_live.models.file.loaded import LoadedVQModel

#: How many columns the origin may follow, while the engine is busy, in the time of one: more than
#: one, to catch up after a jump.
_ORIGINS_PER_COLUMN = 4


@dataclass(frozen=True)
class _Move:
    """A request that waits until there is time: its name, what carries it out, how many requests
    for overlays came before it, and what the performer has asked for, if that is to be reported."""

    name: str
    carry_out: Callable[[], None]
    overlays_before: int
    asked: Asked | None


class Engine:
    """Plays one model into a ring. `turn` does the most urgent piece of work.

    `clock` gives seconds. `partners` are (slot, name, codes [T, F, Q]) of the clips in use, see
    `partner`. Raises LiveError when the model cannot be played.
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
        rate = loaded.spectrogram.config.sample_rate
        if rate != SAMPLE_RATE:
            raise LiveError(
                f"the model's sample rate is {rate} Hz; only {SAMPLE_RATE} Hz can be played"
            )
        self._ring, self._status, self._settings = memory.ring, memory.status, settings
        self._say, self._clock = reports.say, clock
        self._on_capture, self._on_done = reports.on_capture, reports.on_done
        self._journal = Journal(memory.journal)
        self._parameters = ParameterReader(
            memory, self._journal, loaded.model.config.num_quantizers
        )
        self._rack = EditRack(
            edits, self._parameters.values, loaded.codebooks, reports.on_edit_failure
        )
        #: The clips that the stream is played together with, by slot.
        self._partners = {slot: Partner(name, codes) for slot, name, codes in partners}
        for slot, partner in self._partners.items():
            self._rack.set_partner(slot, partner)
        self._input = InputPartner(self._rack, memory.heard, loaded.metadata["codec_sha256"], clock)
        self._edits = EditSettings()
        self._redraw_due = False
        #: Whether the prior may have followed columns that are played otherwise now.
        self._refeed_due = False
        #: Whether columns that are not heard yet may have been decoded with earlier settings.
        self._sound_due = False
        #: Columns that must be drawn before edits that were switched on, or regions, can be used.
        self._missing = 0
        pace = Pace(memory.ring, settings, clock)
        draw, sound = self._parameters.read_draw(0), self._parameters.sound
        self._generator = StreamGenerator(
            loaded, memory, beginning, self._rack, draw, sound, pace, self._explain
        )
        if beginning.before is not None:
            # Parameters may have changed while no engine was running.
            self._edits, self._redraw_due = self._rack.settings, True
        self._jumps = Jumps(self._generator, loaded.column_samples, self._explain)
        edited, report = self._generator.edited, reports.on_edit_report
        self._painter = Painter(
            loaded, edits, edited, self._generator.next_change,
            lambda: self._parameters.values["tempo"], report,
        )  # fmt: skip
        self._edit_requests = EditRequests(edited, self._painter, self._note, report)
        self._origin = OriginTeller(loaded, memory.status)
        self._columns: ColumnTeller | None = None
        if memory.shown is not None:
            goes_on, sampler = beginning.before is not None, self._generator.sampler
            self._columns = ColumnTeller(edited, sampler, memory.shown, goes_on)
        self._column_seconds = loaded.column_samples / SAMPLE_RATE
        self._filler = RingFiller(
            self._generator, memory.status, settings, self._column_seconds, clock
        )
        self._moves: deque[_Move] = deque()
        #: What the performer has asked for, while it is being taken.
        self._asked: Asked | None = None
        #: Why the request that is being carried out cannot be done as it was asked for.
        self._reasons: list[str] = []
        self._rest_until = 0.0
        self._origin_due = 0.0
        self._use_manner()

    def turn(self) -> bool:
        """Do one piece of work; False if there is nothing to do now."""
        self._status.beat("engine_beat")
        self._generator.note_switches()
        self._input.poll()
        if self._parameters.refresh():
            self._take_over_parameters()
        busy = self._change_future() or self._filler.fill(self._missing)
        self._filler.note_turn()
        self._tell(busy)
        self._follow_origin(busy)
        return busy

    def carry_out(self, name: str, arguments: Sequence[Any], asked: Asked | None = None) -> None:
        """Carry out a request by its name, as soon as there is time. What became of it is reported
        as that of what the performer has `asked` for; without that, only a refusal is said."""
        self._asked = asked
        getattr(self._edit_requests if name in EDIT_REQUESTS else self, name)(*arguments)
        self._asked = None

    def rewind(self, seconds: float, take: int | Literal["same"] | None = None) -> None:
        """Go back, and continue with a new take (None), a given one, or as before ("same")."""
        self._move("rewind", partial(self._rewind, seconds, take), seconds, take)

    def loop(self, seconds: float) -> None:
        """Repeat the last `seconds` seconds."""
        self._move("loop", partial(self._jumps.loop, seconds), seconds)

    def loop_columns(self, first: int, count: int) -> None:
        """Repeat `count` columns, from the one with the number `first` on."""
        self._move("loop_columns", partial(self._jumps.loop_columns, first, count), first, count)

    def hold(self, seconds: float | None = None) -> None:
        """Stay in the current column, until `release` or for `seconds` seconds."""
        arguments = () if seconds is None else (seconds,)
        self._move("hold", partial(self._generator.hold, seconds), *arguments)

    def release(self) -> None:
        """Go on from a hold or a loop."""
        self._move("release", self._generator.release)

    def prime(self, codes: Codes) -> None:
        """Continue from these codes [T, F, Q]."""
        self._begin_segment("prime", partial(self._jumps.prime, codes))

    def play_clip(self, codes: Codes, length: int) -> None:
        """Loop the first `length` samples of a clip's codes [T, F, Q], as they are."""
        self._begin_segment("play_clip", partial(self._jumps.play_clip, codes, length), length)

    def partner(self, slot: str, name: str, codes: Codes | None) -> None:
        """Put a clip's codes [T, F, Q] into a slot, or (None) clear it: "edit" is for edits that
        need a second grid, "blend" for the edit that `blend` switches, "manner" leads the sampling.

        Without codes, the name INPUT stands for the live input. A clip that does not fit the model
        is reported, and the slot keeps what it has.
        """
        try:
            if codes is not None:
                self._generator.require_fit(codes)
        except CodesError as error:
            self._refuse(f"{name}: {error}", self._asked)
            return
        self._journal.note("partner", slot=slot, name=name or None)
        self._partners.pop(slot, None)
        if codes is not None:
            self._partners[slot] = Partner(name, codes, self._generator.partner_column)
        self._rack.set_partner(slot, self._partners.get(slot))
        self._input.leave(slot)
        if codes is None and name == INPUT:
            self._input.take(slot)
        if slot == "manner":
            self._use_manner()

    def capture(self, number: int, seconds: float) -> None:
        """Report the codes that were heard in the last seconds, as capture `number`."""
        self._on_capture(number, self._generator.heard(seconds).astype(np.uint16))

    def panic(self) -> None:
        """Drop all other requests, end a hold or a loop, and draw the future again."""
        for move in self._moves:
            self._tell_done(move)
        self._moves.clear()
        self._move("panic", partial(self._rewind, 0.0, None))

    def _move(self, name: str, move: Callable[[], None], *arguments: float | str | None) -> None:
        """Carry out a request as soon as there is time."""
        self._note(name, *arguments)
        count = self._painter.requests.count
        self._moves.append(_Move(name, move, count, self._asked))

    def _note(self, name: str, *arguments: Any) -> None:
        """Note a request for the session log."""
        heard = self._ring.read_position
        self._journal.note("request", name=name, arguments=arguments, heard=heard)

    def _begin_segment(self, name: str, begin: Callable[[], None], *arguments: float) -> None:
        """Begin another segment as soon as there is time."""
        newest = self._painter.requests.newest

        def move() -> None:
            begin()
            self._edit_requests.begin_segment(newest)

        self._move(name, move, *arguments)

    def _carry_out(self, move: _Move) -> bool:
        """Carry out a request, and report what became of it; False if it changes nothing."""
        self._reasons.clear()
        try:
            move.carry_out()
        except CodesError as error:
            if self._generator.is_drafting:
                raise
            self._refuse(str(error), move.asked)
            return False
        if self._reasons:
            self._refuse("; ".join(self._reasons), move.asked)
        else:
            self._tell_done(move)
        return True

    def _explain(self, reason: str) -> None:
        """Note why the request that is being carried out is not done as it was asked for."""
        self._reasons.append(reason)

    def _refuse(self, reason: str, asked: Asked | None) -> None:
        """Report why what the performer has asked for was not done, or not done in full."""
        if asked is None:
            self._say(reason)
        else:
            self._on_done(RequestDone(asked, reason))

    def _tell_done(self, move: _Move) -> None:
        """Report that a request was done, or that a panic has made it pointless."""
        # Control itself confirms all others, before they are asked of the engine.
        if move.asked is not None and move.name in ENGINE_REQUESTS:
            self._on_done(RequestDone(move.asked))

    def _rewind(self, seconds: float, take: int | Literal["same"] | None) -> None:
        if take == "same":
            self._jumps.rewind(seconds, None)
            return
        if take is None:
            take = self._generator.takes + 1
        self._generator.takes = max(self._generator.takes, take)
        self._jumps.rewind(seconds, take)

    def _use_manner(self) -> None:
        """Let the clip that is in the slot now lead the sampling."""
        leader = self._partners.get("manner")
        learn = self._generator.sampler.learn_manner
        self._parameters.manner = learn(leader.codes) if leader else ""
        self._take_over_parameters()

    def _take_over_parameters(self) -> None:
        """Use the parameters as they are now, and note what has changed since the last time."""
        self._parameters.note_changes()
        generator = self._generator
        generator.fade = self._parameters.fade
        if generator.use_sound(self._parameters.sound):
            self._sound_due = True
        draw = self._parameters.read_draw(generator.draw.take)
        if draw != generator.draw:
            generator.draw = draw
            self._redraw_due = True

    def _change_future(self) -> bool:
        """Change what has not been heard yet, if there is reason and time; False if not."""
        edits = self._rack.read(self._generator.draw.seed, self._columns_per_beat())
        missing = 0
        if edits != self._edits:
            missing = max(self._generator.missing_columns(edits), 0)
        self._missing = max(missing, self._painter.missing)
        # Edits that look far ahead wait until enough is drawn: the sound must continue meanwhile.
        edits_due = edits != self._edits and not missing
        overlays_due = self._painter.is_due or self._generator.edited.changed
        redraw_due = self._redraw_due or self._refeed_due
        if not (self._moves or redraw_due or edits_due or self._sound_due or overlays_due):
            return False
        # Half of the time goes to changes, the other half to playing on: a fader that never rests
        # must not let the ring run dry.
        began = self._clock()
        if began < self._rest_until or self._generator.lead < self._lead_for_a_change():
            return False
        try:
            self._change(edits if edits_due else None)
        except CodesError as error:
            if self._generator.is_drafting:
                raise
            self._say(str(error))
        self._rest_until = 2 * self._clock() - began
        return True

    def _columns_per_beat(self) -> float:
        """How many columns a beat lasts at the present tempo."""
        return 60.0 / self._parameters.values["tempo"] / self._column_seconds

    def _change(self, edits: EditSettings | None) -> None:
        """Make the most urgent change, or use these edits."""
        # In the order in which they were asked for: a region of a loop comes before its release.
        count = self._painter.requests.count
        before = self._moves[0].overlays_before if self._moves else count
        self._painter.work(before)
        if not self._painter.requests.asked(before) and self._make_future(edits):
            self._edit_requests.tell_changes()
            self._generator.keep()
            self._status.add("futures")
        if self._columns is not None:
            self._columns.note_edits(int(self._status["column"]))

    def _make_future(self, edits: EditSettings | None) -> bool:
        """Make a new future for the most urgent change; False if nothing that is made changes."""
        generator, refeed_due = self._generator, self._refeed_due
        # Whatever else changes may change what the prior follows.
        self._refeed_due = generator.draw.follow
        if self._moves:
            if not self._carry_out(self._moves.popleft()):
                return False
            # A new segment aligns the partners of edits with itself.
            self._edits = self._rack.settings
        elif self._redraw_due:
            self._redraw_due = False
            if generator.is_stale():
                generator.redraw()
        elif edits is not None:
            self._edits = edits
            generator.use_edits(edits)
        elif self._sound_due:
            self._sound_due = False
            generator.decode_again()
        elif generator.edited.changed:
            return generator.follow_changes()
        else:
            self._refeed_due = False
            if not (refeed_due and generator.is_fed_otherwise()):
                return False
            generator.redraw(again=True)
        return True

    def _lead_for_a_change(self) -> float:
        """Samples that must be ready for the old future to last until the new one is made."""
        generator = self._generator
        if not generator.timeline.end:
            return 0.0
        columns = generator.pace.future_lead / SAMPLE_RATE // self._column_seconds + 2
        return self._settings.guard + columns * generator.pace.cost * SAMPLE_RATE

    def _follow_origin(self, busy: bool) -> None:
        """Find the origin of what is heard: when there is nothing else to do, and a few times per
        column otherwise, because a parameter that never rests leaves no free time at all."""
        now = self._clock()
        if busy and (now < self._origin_due or self._generator.lead < self._settings.guard):
            return
        self._origin_due = now + self._column_seconds / _ORIGINS_PER_COLUMN
        column, playhead = int(self._status["column"]), self._generator.playhead
        self._origin.follow(playhead.timeline, column, playhead.grain_origins.of(column))

    def _tell(self, busy: bool) -> None:
        """Show in the status what is playing now, and the columns around it."""
        status, generator = self._status, self._generator
        column = self._tell_place()
        current = generator.describe(column)
        if current is not None:
            status.current_column.write(current)
        if self._columns is not None:
            self._columns.tell(column, busy)
        status["position"] = generator.playhead.position
        status["lookahead"] = max(generator.lookahead, 0)
        status["take"] = generator.draw.take
        status["reaction"] = generator.pace.reaction
        status["ring_lead"] = self._filler.ring_lead
        mean = generator.pace.drawing.mean + generator.pace.playing.mean
        status["load"] = mean / self._column_seconds

    def _tell_place(self) -> int:
        """Show in the status where the sound is and how it moves; returns the column."""
        status, playhead = self._status, self._generator.playhead
        heard = self._ring.read_position
        motion, (sample, column) = playhead.motion_at(heard), playhead.sound_at(heard)
        status["column"], status["place"] = column, playhead.place_of(sample)
        status["place_at"] = heard
        loops = isinstance(motion, Loop) and motion.repeats
        if isinstance(motion, Loop):
            begin, end = motion.whole
            status["loop_begin"] = playhead.place_of(begin)
            status["loop_end"] = playhead.place_of(end)
        status["motion"] = (
            Motion.HOLD if isinstance(motion, Hold)
            else Motion.LOOP if loops
            else Motion.FORWARD
        )  # fmt: skip
        return column
