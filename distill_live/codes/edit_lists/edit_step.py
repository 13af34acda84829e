"""One step of an edit list: an edit with its arguments and its seed, written as text.

Such a text is `swap other.json 0:2s 1:3s --levels structure`.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from distill_live.codes.edit import Edit, Traits
from distill_live.codes.edit_run import context_values
from distill_live.codes.selection import BANDS_TWICE, Selection, find_distance
from distill_live.errors import CodesError, ParameterError
from distill_live.parameters import COLUMN_UNIT, PARAMETERS
from distill_live.spelling import nearest_name

#: The word for the edited grid itself where a step names a second grid.
ITSELF = "."

_VALUE = re.compile(r"([a-z][a-z0-9_]*)=(.*)", re.DOTALL)
#: Columns in the place of the second grid's name.
_COLUMNS = re.compile(r"[\d.]*(m?s)?:[\d.]*(m?s)?", re.ASCII)
#: `--bands` counts from 0. It is what earlier versions wrote: it keeps its meaning, so that old
#: files, scripts and session logs do. It is never offered; a step that was read with it is written
#: with it again.
_OPTIONS = ("band", "bands", "levels", "seed")
#: How parameters that count columns are written, by their unit.
_KINDS = {
    COLUMN_UNIT: "a column (16), a time (2s), or a distance from the region's first column "
    "(+16, -1s)",
    "columns": "a number of columns, or a time such as 0.5s",
}


@dataclass(frozen=True)
class EditStep:
    """One edit of one selection: `values` are the parameters that were given, by name.

    `distances` are parameters that count columns and were given as a time, such as `2s`, or, if
    they are the number of a column, from the selection's first column on, such as `+16` or `-1s`.

    `partner` names the second grid, ITSELF for the edited one, and `partner_columns` selects its
    columns (see `Selection`), the first of which belongs to the selection's first column. With ""
    the two grids lie side by side, column by column, and the second one repeats. `seed` is
    0..2^31-1; None is 0 on files, and live a seed that each region has for itself.
    """

    edit: str
    selection: Selection = field(default_factory=Selection)
    values: Mapping[str, float] = field(default_factory=dict)
    seed: int | None = None
    partner: str = ""
    partner_columns: str = ""
    distances: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str, edits: Mapping[str, Edit]) -> Self:
        """A step from its text: EDIT [GRID] [COLUMNS] [GRID-COLUMNS] [NAME=VALUE ...]
        [--band BANDS] [--levels LEVELS] [--seed SEED].

        Raises CodesError, which says what the edit takes, and ParameterError for a value that is
        not legal.
        """
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise CodesError(f"the edit {text!r} cannot be read: {error}") from None
        edit = find_edit(words.pop(0) if words else "", edits)
        given = _Words(words, edit)
        partner = given.place() if Traits.of(edit).partner else ""
        columns = given.place()
        partner_columns = given.place() if partner else ""
        given.end()
        if Traits.of(edit).partner and (not partner or _COLUMNS.fullmatch(partner)):
            raise CodesError(
                f"{edit.name} needs a second grid before the columns: a file (or a clip, when "
                f"playing live), or {ITSELF} for the grid itself; {usage(edit)}"
            )
        distances = _distances(edit, given.values)
        others = {name: text for name, text in given.values.items() if name not in distances}
        kinds = {one.name: _KINDS.get(one.unit, "a number") for one in edit.parameters}
        values = {
            name: _number(name, text, kinds.get(name, "a number")) for name, text in others.items()
        }
        context_values(edit, values)
        band, bands, levels, seed = (given.options.get(name, "") for name in _OPTIONS)
        if band and bands:
            raise CodesError(f"{BANDS_TWICE}; {usage(edit)}")
        selection = Selection(columns, bands, levels, band)
        return cls(edit.name, selection, values, _seed(seed), partner, partner_columns, distances)

    def resolve(self, edit: Edit, start: int, columns_per_second: float) -> dict[str, float]:
        """The values that were given, in columns, for a selection whose first column has the number
        `start`."""
        places = {one.name for one in edit.parameters if one.unit == COLUMN_UNIT}
        found = dict(self.values)
        for name, text in self.distances.items():
            distance = find_distance(text, columns_per_second) or 0
            from_start = name in places and text[0] in "+-"
            found[name] = float(start + distance if from_start else distance)
        return found

    def __str__(self) -> str:
        """The text of the step, from which `parse` makes the same step."""
        words = [self.edit, *([self.partner] if self.partner else [])]
        if self.selection.columns or self.partner_columns:
            words.append(self.selection.columns or ":")
        words += [self.partner_columns] if self.partner_columns else []
        words += [f"{name}={_shortest(value)}" for name, value in self.values.items()]
        words += [f"{name}={text}" for name, text in self.distances.items()]
        selected = self.selection
        options = {"band": selected.band, "bands": selected.bands, "levels": selected.levels}
        for name, value in options.items():
            words += [f"--{name}", value] if value else []
        words += ["--seed", str(self.seed)] if self.seed is not None else []
        return shlex.join(words)


def shown_step(step: EditStep, labels: Sequence[str]) -> str:
    """The text of a step for people: as it is written, but with the levels by their labels, because
    addresses count them from 1 and steps from 0."""
    return str(replace(step, selection=step.selection.with_level_names(labels)))


def _offered(option: str) -> str:
    """The option that is offered for one that may be of earlier versions."""
    return "band" if option == "bands" else option


class _Words:
    """The words of a step after its edit's name: places in order, values and options by name."""

    def __init__(self, words: Iterable[str], edit: Edit) -> None:
        self._usage = usage(edit)
        self._names = {one.name for one in edit.parameters}
        self._places: list[str] = []
        self.values: dict[str, str] = {}
        self.options: dict[str, str] = {}
        rest = iter(words)
        for word in rest:
            value = _VALUE.fullmatch(word)
            if word.startswith("--"):
                self._read_option(word, rest)
            elif value and value[1] in _OPTIONS and value[1] not in self._names:
                raise CodesError(
                    f"write --{_offered(value[1])} {value[2]} with -- before it; {self._usage}"
                )
            elif value:
                self._set(self.values, value[1], value[2], value[1])
            else:
                self._require_place(word)
                self._places.append(word)

    def place(self) -> str:
        return self._places.pop(0) if self._places else ""

    def end(self) -> None:
        if self._places:
            raise CodesError(f"{self._places[0]!r} is one word too many; {self._usage}")

    def _require_place(self, word: str) -> None:
        """Raise CodesError for what was written for a parameter or an option, but is none."""
        before = self._places[-1] if self._places else ""
        if before in self._names and _is_number(word):
            raise CodesError(f"write {before}={word}, with = and without spaces; {self._usage}")
        name, colon, value = word.partition(":")
        if colon and name in self._names:
            raise CodesError(f"write {name}={value}, with = and without spaces; {self._usage}")
        if before in _OPTIONS:
            raise CodesError(f"write --{_offered(before)} {word} with -- before it; {self._usage}")

    def _read_option(self, word: str, rest: Iterator[str]) -> None:
        option, equals, value = word.partition("=")
        name = option.removeprefix("--")
        if name not in _OPTIONS and name in self._names:
            value = value or next(rest, "VALUE")
            raise CodesError(f"{name} is a parameter: write {name}={value}; {self._usage}")
        if name not in _OPTIONS:
            raise CodesError(f"there is no option {option}; {self._usage}")
        value = value if equals else next(rest, "")
        if not value:
            raise CodesError(f"{option} needs a value; {self._usage}")
        self._set(self.options, name, value, option)

    def _set(self, given: dict[str, str], name: str, value: str, shown: str) -> None:
        if name in given:
            raise CodesError(f"{shown} is given twice; {self._usage}")
        given[name] = value


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
    words += [
        f"[{one.name}={'COLUMN' if one.unit == COLUMN_UNIT else one.span}]"
        for one in edit.parameters
    ]
    return f"usage: {' '.join(words)} [--band BANDS] [--levels LEVELS] [--seed SEED]"


