"""Tells the other processes what is heard now: its place, its motion, its columns, its origin."""

from __future__ import annotations

from collections.abc import Callable

from distill_live.live.editing.column_teller import ColumnTeller
from distill_live.live.engine.generator import StreamGenerator
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.engine.wiring import EngineMemory
from distill_live.live.ipc.status import Motion
from distill_live.live.past.origin import OriginTeller
from distill_live.live.playhead.motion import Hold, Loop

#: How many columns the origin may follow, while the engine is busy, in the time of one: more than
#: one, to catch up after a jump.
_ORIGINS_PER_COLUMN = 4


class Teller:
    """Writes into the status, and, where there is a teller of `columns`, the columns around the
    present. A column lasts `column_seconds`; `clock` gives seconds.
    """

    def __init__(
        self,
        generator: StreamGenerator,
        memory: EngineMemory,
        settings: EngineSettings,
        origin: OriginTeller,
        columns: ColumnTeller | None,
        column_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self._generator, self._ring, self._status = generator, memory.ring, memory.status
        self._settings = settings
        self._origin, self._columns = origin, columns
        self._column_seconds, self._clock = column_seconds, clock
        self._origin_due = 0.0
        #: The column that was described last.
        self._described: int | None = None

    def tell(self, busy: bool, ring_lead: int) -> None:
        """Tell what is heard now; the rest while the engine is `busy`, or when another column is
        heard. The ring should hold `ring_lead` samples."""
        column = self._tell_place()
        if self._columns is not None:
            self._columns.tell(column, busy)
        # Without work, nothing of the rest changes as long as this column is heard.
        if busy or column != self._described:
            self._described = column
            self._tell_state(column, ring_lead)

    def _tell_state(self, column: int, ring_lead: int) -> None:
        """Tell how the column is played that is heard, and how far the work has come."""
        status, generator = self._status, self._generator
        current = generator.describe(column)
        if current is not None:
            status.current_column.write(current)
        status["position"] = generator.playhead.position
        status["lookahead"] = max(generator.lookahead, 0)
        status["take"] = generator.draw.take
        status["section"] = generator.section
        status["reaction"] = generator.pace.reaction
        status["ring_lead"] = ring_lead
        mean = generator.pace.drawing.mean + generator.pace.playing.mean
        status["load"] = mean / self._column_seconds

    def follow_origin(self, busy: bool) -> None:
        """Find the origin of what is heard: when there is nothing else to do, and a few times per
        column otherwise, because a parameter that never rests leaves no free time at all."""
        now = self._clock()
        if busy and (now < self._origin_due or self._generator.lead < self._settings.guard):
            return
        self._origin_due = now + self._column_seconds / _ORIGINS_PER_COLUMN
        column, playhead = int(self._status["column"]), self._generator.playhead
        self._origin.follow(playhead.timeline, column, playhead.grain_origins.of(column))

    def note_future(self) -> None:
        """A new future was published."""
        self._status.add("futures")

    def note_edits(self) -> None:
        """Columns that were shown may be edited otherwise now."""
        if self._columns is not None:
            self._columns.note_edits(int(self._status["column"]))

    def _tell_place(self) -> int:
        """Tell where the sound is and how it moves; returns the column."""
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
