"""The audio ring: sound that is made but not yet heard, in two lanes, shared by two processes.

The engine writes, the audio process reads; nobody waits and nobody locks. Samples have absolute
positions, so what lies ahead can be replaced: the engine writes the new future into the lane that
does not sound and publishes `(lane, at)`; the reader changes lanes at the later of `at` and now.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.shared_memory import SharedArray

Samples = NDArray[np.float32]

#: Of all sound before the last mile, in Hz.
SAMPLE_RATE = 48_000
#: Samples a lane holds; 5.5 s at 48 kHz. A power of two, so that positions wrap cheaply.
CAPACITY = 2**18
#: Samples that the writer leaves free behind the reader, for a block that is just being read.
MARGIN = 2**14

_READ, _TAKEN, _PUBLISHED, _WRITTEN = 0, 1, 2, 3
_SLOTS, _FIRST_SLOT = 8, 8


class AudioRing:
    """Two lanes of mono float32 samples at absolute positions; one writer, one reader.

    Every mark is one aligned 8-byte integer with a single writer. A switch is written into one of
    eight slots before the count of switches goes up, so a reader never sees half of it.
    """

    def __init__(self) -> None:
        self._lanes = SharedArray((2, CAPACITY), "f4")
        self._marks = SharedArray((_FIRST_SLOT + 3 * _SLOTS,), "i8")

    @property
    def read_position(self) -> int:
        """Position of the next sample that the reader takes."""
        return int(self._marks.array[_READ])

    @property
    def switch_pending(self) -> bool:
        """Whether a published switch has not been taken yet."""
        return bool(self._marks.array[_TAKEN] < self._marks.array[_PUBLISHED])

    @property
    def sounding_lane(self) -> int:
        """The lane that the reader reads."""
        return int(self._slot(int(self._marks.array[_TAKEN]))[0])

    def written(self, lane: int) -> int:
        """Position after the last sample written into `lane`."""
        return int(self._marks.array[_WRITTEN + lane])

    def room(self, position: int) -> int:
        """How many samples may be written from `position` on without touching what is to be read.

        Also what has just been read stays, for `MARGIN` samples.
        """
        return self.read_position + CAPACITY - MARGIN - position

    def begin_future(self, at: int) -> int:
        """The lane to write a new future into, emptied from position `at` on.

        It is the lane that does not sound. While a switch is pending, that lane already waits to be
        heard, and what it holds before `at` stays.
        """
        # Read once: the reader may take the switch at any moment.
        taken = int(self._marks.array[_TAKEN])
        lane = 1 - int(self._slot(taken)[0])
        pending = taken < self._marks.array[_PUBLISHED]
        end = min(self.written(lane), at) if pending else at
        self._marks.array[_WRITTEN + lane] = end
        return lane

    def write(self, lane: int, samples: Samples) -> None:
        """Append samples [N] to a lane. Raises ValueError when they do not fit (see `room`)."""
        start = self.written(lane)
        if len(samples) > self.room(start):
            raise ValueError(f"{len(samples)} samples do not fit, room is {self.room(start)}")
        first = start % CAPACITY
        head = min(len(samples), CAPACITY - first)
        self._lanes.array[lane, first : first + head] = samples[:head]
        self._lanes.array[lane, : len(samples) - head] = samples[head:]
        self._marks.array[_WRITTEN + lane] = start + len(samples)

    def switch(self, lane: int, at: int, fade: int) -> None:
        """Let the reader change to `lane` at position `at`, or now if that is past.

        The old lane fades out while the new one fades in, over `fade` samples. A switch to that
        lane that is still pending stays as it is.
        """
        pending = self.pending_switch()
        if pending and pending[0] == lane and pending[1] <= at:
            return
        count = int(self._marks.array[_PUBLISHED]) + 1
        self._slot(count)[:] = (lane, at, fade)
        self._marks.array[_PUBLISHED] = count

    def pending_switch(self) -> tuple[int, int, int] | None:
        """The newest switch `(lane, at, fade)` that was not taken yet."""
        if not self.switch_pending:
            return None
        lane, at, fade = self._slot(int(self._marks.array[_PUBLISHED]))
        return int(lane), int(at), int(fade)

    def take_switch(self) -> None:
        """Say that the newest switch has been made."""
        self._marks.array[_TAKEN] = self._marks.array[_PUBLISHED]

    def copy_out(self, lane: int, position: int, out: Samples) -> None:
        """Fill `out` [n] with the lane's samples from `position` on; zeros where none are."""
        count = min(max(self.written(lane) - position, 0), len(out))
        first = position % CAPACITY
        head = min(count, CAPACITY - first)
        out[:head] = self._lanes.array[lane, first : first + head]
        out[head:count] = self._lanes.array[lane, : count - head]
        out[count:] = 0.0

    def advance(self, count: int) -> None:
        """Move the read position on by `count` samples."""
        self._marks.array[_READ] += count

    def _slot(self, count: int) -> NDArray[Any]:
        first = _FIRST_SLOT + 3 * (count % _SLOTS)
        return self._marks.array[first : first + 3]


