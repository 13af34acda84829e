"""`distill-live plugins`: lists edits, inputs and outputs, and writes a new plugin."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint
from pathlib import Path
from string import Template
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from distill_live import __version__
from distill_live.codes.edit import Traits, check_edit
from distill_live.codes.edit_parameters import edit_parameters
from distill_live.commands.options import JsonOption
from distill_live.commands.output import add_plain_row, print_json, tell
from distill_live.errors import PluginError
from distill_live.inputs.plugin import check_input
from distill_live.outputs.options import check_output
from distill_live.plugins import (
    KINDS,
    declared_parameters,
    find_plugins,
    load_plugin,
    origin,
    singular,
)

_CHECKS = {"edits": check_edit, "inputs": check_input, "outputs": check_output}
_TEMPLATES = Path(__file__).with_name("plugin_templates")
#: How each kind is played, for the README of a new plugin.
_PLAY = {
    "edit": "distill-live serve         # then send /distill/edit/{name}/on 1",
    "input": "distill-live serve         # it plays at once",
    "output": "distill-live serve --output {name}",
}

app = typer.Typer(
    add_completion=False,
    invoke_without_command=True,
    help="List edits, inputs and outputs, or write a new plugin.",
)


@app.callback()
def list_all(context: typer.Context, as_json: JsonOption = False) -> None:
    """List edits, inputs and outputs, where they come from, and their parameters."""
    if context.invoked_subcommand is not None:
        return
    found = [
        _describe(kind, entry) for kind in KINDS for _, entry in sorted(find_plugins(kind).items())
    ]
    if as_json:
        print_json(found)
        return
    table = Table("kind", "name", "from", "parameters", "", box=None)
    for one in found:
        parameters = ", ".join(one["parameters"])
        cells = (one["kind"], one["name"], one["origin"], parameters, one["error"] or one["doc"])
        add_plain_row(table, *cells)
    Console().print(table)


@app.command()
def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Plugin name: a word made of a-z, 0-9 and _.")
    ],
    kind: Annotated[
        Literal["edit", "input", "output"], typer.Option(help="Kind of plugin to write.")
    ],
    folder: Annotated[
        Path, typer.Option(help="Folder in which to make the plugin's folder.")
    ] = Path(),
) -> None:
    """Write a working plugin with a test, as a package for you to install and modify."""
    _check_name(name, kind)
    project = f"distill-live-{name.replace('_', '-')}"
    target = folder / project
    if target.exists():
        raise PluginError(f"{target} already exists: choose another name, or move it")
    package = f"distill_live_{name}"
    words = {
        "name": name, "kind": kind, "project": project, "package": package,
        "class_name": "".join(part.capitalize() for part in name.split("_")),
        "version": __version__, "play": _PLAY[kind].format(name=name),
    }  # fmt: skip
    for template, path in (
        ("pyproject.toml", target / "pyproject.toml"),
        ("README.md", target / "README.md"),
        (f"{kind}.py", target / package / "__init__.py"),
        (f"test_{kind}.py", target / "tests" / f"test_{name}.py"),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (_TEMPLATES / f"{template}.tmpl").read_text(encoding="utf-8")
        path.write_text(Template(text).substitute(words), encoding="utf-8")
    tell(f"{target}: a working {kind}; install it with: pip install -e {target}")


def _check_name(name: str, kind: str) -> None:
    """Raise PluginError for a name that is none, or that a plugin of the kind has already."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise PluginError(
            f"{name!r} cannot be a plugin's name; legal: a word made of a-z, 0-9 and _"
        )
    taken = {singular(one): find_plugins(one) for one in KINDS}[kind]
    if name in taken:
        raise PluginError(f"an {kind} named {name!r} is already installed: choose another name")


def _describe(kind: Any, entry: EntryPoint) -> dict[str, Any]:
    """What a plugin declares, or why `serve` leaves it out."""
    described: dict[str, Any] = {
        "kind": singular(kind),
        "name": entry.name,
        "origin": origin(entry),
        "doc": "",
        "parameters": [],
        "error": "",
    }
    try:
        plugin = _CHECKS[kind](entry.name, load_plugin(kind, entry.name))
    except Exception as error:
        return described | {"error": f"left out: {error}"}
    return described | {"doc": plugin.doc, "parameters": _parameters(kind, plugin)}


def _parameters(kind: Any, plugin: Any) -> list[str]:
    """The full names of a plugin's parameters, an edit's switch first; an edit that has no switch
    is given its parameters by their short names."""
    if kind != "edits":
        return list(declared_parameters(kind, [plugin]))
    traits = Traits.of(plugin)
    if traits.scope != "stream":
        return [parameter.name for parameter in plugin.parameters]
    return list(dict.fromkeys([traits.switch, *edit_parameters([plugin])]))
