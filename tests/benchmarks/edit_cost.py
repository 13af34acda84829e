"""How long edits take: `python -m tests.benchmarks.edit_cost`.

Each edit of the stream alone, then eight at once and all of them, column by column as the engine asks
for them, with 8 bands, 4 levels and 256 codes. The first columns, in which what an edit keeps is
computed once, are shown as `first`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import numpy as np

from distill_live.codes.edit import Edit, Traits, load_edits
from distill_live.codes.edit_parameters import parameter_table
from distill_live.codes.edit_rack import EditRack, Partner
from distill_live.parameters import ParameterStore

BANDS, LEVELS, CODES, WIDTH = 8, 4, 256, 64
COLUMNS = 512
COLUMNS_PER_BEAT = 5.86
#: The eight that are measured together: those that look far back or ahead among them.
EIGHT = ("blend", "echo", "mutate", "quantise", "reverse", "shuffle", "stutter", "transpose")


def measure(edits: Sequence[Edit], length: int = 0) -> str:
    """The time of a column, with these edits on; windows are `length` columns long if not 0."""
    chance = np.random.default_rng(1)
    grid = chance.integers(0, CODES, (COLUMNS + 200, BANDS, LEVELS))
    books = chance.standard_normal((LEVELS, CODES, WIDTH)).astype(np.float32)
    store = ParameterStore(parameter_table(edits))
    rack = EditRack(edits, store, books, sys.exit)
    for edit in edits:
        traits = Traits.of(edit)
        store.set(traits.switch, 0.5 if store.table[traits.switch].kind == "float" else 1)
        if isinstance(traits.window, str) and length:
            store.set(f"edit/{edit.name}/{traits.window}", length)
        rack.partners[edit.name] = Partner("clip", grid[100:300])
    if "edit/mutate/distance" in store.table:
        store.set("edit/mutate/distance", 0.9)
    if "edit/echo/columns" in store.table and length:
        store.set("edit/echo/columns", length)
    # The columns before are heard, so that edits have them ready.
    times = []
    began = time.thread_time()
    rack.use(rack.read(1, COLUMNS_PER_BEAT), 100, lambda start, end: grid[start:end])
    rack.apply(100, lambda start, end: grid[start:end])
    first = time.thread_time() - began
    for column in range(101, COLUMNS):
        began = time.thread_time()
        rack.apply(column, lambda start, end: grid[start:end])
        times.append(time.thread_time() - began)
    return (
        f"median {1e3 * np.median(times):6.3f}  mean {1e3 * np.mean(times):6.3f}  p95 {1e3 * np.quantile(times, 0.95):6.3f}  "
        f"max {1e3 * max(times):6.3f}  first {1e3 * first:6.3f}"
    )


def main() -> None:
    """Print a line for each edit, and for many at once."""
    edits = [edit for edit in load_edits(sys.exit) if Traits.of(edit).scope == "stream"]
    named = {edit.name: edit for edit in edits}
    print("milliseconds for a column")
    for edit in edits:
        print(f"{edit.name:20} {measure([edit])}")
    eight = [named[name] for name in EIGHT]
    for what, several in (("eight", eight), ("all", edits)):
        print(f"{what:20} {measure(several)}")
        print(f"{what + ', 64 columns':20} {measure(several, 64)}")


if __name__ == "__main__":
    main()
