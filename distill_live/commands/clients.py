"""`distill-live clients`: surfaces for other programs, with the parameters of this installation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from distill_live.atomic_file import atomic_file
from distill_live.clients.kinds import KINDS, ClientKind
from distill_live.clients.surface import Connection, build_surface
from distill_live.commands.destinations import named_file
from distill_live.commands.output import add_plain_row, tell
from distill_live.commands.params import installed_parameters
from distill_live.control.namespace.targets import DEFAULT_LABELS
from distill_live.errors import ClientError
from distill_live.models.file.header import read_header
from distill_live.models.file.library import find_model
from distill_live.parameters import LEVELS_LIMIT
from distill_live.spelling import nearest_name

app = typer.Typer(
    add_completion=False,
    invoke_without_command=True,
    help="List control surfaces for Max, Pd and other programs, or write one.",
)


@app.callback()
def list_all(context: typer.Context) -> None:
    """List the programs for which there are surfaces; `write` writes one to a file."""
    if context.invoked_subcommand is not None:
        return
    table = Table("kind", Column("file", overflow="fold"), "", box=None)
    for kind in KINDS.values():
        add_plain_row(table, kind.name, kind.file_name, kind.doc)
    Console().print(table)


@app.command()
def write(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help="Kind of surface, as listed by `distill-live clients`."
        ),
    ],
    host: Annotated[str, typer.Option(help="Host that the instrument runs on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=1, max=65_535, help="Port on which the instrument listens for OSC.")
    ] = 9000,
    reply_port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65_535,
            help="Port on which the program listens; leave it out for programs that listen on the "
            "port they send from.",
        ),
    ] = None,
    levels: Annotated[
        str | None,
        typer.Option(
            help="Names of the model's levels, coarse to fine; at most 4 (default: "
            f"{','.join(DEFAULT_LABELS)})."
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Model whose levels the surface has, instead of --levels.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            help="Output file, or an existing folder (default: the surface's usual name, in this "
            "folder)."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write a surface with all parameters, including those of installed plugins."""
    found = _find(kind)
    if reply_port and not found.reply_port:
        raise ClientError(f"{kind} listens on the port it sends from: leave --reply-port out")
    path = named_file(output or Path(), found.file_name)
    if path.exists() and not force:
        raise ClientError(
            f"{path} already exists: choose another name with --output, or use --force"
        )
    surface = build_surface(installed_parameters(), _labels(levels, model))
    content = found.write(surface, Connection(host, port, reply_port or found.reply_port))
    with atomic_file(path) as draft:
        draft.write_bytes(content)
    tell(f"{path}: {found.doc}, {len(surface.controls)} controls")


def _find(name: str) -> ClientKind:
    if name not in KINDS:
        known = ", ".join(KINDS)
        raise ClientError(f"unknown kind {name!r}{nearest_name(name, KINDS)}; legal: {known}")
    return KINDS[name]


def _labels(text: str | None, model: str | None) -> Sequence[str]:
    """The labels of the levels that the options name."""
    if model is not None:
        if text is not None:
            raise ClientError("--model and --levels both name the levels: leave one out")
        return tuple(read_header(find_model(model)).metadata["level_labels"])
    return DEFAULT_LABELS if text is None else _listed(text)


def _listed(text: str) -> list[str]:
    labels = [label.strip() for label in text.split(",")]
    if not all(labels):
        raise ClientError(
            f"--levels {text!r} names no levels; legal: names separated by commas, such as "
            "Structure,Detail"
        )
    if len(labels) > LEVELS_LIMIT:
        raise ClientError(f"--levels names {len(labels)} levels; legal: 1..{LEVELS_LIMIT}")
    return labels
