"""What is given up, step by step, when drawing falls behind real time, and restored afterwards.

First the lookahead: it is simply used up. Then context: the prior looks back at fewer columns. Then
novelty: the last seconds are repeated while new columns are drawn; `engine.filling` decides when.
Each step is counted when it is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from distill_live.live.ipc.status import EngineStatus

#: The ring is low when it holds less than this part of what it should hold.
LOW = 0.6
#: A load above this leaves no time for the next change.
BEHIND = 0.8
#: A step is taken back after so many columns in a row with a full lookahead.
PATIENCE = 48
#: How many times the prior's context is halved at most.
HALVINGS = 2


@dataclass(frozen=True)
class Supply:
    """How far ahead the engine is: samples in the ring, columns drawn but not played, and how many
    of both there should be. `load` is the time that a column takes to be made, per its length."""

    load: float
    lead: int
    ring_lead: int
    lookahead: int
    full_lookahead: int


class Degradation:
    """Says how much context the prior may use, by the supply after each column."""

    def __init__(self, context_columns: int, status: EngineStatus) -> None:
        self._full = context_columns
        self._status = status
        self._halvings = 0
        self._short = False
        self._good = 0
        self._since = 0

    @property
    def context_columns(self) -> int:
        """The context to draw with: the model's own, a half or a quarter of it; even."""
        columns = self._full >> self._halvings
        return min(max(columns - columns % 2, 4), self._full) if self._halvings else self._full

    def note(self, supply: Supply) -> None:
        """Take a step down or up, if it is time to; call it after each column played."""
        self._since += 1
        self._good = self._good + 1 if supply.lookahead >= supply.full_lookahead else 0
        behind = supply.load > BEHIND and supply.lookahead <= 0
        if behind and not self._short:
            self._short = True
            self._status.add("short_lookahead")
        elif self._good:
            self._short = False
        low = supply.lead < LOW * supply.ring_lead
        if behind and low and self._halvings < HALVINGS and self._since >= PATIENCE // 4:
            self._step(+1)
            self._status.add("short_context")
        elif self._good >= PATIENCE and self._halvings:
            self._step(-1)

    def _step(self, change: int) -> None:
        self._halvings += change
        self._good = self._since = 0
