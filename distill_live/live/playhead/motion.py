"""How a playhead moves and where it is: everything the next sample depends on, except the codes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from distill_live.live.ipc.keepsake import Place
from distill_live.live.ipc.ring import Samples
from distill_live.live.past.passage import Piece

if TYPE_CHECKING:
    from distill_live.live.playhead.decoder import DecoderMark

_NOTHING = np.zeros(0, np.float32)


@dataclass(frozen=True)
class Hold:
    """Stay in a column, until ring position `end` if there is one. The rest of the column then
    fades out under the next one, within `fade` samples."""

    column: int
    end: int | None = None
    fade: int = 0


@dataclass(frozen=True)
class Route:
    """Pieces of the segment that are played one after the other, each the samples `begin` to `end`.

    If it `repeats`, the first piece follows the last one again. Otherwise the sound goes on from
    the last piece, beyond its end. `entries` are the decoder's states before the columns in which
    pieces begin, as far as they were needed.
    """

    pieces: tuple[Piece, ...]
    repeats: bool = True
    entries: dict[int, DecoderMark] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def begin(self) -> int:
        """The first sample of the segment that it plays."""
        return min(begin for begin, _ in self.pieces)

    @cached_property
    def end(self) -> int:
        """The sample after the last one that it plays."""
        return max(end for _, end in self.pieces)


@dataclass(frozen=True)
class Loop:
    """Repeat the segment's samples `begin` to `end`; each seam is a fade of `fade` samples.

    A pass begins with the decoder at `entry`, just before `column`. With a `route`, this is its
    piece number `piece`, and at the end the next piece follows.
    """

    begin: int
    end: int
    fade: int
    column: int
    entry: DecoderMark
    route: Route | None = None
    piece: int = 0

    @property
    def repeats(self) -> bool:
        """Whether it repeats until it is released."""
        return self.route is None or self.route.repeats

    @property
    def whole(self) -> Piece:
        """The samples, first and end, between which all of it lies."""
        return (self.route.begin, self.route.end) if self.route else (self.begin, self.end)

    def wrap(self, sample: int) -> int:
        """The place in the loop of a sample whose number may be beyond the loop's end."""
        return self.begin + (sample - self.begin) % (self.end - self.begin)

    def released(self) -> Loop | None:
        """How it goes on when it is released: to the end of its route, then forward."""
        if self.route is None or self.piece == len(self.route.pieces) - 1:
            return None
        return replace(self, route=replace(self.route, repeats=False))


Motion = Hold | Loop | None


def nothing() -> Samples:
    """No samples [0], which `joined` puts before any others."""
    return _NOTHING


@dataclass(frozen=True)
class State:
    """Everything that the next sample depends on, except the codes.

    `sample` is the next sample's place in the segment. `beyond` are samples that were made but not
    played, because a loop ends before them. `ending` is a sound that fades out under the next
    samples; `faded` of its samples have been played.
    """

    column: int
    sample: int
    motion: Motion = None
    beyond: Samples = field(default_factory=nothing)
    ending: Samples = field(default_factory=nothing)
    faded: int = 0

    def place(self, position: int, column: int) -> Place:
        """The same for a keepsake, at a ring position, where `column` is played next."""
        motion, place = self.motion, Place(position, column, self.sample)
        if isinstance(motion, Hold):
            return replace(place, hold=(motion.end, motion.fade))
        if motion is None:
            return place
        place = replace(place, loop=(motion.begin, motion.end, motion.fade), piece=motion.piece)
        if motion.route is None:
            return place
        return replace(place, route=motion.route.pieces, repeats=motion.route.repeats)
