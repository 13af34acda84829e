"""What is given up, step by step, when drawing falls behind real time, and taken back after it.

First the lookahead: it is simply spent. Then context: the prior looks back at fewer columns. Then
novelty: the last seconds are repeated, a loop that holds while new columns are drawn. Each step is
counted when it is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from distill_live.live.ipc.status import EngineStatus

#: The ring is low when it holds less than this part of what it shall hold.
LOW = 0.6
#: A load above this is no head start for the next change, which takes time too.
BEHIND = 0.8
#: Columns of full lookahead, one after the other, after which a step is taken back.
PATIENCE = 48
#: The prior's context is halved at most so often.
HALVINGS = 2


@dataclass(frozen=True)
class Supply:
    """How well the engine is ahead: samples in the ring, columns drawn but not played, and what
    of both there shall be. `load` is the time that a column takes to be made, per its length."""

    load: float
    lead: int
    ring_lead: int
    lookahead: int
    full_lookahead: int


class Degradation:
    """Told of the supply after each column, it says how much context the prior may use."""

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
        """Take a step down or up, if it is time to, after a column was played."""
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
