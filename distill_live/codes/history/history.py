"""Undo and redo: a list of states, each with what led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from distill_live.errors import CodesError

_State = TypeVar("_State")


@dataclass(frozen=True, slots=True)
class HistoryEntry(Generic[_State]):
    """A state, the name of what led to it, and the name that it was given, or ""."""

    name: str
    state: _State
    given: str = ""

    @property
    def shown(self) -> str:
        """The name that it was given, or else of what led to it."""
        return self.given or self.name

    @property
    def described(self) -> str:
        """What led to it, and the name that it was given, unless that says so already."""
        if not self.given or self.name.endswith(f" {self.given}"):
            return self.name
        return f"{self.name}, named {self.given}"


class History(Generic[_State]):
    """All states since the first one; `position` is the number of the present one, from 0.

    States are never changed, so going back costs nothing. `limit` is the most states that are kept,
    1 or more. Beyond that the oldest are dropped, and the first that is left cannot be undone.
    """

    def __init__(self, first: _State, name: str = "start", limit: int = 100_000) -> None:
        self._entries = [HistoryEntry(name, first)]
        self._limit = limit
        self.position = 0

    @property
    def state(self) -> _State:
        """The present state."""
        return self._entries[self.position].state

    @property
    def entry(self) -> HistoryEntry[_State]:
        """The present state, with its names."""
        return self._entries[self.position]

    @property
    def entries(self) -> tuple[HistoryEntry[_State], ...]:
        """All states, oldest first, those that were undone included."""
        return tuple(self._entries)

    @property
    def undone(self) -> tuple[HistoryEntry[_State], ...]:
        """The states that `redo` leads to, and that the next `do` drops."""
        return tuple(self._entries[self.position + 1 :])

    @property
    def overdue(self) -> range:
        """The positions of the oldest states that the next `do` drops for want of room."""
        return range(max(self.position + 2 - self._limit, 0))

    def __getitem__(self, position: int) -> HistoryEntry[_State]:
        return self._entries[position]

    def __len__(self) -> int:
        return len(self._entries)

    def do(self, name: str, state: _State) -> None:
        """A new state, which takes the place of those that were undone."""
        del self._entries[self.position + 1 :]
        self._entries.append(HistoryEntry(name, state))
        del self._entries[: max(len(self._entries) - self._limit, 0)]
        self.position = len(self._entries) - 1

    def undo(self, steps: int = 1) -> _State:
        """Go back by one, or by so many as there are of more `steps`; returns that state. Raises
        CodesError at the beginning."""
        if not self.position:
            raise CodesError("there is nothing to undo")
        return self.go_to(max(self.position - steps, 0))

    def redo(self, steps: int = 1) -> _State:
        """Go forward as `undo` goes back. Raises CodesError at the end."""
        last = len(self._entries) - 1
        if self.position == last:
            raise CodesError("there is nothing to redo")
        return self.go_to(min(self.position + steps, last))

    def go_to(self, position: int) -> _State:
        """Go to a state by its number. Raises CodesError when there is none."""
        last = len(self._entries) - 1
        if not 0 <= position <= last:
            raise CodesError(f"the history has states 0..{last}, not {position}")
        self.position = position
        return self.state

    def rename(self, given: str, position: int | None = None) -> None:
        """Give the present state, or another one, a name of its own, or ("") take it away."""
        at = self.position if position is None else position
        self._entries[at] = replace(self._entries[at], given=given)

    def amend(self, position: int, name: str, state: _State) -> None:
        """Correct what is known about a state, the present one or another, but not the name that
        it was given."""
        self._entries[position] = HistoryEntry(name, state, self._entries[position].given)

    def keep(self, entries: Mapping[int, HistoryEntry[_State]]) -> None:
        """Keep only these entries, by the positions of those that they take the place of; if the
        present one is not among them, the one before it becomes the present one. The first must be.
        """
        self.position = sum(position <= self.position for position in entries) - 1
        self._entries = [entries[position] for position in sorted(entries)]
