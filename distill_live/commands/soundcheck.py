"""`distill-live soundcheck`: how to play a model on this machine."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from distill_live.commands.options import DeviceOption, JsonOption, seconds_option
from distill_live.commands.output import print_json, tell
from distill_live.inference.loading import load_model
from distill_live.models.file.library import DEMO

if TYPE_CHECKING:
    from distill_live.live.soundcheck import Proposal, Timings


def soundcheck(
    model: Annotated[
        str,
        typer.Argument(
            metavar="[MODEL]", help="Model to play: a path, a name, or the start of a name."
        ),
    ] = DEMO,
    seconds: Annotated[
        float,
        seconds_option(
            "--seconds", 1.0, "How many seconds of sound to make for each number of threads."
        ),
    ] = 10.0,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Measure how long a column takes on this machine, and propose settings for playing the model.

    `serve --auto` does the same before it plays.
    """
    from distill_live.live.soundcheck import measure, propose, thread_counts

    loaded = load_model(model, device)
    columns = round(seconds * loaded.spectrogram.config.sample_rate / loaded.column_samples)
    timings = {n: measure(loaded, columns, n) for n in thread_counts(loaded.device)}
    proposal = propose(timings)
    name, on = loaded.metadata["name"], str(loaded.device)
    if as_json:
        print_json({"model": name, "device": on} | _as_json(timings, proposal))
        return
    for threads, measured in timings.items():
        Console().print(_table(f"{name} on {on}, {_threads(threads)}", measured))
    tell(
        f"proposed: {_threads(proposal.threads)}, lookahead {proposal.lookahead} columns, "
        f"ring {proposal.ring_ms} ms, --block {proposal.block}"
    )
    tell(proposal.verdict)


def _rows(timings: Timings) -> dict[str, tuple[float, float]]:
    """p50 and p99 in seconds of each part, and of all together."""
    from distill_live.live.soundcheck import PARTS

    parts = {part: (part,) for part in PARTS} | {"together": PARTS}
    return {
        label: (timings.quantile(0.5, *which), timings.quantile(0.99, *which))
        for label, which in parts.items()
    }


def _table(title: str, timings: Timings) -> Table:
    table = Table(title, "p50, ms", "p99, ms", "p50, % of a column", "p99, %", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for label, seconds in _rows(timings).items():
        shown = [f"{1000 * one:.2f}" for one in seconds]
        shares = [f"{100 * one / timings.column_seconds:.1f}" for one in seconds]
        table.add_row(label, *shown, *shares)
    return table


def _as_json(timings: dict[int, Timings], proposal: Proposal) -> dict[str, Any]:
    measured = [
        {
            "threads": threads,
            "column_ms": 1000 * one.column_seconds,
            "speed": one.speed,
            **{
                label: {"p50_ms": 1000 * p50, "p99_ms": 1000 * p99}
                for label, (p50, p99) in _rows(one).items()
            },
        }
        for threads, one in timings.items()
    ]
    return {"measured": measured, "proposal": asdict(proposal) | {"plays": proposal.plays}}


def _threads(count: int) -> str:
    return f"{count} thread{'s' if count > 1 else ''}"
