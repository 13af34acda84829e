"""Edit lists: named steps with their arguments and seeds, which turn one grid into another.

A list is what the command line, files and the live history share. It is written as text, a line for
each step: `swap other.json 0:2s 1:3s --levels structure`.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.edit import Edit, EditContext, Traits
from distill_live.codes.edit_run import context_values, read_only, run_region
from distill_live.codes.grid import CodeGrid
from distill_live.codes.selection import Selection, find_columns
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError, DistillError, ParameterError, nearest_name

#: The word for the edited grid itself where a step names a second grid.
ITSELF = "."

#: Gives the grid that a step names, such as a file or a clip. Raises CodesError.
Lookup = Callable[[str], CodeGrid]


@dataclass(frozen=True)
class EditStep:
    """One edit of one selection: `values` are the parameters that were given, by name.

    `partner` names the second grid, ITSELF for the edited one, and `partner_columns` selects its
    columns (see `Selection`), "" all.
    """

    edit: str
    selection: Selection = field(default_factory=Selection)
    values: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    partner: str = ""
    partner_columns: str = ""

    @classmethod
    def parse(cls, text: str, edits: Mapping[str, Edit]) -> Self:
        """A step from its text: EDIT [PARTNER] [COLUMNS] [PARTNER-COLUMNS] [NAME=VALUE ...]
        [--bands BANDS] [--levels LEVELS] [--seed SEED].

        Raises CodesError, which says what the edit takes.
        """
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise CodesError(f"the edit {text!r} cannot be read: {error}") from None
        name = words.pop(0) if words else ""
        edit = find_edit(name, edits)
        given = _Words(words, usage(edit))
        partner = given.place() if Traits.of(edit).partner else ""
        columns = given.place()
        partner_columns = given.place() if partner else ""
        given.end()
        values = {key: _number(key, value) for key, value in given.values.items()}
        context_values(edit, values)
        selection = Selection(columns, given.options["bands"], given.options["levels"])
        seed = int(_number("--seed", given.options["seed"] or "0"))
        return cls(name, selection, values, seed, partner or _partner(edit), partner_columns)

    def __str__(self) -> str:
        """The text of the step, from which `parse` makes the same step."""
        words = [self.edit, *([self.partner] if self.partner else [])]
        if self.selection.columns or self.partner_columns:
            words.append(self.selection.columns or ":")
        words += [self.partner_columns] if self.partner_columns else []
        words += [f"{name}={value:.10g}" for name, value in self.values.items()]
        options = {"bands": self.selection.bands, "levels": self.selection.levels}
        for name, value in options.items():
            words += [f"--{name}", value] if value else []
        words += ["--seed", str(self.seed)] if self.seed else []
        return shlex.join(words)


def _partner(edit: Edit) -> str:
    if Traits.of(edit).partner:
        raise CodesError(f"{edit.name} needs a second grid: {usage(edit)}")
    return ""


class _Words:
    """The words of a step after its edit's name: places in order, values and options by name."""

    def __init__(self, words: Iterable[str], usage: str) -> None:
        self._usage = usage
        self._places: list[str] = []
        self.values: dict[str, str] = {}
        self.options = {"bands": "", "levels": "", "seed": ""}
        rest = iter(words)
        for word in rest:
            name = word.removeprefix("--")
            if name != word:
                if name not in self.options:
                    raise CodesError(f"there is no option {word}; {usage}")
                self.options[name] = next(rest, "")
            elif "=" in word:
                key, _, value = word.partition("=")
                self.values[key] = value
            else:
                self._places.append(word)

    def place(self) -> str:
        return self._places.pop(0) if self._places else ""

    def end(self) -> None:
        if self._places:
            raise CodesError(f"{self._places[0]!r} is one word too many; {self._usage}")


def find_edit(name: str, edits: Mapping[str, Edit]) -> Edit:
    """The edit of that name. Raises CodesError with the nearest known name."""
    if name not in edits:
        known = ", ".join(sorted(edits))
        raise CodesError(
            f"there is no edit {name!r}{nearest_name(name, edits)}; installed: {known}"
        )
    return edits[name]


def usage(edit: Edit) -> str:
    """What is written after an edit's name."""
    partner = Traits.of(edit).partner
    words = [edit.name, *(["GRID"] if partner else []), "[COLUMNS]"]
    words += ["[GRID-COLUMNS]"] if partner else []
    words += [f"[{one.name}={one.minimum:g}..{one.maximum:g}]" for one in edit.parameters]
    return f"usage: {' '.join(words)} [--bands BANDS] [--levels LEVELS] [--seed SEED]"


@dataclass(frozen=True)
class EditList:
    """Steps in the order in which they run."""

    steps: tuple[EditStep, ...] = ()

    def apply(
        self,
        base: CodeGrid,
        edits: Mapping[str, Edit],
        codebooks: NDArray[np.float32],
        lookup: Lookup,
        tempo: float = 120.0,
    ) -> CodeGrid:
        """The grid that the steps make of `base`, which stays as it is.

        `codebooks` [Q, V, D] are those of the grid's model, `tempo` is in BPM. Raises CodesError
        that names the step, when one cannot be done.
        """
        grid = base
        for number, step in enumerate(self.steps, start=1):
            try:
                codes = apply_step(step, grid, edits, codebooks, lookup, tempo)
                grid = grid.with_codes(codes)
            except DistillError as error:
                raise CodesError(f"edit {number} ({step}): {error}") from error
        return grid


def apply_step(
    step: EditStep,
    grid: CodeGrid,
    edits: Mapping[str, Edit],
    codebooks: NDArray[np.float32],
    lookup: Lookup,
    tempo: float = 120.0,
) -> Codes:
    """The codes [T', F, Q] that one step makes of a grid. Arguments and errors as for
    `EditList.apply`; an edit that fails is a CodesError, too."""
    edit = find_edit(step.edit, edits)
    columns, bands, _ = grid.codes.shape
    per_second = grid.sample_rate / grid.column_samples
    region = step.selection.resolve(columns, bands, grid.level_labels, per_second)
    context = EditContext(
        column=0,
        levels=read_only(region.levels),
        bands=read_only(region.bands),
        values=context_values(edit, step.values),
        held=grid.codes[region.start],
        seed=step.seed,
        codebooks=read_only(codebooks),
        partner=read_only(_partner_codes(step, grid, lookup)),
        amounts=region.levels.astype(np.float32),
        columns_per_beat=60.0 / tempo * per_second,
        name=edit.name,
    )
    window = Traits.of(edit).window
    given = None
    if isinstance(window, str) and window in step.values:
        given = int(context.values[window])
    try:
        return run_region(edit, grid.codes, region.start, region.end, context, given)
    except (DistillError, MemoryError):
        raise
    except Exception as error:
        # An author's edit may raise anything.
        raise CodesError(f"the edit {edit.name!r} failed: {error!r}") from error


def _partner_codes(step: EditStep, grid: CodeGrid, lookup: Lookup) -> Codes:
    if not step.partner:
        return np.zeros((0, *grid.codes.shape[1:]), np.int64)
    other = grid if step.partner == ITSELF else lookup(step.partner)
    grid.require_same(other)
    per_second = other.sample_rate / other.column_samples
    start, end = find_columns(step.partner_columns, len(other.codes), per_second)
    return other.codes[start:end]


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise CodesError(f"{name} takes a number, not {text!r}") from None
    if not abs(number) <= 2.0**53:
        raise ParameterError(f"{name} takes a finite number, not {text!r}")
    return number
