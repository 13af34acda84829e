"""Whether anybody reads the ring, judged by how the read position moves."""

from __future__ import annotations

from distill_live.live.ipc.ring import SAMPLE_RATE

#: The transport counts as stopped this many seconds after the samples read last have been played.
STILL_SECONDS = 0.25
#: The samples read last count as this many seconds at most: the longest block at the lowest rate.
#: Without a limit, a sound card that runs a little fast would get further and further ahead.
LONGEST_SECONDS = 2.0


class Stillness:
    """Watches the read position, in samples, at moments in seconds."""

    def __init__(self, read: int, now: float) -> None:
        self._read, self._lasts_until = read, now

    def note(self, read: int, now: float) -> None:
        """The read position is `read` now."""
        if read != self._read:
            lasts_until = max(self._lasts_until, now) + (read - self._read) / SAMPLE_RATE
            self._lasts_until = min(lasts_until, now + LONGEST_SECONDS)
            self._read = read

    def is_still(self, now: float) -> bool:
        """Whether nobody reads, for the transport is stopped."""
        return now - self._lasts_until > STILL_SECONDS
