"""`distill-live report`: a report about a model, with its training, its health and its sound."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from distill_live.commands.destinations import named_file
from distill_live.commands.options import ModelArgument
from distill_live.commands.output import tell
from distill_live.models.file.library import find_model


def report(
    model: ModelArgument,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            help="Folder that holds the model's recordings, to compare some with their decoded "
            "versions.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            help="Output file for the report, or an existing folder (default: beside MODEL).",
        ),
    ] = None,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Write the report without opening it.")
    ] = False,
) -> None:
    """Write a report about a model and open it in the browser.

    The report is a single HTML file with codebook health, training curves, spectrograms,
    previews, and new sound with a measure of how much of it is copied.
    """
    path = find_model(model)

    from distill_live.report.page import write_page
    from distill_live.report.place import page_path

    page = write_page(path, folder or (), output and named_file(output, page_path(path).name))
    tell(page)
    if not no_open:
        webbrowser.open(page.resolve().as_uri())
