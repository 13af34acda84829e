"""The engine: keeps the ring filled, and changes the unheard future when something is asked of it.

It runs in a process of its own (see engine_process), in one Python thread, and waits for nobody.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

from distill_live.codes.edit import Edit
from distill_live.codes.edit_rack import EditRack, EditSettings
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError, LiveError
from distill_live.live.engine.generator import StreamGenerator
from distill_live.live.engine.motion import Hold, Loop
from distill_live.live.engine.origin import OriginTeller
from distill_live.live.engine.sampler import Draw
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.ipc.journal import Journal
from distill_live.live.ipc.keepsake import Continuation, Keepsake
from distill_live.live.ipc.ring import SAMPLE_RATE, AudioRing
from distill_live.live.ipc.status import EngineStatus, Motion
from distill_live.live.pacing.adaptive_buffer import RingAdaptation
from distill_live.live.pacing.degradation import Degradation, Supply
from distill_live.models.file.persistence import LoadedVQModel
from distill_live.models.prior.sampling import Sampling
from distill_live.models.prior.steering import Steering
from distill_live.parameters import LEVEL_SAMPLING, STEER, STEERING, ParameterStore

#: What is repeated when there is no time to make more, in samples, and the least worth it.
REPEATED, LEAST_REPEATED = 72_000, 24_000


class Engine:
    """Plays one model into a ring. `turn` does the most urgent piece of work.

    `say` takes a line of text for the performer, `on_edit_failure` the name of an edit that failed
    and is to be switched off; `clock` gives seconds. Its first sample is the one at ring position
    `start`, or that which is read next; it goes on where an engine `before` has left off, and keeps
    what the next one needs in `keepsake`. Raises LiveError when the model cannot be played.
    """

    def __init__(
        self,
        loaded: LoadedVQModel,
        ring: AudioRing,
        parameters: ParameterStore,
        status: EngineStatus,
        settings: EngineSettings,
        edits: Sequence[Edit] = (),
        journal: Journal | None = None,
        say: Callable[[str], None] = lambda line: None,
        clock: Callable[[], float] = time.monotonic,
        start: int | None = None,
        on_edit_failure: Callable[[str], None] = lambda name: None,
        keepsake: Keepsake | None = None,
        before: Continuation | None = None,
    ) -> None:
        rate = loaded.spectrogram.config.sample_rate
        if rate != SAMPLE_RATE:
            raise LiveError(
                f"the model's sample rate is {rate} Hz; only {SAMPLE_RATE} Hz can be played"
            )
        self._ring, self._parameters, self._status = ring, parameters.view(), status
        self._settings, self._say, self._clock = settings, say, clock
        self._journal = journal or Journal()
        self._levels = loaded.model.config.num_quantizers
        codebooks = loaded.model.quantizer.codebooks.cpu().numpy()
        self._rack = EditRack(edits, self._parameters, codebooks, say, on_edit_failure)
        # As if all were at its default until now: what is not is noted at once.
        self._raw = ParameterStore(parameters.table).raw()
        self._edits = EditSettings()
        self._redraw_due = False
        #: Columns that must be drawn before edits that were switched on can be used.
        self._missing = 0
        self._generator = StreamGenerator(
            loaded, ring, ring.read_position if start is None else start, self._rack,
            self._read_draw(0), settings, self._journal, say, clock, keepsake, before,
        )  # fmt: skip
        if before is not None:
            # The controls may have moved while no engine was there.
            self._edits, self._redraw_due = self._rack.settings, True
        self._origin = OriginTeller(loaded, status)
        self._degradation = Degradation(self._generator.sampler.context_columns, status)
        self._column_seconds = loaded.column_samples / SAMPLE_RATE
        self._moves: deque[Callable[[], None]] = deque()
        self._rest_until = 0.0
        self._adaptation = RingAdaptation(settings.ring_lead) if settings.adaptive else None
        self._last_turn = clock()
        self._take_controls()

    def turn(self) -> bool:
        """Do one piece of work; False if there is nothing to do now."""
        self._status.beat("engine_beat")
        self._generator.note_switches()
        if self._parameters.refresh():
            self._take_controls()
        busy = self._change_future() or self._fill()
        if self._adaptation:
            now, before = self._clock(), self._last_turn
            self._last_turn = now
            self._adaptation.note(now - before, now)
        self._tell()
        if not busy:
            self._origin.follow(self._generator.timeline, int(self._status["column"]))
        return busy

    @property
    def _ring_lead(self) -> int:
        """Samples that the ring shall hold."""
        return self._adaptation.ring_lead if self._adaptation else self._settings.ring_lead

    def rewind(self, seconds: float, take: int | Literal["same"] | None = None) -> None:
        """Go back, and continue with a new take (None), the one given, or as it was ("same")."""
        self._move("rewind", partial(self._rewind, seconds, take), seconds, take)

    def loop(self, seconds: float) -> None:
        """Repeat the last so many seconds."""
        self._move("loop", partial(self._generator.loop, seconds), seconds)

    def hold(self, seconds: float | None = None) -> None:
        """Stay in the column that sounds, until `release` or for so many seconds."""
        arguments = () if seconds is None else (seconds,)
        self._move("hold", partial(self._generator.hold, seconds), *arguments)

    def release(self) -> None:
        """Go on from a hold or a loop."""
        self._move("release", self._generator.release)

    def prime(self, codes: Codes) -> None:
        """Let what follows continue these codes [T, F, Q]."""
        self._move("prime", partial(self._generator.prime, codes))

    def panic(self) -> None:
        """Forget what else was asked for, go on forward, let the future be drawn differently."""
        self._moves.clear()
        self._move("panic", partial(self._rewind, 0.0, None))

    def _move(self, name: str, move: Callable[[], None], *arguments: float | str | None) -> None:
        """Carry out a request as soon as there is time."""
        heard = self._ring.read_position
        self._journal.note("request", name=name, arguments=arguments, heard=heard)
        self._moves.append(move)

    def _rewind(self, seconds: float, take: int | Literal["same"] | None) -> None:
        if take == "same":
            self._generator.rewind(seconds, None)
            return
        if take is None:
            take = self._generator.takes + 1
        self._generator.takes = max(self._generator.takes, take)
        self._generator.rewind(seconds, take)

    def _take_controls(self) -> None:
        """Use the parameters as they are now, and note what has changed since the last time."""
        raw = self._parameters.raw()
        heard = self._ring.read_position
        for name, level, value in self._parameters.changes(self._raw, raw):
            self._journal.note("set", name=name, level=level, value=value, heard=heard)
        self._raw = raw
        generator = self._generator
        generator.fade = round(self._parameters["fade"] * SAMPLE_RATE / 1e3)
        draw = self._read_draw(generator.draw.take)
        if draw != generator.draw:
            generator.draw = draw
            self._redraw_due = True

    def _read_draw(self, take: int) -> Draw:
        values: dict[str, Any] = {
            name: self._parameters.levels(name, self._levels) for name in LEVEL_SAMPLING
        }
        steering = {name.removeprefix(STEER): self._parameters[name] for name in STEERING}
        wanted: dict[str, Any] = {
            what: None if math.isnan(value) else value for what, value in steering.items()
        }
        sampling = Sampling(**values, steering=Steering(**wanted))
        return Draw(sampling, int(self._parameters["seed"]), take)

    def _change_future(self) -> bool:
        """Do what is asked for, as far as there is time for it; False if nothing is, or none."""
        edits = self._rack.read(self._generator.draw.seed)
        if edits == self._edits:
            self._missing = 0
        else:
            self._missing = max(self._generator.missing_columns(edits), 0)
        # Edits that look far ahead wait until that is drawn: the sound must go on meanwhile.
        edits_due = edits != self._edits and not self._missing
        if not (self._moves or self._redraw_due or edits_due):
            return False
        # Half of the time is for changes, the other half for going on: a fader that never rests
        # must not let the ring run dry.
        began = self._clock()
        if began < self._rest_until or self._generator.lead < self._lead_for_a_change():
            return False
        try:
            self._change(edits)
        except CodesError as error:
            if self._generator.is_drafting:
                raise
            self._say(str(error))
        self._rest_until = 2 * self._clock() - began
        return True

    def _change(self, edits: EditSettings) -> None:
        if self._moves:
            self._moves.popleft()()
        elif self._redraw_due:
            self._redraw_due = False
            if self._generator.is_stale():
                self._generator.redraw()
        else:
            self._edits = edits
            self._generator.use_edits(edits)
        self._generator.keep()
        self._status.add("futures")

    def _lead_for_a_change(self) -> float:
        """Samples that must be ready, so that the old future lasts until the new one is made."""
        generator = self._generator
        if not generator.timeline.end:
            return 0.0
        columns = generator.pace.future_lead / SAMPLE_RATE // self._column_seconds + 2
        return self._settings.guard + columns * generator.pace.cost * SAMPLE_RATE

    def _fill(self) -> bool:
        """Play or draw the next column, if the ring or the lookahead wants it."""
        generator = self._generator
        if generator.lead < self._ring_lead:
            if self._must_repeat():
                generator.repeat(REPEATED)
                self._status.add("held_loops")
            elif generator.is_ready:
                generator.play()
                if not self._settings.patient:
                    self._degradation.note(self._supply())
            else:
                self._draw_part()
            return True
        # While a repetition plays there is time to draw more.
        beyond = (generator.lead - self._ring_lead) // round(self._column_seconds * SAMPLE_RATE)
        if generator.lookahead >= self._settings.lookahead + beyond and not self._missing:
            return False
        self._draw_part()
        return True

    def _draw_part(self) -> None:
        generator, sampler = self._generator, self._generator.sampler
        if generator.draw_part():
            self._status.add("columns")
            # At an anchor only: elsewhere the new context is as long to catch up with as to draw.
            wanted = self._degradation.context_columns
            if generator.timeline.end % (wanted // 2) == 0:
                sampler.context_columns = wanted

    def _must_repeat(self) -> bool:
        """Whether the ring would run dry before the next column is made."""
        generator = self._generator
        playhead = generator.playhead
        if self._settings.patient:
            return False
        if playhead.motion is not None or playhead.remembered < LEAST_REPEATED:
            return False
        needed = generator.pace.playing.usual
        if not generator.is_ready:
            needed += generator.pace.drawing.usual
        return generator.lead < self._settings.reserve + 1.5 * needed * SAMPLE_RATE

    def _supply(self) -> Supply:
        settings, generator = self._settings, self._generator
        return Supply(
            generator.pace.cost / self._column_seconds,
            generator.lead,
            self._ring_lead,
            generator.lookahead,
            settings.lookahead,
        )

    def _tell(self) -> None:
        status, generator = self._status, self._generator
        motion = generator.playhead.motion_at(self._ring.read_position)
        status["position"] = generator.playhead.position
        column = generator.playhead.sound_at(self._ring.read_position)[1]
        status["column"] = column
        current = generator.describe(column)
        if current is not None:
            status.current_column.write(current)
        status["lookahead"] = max(generator.lookahead, 0)
        status["take"] = generator.draw.take
        status["reaction"] = generator.pace.reaction
        status["ring_lead"] = self._ring_lead
        mean = generator.pace.drawing.mean + generator.pace.playing.mean
        status["load"] = mean / self._column_seconds
        status["motion"] = (
            Motion.HOLD if isinstance(motion, Hold)
            else Motion.LOOP if isinstance(motion, Loop)
            else Motion.FORWARD
        )  # fmt: skip
