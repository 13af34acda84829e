"""Moves over the timeline: forward, held, in a loop or on a route; what is made on the way is cut
and faded so that each seam is where it should be."""

from __future__ import annotations

from dataclasses import replace

from distill_live.audio.fades import crossfade
from distill_live.audio.stereo.channels import joined
from distill_live.codes.timeline import Timeline
from distill_live.live.ipc.keepsake import Place
from distill_live.live.ipc.ring import Samples
from distill_live.live.past.passage import Piece
from distill_live.live.playhead.decoder import ColumnDecoder
from distill_live.live.playhead.marks import Mark
from distill_live.live.playhead.motion import Hold, Loop, Motion, Route, State, nothing


class Mover:
    """Knows where the next sample is, in `state`, and has the decoder ready for its column."""

    def __init__(self, decoder: ColumnDecoder, timeline: Timeline) -> None:
        self._decoder = decoder
        self.timeline = timeline
        self.state = State(0, 0)

    def frontier(self, state: State) -> int:
        """The first column that the motion of a state does not need yet."""
        motion = state.motion
        if isinstance(motion, Hold):
            return motion.column + 1
        if isinstance(motion, Loop):
            return self._decoder.column_of(motion.whole[1] + motion.fade) + 1
        return state.column

    def advance(self, made: Samples, mark: Mark) -> Samples:
        """Go on by a column that was decoded into the samples `made`; returns what is played.

        `mark` is where it was before that.
        """
        state = self.state
        end = self._decoder.start_of(state.column + 1)
        if isinstance(state.motion, Hold):
            return self._stay(state.motion, made, end, mark.position)
        done = state.sample + len(state.beyond) - (end - len(made))
        made = joined(state.beyond, made[max(done, 0) :])
        self.state = replace(state, column=state.column + 1, beyond=nothing())
        return self._go_forward(made, mark)

    def repeat(self, samples: Samples, fade: int) -> Samples:
        """Stay here while `samples` are played; the seams before and after them are fades of up to
        `fade` samples."""
        # Where the sound would go on to by itself, before the repetition and again after it.
        ending = joined(self.state.beyond, self._decoder.rest())[:fade]
        self.state = replace(self.state, ending=ending, faded=0)
        again = self._blend(samples)
        self.state = replace(self.state, ending=ending, faded=0)
        return again

    def restore(self, mark: Mark) -> None:
        """Go back to a mark."""
        self._decoder.restore(mark.decoder)
        self.state = mark.state

    def jump(self, column: int, sample: int | None = None) -> None:
        """Go to the beginning of `column`, or to `sample` of the segment, which it completes."""
        self._begin(column)
        start = self._decoder.start_of(column)
        self.state = State(column, start if sample is None else max(sample, start))

    def hold(self, end: int | None, fade: int) -> None:
        """Stay in the next column, up to ring position `end` if there is one."""
        column = self.state.column
        self.state = State(column, self._decoder.start_of(column), Hold(column, end, fade))

    def loop(self, piece: Piece, fade: int, route: Route | None = None) -> None:
        """Go to the beginning of a piece of the segment and repeat it; of a `route`, it is the
        first piece."""
        begin, end = piece
        column = self._first_column(begin)
        self._begin(column)
        self.state = State(
            column, begin, Loop(begin, end, fade, column, self._decoder.mark(), route)
        )

    def release(self) -> None:
        """Move forward again, from where the motion is now; a route is played to its end."""
        motion = self.state.motion
        going_on = motion.released() if isinstance(motion, Loop) else None
        self.state = replace(self.state, motion=going_on)

    def go_on(self, timeline: Timeline, place: Place) -> None:
        """Continue in a timeline from where another stood."""
        self.timeline = timeline
        begin = place.column
        motion: Motion = None
        if place.hold is not None:
            motion = Hold(place.column, *place.hold)
        elif place.loop is not None:
            entry = self._first_column(place.loop[0])
            self._begin(entry)
            route = Route(place.route, place.repeats) if place.route else None
            motion = Loop(*place.loop, entry, self._decoder.mark(), route, place.piece)
            begin = max(begin, entry)
        self._begin(begin)
        self.state = State(begin, max(place.sample, self._decoder.start_of(begin)), motion)

    def place(self, position: int, state: State, segment: int) -> Place:
        """A state of a segment at a ring position, for a keepsake."""
        # The column that completes the samples beyond a loop makes them again.
        column = self._decoder.column_of(state.sample) if len(state.beyond) else state.column
        return replace(state.place(position, column), segment=segment)

    def _stay(self, hold: Hold, made: Samples, end: int, position: int) -> Samples:
        """The part of a held column that may be played: all, or what the hold has room for after a
        ring position.

        `end` is the sample of the segment at which the column ends.
        """
        left = len(made) if hold.end is None else max(hold.end - position, 0)
        if hold.end is None or left > len(made):
            # A segment's first column is shorter the first time it is played.
            self.state = replace(self.state, sample=end - self._decoder.column_samples)
            return self._blend(made)
        played = self._blend(made[:left])
        self.state = State(hold.column + 1, end, ending=made[left:][: hold.fade])
        return played

    def _go_forward(self, made: Samples, mark: Mark) -> Samples:
        """The part of the samples made that may be played: all, or what a loop has room for."""
        loop = self.state.motion
        count = (
            min(len(made), loop.end - self.state.sample) if isinstance(loop, Loop) else len(made)
        )
        played, beyond = self._blend(made[:count]), made[count:]
        self.state = replace(self.state, sample=self.state.sample + count, beyond=beyond)
        if isinstance(loop, Loop) and len(beyond) >= loop.fade:
            # If a piece is shorter than a fade, the sound before it is still fading out.
            ending = self._blend(beyond[: loop.fade])
            self.state = self._begin_pass(loop, ending, mark)
        return played

    def _begin_pass(self, loop: Loop, ending: Samples, mark: Mark) -> State:
        """The state at the beginning of the next pass of a loop, or of the next piece of its route,
        under which `ending` fades out."""
        route = loop.route
        if route is None:
            self._decoder.restore(loop.entry)
            return State(loop.column, loop.begin, loop, ending=ending)
        number = (loop.piece + 1) % len(route.pieces)
        begin, end = route.pieces[number]
        column = self._first_column(begin)
        self._get_ready(column, route, mark)
        motion: Motion = None
        if route.repeats or number < len(route.pieces) - 1:
            motion = Loop(begin, end, loop.fade, column, self._decoder.mark(), route, number)
        return State(column, begin, motion, ending=ending)

    def _get_ready(self, column: int, route: Route, mark: Mark) -> None:
        """Get the decoder ready for a column in which a piece of a route begins; `mark` is where it
        was one column before."""
        if self.state.column == column:
            # It has just played the column before it.
            return
        if mark.state.column == column:
            self._decoder.restore(mark.decoder)
        elif column in route.entries:
            self._decoder.restore(route.entries[column])
        else:
            self._begin(column)
            route.entries[column] = self._decoder.mark()

    def _blend(self, samples: Samples) -> Samples:
        """The samples, with the sound that still fades out under them."""
        state = self.state
        old = state.ending[state.faded : state.faded + len(samples)]
        if not len(old):
            return samples
        blended = samples.copy()
        blended[: len(old)] = crossfade(old, samples[: len(old)], state.faded, len(state.ending))
        self.state = replace(state, faded=state.faded + len(old))
        return blended

    def _first_column(self, sample: int) -> int:
        """The column with which to begin, to play from a sample of the segment on."""
        return max(self._decoder.column_of(sample), self.timeline.start)

    def _begin(self, column: int) -> None:
        """Get the decoder ready for `column`, as it sounds after the columns before it."""
        first = max(column - self._decoder.past_columns, self.timeline.start)
        self._decoder.begin(column, self.timeline.edited(first, column))
