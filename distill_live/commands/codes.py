"""`distill-live codes`: grids of codes to look at, to compare and to listen to."""

from __future__ import annotations

import typer

from distill_live.commands.grids.diff import diff
from distill_live.commands.grids.preview import preview
from distill_live.commands.grids.show import show
from distill_live.commands.grids.stats import stats

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Show, compare, measure and preview grids of codes.",
)
for _command in (show, diff, stats, preview):
    app.command()(_command)
