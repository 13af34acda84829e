"""Edit lists: named steps with their arguments and seeds, which turn one grid into another.

A list is what the command line, files and the live history share. It is written as text, a line for
each step: `swap other.json 0:2s 1:3s --levels structure`.
"""

from __future__ import annotations

import math
import re
import shlex
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.edit import Edit, EditContext, Traits
from distill_live.codes.edit_run import context_values, read_only, run_region
from distill_live.codes.grid import CodeGrid
from distill_live.codes.selection import Region, Selection, find_columns
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError, DistillError, ParameterError, nearest_name
from distill_live.parameters import PARAMETERS

#: The word for the edited grid itself where a step names a second grid.
ITSELF = "."
#: Edits that only `distill-live edit` has, because they need a model's prior.
MODEL_EDITS = ("resample",)

#: Gives the grid that a step names, such as a file or a clip. Raises CodesError.
Lookup = Callable[[str], CodeGrid]

_VALUE = re.compile(r"([a-z][a-z0-9_]*)=(.*)", re.DOTALL)


@dataclass(frozen=True, eq=False)
class EditTools:
    """What edit lists are done with: the installed edits by their names, the codebooks [Q, V, D] of
    the grid's model, what gives the grids that steps name, and the tempo in BPM."""

    edits: Mapping[str, Edit]
    codebooks: NDArray[np.float32]
    lookup: Lookup
    tempo: float = 120.0


@dataclass(frozen=True)
class EditStep:
    """One edit of one selection: `values` are the parameters that were given, by name.

    `partner` names the second grid, ITSELF for the edited one, and `partner_columns` selects its
    columns (see `Selection`), the first of which belongs to the selection's first column. With ""
    the two grids lie side by side, column by column, and the second one repeats. `seed` is
    0..2^31-1.
    """

    edit: str
    selection: Selection = field(default_factory=Selection)
    values: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    partner: str = ""
    partner_columns: str = ""

    @classmethod
    def parse(cls, text: str, edits: Mapping[str, Edit]) -> Self:
        """A step from its text: EDIT [GRID] [COLUMNS] [GRID-COLUMNS] [NAME=VALUE ...]
        [--bands BANDS] [--levels LEVELS] [--seed SEED].

        Raises CodesError, which says what the edit takes, and ParameterError for a value that is
        not legal.
        """
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise CodesError(f"the edit {text!r} cannot be read: {error}") from None
        edit = find_edit(words.pop(0) if words else "", edits)
        given = _Words(words, usage(edit))
        partner = given.place() if Traits.of(edit).partner else ""
        columns = given.place()
        partner_columns = given.place() if partner else ""
        given.end()
        if Traits.of(edit).partner and not partner:
            raise CodesError(f"{edit.name} needs a second grid; {usage(edit)}")
        values = {name: _number(name, value) for name, value in given.values.items()}
        context_values(edit, values)
        selection = Selection(columns, given.options["bands"], given.options["levels"])
        seed = _seed(given.options["seed"])
        return cls(edit.name, selection, values, seed, partner, partner_columns)

    def __str__(self) -> str:
        """The text of the step, from which `parse` makes the same step."""
        words = [self.edit, *([self.partner] if self.partner else [])]
        if self.selection.columns or self.partner_columns:
            words.append(self.selection.columns or ":")
        words += [self.partner_columns] if self.partner_columns else []
        words += [f"{name}={_shortest(value)}" for name, value in self.values.items()]
        options = {"bands": self.selection.bands, "levels": self.selection.levels}
        for name, value in options.items():
            words += [f"--{name}", value] if value else []
        words += ["--seed", str(self.seed)] if self.seed else []
        return shlex.join(words)


class _Words:
    """The words of a step after its edit's name: places in order, values and options by name."""

    def __init__(self, words: Iterable[str], usage: str) -> None:
        self._usage = usage
        self._places: list[str] = []
        self.values: dict[str, str] = {}
        self.options = {"bands": "", "levels": "", "seed": ""}
        rest = iter(words)
        for word in rest:
            value = _VALUE.fullmatch(word)
            if word.startswith("--"):
                self._read_option(word, next(rest, ""))
            elif value:
                self.values[value[1]] = value[2]
            else:
                self._places.append(word)

    def place(self) -> str:
        return self._places.pop(0) if self._places else ""

    def end(self) -> None:
        if self._places:
            raise CodesError(f"{self._places[0]!r} is one word too many; {self._usage}")

    def _read_option(self, word: str, value: str) -> None:
        name = word.removeprefix("--")
        if name not in self.options:
            raise CodesError(f"there is no option {word}; {self._usage}")
        if not value:
            raise CodesError(f"{word} needs a value; {self._usage}")
        self.options[name] = value


def find_edit(name: str, edits: Mapping[str, Edit]) -> Edit:
    """The edit of that name. Raises CodesError with the nearest known name."""
    if name not in edits and name in MODEL_EDITS:
        raise CodesError(f"{name} works only on files: distill-live edit")
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

    def apply(self, base: CodeGrid, tools: EditTools) -> CodeGrid:
        """The grid that the steps make of `base`, which stays as it is.

        Raises CodesError that names the step, when one cannot be done.
        """
        last = deque(self.stages(base, tools), maxlen=1)
        return last[0] if last else base

    def stages(self, base: CodeGrid, tools: EditTools) -> Iterator[CodeGrid]:
        """The grid after each step; arguments and errors as for `apply`. A step is done when its
        grid is asked for, so that the tools' `lookup` can give what earlier steps have made of
        other grids."""
        grid = base
        for number, step in enumerate(self.steps, start=1):
            try:
                codes = apply_step(step, grid, tools)
                grid = grid.with_codes(codes)
            except DistillError as error:
                raise CodesError(f"edit {number} ({step}): {error}") from error
            yield grid


