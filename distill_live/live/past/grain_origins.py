"""Remembers which grains columns were played with."""

from __future__ import annotations

from distill_live.models.grains.stream import GrainOrigin


class GrainOrigins:
    """The grains that the last `capacity` columns were played with, by column."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._found: dict[int, GrainOrigin] = {}

    def note(self, column: int, origin: GrainOrigin | None) -> None:
        """Note where a column's sound is from; None if it is the vocoder's."""
        self._found.pop(column, None)
        if origin is None:
            return
        self._found[column] = origin
        if len(self._found) > self._capacity:
            del self._found[next(iter(self._found))]

    def of(self, column: int) -> GrainOrigin | None:
        """Where a column's sound is from; None if it is the vocoder's, or not remembered."""
        return self._found.get(column)
