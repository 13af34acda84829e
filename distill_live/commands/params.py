"""`distill-live params`: a reference of every address, generated from the instrument's tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from distill_live.codes.edit import load_edits
from distill_live.codes.edit_parameters import parameter_table
from distill_live.commands.output import add_plain_row, tell, warn
from distill_live.control.namespace.address import ROOT
from distill_live.control.namespace.nodes import SERVICES
from distill_live.control.namespace.requests import REQUESTS, RequestSpec
from distill_live.inputs.plugin import load_inputs
from distill_live.outputs.options import check_output
from distill_live.parameters import CODE_UNIT, Parameter
from distill_live.parameters import Table as ParameterTable
from distill_live.plugins import declared_parameters, load_plugins

Row = tuple[str, ...]
PARAMETER_HEADS: Row = ("address", "range", "default", "curve", "what it does")
REQUEST_HEADS: Row = ("address", "arguments", "what it does")


def params(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the reference as Markdown tables.")
    ] = False,
) -> None:
    """List every parameter and request with its OSC address, range and default."""
    table = installed_parameters()
    if markdown:
        tell(markdown_reference(table, REQUESTS))
        return
    for heads, rows in (
        (PARAMETER_HEADS, parameter_rows(table)),
        (REQUEST_HEADS, request_rows({**REQUESTS, **SERVICES})),
    ):
        shown = Table(Column(heads[0], no_wrap=True), *heads[1:], box=None)
        for row in rows:
            add_plain_row(shown, *row)
        Console().print(shown)
        tell("")


def installed_parameters() -> ParameterTable:
    """Every parameter, those of all installed plugins among them; what is broken is told."""

    inputs = load_inputs(warn).values()
    outputs = load_plugins("outputs", check_output, warn).values()
    own = declared_parameters("inputs", inputs) | declared_parameters("outputs", outputs)
    return parameter_table(load_edits(warn)) | own


def markdown_reference(table: ParameterTable, requests: Mapping[str, RequestSpec]) -> str:
    """The reference as two tables in Markdown; `params --markdown` prints it."""
    parameters = _markdown(PARAMETER_HEADS, parameter_rows(table))
    return f"{parameters}\n\n{_markdown(REQUEST_HEADS, request_rows({**requests, **SERVICES}))}"


def parameter_rows(table: ParameterTable) -> Iterator[Row]:
    """One row for each parameter, as in PARAMETER_HEADS."""
    for name, parameter in table.items():
        level = "[/LEVEL]" if parameter.per_level else ""
        yield (
            f"{ROOT}/{name}{level}",
            _range(parameter),
            "off" if math.isnan(parameter.default) else f"{parameter.default:.10g}",
            parameter.curve,
            parameter.doc,
        )


def request_rows(requests: Mapping[str, RequestSpec]) -> Iterator[Row]:
    """One row for each request, as in REQUEST_HEADS."""
    for name, spec in requests.items():
        yield f"{ROOT}/{name}", spec.usage() if spec.arguments else "", spec.doc


def _range(parameter: Parameter) -> str:
    if parameter.kind == "bool":
        return "0 or 1"
    whole = "integer, " if parameter.kind == "int" else ""
    unit = "" if parameter.unit == CODE_UNIT else parameter.unit
    return f"{whole}{parameter.minimum:.10g} .. {parameter.maximum:.10g} {unit}".rstrip()


def _markdown(heads: Row, rows: Iterable[Row]) -> str:
    lines: list[Sequence[str]] = [heads, ["---"] * len(heads)]
    lines += [(f"`{address}`", *others) for address, *others in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
