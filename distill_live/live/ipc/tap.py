"""A tap: sound that passes, kept for a while for other listeners."""

from __future__ import annotations

import numpy as np

from distill_live.live.ipc.ring import CAPACITY, SAMPLE_RATE, Samples
from distill_live.memory_order import fence
from distill_live.shared_memory import SharedArray

#: The writer's marks: up to where it has begun to write, and has written.
_BEGUN, _WRITTEN = 0, 1


class TapRing:
    """Sound that passes, for other listeners: what was played, left and right (for the recorder and
    the page), or what comes in, on one channel. One writer, any number of readers.

    A reader that falls behind by more than the ring holds loses samples; the writer never waits. It
    announces how far it is going to write, so that a reader knows afterwards which of the samples
    that it copied may have been overwritten meanwhile.
    """

    def __init__(self, channels: int = 2) -> None:
        self._samples = SharedArray((channels, CAPACITY), "f4")
        self._marks = SharedArray((2,), "i8")
        self._rate, self._since = SharedArray((1,), "i8"), SharedArray((1,), "i8")
        self._gaps = SharedArray((1,), "f8")
        self._rate.array[0] = SAMPLE_RATE

    def begin(self, sample_rate: int) -> None:
        """For the writer: set the rate of the samples that follow, the device's, in Hz."""
        self._since.array[0] = self.written
        fence()
        self._rate.array[0] = sample_rate

    def note_gap(self, seconds: float) -> None:
        """For the writer, before its first samples: add to the time in which no writer wrote, in
        seconds."""
        self._gaps.array[0] += seconds
        fence()

    @property
    def gap_seconds(self) -> float:
        """For how many seconds in all there was no writer, between one and the next."""
        return float(self._gaps.array[0])

    @property
    def sample_rate(self) -> int:
        """The rate in Hz of the samples from position `since` on."""
        return int(self._rate.array[0])

    @property
    def since(self) -> int:
        """The position of the present writer's first sample, from which on the rate is known."""
        return int(self._since.array[0])

    @property
    def written(self) -> int:
        """Position after the newest sample."""
        return int(self._marks.array[_WRITTEN])

    def write(self, samples: Samples) -> None:
        """Append samples [channels, N], or [N] for all of them, N below the capacity."""
        start, marks = self.written, self._marks.array
        # An earlier writer may have ended while it was writing further ahead.
        marks[_BEGUN] = max(int(marks[_BEGUN]), start + samples.shape[-1])
        fence()
        first = start % CAPACITY
        count = samples.shape[-1]
        head = min(count, CAPACITY - first)
        self._samples.array[:, first : first + head] = samples[..., :head]
        self._samples.array[:, : count - head] = samples[..., head:]
        fence()
        marks[_WRITTEN] = start + count

    def read(self, position: int) -> tuple[Samples, int]:
        """All samples [channels, N] from `position` on, and how many before them were lost."""
        end = self.written
        fence()
        start = max(position, end - CAPACITY)
        copied = self._samples.array[:, np.arange(start, end) % CAPACITY]
        fence()
        whole = int(self._marks.array[_BEGUN]) - CAPACITY
        lost = min(max(whole - start, 0), end - start)
        return copied[:, lost:], start + lost - position
