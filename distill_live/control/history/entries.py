"""The entries of the live history: the states, and what was painted in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from distill_live.codes.history.history import History, HistoryEntry
from distill_live.codes.history.overlay import Overlay
from distill_live.control.history.chain import Chain
from distill_live.control.history.named_states import NamedStates
from distill_live.control.history.overlay_book import OverlayBook, Send
from distill_live.control.history.state import (
    State,
    amend_state,
    changes_between,
    drop_overlays,
)
from distill_live.control.history.strokes import find_stroke, set_laid


class Entries:
    """Adds entries to a history that begins with the chain `first`, corrects and drops them.

    `send` takes requests for the engine; `on_drop` is called when entries have been dropped, so
    that positions are others.
    """

    def __init__(self, first: Chain, send: Send, on_drop: Callable[[], None]) -> None:
        self.history, self.book = History(State(first)), OverlayBook(send)
        self.named = NamedStates(self.history)
        self._on_drop = on_drop
        #: The states that the newest entry has taken the place of: they come back if it is refused.
        self._dropped: tuple[HistoryEntry[State], ...] = ()

    @property
    def place(self) -> str:
        """The number of the present state, and of the last one, in words."""
        return f"{self.history.position} of {len(self.history) - 1}"

    def add(self, name: str, state: State) -> None:
        """A new state, which takes the place of those that were undone."""
        history, named = self.history, self.named
        position, undone = history.position, history.undone
        named.keep([*range(position + 1, len(history)), *history.overdue])
        dropped = {number for entry in self._dropped for number in entry.state.laid}
        self.book.forget(dropped - named.overlays)
        self._dropped = undone
        history.do(name, state)
        if undone or history.position == position:
            # At the end or, for want of room, at the beginning.
            self._on_drop()

    def is_awaited(self, state: State) -> bool:
        """Whether a state begins with an overlay that the engine has not made yet."""
        records = map(self.book.find, state.laid)
        return any(record is not None and record.overlay is None for record in records)

    def amend(self, position: int, **changes: Any) -> None:
        """Correct what is known about a state, by the names of its fields."""
        amend_state(self.history, position, **changes)

    def add_overlay(self, name: str, number: int, stroke: int | None) -> None:
        """An entry for an overlay; those of the same `stroke` are one."""
        begun = find_stroke(self.history, stroke)
        if begun is None:
            self.add(name, self.history.state.after(laid=(number,), stroke=stroke))
        else:
            set_laid(self.history, begun, (*self.history[begun].state.laid, number))

    def note_made(self, overlay: Overlay, text: str) -> str:
        """An overlay was made; returns the name by which it was asked for, "" if it has been
        answered."""
        asked = self.book.pop_asked(overlay.number)
        record, position = self.book.find(overlay.number), self._find(overlay.number)
        if record is None:
            return asked
        record.overlay = overlay
        if position is not None and len(self.history[position].state.laid) == 1:
            self.history.amend(position, text, self.history[position].state)
        return asked

    def note_refused(self, number: int) -> str:
        """An overlay cannot be made: its entry is dropped, as if it had not been asked for, unless
        it is a stroke that has others. Returns as `note_made`."""
        asked, position = self.book.pop_asked(number), self._find(number)
        self.book.forget([number])
        laid = () if position is None else self.history[position].state.laid
        if position is not None and len(laid) > 1:
            set_laid(self.history, position, [one for one in laid if one != number])
        elif position is not None:
            self._drop(position, number)
        return asked

    def lay_between(self, start: int, end: int) -> None:
        """Have the engine lay what lies at one position and not at another, and take away the
        rest."""
        self.book.lay(*changes_between(self.history, start, end))

    def return_to(self, name: str, kept: State) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Add an entry for a state of that name that the history has dropped, so that undo leads
        back; returns the overlays to lay, and those to take away."""
        here, _ = changes_between(self.history, -1, self.history.position)
        laid = tuple(number for number in kept.laid if number not in here)
        removed = tuple(number for number in here if number not in kept.laid)
        self.add(f"back to {name}", replace(kept, laid=laid, removed=removed))
        self.named.drop([name])
        self.history.rename(name)
        return laid, removed

    def begin_segment(self, newest: int | None, same_model: bool) -> None:
        """Overlays up to this number, or all, are gone, and with another model what was held."""
        self.book.forget_up_to(newest)
        drop_overlays(self.history, newest, same_model)
        self.named.begin_segment(newest, same_model)
        self._dropped = ()
        self._on_drop()

    def _drop(self, position: int, number: int) -> None:
        """Drop the entry of an overlay that cannot be made; what it took the place of is back."""
        history, named = self.history, self.named
        named.keep([position], without=number)
        kept = {at: history[at] for at in range(len(history)) if at != position}
        if position == len(history) - 1:
            kept |= dict(enumerate(self._dropped, start=position + 1))
            named.drop(entry.given for entry in self._dropped)
            self._dropped = ()
        history.keep(kept)
        self._on_drop()

    def _find(self, number: int) -> int | None:
        """The position of the entry that laid an overlay."""
        positions = range(len(self.history) - 1, -1, -1)
        return next((at for at in positions if number in self.history[at].state.laid), None)
