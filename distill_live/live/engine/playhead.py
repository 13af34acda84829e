"""The playhead: which column is played next, in what motion, and how to go back to an earlier one.

Its calls and the codes in the timeline determine all that it does, so that the same calls give the
same samples again (see live/replay).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from distill_live.audio.fades import crossfade
from distill_live.audio.stereo.channels import joined
from distill_live.codes.timeline import Codes, Timeline
from distill_live.live.engine.decoder import ColumnDecoder
from distill_live.live.engine.motion import (
    Hold,
    Loop,
    Mark,
    Marks,
    Motion,
    Played,
    Route,
    State,
    nothing,
)
from distill_live.live.ipc.keepsake import Place
from distill_live.live.ipc.ring import Samples
from distill_live.live.past.grain_origins import GrainOrigins
from distill_live.live.past.past import HeardColumn, Past
from distill_live.live.past.recent import Recent
from distill_live.models.sound_settings import SoundSettings


class Playhead:
    """Moves over a timeline and makes samples, [N] or [N, C] as its decoder does; `position` is the
    next one's place in the ring."""

    def __init__(self, decoder: ColumnDecoder, timeline: Timeline, position: int) -> None:
        self._decoder = decoder
        self.timeline = timeline
        self.position = position
        #: How many segments there were before the present one.
        self.segment = 0
        self._state = State(0, 0)
        self._marks, self._recent = Marks(), Recent()
        self.past = Past()
        #: The grains that columns were last played with.
        self.grain_origins = GrainOrigins(timeline.capacity)

    @property
    def column(self) -> int:
        """The column to be pushed next."""
        return self._state.column

    @property
    def motion(self) -> Motion:
        """The hold or the loop that it is in; None while it moves forward."""
        return self._state.motion

    @property
    def frontier(self) -> int:
        """The first column that the present motion does not need yet."""
        return self._frontier(self._state)

    @property
    def past_columns(self) -> int:
        """How many columns before a column affect its sound."""
        return self._decoder.past_columns

    @property
    def sound(self) -> SoundSettings:
        """How columns are decoded."""
        return self._decoder.sound

    @property
    def remembered(self) -> int:
        """Samples that `repeat` could play again."""
        return self._recent.length

    def push(self, codes: Codes, laid: Codes | None = None) -> Samples:
        """Play `column` with these codes [1, F, Q]; returns the samples that this makes.

        `laid` [1, F, Q] are its codes before the edits, if they are not as drawn.
        """
        state = self._state
        raw = self.timeline.raw(state.column, state.column + 1)
        self._set_mark(Played(self.segment, raw[0], (raw if laid is None else laid)[0], codes[0]))
        self.timeline.set_edited(state.column, codes)
        made = self._decoder.push(codes)
        self.grain_origins.note(state.column, self._decoder.origin)
        end = self._decoder.start_of(state.column + 1)
        if isinstance(state.motion, Hold):
            return self._give(self._stay(state.motion, made, end))
        done = state.sample + len(state.beyond) - (end - len(made))
        made = joined(state.beyond, made[max(done, 0) :])
        self._state = replace(state, column=state.column + 1, beyond=nothing())
        return self._give(self._advance(made))

    def repeat(self, length: int, fade: int) -> Samples:
        """Play the last `length` samples again, or all that are remembered, without moving on.

        The seams before and after it are fades of up to `fade` samples.
        """
        self._set_mark(None)
        recent = self._recent.last(length)
        # Where the sound would go on to by itself, before the repetition and again after it.
        ending = joined(self._state.beyond, self._decoder.rest())[:fade]
        self._state = replace(self._state, ending=ending, faded=0)
        again = self._blend(recent)
        self._state = replace(self._state, ending=ending, faded=0)
        return self._give(again)

    def sound_at(self, position: int) -> tuple[int, int]:
        """(sample of the segment, column) at a ring position that is made, or the next."""
        mark = self._marks.at(position)
        state, gone = self._state, 0
        if mark is not None:
            state = mark.state
            gone = 0 if mark.repeated else min(position, self.position) - mark.position
        sample = state.sample + max(gone, 0)
        if isinstance(state.motion, Loop):
            sample = state.motion.wrap(sample)
        return sample, state.column

    def motion_at(self, position: int) -> Motion:
        """The motion in which the sound at a ring position was made, or will be."""
        mark = self._marks.at(position)
        made = mark is not None and position < self.position
        return mark.state.motion if mark and made else self._state.motion

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

    def made_columns(self, position: int) -> list[int]:
        """The columns of the sound that is made from a ring position on, each once."""
        if position >= self.position:
            return []
        begin = self._marks.at(position)
        marks = [
            mark
            for mark in self._marks
            if not mark.repeated and (begin is None or mark.position >= begin.position)
        ]
        return list(dict.fromkeys(mark.state.column for mark in marks))

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
        mark = self._marks.first(position)
        forward = self._state.motion is None and mark is not None
        return self._frontier(mark.state if mark and forward else self._state)

    def back_before(self, position: int) -> bool:
        """Go back to the beginning of the column at a ring position, to play it again.

        Returns False, and changes nothing, if no sound is made for that position yet.
        """
        mark = self._marks.at(position)
        if mark is None or position >= self.position:
            return False
        self._restore(mark, position)
        return True

    def back_after(self, position: int) -> bool:
        """Go back to the first column whose sound begins at or after a ring position.

        Returns False, and changes nothing, if no sound is made from there on yet.
        """
        mark = self._marks.at(position)
        if mark is None or not mark.repeated or position >= self.position:
            mark = self._marks.first(position)
        if mark is None:
            return False
        self._restore(mark, position)
        return True

    def jump(self, column: int, position: int, sample: int | None = None) -> None:
        """Play `column` from a ring position on, as it sounds after the columns before it.

        It is played from its beginning, or from `sample` of the segment, which it completes.
        """
        self._begin(column, position)
        start = self._decoder.start_of(column)
        self._state = State(column, start if sample is None else max(sample, start))

    def begin_segment(self, codes: Codes, position: int) -> None:
        """Forget the timeline; continue these codes [T, F, Q] from a ring position on."""
        self.timeline = Timeline(*self.timeline.shape, self.timeline.capacity)
        self.grain_origins = GrainOrigins(self.timeline.capacity)
        self.segment += 1
        self.timeline.append(codes)
        self.jump(self.timeline.end, position)

    def hold(self, end: int | None = None, fade: int = 0) -> None:
        """Stay in the next column, until `release` or up to ring position `end`."""
        start = self._decoder.start_of(self.column)
        self._state = State(self.column, start, Hold(self.column, end, fade))

    def loop(self, begin: int, end: int, fade: int, position: int) -> None:
        """From a ring position on, repeat the segment's samples from `begin` to `end`."""
        column = max(self._decoder.column_of(begin), self.timeline.start)
        self._begin(column, position)
        motion = Loop(begin, end, fade, column, self._decoder.mark())
        self._state = State(column, begin, motion)

    def route(
        self, pieces: Sequence[Sequence[int]], fade: int, position: int, repeats: bool
    ) -> None:
        """From a ring position on, play pieces of the segment one after the other: again and again
        if it `repeats`, otherwise once, and on from the last one. Each seam is a fade of `fade`
        samples."""
        route = Route(tuple((begin, end) for begin, end in pieces), repeats)
        begin, end = route.pieces[0]
        column = max(self._decoder.column_of(begin), self.timeline.start)
        self._begin(column, position)
        self._state = State(
            column, begin, Loop(begin, end, fade, column, self._decoder.mark(), route)
        )

    def places(self) -> tuple[Place, ...]:
        """Where it stood before each piece of sound that is not over, and where it stands now."""
        marks = [
            self._place(mark.position, mark.state, mark.played.segment if mark.played else -1)
            for mark in self._marks
        ]
        return (*marks, self._place(self.position, self._state, self.segment))

    def go_on(self, timeline: Timeline, place: Place) -> None:
        """Continue in a timeline from where another playhead stood."""
        self.timeline = timeline
        begin, position = place.column, place.position
        motion: Motion = None
        if place.hold is not None:
            motion = Hold(place.column, *place.hold)
        elif place.loop is not None:
            entry = max(self._decoder.column_of(place.loop[0]), timeline.start)
            self._begin(entry, position)
            route = Route(place.route, place.repeats) if place.route else None
            motion = Loop(*place.loop, entry, self._decoder.mark(), route, place.piece)
            begin = max(begin, entry)
        self._begin(begin, position)
        sample = max(place.sample, self._decoder.start_of(begin))
        self._state = State(begin, sample, motion)

    def clarify(self, amount: float) -> None:
        """Decode columns with this amount of clarity, 0..1.5, from now on."""
        self._decoder.sound = replace(self.sound, clarity=amount)

    def use_grains(self, amount: float, reach: float) -> None:
        """Play so much grain, 0..1, with such a reach, 1..40 dB, from now on."""
        self._decoder.sound = replace(self.sound, grain=amount, reach=reach)

    def release(self) -> None:
        """Move forward again, from where the motion is now; a route is played to its end."""
        motion = self._state.motion
        going_on = motion.released() if isinstance(motion, Loop) else None
        self._state = replace(self._state, motion=going_on)

    def forget_before(self, position: int) -> None:
        """Drop the marks of sound that is over, and remember its columns as heard."""
        for column in self._marks.forget_before(position):
            self.past.append(column)

    def heard(self, position: int, count: int, length: int) -> Codes:
        """The last `count` columns [T, F, Q] of `length` samples that were heard up to a ring
        position, as far as that is known."""
        now = self._marks.heard(position)
        return self.past.codes(now, position, count, length, self.timeline.shape)

    def back_from(self, position: int) -> Iterator[HeardColumn]:
        """What is heard before a ring position, the last column first; see `Past.back_from`."""
        return self.past.back_from(position, self._marks.heard(min(position, self.position)))

    def _place(self, position: int, state: State, segment: int) -> Place:
        # The column that completes the samples beyond a loop makes them again.
        column = self._decoder.column_of(state.sample) if len(state.beyond) else state.column
        return replace(state.place(position, column), segment=segment)

    def _stay(self, hold: Hold, made: Samples, end: int) -> Samples:
        """The part of a held column that may be played: all, or what the hold has room for.

        `end` is the sample of the segment at which the column ends.
        """
        left = len(made) if hold.end is None else max(hold.end - self.position, 0)
        if hold.end is None or left > len(made):
            # A segment's first column is shorter the first time it is played.
            self._state = replace(self._state, sample=end - self._decoder.column_samples)
            return self._blend(made)
        played = self._blend(made[:left])
        self._state = State(hold.column + 1, end, ending=made[left:][: hold.fade])
        return played

    def _frontier(self, state: State) -> int:
        motion = state.motion
        if isinstance(motion, Hold):
            return motion.column + 1
        if isinstance(motion, Loop):
            return self._decoder.column_of(motion.whole[1] + motion.fade) + 1
        return state.column

    def _advance(self, made: Samples) -> Samples:
        """The part of the samples made that may be played: all, or what a loop has room for."""
        loop = self._state.motion
        count = (
            min(len(made), loop.end - self._state.sample) if isinstance(loop, Loop) else len(made)
        )
        played, beyond = self._blend(made[:count]), made[count:]
        self._state = replace(self._state, sample=self._state.sample + count, beyond=beyond)
        if isinstance(loop, Loop) and len(beyond) >= loop.fade:
            # If a piece is shorter than a fade, the sound before it is still fading out.
            ending = self._blend(beyond[: loop.fade])
            self._state = self._begin_pass(loop, ending)
        return played

    def _begin_pass(self, loop: Loop, ending: Samples) -> State:
        """The state at the beginning of the next pass of a loop, or of the next piece of its route,
        under which `ending` fades out."""
        route = loop.route
        if route is None:
            self._decoder.restore(loop.entry)
            return State(loop.column, loop.begin, loop, ending=ending)
        number = (loop.piece + 1) % len(route.pieces)
        begin, end = route.pieces[number]
        column = max(self._decoder.column_of(begin), self.timeline.start)
        self._get_ready(column, route)
        motion: Motion = None
        if route.repeats or number < len(route.pieces) - 1:
            motion = Loop(begin, end, loop.fade, column, self._decoder.mark(), route, number)
        return State(column, begin, motion, ending=ending)

    def _get_ready(self, column: int, route: Route) -> None:
        """Get the decoder ready for a column in which a piece of a route begins."""
        last = self._marks.newest
        if self._state.column == column:
            # It has just played the column before it.
            return
        if last.state.column == column and not last.repeated:
            self._decoder.restore(last.decoder)
        elif column in route.entries:
            self._decoder.restore(route.entries[column])
        else:
            self._begin_decoder(column)
            route.entries[column] = self._decoder.mark()

    def _blend(self, samples: Samples) -> Samples:
        """The samples, with the sound that still fades out under them."""
        state = self._state
        old = state.ending[state.faded : state.faded + len(samples)]
        if not len(old):
            return samples
        blended = samples.copy()
        blended[: len(old)] = crossfade(old, samples[: len(old)], state.faded, len(state.ending))
        self._state = replace(state, faded=state.faded + len(old))
        return blended

    def _give(self, samples: Samples) -> Samples:
        self._recent.append(self.position, samples)
        self.position += len(samples)
        return samples

    def _set_mark(self, played: Played | None) -> None:
        self._marks.append(Mark(self.position, self._state, self._decoder.mark(), played))

    def _restore(self, mark: Mark, position: int) -> None:
        self._marks.go_back_to(mark)
        self._decoder.restore(mark.decoder)
        self._state = mark.state
        self._rewind_ring(max(position, mark.position) if mark.repeated else mark.position)

    def _begin(self, column: int, position: int) -> None:
        """Get the decoder ready for `column`, for sound from a ring position on."""
        self._marks.drop_from(position)
        self._rewind_ring(position)
        self._begin_decoder(column)

    def _begin_decoder(self, column: int) -> None:
        """Get the decoder ready for `column`, as it sounds after the columns before it."""
        first = max(column - self._decoder.past_columns, self.timeline.start)
        self._decoder.begin(column, self.timeline.edited(first, column))

    def _rewind_ring(self, position: int) -> None:
        self.position = position
        self._recent.cut(position)
