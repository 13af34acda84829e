"""How much computing time edits take.

    python -m tests.benchmarks.edit_cost

Each edit of the stream alone, then eight at once and all of them, column by column as the engine
asks for them, with 8 bands, 4 levels and 256 codes. `first` is the column in which they are
switched on: what an edit keeps is computed then.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from distill_live.codes.edit import Edit, Traits, load_edits, parameter_name
from distill_live.codes.edit_parameters import parameter_table
from distill_live.codes.edit_rack import EditRack
from distill_live.codes.rack.settings import Partner
from distill_live.parameters import ParameterStore

BANDS, LEVELS, CODES, WIDTH = 8, 4, 256, 64
COLUMNS, BEGIN = 612, 100
#: 85 ms at 120 BPM.
COLUMNS_PER_BEAT = 5.86
#: Those measured together: among them all that look far back or ahead, or compute much.
EIGHT = ("blend", "echo", "mutate", "quantise", "reverse", "shuffle", "stutter", "transpose")

CHANCE = np.random.default_rng(1)
GRID = CHANCE.integers(0, CODES, (COLUMNS + 200, BANDS, LEVELS))
BOOKS = CHANCE.standard_normal((LEVELS, CODES, WIDTH)).astype(np.float32)


@dataclass(frozen=True)
class Cost:
    """Milliseconds of one thread for the first column, and for each of those after it."""

    first: float
    later: Sequence[float]

    def __str__(self) -> str:
        parts = {
            "median": np.median(self.later), "mean": np.mean(self.later),
            "p95": np.quantile(self.later, 0.95), "max": max(self.later), "first": self.first,
        }  # fmt: skip
        return "  ".join(f"{name} {value:7.3f}" for name, value in parts.items())


def switch_on(rack: EditRack, store: ParameterStore, edits: Sequence[Edit], length: int) -> None:
    """Switch edits on; those whose length can be chosen get `length` columns, unless it is 0."""
    for edit in edits:
        traits = Traits.of(edit)
        store.set(traits.switch, 0.5 if store.table[traits.switch].kind == "float" else 1)
        rack.partners[edit.name] = Partner("clip", GRID[BEGIN : BEGIN + 200])
        for columns in {traits.window, traits.past}:
            if isinstance(columns, str) and length:
                store.set(parameter_name(edit.name, columns), length)
    if "edit/mutate/distance" in store.table:
        store.set("edit/mutate/distance", 0.9)


def measure(edits: Sequence[Edit], length: int = 0) -> Cost:
    """The cost of these edits together."""
    store = ParameterStore(parameter_table(edits))
    rack = EditRack(edits, store, BOOKS, lambda switch, text: sys.exit(text))
    switch_on(rack, store, edits, length)
    times = [time.thread_time()]
    rack.use(rack.read(1, COLUMNS_PER_BEAT), BEGIN, lambda start, end: GRID[start:end])
    for column in range(BEGIN, COLUMNS):
        rack.apply(column, lambda start, end: GRID[start:end])
        times.append(time.thread_time())
    first, *later = 1e3 * np.diff(times)
    return Cost(first, later)


def main() -> None:
    """Print a line for each edit, and for many at once."""
    edits = [edit for edit in load_edits(sys.exit) if Traits.of(edit).scope == "stream"]
    named = {edit.name: edit for edit in edits}
    print("milliseconds for a column")
    for edit in edits:
        print(f"{edit.name:18} {measure([edit])}")
    for name, several in (("eight", [named[name] for name in EIGHT]), ("all", edits)):
        print(f"{name:18} {measure(several)}")
        print(f"{name + ', 64 columns':18} {measure(several, 64)}")


if __name__ == "__main__":
    main()