def apply_step(step: EditStep, grid: CodeGrid, tools: EditTools, column: int = 0) -> Codes:
    """The codes [T', F, Q] that one step makes of a grid, whose first column has the position
    `column`. Other arguments and errors as for `EditList.apply`; an edit that fails is a
    CodesError, too.

    A mutual edit whose partner is the grid itself changes both places; for what becomes of another
    partner see `other_side`.
    """
    edit = find_edit(step.edit, tools.edits)
    other = _find_partner(step, grid, tools.lookup)
    codes = _run(step, grid, other, tools, column)
    if Traits.of(edit).mutual and step.partner == ITSELF:
        there = _mirrored(step, grid, other)
        codes = _run(there, grid.with_codes(codes), grid, tools, column)
    return codes


def other_side(step: EditStep, grid: CodeGrid, tools: EditTools) -> CodeGrid:
    """What a mutual edit such as swap makes of the partner when the step is done on `grid`.

    Arguments and errors as for `EditList.apply`; CodesError for an edit that is not mutual.
    """
    edit = find_edit(step.edit, tools.edits)
    if not Traits.of(edit).mutual:
        raise CodesError(f"{edit.name} does not change the second grid; swap does")
    other = _find_partner(step, grid, tools.lookup)
    there = _mirrored(step, grid, other)
    return other.with_codes(_run(there, other, grid, tools))


def _find_partner(step: EditStep, grid: CodeGrid, lookup: Lookup) -> CodeGrid:
    """The step's second grid; if it needs none, the grid itself."""
    if step.partner in ("", ITSELF):
        return grid
    other = lookup(step.partner)
    grid.require_like(other)
    return other


def _run(
    step: EditStep, grid: CodeGrid, other: CodeGrid, tools: EditTools, column: int = 0
) -> Codes:
    edit = find_edit(step.edit, tools.edits)
    region = grid.region(step.selection)
    partner, partner_column = _place_partner(step, region, other, edit, column)
    context = EditContext(
        column=column,
        levels=read_only(region.levels),
        bands=read_only(region.bands),
        values=context_values(edit, step.values),
        held=grid.codes[region.start],
        seed=step.seed,
        codebooks=read_only(tools.codebooks),
        partner=read_only(partner),
        partner_column=partner_column,
        amounts=read_only(region.levels.astype(np.float32)),
        columns_per_beat=60.0 / tools.tempo * grid.columns_per_second,
        name=edit.name,
    )
    window = Traits.of(edit).window
    length = int(step.values[window]) if isinstance(window, str) and window in step.values else None
    try:
        return run_region(edit, grid.codes, region.start, region.end, context, length)
    except (DistillError, MemoryError):
        raise
    except Exception as error:
        # An author's edit may raise anything.
        raise CodesError(f"the edit {edit.name!r} failed: {error!r}") from error


def _place_partner(
    step: EditStep, region: Region, other: CodeGrid, edit: Edit, column: int
) -> tuple[Codes, int]:
    """The partner's codes [P, F, Q], and which column of them belongs to the region's first."""
    if not step.partner:
        return other.codes[:0], 0
    if not step.partner_columns:
        return other.codes, region.start + (0 if step.partner == ITSELF else column)
    start, end = _partner_span(step, region, other)
    if Traits.of(edit).mutual and end - start != region.end - region.start:
        raise CodesError(
            f"{edit.name} needs two places of the same length; these have "
            f"{region.end - region.start} and {end - start} columns"
        )
    return other.codes[start:end], 0


def _partner_span(step: EditStep, region: Region, other: CodeGrid) -> tuple[int, int]:
    """The columns of the partner that belong to the region."""
    columns = step.partner_columns or f"{region.start}:{region.end}"
    return find_columns(columns, len(other.codes), other.columns_per_second)


def _mirrored(step: EditStep, grid: CodeGrid, other: CodeGrid) -> EditStep:
    """The step that does the same to `other`, with `grid` as its partner.

    Raises CodesError when both are one grid and the two places in it overlap.
    """
    region = grid.region(step.selection)
    start, end = _partner_span(step, region, other)
    if step.partner == ITSELF and max(start, region.start) < min(end, region.end):
        raise CodesError(
            f"columns {region.start}:{region.end} and {start}:{end} overlap; choose two places "
            "that are apart"
        )
    selection = replace(step.selection, columns=f"{start}:{end}")
    return replace(step, selection=selection, partner_columns=f"{region.start}:{region.end}")


def _shortest(value: float) -> str:
    """The shortest text from which the same number is read; a whole number without its point."""
    return repr(float(value)).removesuffix(".0")


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise CodesError(f"{name} takes a number, not {text!r}") from None
    if not math.isfinite(number):
        raise ParameterError(f"{name} takes a finite number, not {text!r}")
    return number


def _seed(text: str) -> int:
    """The seed of a step, as `seed` of the stream; "" is 0."""
    seed, legal = _number("--seed", text or "0"), PARAMETERS["seed"]
    if legal.clip(seed) != seed:
        raise ParameterError(f"--seed takes a whole number, {legal.legal()}, not {text}")
    return int(seed)
