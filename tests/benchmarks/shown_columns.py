"""How much computing time it takes to show the columns around the present, and to read them.

    python -m tests.benchmarks.shown_columns

With 8 bands, 4 levels and 256 codes, without a model: what the engine does in a turn besides, and
what a page's reader does. `edits` has eight edits on, as tests.benchmarks.edit_cost has.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np

from distill_live.codes.edit import load_edits
from distill_live.codes.edit_parameters import parameter_table
from distill_live.codes.edit_rack import EditRack
from distill_live.codes.history.overlay import Overlay
from distill_live.codes.timeline import Timeline
from distill_live.commands.serving.page.timeline import TimelineReader
from distill_live.live.editing.column_teller import ColumnTeller
from distill_live.live.editing.edited_columns import EditedColumns
from distill_live.live.server.deck import Deck
from distill_live.parameters import ParameterStore
from tests.benchmarks.edit_cost import (
    BANDS,
    BOOKS,
    COLUMNS_PER_BEAT,
    EIGHT,
    GRID,
    LEVELS,
    switch_on,
)

ROUNDS = 2_000
#: How many columns are drawn ahead of the one that is heard.
AHEAD = 15


class Prior:
    """Knows the entropy of all columns."""

    def entropy(self, column: int) -> float:
        return 2.0 + math.sin(column)

    def is_drawn(self, column: int) -> bool:
        return True


class Bench:
    """A stream of 600 columns that is shown."""

    def __init__(self, edits: bool = False) -> None:
        self.timeline = Timeline(BANDS, LEVELS, 4096)
        named = {edit.name: edit for edit in load_edits(sys.exit)}
        several = [named[name] for name in EIGHT] if edits else []
        store = ParameterStore(parameter_table(several))
        rack = EditRack(several, store, BOOKS, lambda switch, text: sys.exit(text))
        switch_on(rack, store, several, 0)
        self.edited = EditedColumns(rack, self.timeline)
        self.deck = Deck(0, store, journal=False)
        self.teller = ColumnTeller(self.edited, Prior(), self.deck.shown, goes_on=False)
        for _ in range(600):
            self.draw()
        self.edited.use(rack.read(1, COLUMNS_PER_BEAT), 500)
        self.reader = TimelineReader(lambda: self.deck)
        for _ in range(300):
            self.turn()
        self.reader.frames()

    @property
    def heard(self) -> int:
        return self.timeline.end - AHEAD

    def turn(self) -> None:
        self.teller.tell(self.heard)

    def draw(self) -> None:
        column = self.timeline.end % len(GRID)
        self.timeline.append(GRID[column : column + 1])

    def play(self) -> None:
        column = self.heard + 9
        self.timeline.set_edited(column, self.edited.edited(column))

    def paint(self, number: int) -> None:
        """Paint another code in a column to come, and take the one before away."""
        place = (self.heard + 12, number % BANDS, 1)
        overlay = Overlay.of_cell(number + 1, place, number % 256, (BANDS, LEVELS))
        self.edited.lay([overlay], [number])

    def open(self) -> None:
        self.reader = TimelineReader(lambda: self.deck)

    def read(self) -> None:
        self.reader.frames()

    def change(self) -> None:
        self.draw()
        self.turn()


def nothing(number: int) -> None:
    """What is not counted, where there is nothing of the kind."""


def cases(bench: Bench) -> Iterator[tuple[str, Callable[[], None], Callable[[int], None]]]:
    """The name of each case, what is measured, and what comes before it."""
    yield "turn, nothing changed", bench.turn, nothing
    yield "turn, column drawn", bench.turn, lambda _: bench.draw()
    yield "turn, column played", bench.turn, lambda _: bench.play()
    yield "turn, cell painted", bench.turn, bench.paint
    yield "read, nothing changed", bench.read, nothing
    yield "read, column changed", bench.read, lambda _: bench.change()
    yield "read, whole window", bench.read, lambda _: bench.open()


def measure(work: Callable[[], None], prepare: Callable[[int], None]) -> str:
    """Microseconds of a call."""
    times = []
    for number in range(ROUNDS):
        prepare(number)
        began = time.perf_counter()
        work()
        times.append(1e6 * (time.perf_counter() - began))
    return f"median {np.median(times):7.1f}  p95 {np.quantile(times, 0.95):7.1f}"


def main() -> None:
    """Print a line for each case."""
    print("microseconds")
    for kind, edits in (("plain", False), ("edits", True)):
        for name, work, prepare in cases(Bench(edits)):
            print(f"{kind}  {name:24} {measure(work, prepare)}")


if __name__ == "__main__":
    main()
