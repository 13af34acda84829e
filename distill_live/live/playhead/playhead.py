"""The playhead: which column is played next, in what motion, and how to go back to an earlier one.

Its calls and the codes in the timeline determine all that it does, so that the same calls give the
same samples again (see live/replay).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from distill_live.codes.timeline import Codes, Timeline
from distill_live.live.ipc.keepsake import Place
from distill_live.live.ipc.ring import Samples
from distill_live.live.past.grain_origins import GrainOrigins
from distill_live.live.playhead.decoder import ColumnDecoder
from distill_live.live.playhead.marks import Mark, Played
from distill_live.live.playhead.motion import Hold, Loop, Motion, Route
from distill_live.live.playhead.mover import Mover
from distill_live.live.playhead.trail import Trail
from distill_live.models.sound_settings import SoundSettings


class Playhead:
    """Moves over a timeline and makes samples, [N] or [N, C] as its decoder does; `position` is the
    next one's place in the ring."""

    def __init__(self, decoder: ColumnDecoder, timeline: Timeline, position: int) -> None:
        self._decoder, self._mover = decoder, Mover(decoder, timeline)
        #: What it has made.
        self.trail = Trail(position)
        #: How many segments there were before the present one.
        self.segment = 0
        #: The grains that columns were last played with.
        self.grain_origins = GrainOrigins(timeline.capacity)

    @property
    def timeline(self) -> Timeline:
        """The codes of the present segment."""
        return self._mover.timeline

    @property
    def position(self) -> int:
        """The next sample's place in the ring."""
        return self.trail.position

    @property
    def column(self) -> int:
        """The column to be pushed next."""
        return self._mover.state.column

    @property
    def motion(self) -> Motion:
        """The hold or the loop that it is in; None while it moves forward."""
        return self._mover.state.motion

    @property
    def frontier(self) -> int:
        """The first column that the present motion does not need yet."""
        return self._mover.frontier(self._mover.state)

    @property
    def past_columns(self) -> int:
        """How many columns before a column affect its sound."""
        return self._decoder.past_columns

    @property
    def sound(self) -> SoundSettings:
        """How columns are decoded."""
        return self._decoder.sound

    def push(self, codes: Codes, laid: Codes | None = None) -> Samples:
        """Play `column` with these codes [1, F, Q]; returns the samples that this makes.

        `laid` [1, F, Q] are its codes before the edits, if they are not as drawn.
        """
        column = self.column
        raw = self.timeline.raw(column, column + 1)
        played = Played(self.segment, raw[0], (raw if laid is None else laid)[0], codes[0])
        mark = self._set_mark(played)
        self.timeline.set_edited(column, codes)
        made = self._decoder.push(codes)
        self.grain_origins.note(column, self._decoder.origin)
        return self.trail.add(self._mover.advance(made, mark))

    def repeat(self, length: int, fade: int) -> Samples:
        """Play the last `length` samples again, or all that are remembered, without moving on.

        The seams before and after it are fades of up to `fade` samples.
        """
        self._set_mark(None)
        return self.trail.add(self._mover.repeat(self.trail.last(length), fade))

    def sound_at(self, position: int) -> tuple[int, int]:
        """(sample of the segment, column) at a ring position that is made, or the next."""
        mark = self.trail.marks.at(position)
        state, gone = self._mover.state, 0
        if mark is not None:
            state = mark.state
            gone = 0 if mark.repeated else min(position, self.position) - mark.position
        sample = state.sample + max(gone, 0)
        if isinstance(state.motion, Loop):
            sample = state.motion.wrap(sample)
        return sample, state.column

    def motion_at(self, position: int) -> Motion:
        """The motion in which the sound at a ring position was made, or will be."""
        mark = self.trail.marks.at(position)
        made = mark is not None and position < self.position
        return mark.state.motion if mark and made else self.motion

    def repeated_at(self, position: int) -> tuple[int, int] | None:
        """The columns, first and end, that the hold or the loop at a ring position repeats; None
        where it moves forward."""
        motion = self.motion_at(position)
        if isinstance(motion, Hold):
            return motion.column, motion.column + 1
        if motion is None or not motion.repeats:
            return None
        begin, end = motion.whole
        first = max(self._decoder.column_of(begin), self.timeline.start)
        return first, self._decoder.column_of(end - 1) + 1

    def column_of(self, sample: int) -> int:
        """The column that completes a sample of the segment."""
        return self._decoder.column_of(sample)

    def place_of(self, sample: int) -> float:
        """The same with the part of the column, 0..1, that is before the sample."""
        return self._decoder.place_of(sample)

    def start_of(self, column: int) -> int:
        """The segment's sample at which the samples that a column completes begin."""
        return self._decoder.start_of(column)

    def unheard_column(self, position: int) -> int:
        """The first column to draw again if only the sound from `position` on may change."""
        mark = self.trail.marks.first(position)
        forward = self.motion is None and mark is not None
        return self._mover.frontier(mark.state) if mark and forward else self.frontier

    def back_before(self, position: int) -> bool:
        """Go back to the beginning of the column at a ring position, to play it again.

        Returns False, and changes nothing, if no sound is made for that position yet.
        """
        mark = self.trail.marks.at(position)
        if mark is None or position >= self.position:
            return False
        self._restore(mark, position)
        return True

    def back_after(self, position: int) -> bool:
        """Go back to the first column whose sound begins at or after a ring position.

        Returns False, and changes nothing, if no sound is made from there on yet.
        """
        mark = self.trail.marks.at(position)
        if mark is None or not mark.repeated or position >= self.position:
            mark = self.trail.marks.first(position)
        if mark is None:
            return False
        self._restore(mark, position)
        return True

    def jump(self, column: int, position: int, sample: int | None = None) -> None:
        """Play `column` from a ring position on, as it sounds after the columns before it.

        It is played from its beginning, or from `sample` of the segment, which it completes.
        """
        self.trail.drop_from(position)
        self._mover.jump(column, sample)

    def begin_segment(self, codes: Codes, position: int) -> None:
        """Forget the timeline; continue these codes [T, F, Q] from a ring position on."""
        capacity = self.timeline.capacity
        self._mover.timeline = Timeline(*self.timeline.shape, capacity)
        self.grain_origins = GrainOrigins(capacity)
        self.segment += 1
        self.timeline.append(codes)
        self.jump(self.timeline.end, position)

    def hold(self, end: int | None = None, fade: int = 0) -> None:
        """Stay in the next column, until `release` or up to ring position `end`."""
        self._mover.hold(end, fade)

    def loop(self, begin: int, end: int, fade: int, position: int) -> None:
        """From a ring position on, repeat the segment's samples from `begin` to `end`."""
        self.trail.drop_from(position)
        self._mover.loop((begin, end), fade)

    def route(
        self, pieces: Sequence[Sequence[int]], fade: int, position: int, repeats: bool
    ) -> None:
        """From a ring position on, play pieces of the segment one after the other: again and again
        if it `repeats`, otherwise once, and on from the last one. Each seam is a fade of `fade`
        samples."""
        route = Route(tuple((begin, end) for begin, end in pieces), repeats)
        self.trail.drop_from(position)
        self._mover.loop(route.pieces[0], fade, route)

    def release(self) -> None:
        """Move forward again, from where the motion is now; a route is played to its end."""
        self._mover.release()

    def places(self) -> tuple[Place, ...]:
        """Where it stood before each piece of sound that is not over, and where it stands now."""
        place = self._mover.place
        marks = [
            place(mark.position, mark.state, mark.played.segment if mark.played else -1)
            for mark in self.trail.marks
        ]
        return (*marks, place(self.position, self._mover.state, self.segment))

    def go_on(self, timeline: Timeline, place: Place) -> None:
        """Continue in a timeline from where another playhead stood."""
        self.trail.drop_from(place.position)
        self._mover.go_on(timeline, place)

    def clarify(self, amount: float) -> None:
        """Decode columns with this amount of clarity, 0..1.5, from now on."""
        self._decoder.sound = replace(self.sound, clarity=amount)

    def use_grains(self, amount: float, reach: float) -> None:
        """Play so much grain, 0..1, with such a reach, 1..40 dB, from now on."""
        self._decoder.sound = replace(self.sound, grain=amount, reach=reach)

    def _set_mark(self, played: Played | None) -> Mark:
        """Remember where it is, before it plays a column, or (None) a repetition."""
        mark = Mark(self.position, self._mover.state, self._decoder.mark(), played)
        self.trail.marks.append(mark)
        return mark

    def _restore(self, mark: Mark, position: int) -> None:
        self.trail.go_back_to(mark, position)
        self._mover.restore(mark)
