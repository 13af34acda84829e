"""What makes the sound go on from somewhere else: rewinds, loops, recordings and clips.

A rewind or a loop of what was played without a jump plays the same columns of the timeline again.
What was heard over several passes of a loop or a clip is a route: pieces of the timeline, one after
the other. If the timeline does not have them any more, they are copied to its end.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from distill_live.codes.timeline import Codes
from distill_live.live.engine.generator import StreamGenerator
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.live.past.passage import Passage, Piece
from distill_live.live.past.past import HeardColumn, Row

#: The shortest loop, in samples: 50 ms.
SHORTEST_LOOP = 2_400


class Jumps:
    """Makes a generator jump. A column has `column_samples` samples; `say` takes a line of text for
    the performer."""

    def __init__(
        self, generator: StreamGenerator, column_samples: int, say: Callable[[str], None]
    ) -> None:
        self._generator, self._column_samples, self._say = generator, column_samples, say
        self._playhead = generator.playhead

    def rewind(self, seconds: float, take: int | None) -> None:
        """Go back by `seconds` of what was heard, to the sample. The columns that follow are drawn
        as take `take`, or (None) played as they were before."""
        generator, at = self._generator, self._soonest()
        passage = self._passage(at, seconds)
        if take is not None:
            generator.draw = generator.draw._replace(take=take)
        with generator.pace.jump:
            if passage.is_one_piece_of(self._playhead.segment):
                self._rewind_timeline(at, seconds, take, passage)
            else:
                self._tell_missing(passage)
                if take is None:
                    self._play_again(passage, at, repeats=False)
                else:
                    self._leave(passage, at)
            generator.publish_jump(at, passage.begins_at)

    def loop(self, seconds: float) -> None:
        """Repeat the last `seconds` seconds that were heard, until `release`."""
        generator, at = self._generator, self._soonest()
        passage, wanted = self._passage(at, seconds), round(seconds * SAMPLE_RATE)
        in_timeline = passage.is_one_piece_of(self._playhead.segment)
        end = self._end(passage, at)
        begin = max(end - wanted, generator.edited.oldest * self._column_samples)
        length = end - begin if in_timeline else passage.length
        if length < SHORTEST_LOOP:
            self._say("there is nothing to loop yet: a loop repeats what has just been played")
            return
        if length < wanted:
            self._say(
                f"the loop lasts only {length / SAMPLE_RATE:.2f} s: nothing earlier is available"
            )
        with generator.pace.jump:
            if in_timeline:
                generator.do("loop", begin=begin, end=end, fade=generator.fade, position=at)
            else:
                self._play_again(passage, at, repeats=True)
            generator.publish_jump(at)

    def loop_columns(self, first: int, count: int) -> None:
        """Repeat `count` columns of the present segment, from the one with the number `first` on,
        until `release`."""
        generator = self._generator
        oldest, drawn = generator.edited.oldest, generator.timeline.end
        last = first + count - 1
        if first < oldest or last >= drawn:
            self._say(
                f"columns {first}..{last} cannot be looped; legal: {oldest}..{drawn - 1}, counted "
                "from the last prime or clip"
            )
            return
        at = self._soonest()
        begin = self._playhead.start_of(first)
        end = max(self._playhead.start_of(first + count), begin + SHORTEST_LOOP)
        with generator.pace.jump:
            generator.do("loop", begin=begin, end=end, fade=generator.fade, position=at)
            generator.publish_jump(at)

    def prime(self, codes: Codes) -> None:
        """Continue from these codes [T, F, Q]: a new segment, with a crossfade to it.

        Raises CodesError when they do not fit the model.
        """
        generator = self._generator
        generator.require_fit(codes)
        # From one of the prior's anchors on, the codes need not be stepped through one by one.
        half = generator.sampler.context_columns // 2
        codes = codes[len(codes) % half if len(codes) > half else 0 :]
        at = self._soonest()
        with generator.pace.jump:
            generator.begin_segment(codes, at, len(codes))
            generator.publish_jump(at)

    def play_clip(self, codes: Codes, length: int) -> None:
        """Loop the first `length` samples of these codes [T, F, Q] as they are, until `release`: a
        new segment, with a crossfade to it. Then the prior continues from them.

        Raises CodesError when they do not fit the model.
        """
        generator = self._generator
        generator.require_fit(codes)
        end = max(min(length, len(codes) * self._column_samples), SHORTEST_LOOP)
        # The end of the sound depends on the columns after it: on the next ones of the clip, or, as
        # it repeats, on its first ones.
        columns = self._playhead.column_of(end + generator.fade) + 1
        codes = codes[np.arange(columns) % len(codes)]
        at = self._soonest()
        with generator.pace.jump:
            generator.begin_segment(codes, at, 0)
            generator.clip_columns = len(codes)
            generator.do("loop", begin=0, end=end, fade=generator.fade, position=at)
            generator.publish_jump(at)

    def _soonest(self) -> int:
        """The ring position at which a jump can be heard."""
        return self._generator.pace.soonest_jump(self._playhead.position)

    def _passage(self, at: int, seconds: float) -> Passage:
        """The last seconds that are heard before a ring position."""
        most = self._generator.timeline.capacity * 3 // 4
        return Passage(self._playhead.trail.back_from(at), round(seconds * SAMPLE_RATE), most)

    def _end(self, passage: Passage, at: int) -> int:
        """The sample of the segment at which a passage ends that lies in one piece of it."""
        if passage.columns:
            return passage.columns[-1].last_sample
        return self._playhead.sound_at(at)[0]

    def _rewind_timeline(self, at: int, seconds: float, take: int | None, passage: Passage) -> None:
        """Go back in the timeline, where all that was heard is in one piece."""
        oldest, end = self._generator.edited.oldest, self._end(passage, at)
        sample = end - round(seconds * SAMPLE_RATE)
        wanted = self._playhead.column_of(sample)
        column = max(wanted, oldest)
        if wanted < column:
            self._tell_short((end - column * self._column_samples) / SAMPLE_RATE)
        self._generator.cut(column, again=take is None)
        self._generator.do("jump", column=column, position=at, sample=sample)

    def _play_again(self, passage: Passage, at: int, repeats: bool) -> None:
        """Play a passage as it was heard, once or again and again; each of its columns is edited
        afresh."""
        generator, playhead = self._generator, self._playhead
        pieces = passage.pieces_in(playhead.segment, generator.timeline)
        if pieces is None:
            pieces = self._copy(passage, at)
        if len(pieces) > 1:
            generator.do("route", pieces=pieces, fade=generator.fade, position=at, repeats=repeats)
            return
        [(begin, end)] = pieces
        if repeats:
            generator.do("loop", begin=begin, end=end, fade=generator.fade, position=at)
        else:
            column = playhead.column_of(begin)
            generator.do("jump", column=column, position=at, sample=begin)

    def _copy(self, passage: Passage, at: int) -> list[Piece]:
        """Copy a passage to the end of the timeline, from which the prior goes on; returns its
        pieces there."""
        first = self._give_before(passage, at, passage.columns)
        return passage.pieces_at(first, self._column_samples)

    def _leave(self, passage: Passage, at: int) -> None:
        """Go on differently from where a passage begins."""
        place = passage.columns[0]
        column = self._give_before(passage, at, [])
        sample = place.sample + (column - place.column) * self._column_samples
        self._generator.do("jump", column=column, position=at, sample=sample)

    def _give_before(self, passage: Passage, at: int, columns: list[HeardColumn]) -> int:
        """Put what the prior and the decoder need to go on from into the timeline, and `columns`
        after it; returns the number of the first of them."""
        generator, half = self._generator, self._generator.sampler.context_columns // 2
        # What will not be heard must not come in between.
        generator.cut(self._playhead.unheard_column(at))
        count = max(half, self._playhead.past_columns)
        # The next column that is drawn is one of the prior's anchors, as after a prime.
        count += -(generator.timeline.end + count + len(columns)) % half
        before = passage.before(count)
        shape = generator.timeline.shape
        generator.give(
            _grid([one.laid for one in (*before, *columns)], shape),
            _grid([one.codes for one in before], shape),
        )
        return generator.timeline.end - len(columns)

    def _tell_missing(self, passage: Passage) -> None:
        if passage.missing:
            self._tell_short(passage.length / SAMPLE_RATE)

    def _tell_short(self, seconds: float) -> None:
        self._say(f"rewind went back only {max(seconds, 0.0):.1f} s: nothing earlier is available")


def _grid(rows: list[Row], shape: tuple[int, int]) -> Codes:
    """Columns of this shape as [T, F, Q], also if there are none."""
    return np.array(rows, np.int64).reshape(-1, *shape)
