"""What an engine leaves to its successor, kept in shared memory while it plays."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.rack.settings import EditSettings, Held, Partner
from distill_live.live.ipc.ring import AudioRing
from distill_live.shared_memory import SharedArray

#: How many past columns a timeline keeps: six minutes of 85 ms columns.
TIMELINE_COLUMNS = 4096
#: How many codes are kept, raw and edited: all columns of up to 64 codes, fewer larger ones.
KEPT_CODES = 64 * TIMELINE_COLUMNS
#: The numbers of a column that was heard: its ring positions, first and end, its column, its first
#: sample of the segment, and whether it was held.
HEARD_NUMBERS = 5
#: Bytes of a copy: 4 for each code, 8 for each number of a heard column, and the rest.
_COPY = 4 * KEPT_CODES + 8 * HEARD_NUMBERS * TIMELINE_COLUMNS + 2**20
#: How much of the old engine's sound must be left where the new one's begins, in samples: 20 ms, so
#: that one can fade into the other.
_OVERLAP = 960


@dataclass(frozen=True)
class Place:
    """Where a playhead stood before it made the sound from ring position `position` on: the next
    `column` and `sample` of the segment, and the motion, which is a hold (`end`, `fade`), a loop
    (`begin`, `end`, `fade`) or, without either, forward. A loop with a `route` is its piece number
    `piece`; whether the route `repeats` matters only then. `segment` is the number of its segment,
    or -1 if the sound before it was repeated there."""

    position: int
    column: int
    sample: int
    hold: tuple[int | None, int] | None = None
    loop: tuple[int, int, int] | None = None
    route: tuple[tuple[int, int], ...] = ()
    piece: int = 0
    repeats: bool = True
    segment: int = 0


@dataclass(frozen=True)
class Continuation:
    """All that a new engine needs in order to continue.

    `places` are where the playhead stood before each piece of sound that was not over, the oldest
    first. `raw` and `edited` [T, F, Q] are the timeline's columns from number `start` on; those
    before `segment_start` belong to another segment or were given. `drawn` and `again` say how
    columns were drawn, and how they must be drawn again. `take` is the present take, `takes` the
    highest so far. `edits` are those in use, `held` what each of them holds, and `partners` their
    second grids, without codes: control sends them to every new engine.
    `switches` is how many of the ring's switches are in the session log. `heard` are the columns of
    the segment that were heard [n, HEARD_NUMBERS], the oldest first, and `returns` where the sound
    went back, as for a `Past`.
    """

    places: tuple[Place, ...]
    start: int
    raw: NDArray[np.uint16]
    edited: NDArray[np.uint16]
    segment_start: int
    drawn: Mapping[int, Any]
    again: Mapping[int, Any]
    take: int
    takes: int
    edits: EditSettings
    held: Mapping[str, Held]
    partners: Mapping[str, Partner]
    switches: int
    heard: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, HEARD_NUMBERS), np.int64))
    returns: Mapping[int, int] = field(default_factory=dict)

    def settle(self, ring: AudioRing) -> Continuation:
        """The same with a single place: where to continue, so that it fits the sound in the ring.

        That is within the last column made, which is then made twice, so that the old sound can
        fade into the new one. A future that nobody has heard yet is made again as a whole.
        """
        place = self._place(ring)
        before = [one for one in self.places if one.position < place.position]
        ends = [one.position for one in (*before, place)][1:]
        heard = [
            (one.position, end, one.column, one.sample, one.hold is not None)
            for one, end in zip(before, ends, strict=True)
            if one.segment == place.segment
        ]
        rows = np.array(heard, np.int64).reshape(-1, HEARD_NUMBERS)
        return replace(self, places=(place,), heard=np.concatenate([self.heard, rows]))

    def _place(self, ring: AudioRing) -> Place:
        pending = ring.pending_switch()
        end = ring.written(ring.sounding_lane)
        if pending is not None and pending[1] <= end:
            first = next((one for one in self.places if one.position >= pending[1]), None)
            if first is not None and first.position <= max(end - _OVERLAP, pending[1]):
                return first
        last = max(end - _OVERLAP, ring.read_position)
        before = [one for one in self.places if one.position <= last]
        place = before[-1] if before else self.places[0]
        # A lane that begins after the end of the sounding one would never be reached.
        return replace(place, position=min(place.position, max(end, ring.read_position)))

    def plainly(self) -> Continuation:
        """The same without a hold or a loop, and with another take: for use after engines have
        failed there more than once."""
        places = tuple(replace(one, hold=None, loop=None, route=()) for one in self.places)
        return replace(self, places=places, take=self.takes + 1, takes=self.takes + 1, again={})


class Keepsake:
    """The newest `Continuation` of an engine, whenever and however it ends.

    There are two copies, written in turn, and a count that goes up last: a process that is killed
    has done everything before that moment, in order, and nothing after it. Each copy says for which
    count of the ring's switches it is valid. So a change can be saved before it is published, and
    the copy before it stays valid until then. It is read only when the process that wrote it has
    ended, so no fence is needed.
    """

    def __init__(self) -> None:
        self._bytes = SharedArray((2, _COPY), "u1")
        # How many were written; then for each copy its length and the count that it is valid for.
        self._marks = SharedArray((5,), "i8")

    def write(self, continuation: Continuation, switches: int) -> None:
        """Save a continuation that is valid once the ring has published so many switches."""
        data = np.frombuffer(pickle.dumps(continuation, pickle.HIGHEST_PROTOCOL), np.uint8)
        count = int(self._marks.array[0]) + 1
        copy, marks = count % 2, self._marks.array[1 + 2 * (count % 2) :]
        self._bytes.array[copy, : len(data)] = data
        marks[:2] = len(data), switches
        self._marks.array[0] = count

    def clear(self) -> None:
        """Forget everything, while no engine works."""
        self._marks.array[:] = 0

    def read(self, ring: AudioRing) -> Continuation | None:
        """What the last engine has left, once it has ended; None if it has left nothing."""
        count = int(self._marks.array[0])
        for number in (count, count - 1):
            copy = number % 2
            length, switches = self._marks.array[1 + 2 * copy :][:2].tolist()
            if number > 0 and switches == ring.published:
                data = self._bytes.array[copy, :length].tobytes()
                # Our own engine has written it, into memory that no other program can reach.
                kept: Continuation = pickle.loads(data)  # noqa: S301
                return kept
        return None