class RingReader:
    """Reads a ring in order, in the audio process; changes lanes where the engine says so."""

    def __init__(self, ring: AudioRing) -> None:
        self.ring = ring
        self.lane = ring.sounding_lane
        self._fading = np.zeros(0, np.float32)
        self._faded = 0

    @property
    def available(self) -> int:
        """Samples that can be read before the sounding future runs dry."""
        pending = self.ring.pending_switch()
        position = self.ring.read_position
        end = self.ring.written(self.lane)
        if pending and pending[1] <= max(end, position):
            end = self.ring.written(pending[0])
        return max(end - position, 0)

    def read(self, out: Samples) -> None:
        """Fill `out` [n] with the next samples and move on."""
        position = self.ring.read_position
        pending = self.ring.pending_switch()
        if pending is None or pending[1] >= position + len(out):
            self._sound(position, out)
        else:
            before = max(pending[1] - position, 0)
            self._sound(position, out[:before])
            self._change_lane(position + before, pending[0], pending[2])
            self._sound(position + before, out[before:])
        self.ring.advance(len(out))

    def _change_lane(self, position: int, lane: int, fade: int) -> None:
        """Fade from what would have sounded, which may itself be a fade, to another lane."""
        old = np.zeros(fade, np.float32)
        self._mix(position, old)
        self.lane, self._fading, self._faded = lane, old, 0
        self.ring.take_switch()

    def _sound(self, position: int, out: Samples) -> None:
        self._faded += self._mix(position, out)

    def _mix(self, position: int, out: Samples) -> int:
        """Fill `out` from the lane and the fade under way; returns how much of the fade it took."""
        self.ring.copy_out(self.lane, position, out)
        old = self._fading[self._faded : self._faded + len(out)]
        if len(old):
            steps = np.arange(self._faded + 1, self._faded + 1 + len(old), dtype=np.float32)
            weight = 0.5 - 0.5 * np.cos(np.pi * steps / (len(self._fading) + 1.0))
            out[: len(old)] = old + weight * (out[: len(old)] - old)
        return len(old)


class TapRing:
    """What was played, for those who listen along (recorder, page): one writer, any readers.

    A reader that is slower than real time for longer than the ring loses samples; the writer never
    waits.
    """

    def __init__(self) -> None:
        self._samples = SharedArray((CAPACITY,), "f4")
        self._written = SharedArray((1,), "i8")

    @property
    def written(self) -> int:
        """Position after the newest sample."""
        return int(self._written.array[0])

    def write(self, samples: Samples) -> None:
        """Append samples [N], N below the capacity."""
        start = self.written
        first = start % CAPACITY
        head = min(len(samples), CAPACITY - first)
        self._samples.array[first : first + head] = samples[:head]
        self._samples.array[: len(samples) - head] = samples[head:]
        self._written.array[0] = start + len(samples)

    def read(self, position: int) -> tuple[Samples, int]:
        """All samples from `position` on, and how many before them were lost."""
        end = self.written
        start = max(position, end - CAPACITY + MARGIN)
        wrapped = np.arange(start, end) % CAPACITY
        return self._samples.array[wrapped].copy(), start - position
