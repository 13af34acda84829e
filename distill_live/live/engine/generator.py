"""The stream generator: draws, edits and plays columns, and changes what has not been heard yet.

Every change works the same way: go back to a place in the stream, play on from there into a new
future, and publish that (see ring_writer.py). The journal gets the calls that a replay must repeat.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from distill_live.codes.edit_rack import EditRack
from distill_live.codes.rack.settings import EditSettings
from distill_live.codes.timeline import Codes, Timeline
from distill_live.errors import CodesError
from distill_live.live.editing.edited_columns import EditedColumns
from distill_live.live.editing.followed import Followed
from distill_live.live.engine.handover import Handover
from distill_live.live.engine.ring_writer import RingWriter
from distill_live.live.engine.sampler import Draw, Sampler
from distill_live.live.engine.wiring import Beginning, EngineMemory
from distill_live.live.ipc.current_column import CurrentColumn
from distill_live.live.ipc.journal import Journal, as_lists
from distill_live.live.ipc.keepsake import TIMELINE_COLUMNS, Continuation
from distill_live.live.ipc.ring import SAMPLE_RATE, Samples
from distill_live.live.pacing.pace import Pace
from distill_live.live.playhead.decoder import ColumnDecoder
from distill_live.live.playhead.playhead import Playhead
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.sound_settings import SoundSettings

#: How many samples a change takes to be heard in full, unless `fade` says otherwise: 10 ms.
_USUAL_FADE = 480


class StreamGenerator:
    """Plays one model into a ring, from where `beginning` says.

    `draw` says how columns to come are drawn, `sound` how they are decoded, and `fade` how many
    samples a change takes to be heard in full; `pace` measures how long things take. `say` takes a
    line of text for the performer.
    """

    def __init__(
        self,
        loaded: LoadedVQModel,
        memory: EngineMemory,
        beginning: Beginning,
        rack: EditRack,
        draw: Draw,
        sound: SoundSettings,
        pace: Pace,
        say: Callable[[str], None],
    ) -> None:
        codec = loaded.model.config
        self.draw, self.fade, self.pace = draw, _USUAL_FADE, pace
        self._ring, self._say = memory.ring, say
        self._journal = Journal(memory.journal)
        self._column_samples = loaded.column_samples
        self._codebook_size = codec.codebook_size
        self._can_be_clear, self._has_grains = loaded.clarity.is_measured, loaded.grains is not None
        self._drawing_spent = 0.0
        #: The highest take so far.
        self.takes = 0
        #: How many columns of the present segment are those of a clip that is played.
        self.clip_columns = 0
        timeline = Timeline(codec.bands, codec.num_quantizers, TIMELINE_COLUMNS)
        self.edited = EditedColumns(rack, timeline)
        self.sampler = Sampler(
            loaded.require_prior(), timeline, self._journal,
            lambda: Followed(self.edited, self.playhead.column),
            loaded.sections,
        )  # fmt: skip
        self.playhead = Playhead(ColumnDecoder(loaded), timeline, beginning.position)
        self.use_sound(sound)
        self._handover = Handover(memory.keepsake, self.playhead, self.sampler, rack)
        seen = self._ring.published
        if beginning.before is not None:
            seen = beginning.before.switches
            self._go_on(beginning.before)
        # Before the first switch, which ends the sound that the engine before has left.
        self._keep(self._ring.published + 1, seen)
        self._writer = RingWriter(self._ring, self.playhead.position, self._journal, seen)

    @property
    def timeline(self) -> Timeline:
        """The codes of the present segment."""
        return self.playhead.timeline

    @property
    def lead(self) -> int:
        """How many samples are made but not heard yet."""
        return self.playhead.position - self._ring.read_position

    @property
    def lookahead(self) -> int:
        """How many columns are drawn but not needed yet."""
        return self.timeline.end - self.playhead.frontier

    @property
    def section(self) -> int:
        """The recording that has most of the section that the stream keeps to, by its number from 1
        on; 0 if it keeps to none."""
        sections, place = self.sampler.sections, self.draw.sampling.section
        return 0 if sections is None or place is None else sections.recording_at(place) + 1

    @property
    def is_ready(self) -> bool:
        """Whether the next column and all that its edits look at are drawn."""
        return self.edited.reach(self.playhead.column) <= self.timeline.end

    def note_switches(self) -> None:
        """Note what has been heard since the last call."""
        self._writer.note_switches()
        self.pace.note_read()
        self.playhead.trail.forget_before(self._ring.read_position)

    def draw_part(self) -> bool:
        """Draw a part of the next column; True when that completes it."""
        began = self.pace.clock()
        complete = self.sampler.advance(self.draw)
        self._drawing_spent += self.pace.clock() - began
        if complete:
            self.pace.drawing.add(self._drawing_spent)
            self._drawing_spent = 0.0
            self.edited.forget()
        return complete

    def play(self) -> None:
        """Play the next column; it must be ready."""
        column = self.playhead.column
        with self.pace.playing:
            codes = self.edited.edited(column)
            as_drawn = np.array_equal(codes, self.timeline.raw(column, column + 1))
            self._journal.note(
                "push",
                column=column,
                codes=None if as_drawn else as_lists(codes),
                heard=self._ring.read_position,
            )
            self._write(self.playhead.push(codes, self.edited.laid(column, column + 1)))

    def describe(self, column: int) -> CurrentColumn | None:
        """A column as it is played; None if it is not remembered."""
        if not self.timeline.start <= column < self.timeline.end:
            return None
        codes = self.timeline.edited(column, column + 1)[0]
        return CurrentColumn(column, codes, self._codebook_size, self.sampler.entropy(column))

    def repeat(self, length: int) -> None:
        """Play the last `length` samples again, because there is no time to make new ones."""
        self._journal.note("repeat", length=length, fade=self.fade)
        self._write(self.playhead.repeat(length, self.fade))

    def keep(self) -> None:
        """Save the present state, so that a later engine can continue from it."""
        self._keep(self._ring.published, self._writer.seen)

    def is_stale(self) -> bool:
        """Whether columns that can still change were drawn otherwise than `draw` says."""
        column = self.playhead.unheard_column(self.pace.soonest())
        return self.sampler.is_stale(column, self.draw)

    def is_fed_otherwise(self) -> bool:
        """Whether columns that can still change were drawn after columns that are now played
        otherwise."""
        return self.sampler.is_fed_otherwise(self.playhead.unheard_column(self.pace.soonest()))

    def redraw(self, again: bool = False) -> None:
        """Draw all columns that can still change again, as `draw` says, or (`again`) each as it was
        drawn, but after the columns before it as they are played now."""
        at = self.pace.soonest()
        # What was given stays as it is.
        self.cut(self.sampler.next_drawn(self.playhead.unheard_column(at)), again)
        if self.playhead.motion is None and self.do("back_after", position=at):
            self._publish(self.playhead.position)

    def use_edits(self, settings: EditSettings) -> None:
        """Use these edits from now on, even within the current column."""
        at = self.pace.soonest()
        _, column = self.playhead.sound_at(at)
        while self.timeline.end < self.edited.reach(column, settings):
            self.draw_part()
        self.edited.use(settings, column)
        self.edited.changed = False
        self._change_motion(at)

    def follow_changes(self) -> bool:
        """Play on with what has changed in `edited`, even within the current column; False if
        nothing that is made but not heard yet is different."""
        at = self.pace.soonest()
        self.edited.changed = False
        if self.edited.are_as_played(self.playhead.trail.made_columns(at)):
            return False
        self._change_motion(at)
        return True

    def use_sound(self, sound: SoundSettings) -> bool:
        """Decode columns like this from now on; False if that changes nothing."""
        before = self.playhead.sound
        clearer = self._can_be_clear and sound.clarity != before.clarity
        if clearer:
            self.do("clarify", amount=sound.clarity)
        grainier = self._has_grains and (sound.grain, sound.reach) != (before.grain, before.reach)
        if grainier:
            self.do("use_grains", amount=sound.grain, reach=sound.reach)
        return clearer or grainier

    def decode_again(self) -> None:
        """Play on with the present sound settings, even within the current column."""
        self._change_motion(self.pace.soonest())

    def next_change(self) -> tuple[int, tuple[int, int] | None]:
        """The column in which a change can be heard first; the columns, first and end, that a hold
        or a loop repeats there, or None."""
        at = self.pace.soonest()
        return self.playhead.sound_at(at)[1], self.playhead.repeated_at(at)

    def missing_columns(self, settings: EditSettings) -> int:
        """How many columns must still be drawn before these edits can be used."""
        _, column = self.playhead.sound_at(self.pace.soonest())
        return self.edited.reach(column, settings) - self.timeline.end

    def hold(self, seconds: float | None = None) -> None:
        """Stay in the current column, until `release` or for `seconds` seconds."""
        at = self.pace.soonest()
        end = None if seconds is None else at + round(seconds * SAMPLE_RATE)
        self._change_motion(at, "hold", end=end, fade=self.fade)

    def release(self) -> None:
        """Play on from where a hold or a loop is now."""
        at = self.pace.soonest()
        if self.playhead.motion or self.playhead.motion_at(at):
            self._change_motion(at, "release")

    @property
    def partner_column(self) -> int:
        """The column in which a partner begins that is chosen now: the one that is heard, or the
        first one of a clip that is played, so that the two loops are in step."""
        column = self.playhead.sound_at(self._ring.read_position)[1]
        return 0 if column < self.clip_columns else column

    def heard(self, seconds: float, ago: float = 0.0) -> Codes:
        """The codes [T, F, Q] of the last seconds that were heard, as they were played; they ended
        so many seconds `ago`."""
        count = max(round(seconds * SAMPLE_RATE / self._column_samples), 1)
        heard = max(self._ring.read_position - round(ago * SAMPLE_RATE), 0)
        return self.playhead.trail.heard(heard, count, self._column_samples, self.timeline.shape)

    def require_fit(self, codes: Codes) -> None:
        """Raise CodesError unless these are codes [T, F, Q], T at least 1, of the model."""
        shape = self.timeline.shape
        if codes.ndim != 3 or codes.shape[1:] != shape or not len(codes):
            raise CodesError(f"the model's columns are {list(shape)} codes, not {codes.shape}")
        if not 0 <= codes.min() <= codes.max() < self._codebook_size:
            raise CodesError(f"the model's codes are 0..{self._codebook_size - 1}")

    @property
    def is_drafting(self) -> bool:
        """Whether a change has been begun but not published."""
        return self._writer.is_drafting

    def _go_on(self, before: Continuation) -> None:
        """Continue from where another engine stood."""
        self._handover.go_on(before, self._journal)
        self.edited.timeline, self.edited.segment_start = self.timeline, before.segment_start
        self.timeline.touch(self.playhead.column, self.timeline.end)
        self.takes = before.takes
        self.draw = self.draw._replace(take=before.take)
        # Another decoder made the sound before it.
        self.pace.jumped_at = self.playhead.position

    def begin_segment(self, codes: Codes, position: int, start: int) -> None:
        """Forget the timeline, and continue from these codes [T, F, Q] from a ring position on;
        those from column `start` on can be gone back to."""
        self._journal.note("begin_segment", codes=codes.tolist(), position=position)
        self.playhead.begin_segment(codes, position)
        self.sampler.begin_segment(self.timeline)
        self.edited.begin_segment(self.timeline, start)
        self.clip_columns = 0

    def give(self, codes: Codes, played: Codes) -> None:
        """Add columns [T, F, Q] at the end instead of drawing them; see `Sampler.give`."""
        self.sampler.give(codes, played)
        self.edited.forget()

    def _change_motion(
        self, at: int, operation: str | None = None, **arguments: int | None
    ) -> None:
        """Play the column at a ring position again, in another motion."""
        again = self.do("back_before", position=at)
        if operation is not None:
            self.do(operation, **arguments)
        if again:
            self._publish(at)

    def cut(self, column: int, again: bool = False) -> None:
        """Forget the columns from `column` on; see `Sampler.cut`."""
        if column < self.timeline.end:
            self.sampler.cut(column, again)

    def do(self, operation: str, **arguments: Any) -> Any:
        """Have the playhead do something, and note it in the journal."""
        self._journal.note(operation, **arguments)
        return getattr(self.playhead, operation)(**arguments)

    def publish_jump(self, at: int, back_to: int | None = None) -> None:
        """Publish a future that begins with a jump at ring position `at`: nothing before it can be
        gone back to. The sound returns to what was heard at `back_to`, if it was heard before."""
        self._publish(at)
        self.pace.jumped_at = at
        self.playhead.trail.past.note_jump(at, back_to)

    def _publish(self, at: int) -> None:
        """Play on into a new future until it can be heard from `at` on, and publish it."""
        self._journal.note("draft")
        self._writer.begin(self.playhead.position)
        while self.playhead.position < max(at, self._ring.read_position) + self.pace.future_lead:
            if self.is_ready:
                self.play()
            else:
                self.draw_part()
        # This is valid from the moment when the switch is published.
        self._keep(self._ring.published + 1, self._writer.seen)
        self._writer.publish(at, self.fade)

    def _write(self, samples: Samples) -> None:
        """Put samples that the playhead has just made into the ring, or into the draft."""
        if not self._writer.is_drafting:
            # First, so that a place is saved for all sound that is in the ring.
            self.keep()
        self._writer.write(samples)

    def _keep(self, switches: int, seen: int) -> None:
        start = self.edited.segment_start
        self._handover.keep(switches, start, self.draw.take, self.takes, seen)
