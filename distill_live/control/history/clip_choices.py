"""Clips that an undo puts back: the main thread does that later, in the order of all choices."""

from __future__ import annotations

from collections import Counter


class ClipChoices:
    """Counts, for each slot, how many clips are about to be put back."""

    def __init__(self) -> None:
        self._restoring: Counter[str] = Counter()

    def restore(self, slot: str) -> None:
        """A clip is about to be put back."""
        self._restoring[slot] += 1

    def is_undone(self, slot: str) -> bool:
        """Whether a choice that has an outcome now was made before an undo that is under way."""
        return self._restoring[slot] > 0

    def note_restored(self, slot: str) -> bool:
        """A clip was put back; whether no other one follows it."""
        self._restoring[slot] -= 1
        return not self._restoring[slot]
