"""The audio ring: sound that is made but not yet heard, in lanes, shared by two processes.

The engine writes, the audio process reads; nobody waits and nobody locks. Samples have absolute
positions, so sound that is still to come can be replaced: the engine writes the new future into a
lane that nobody reads and publishes `(lane, at)`; the reader changes lanes at the later of `at` and
now.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from distill_live.memory_order import fence
from distill_live.shared_memory import SharedArray

Samples = NDArray[np.float32]

#: The sample rate of all sound before the last mile, in Hz.
SAMPLE_RATE = 48_000
#: How many samples a lane holds: 5.5 s at 48 kHz. A power of two, so that positions wrap cheaply.
CAPACITY = 2**18
#: How many samples behind the reader the writer leaves alone, for a block that is being read.
MARGIN = 2**14
#: One lane sounds, one is just being changed to, one waits in a newer switch, one is free. With
#: three, a writer that replaces its switch in that instant would have to wait for the reader.
LANES = 4

#: The reader's marks, then the writer's.
_READ, _TAKEN, _SOUNDING, _CLAIMED = 0, 1, 2, 3
_PUBLISHED, _BEGIN, _WRITTEN = 4, 5, 5 + LANES
_FIRST_SLOT = _WRITTEN + LANES
#: How many switches are remembered. Each is (lane, at, fade), written by the writer, and (count,
#: position), written by the reader.
SLOTS = 64
_FIELDS, _BY_READER = 5, 3


class Switch(NamedTuple):
    """The `number`-th change of lanes: to `lane`, at position `at`, with a fade of `fade`
    samples."""

    number: int
    lane: int
    at: int
    fade: int


class AudioRing:
    """Lanes of float32 samples at absolute positions; one writer, one reader.

    Samples are [n] with one channel, [n, channels] with several; a position is that of a sample of
    every channel. What has one channel goes to all of them.

    Every mark is one aligned 8-byte integer with a single writer. What a mark announces is written
    before the mark, with a fence in between: samples before `written`, a switch before `published`,
    the position of a switch before `taken`. A process that has read a mark passes a fence before it
    uses what the mark announces or frees. So nobody sees half of anything.

    Two rules together keep the lanes safe. The reader claims a lane before it reads it, and reads
    it only if the switch to it is still the newest then. The writer publishes a switch before it
    looks for a free lane, and takes none that sounds, is claimed or was published last. Both have
    a fence between the two steps: whoever comes second sees the other, and a claimed lane stays
    whole while it sounds.
    """

    def __init__(self, channels: int = 1) -> None:
        self.channels = channels
        # Channel by channel, so that numpy works along the time, many samples at once.
        shape = (CAPACITY,) if channels == 1 else (channels, CAPACITY)
        self._lanes = SharedArray((LANES, *shape), "f4")
        self._marks = SharedArray((_FIRST_SLOT + _FIELDS * SLOTS,), "i8")

    def reset(self) -> None:
        """Empty the ring and begin at position 0 again, while nobody reads or writes it."""
        self._marks.array[:] = 0

    @property
    def read_position(self) -> int:
        """Position of the next sample that the reader takes."""
        return int(self._marks.array[_READ])

    @property
    def published(self) -> int:
        """How many switches the writer has published."""
        return int(self._marks.array[_PUBLISHED])

    @property
    def taken(self) -> int:
        """Count of the newest switch that the reader has made; 0 before the first."""
        return int(self._marks.array[_TAKEN])

    @property
    def switch_pending(self) -> bool:
        """Whether the newest switch is still to be made."""
        return self.taken < self.published

    @property
    def sounding_lane(self) -> int:
        """The lane that the reader reads."""
        return int(self._marks.array[_SOUNDING])

    def written(self, lane: int) -> int:
        """Position after the last sample written into `lane`."""
        return int(self._marks.array[_WRITTEN + lane])

    def silence(self, count: int) -> Samples:
        """New zeros [count] or [count, channels], in memory channel by channel as in the ring."""
        return np.zeros(count if self.channels == 1 else (self.channels, count), np.float32).T

    def room(self, position: int) -> int:
        """How many samples may be written from `position` on without touching unread ones.

        The last `MARGIN` samples that were read stay, too.
        """
        return self.read_position + CAPACITY - MARGIN - position

    # The writer's side.

    def begin_future(self, at: int) -> int:
        """An empty lane for a new future that begins at position `at`.

        It neither sounds nor waits in a switch, whatever the reader does meanwhile.
        """
        marks = self._marks.array
        fence()
        # From now on a reader can only claim the lane that was published last.
        claimed = marks[_CLAIMED]
        # In this order: a claimed lane may begin to sound between the two reads.
        fence()
        busy = {claimed, marks[_SOUNDING], self._slot(self.published)[0]}
        fence()
        lane = next(lane for lane in range(LANES) if lane not in busy)
        marks[_BEGIN + lane] = marks[_WRITTEN + lane] = at
        return lane

    def write(self, lane: int, samples: Samples) -> None:
        """Append samples, [N] or as the ring has them, to a lane.

        Raises ValueError when they do not fit (see `room`), or have other channels.
        """
        if samples.ndim == 2 and samples.shape[1] != self.channels:
            raise ValueError(f"the ring has {self.channels} channels, not {samples.shape[1]}")
        start = self.written(lane)
        if len(samples) > self.room(start):
            raise ValueError(f"{len(samples)} samples do not fit, room is {self.room(start)}")
        fence()
        first = start % CAPACITY
        head = min(len(samples), CAPACITY - first)
        self._lanes.array[lane, ..., first : first + head] = samples[:head].T
        self._lanes.array[lane, ..., : len(samples) - head] = samples[head:].T
        fence()
        self._marks.array[_WRITTEN + lane] = start + len(samples)

    def content(self, lane: int, start: int, end: int) -> Samples:
        """A copy of the samples at `start`..`end` of a lane.

        Raises ValueError where the lane holds none, or no longer.
        """
        written = self.written(lane)
        first = max(int(self._marks.array[_BEGIN + lane]), written - CAPACITY)
        if not first <= start <= end <= written:
            raise ValueError(
                f"lane {lane} holds samples {first}..{written}, {start}..{end} were asked for"
            )
        out = self.silence(end - start)
        self.copy_out(lane, start, out)
        return out

    def switch(self, lane: int, at: int, fade: int) -> int:
        """Let the reader change to `lane` at position `at`, or now if that is past.

        The old sound fades out while the new one fades in, over `fade` samples. A switch that the
        reader has not made yet is skipped, so the present sound should last until `at`. Returns
        the count of this switch.
        """
        count = self.published + 1
        self._slot(count)[:_BY_READER] = (lane, at, fade)
        fence()
        self._marks.array[_PUBLISHED] = count
        return count

    def pending_switch(self) -> tuple[int, int, int] | None:
        """The newest switch `(lane, at, fade)` if it is still to be made."""
        if not self.switch_pending:
            return None
        lane, at, fade = self._slot(self.published)[:_BY_READER].tolist()
        return lane, at, fade

    def taken_at(self, count: int) -> int | None:
        """The position at which a switch was made; None if it was skipped or is still to be made.

        For the writer; it knows the last `SLOTS` switches.
        """
        if count > self.taken:
            return None
        fence()
        # From now on only a switch that is not published yet could change the slot.
        made, position = self._slot(count)[_BY_READER:].tolist()
        return position if made == count else None

    # The reader's side.

    def next_switch(self) -> Switch | None:
        """The newest switch if it is still to be made; its lane is not safe before `claim`."""
        count = self.published
        if count == self.taken:
            return None
        fence()
        lane, at, fade = self._slot(count)[:_BY_READER].tolist()
        return Switch(count, lane, at, fade)

    def claim(self, switch: Switch) -> bool:
        """Keep the writer off the switch's lane; False if there is a newer switch by now."""
        self._marks.array[_CLAIMED] = switch.lane
        fence()
        return self.published == switch.number

    def take_switch(self, switch: Switch, position: int) -> None:
        """Say that a claimed switch was made at `position`, so that the old lane is free."""
        fence()
        self._slot(switch.number)[_BY_READER:] = (switch.number, position)
        self._marks.array[_SOUNDING] = switch.lane
        fence()
        self._marks.array[_TAKEN] = switch.number

    def copy_out(self, lane: int, position: int, out: Samples) -> None:
        """Fill `out`, [n] or [n, channels] as the ring, with the lane's samples from `position` on;
        zeros where it has none."""
        count = min(max(self.written(lane) - position, 0), len(out))
        fence()
        missing = min(max(int(self._marks.array[_BEGIN + lane]) - position, 0), count)
        first = position % CAPACITY
        head = min(count, CAPACITY - first)
        out.T[..., :head] = self._lanes.array[lane, ..., first : first + head]
        out.T[..., head:count] = self._lanes.array[lane, ..., : count - head]
        out[:missing] = 0.0
        out[count:] = 0.0

    def advance(self, count: int) -> None:
        """Move the read position on by `count` samples, which must have been copied."""
        fence()
        self._marks.array[_READ] += count

    def _slot(self, count: int) -> NDArray[Any]:
        first = _FIRST_SLOT + _FIELDS * (count % SLOTS)
        return self._marks.array[first : first + _FIELDS]
