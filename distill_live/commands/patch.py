"""`distill-live patch`: checks patches, and prints their schema for editors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distill_live.commands.output import print_json, tell, warn
from distill_live.errors import PatchError

if TYPE_CHECKING:
    from distill_live.control.patch.schema import Patch
    from distill_live.parameters import Parameter

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Check patches, or print their JSON Schema."
)


@app.command()
def check(
    files: Annotated[
        list[str],
        typer.Argument(
            help="Patches to check, by path or name; their learned mappings and stored presets are "
            "checked too.",
            metavar="PATCH",
        ),
    ],
) -> None:
    """List the mistakes in patches, each with its line and what is legal; exit code 1 if any."""
    from distill_live.control.patch.files import find_patch, load_patch

    table = _table()
    broken = 0
    for name in files:
        try:
            path = find_patch(name)
            patch = load_patch(path, table)
            stored, problems = _stored(path)
            tell(f"{path}: {_summary(patch, stored)}")
            broken += bool(problems)
            for problem in problems:
                tell(f"error: {problem}", err=True)
        except PatchError as error:
            broken += 1
            tell(f"error: {error}", err=True)
    if broken:
        raise typer.Exit(1)


@app.command()
def schema() -> None:
    """Print the patch format as JSON Schema, with the parameters of the installed edits."""
    from distill_live.control.patch.json_schema import patch_json_schema

    print_json(patch_json_schema(_table()))


def _table() -> dict[str, Parameter]:
    from distill_live.codes.edit import load_edits
    from distill_live.codes.edit_parameters import parameter_table

    return parameter_table(load_edits(warn))


def _stored(path: Path) -> tuple[int, list[str]]:
    """How many presets were stored with a patch, and what is wrong with their file."""
    from distill_live.control.patch.files import presets_path
    from distill_live.control.presets.preset_file import PresetFile

    problems: list[str] = []
    return len(PresetFile(presets_path(path), problems.append).read()), problems


def _summary(patch: Patch, stored: int) -> str:
    from distill_live.control.patch.files import describe_patch

    return f"good, {describe_patch(patch, stored)}"
