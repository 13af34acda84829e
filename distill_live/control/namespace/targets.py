"""What a name in an address or a patch means: a parameter, or one level of it."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from distill_live.codes.labels import level_labels, level_name
from distill_live.errors import ParameterError
from distill_live.parameters import LEVELS_LIMIT, Parameter, Table, find_parameter
from distill_live.spelling import nearest_name

#: The labels of most models' levels, coarse to fine; used until a model brings its own.
DEFAULT_LABELS = level_labels(3)


class UnknownLevelError(ParameterError):
    """The model in play has no level of that name or number."""


@dataclass(frozen=True)
class Target:
    """A parameter, or one level of it by the level's name or number (from 1, coarse to fine)."""

    parameter: Parameter
    level: str | None = None


def find_target(name: str, table: Table) -> Target:
    """The target of a name such as "temperature", "temperature/structure" or "temperature/1".

    Which levels exist depends on the model, see `Levels`. Raises ParameterError for an unknown
    parameter, and for a level of a parameter that has none.
    """
    parameter, _, level = name.rpartition("/")
    if name in table or parameter not in table:
        return Target(find_parameter(name, table))
    if not table[parameter].per_level:
        raise ParameterError(f"{parameter} has one value for all levels: leave the level out")
    if not level or level != level_name(level):
        raise ParameterError(
            f"{reprlib.repr(level)} is not a level: give its label in lower case with _ for "
            "spaces, or its number, counted from 1"
        )
    return Target(table[parameter], level)


def find_group(name: str, table: Table) -> list[str]:
    """The parameters that a name means: a parameter or a level means itself, a group such as
    "steer" or "edit/freeze" everything below it. Raises ParameterError for any other name."""
    plain = name.removeprefix("/distill/")
    below = [known for known in table if known.startswith(f"{plain}/")]
    if plain in table or not below:
        try:
            find_target(plain, table)
        except ParameterError as error:
            raise ParameterError(f"{error}; groups: {', '.join(groups(table))}") from None
        return [plain]
    return below


def groups(table: Table) -> list[str]:
    """The groups of parameters: the parts of their names before each slash."""
    parts = [name.split("/")[:-1] for name in table]
    found = ("/".join(part[:end]) for part in parts for end in range(1, len(part) + 1))
    return list(dict.fromkeys(found))


def edit_names(table: Iterable[str]) -> list[str]:
    """The edits that a table has parameters for, by name."""
    parts = [name.split("/") for name in table if name.startswith("edit/")]
    return sorted({part[1] for part in parts})


def find_order(names: Sequence[str], table: Iterable[str]) -> tuple[str, ...]:
    """Edits in the order in which they are named, each once. Raises ParameterError for a name that
    no edit has."""
    known = edit_names(table)
    for name in names:
        if name not in known:
            raise ParameterError(
                f"there is no edit {name!r}{nearest_name(name, known)}; legal: {', '.join(known)}"
            )
    return tuple(dict.fromkeys(names))


class Levels:
    """The levels of the model in play, by name and by number."""

    def __init__(self, labels: Sequence[str] = DEFAULT_LABELS) -> None:
        self._names = [level_name(label) for label in labels[:LEVELS_LIMIT]]
        self._found = {name: level for level, name in enumerate(self._names)}
        self._found |= {str(level + 1): level for level in range(len(self._names))}

    def __len__(self) -> int:
        return len(self._names)

    @property
    def names(self) -> tuple[str, ...]:
        """The names, coarse to fine, as addresses write them."""
        return tuple(self._names)

    def find(self, target: Target) -> int | None:
        """The level that a target means, from 0, coarse to fine; None when it means all of them.

        Raises UnknownLevelError, which names the levels that exist.
        """
        return None if target.level is None else self.find_name(target.level)

    def find_name(self, name: str) -> int:
        """The level with this name or number. Raises UnknownLevelError as `find` does."""
        if name not in self._found:
            raise UnknownLevelError(
                f"the current model has no level {reprlib.repr(name)}; legal: "
                f"{', '.join(self._names)}, or 1..{len(self._names)}"
            )
        return self._found[name]