def _distances(edit: Edit, given: Mapping[str, str]) -> dict[str, str]:
    """The parameters that are given as times or, if that is where a column is, with a sign."""
    units = {one.name: one.unit for one in edit.parameters}
    found = {}
    for name, text in given.items():
        signed = text[:1] in ("+", "-") and units.get(name) == COLUMN_UNIT
        timed = text.endswith("s") and units.get(name) in (COLUMN_UNIT, "columns")
        if (signed or timed) and find_distance(text, 1.0) is not None:
            found[name] = text
    return found


def _shortest(value: float) -> str:
    """The shortest text from which the same number is read; a whole number without its point."""
    return repr(float(value)).removesuffix(".0")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(name: str, text: str, kind: str = "a number") -> float:
    if not text:
        raise CodesError(f"{name} needs a number right after the =, such as {name}=1")
    if not _is_number(text):
        raise CodesError(f"{name} takes {kind}, not {text!r}")
    number = float(text)
    if not math.isfinite(number):
        raise ParameterError(f"{name} takes a finite number, not {text!r}")
    return number


def _seed(text: str) -> int | None:
    """The seed of a step, as `seed` of the stream; None where it is left out."""
    if not text:
        return None
    seed, legal = _number("--seed", text), PARAMETERS["seed"]
    if legal.clip(seed) != seed:
        raise ParameterError(f"--seed takes a whole number, {legal.legal()}, not {text}")
    return int(seed)
