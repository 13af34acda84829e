"""`distill-live edit`: a list of edits, done to a grid of codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distill_live.codes.edit import Edit, Traits, load_edits
from distill_live.codes.edit_lists.edit_file import load_edit_list, save_edit_list
from distill_live.codes.edit_lists.edit_list import EditList, EditTools, named_errors, other_side
from distill_live.codes.edit_lists.edit_step import ITSELF, EditStep
from distill_live.commands.destinations import free_file, named_file
from distill_live.commands.grids.reading import (
    GridArgument,
    GridModelOption,
    load_model_of,
    read_grid,
)
from distill_live.commands.options import DeviceOption
from distill_live.commands.output import counted, grid_size, tell, warn
from distill_live.errors import CodesError, DistillError
from distill_live.parameters import PARAMETERS

if TYPE_CHECKING:
    from distill_live.codes.codebook_geometry import Codebooks
    from distill_live.codes.grid import CodeGrid

_TEMPO = PARAMETERS["tempo"]
# Some edits make a grid longer, several in a row very much so. This is six hours of 85 ms columns.
_MOST_COLUMNS = 250_000


def edit(
    grid: GridArgument,
    do: Annotated[
        list[str] | None,
        typer.Option(
            "--do",
            metavar="EDIT",
            help="An edit, such as 'swap other.json 0:2s --levels structure'; repeat the option "
            "for more, which are done in that order.",
        ),
    ] = None,
    apply: Annotated[
        list[Path] | None,
        typer.Option(
            "--apply",
            help="File with a list of edits to do before those of --do. Names of grids in it are "
            "looked up from the current folder.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            help="Output .json or .npz file, or an existing folder (default: ./GRID_edited.json).",
        ),
    ] = None,
    output_other: Annotated[
        Path | None,
        typer.Option(
            "--output-other", help="Output file for the second grid of a swap, after the swap."
        ),
    ] = None,
    save_edits: Annotated[
        Path | None,
        typer.Option("--save-edits", help="Write the list of edits to this file, for --apply."),
    ] = None,
    tempo: Annotated[
        float,
        typer.Option(
            "--tempo",
            min=_TEMPO.minimum,
            max=_TEMPO.maximum,
            help="Tempo in BPM, for edits that are measured in beats.",
        ),
    ] = _TEMPO.default,
    model: GridModelOption = None,
    device: DeviceOption = "auto",
) -> None:
    """Edit a grid of codes, and write the result as another grid.

    `distill-live plugins` lists the edits. An edit is written as its name, for some a second grid,
    columns (0:16, 0.5s:2s), NAME=VALUE for each parameter, --band, --levels and --seed. A value in
    columns can be a time (to=2s). A second grid is a file, or . for the edited grid itself.

    An existing file is never replaced: the new one gets a number, and the line that is printed
    names it.
    """
    from distill_live.codes.grid_file import check_suffix, save_grid
    from distill_live.inference.model_edits import model_edits

    source = read_grid(grid)
    loaded = cache(lambda: load_model_of(source, model, device))
    edits = {one.name: one for one in load_edits(warn)} | model_edits(loaded)
    steps = _read_steps(apply or [], do or [], edits)
    # A list may have been written for another grid, and name this one.
    itself = grid.resolve()
    done = EditList(tuple(
        replace(step, partner=ITSELF) if Path(step.partner).resolve() == itself else step
        for step in steps.steps
    ))  # fmt: skip
    named = named_file(output or Path(), f"{grid.stem}_edited{grid.suffix}")
    check_suffix(named)
    path = free_file(named)
    other_path = None if output_other is None else free_file(output_other)
    list_path = None if save_edits is None else free_file(save_edits)
    if output_other is not None:
        check_suffix(output_other)
        _require_one_swap(done, edits)
    # With the numbers that they get where files of their names exist: they must not become equal.
    _require_different({"--output": path, "--output-other": other_path, "--save-edits": list_path})
    edited = _Edited(source)
    edited.run(done, edits, loaded().codebooks, tempo)
    if list_path is not None:
        # First, as some lists cannot be saved.
        save_edit_list(list_path, steps)
        tell(f"{list_path}: {counted(len(steps.steps), 'edit')}")
    save_grid(path, edited.grid)
    tell(f"{path}: {_describe(source, edited.grid)}")
    if other_path is not None:
        (other,) = edited.swapped
        save_grid(other_path, edited.others[other])
        tell(f"{other_path}: {edited.swapped[other]} after the swap")


@dataclass
class _Edited:
    """The grid of a file while it is edited. `others` are the second grids that steps name, as they
    are by now, by their paths without links; `swapped` has the names of those that a swap has
    changed, as they were first written."""

    grid: CodeGrid
    others: dict[Path, CodeGrid] = field(default_factory=dict)
    swapped: dict[Path, str] = field(default_factory=dict)

    def run(
        self, steps: EditList, edits: Mapping[str, Edit], codebooks: Codebooks, tempo: float
    ) -> None:
        """Do the steps. Raises CodesError as `EditList.apply` does, and for a grid that has become
        too long."""
        tools = EditTools(edits, codebooks, self._find, tempo)
        stages = steps.stages(self.grid, tools)
        for number, (step, grid) in enumerate(zip(steps.steps, stages, strict=True), start=1):
            if len(grid.codes) > max(len(self.grid.codes), _MOST_COLUMNS):
                raise CodesError(
                    f"after the edit {step} the grid would have {len(grid.codes)} columns; legal: "
                    f"up to {_MOST_COLUMNS}"
                )
            if _swaps(step, edits):
                with named_errors(number, step):
                    other = other_side(step, self.grid, tools)
                self.others[Path(step.partner).resolve()] = other
                self.swapped.setdefault(Path(step.partner).resolve(), step.partner)
            self.grid = grid

    def _find(self, name: str) -> CodeGrid:
        path = Path(name).resolve()
        if path not in self.others:
            self.others[path] = read_grid(Path(name))
        return self.others[path]


def _read_steps(files: Sequence[Path], texts: Sequence[str], edits: Mapping[str, Edit]) -> EditList:
    """The steps of files, and after them those that are typed."""
    steps = [step for path in files for step in load_edit_list(path, edits).steps]
    for text in texts:
        try:
            steps.append(EditStep.parse(text, edits))
        except DistillError as error:
            raise CodesError(f"--do {text!r}: {error}") from error
    if not steps:
        raise CodesError("there is nothing to do: give --do 'EDIT ...', or --apply FILE")
    return EditList(tuple(steps))


def _swaps(step: EditStep, edits: Mapping[str, Edit]) -> bool:
    """Whether a step changes a second grid, too."""
    return Traits.of(edits[step.edit]).mutual and step.partner != ITSELF


def _require_one_swap(steps: EditList, edits: Mapping[str, Edit]) -> None:
    swaps = (step.partner for step in steps.steps if _swaps(step, edits))
    names = {Path(name).resolve(): name for name in swaps}
    if len(names) != 1:
        found = ", ".join(sorted(names.values())) or "none"
        raise CodesError(
            f"--output-other needs edits that swap with one other grid; these swap with: {found}"
        )


def _require_different(outputs: Mapping[str, Path | None]) -> None:
    """Raise CodesError when two options name one file."""
    seen: dict[Path, str] = {}
    for option, path in outputs.items():
        if path is None:
            continue
        if (other := seen.setdefault(path.resolve(), option)) != option:
            raise CodesError(f"{other} and {option} are the same file, {path}")


def _describe(before: CodeGrid, after: CodeGrid) -> str:
    size = grid_size(after.codes.shape)
    if len(before.codes) != len(after.codes):
        return f"{size}, {counted(len(before.codes), 'column')} before"
    return f"{size}, {counted(int((before.codes != after.codes).sum()), 'code')} changed"
