"""The longest of the recent pieces of work, because the next one may take as long."""

from __future__ import annotations


class Longest:
    """Knows the longest of the pieces that ended within the last `memory` seconds."""

    def __init__(self, memory: float) -> None:
        self._memory = memory
        self._pieces: list[tuple[float, float]] = []

    def note(self, seconds: float, now: float) -> None:
        """Note that a piece took `seconds`, until the moment `now`."""
        # Only a piece that is longer than all later ones can matter: the first is the longest.
        longer = [(end, length) for end, length in self._pieces if length > seconds]
        self._pieces = [*longer, (now, seconds)]

    def at(self, now: float) -> float:
        """Its length at the moment `now`, in seconds; 0 if there was none."""
        self._pieces = [one for one in self._pieces if now - one[0] < self._memory]
        return self._pieces[0][1] if self._pieces else 0.0
