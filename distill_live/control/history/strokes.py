"""Cells that are painted in one stroke: one entry of the history, however many they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from distill_live.codes.history.history import History
from distill_live.control.history.state import State

#: A stroke goes on in its entry if at most so many entries come after it, and up to so many cells.
STROKE_ENTRIES, STROKE_CELLS = 50, 1024


def find_stroke(history: History[State], stroke: int | None) -> int | None:
    """The position of the entry that cells of a stroke belong to; None if they begin a new one.

    After an undo and after a panic a stroke begins anew: what they took away stays away.
    """
    if stroke is None or history.undone:
        return None
    last = history.position
    for at in range(last, max(last - STROKE_ENTRIES, 0), -1):
        state = history[at].state
        if state.removed:
            return None
        if state.stroke == stroke:
            return at if len(state.laid) < STROKE_CELLS else None
    return None


def set_laid(history: History[State], position: int, laid: Sequence[int]) -> None:
    """Set what a stroke has laid, and name its entry after that."""
    cells = "1 cell" if len(laid) == 1 else f"{len(laid)} cells"
    state = replace(history[position].state, laid=tuple(laid))
    history.amend(position, f"paint {cells}", state)
