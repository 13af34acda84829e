"""What an edit is: a plugin that changes codes, in a file or live in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.timeline import Codes
from distill_live.errors import PluginError
from distill_live.parameters import PARAMETERS, Parameter, ParameterStore
from distill_live.plugins import check_declaration, declared_parameters, load_plugins

#: The parameter that every edit has: whether it is on, for all levels or for one.
SWITCH = "on"


@dataclass(frozen=True, eq=False)
class EditContext:
    """What an edit can look at besides the codes; its arrays are read-only.

    `column` is the absolute position of the first column, `levels` [Q] says for which levels the
    edit is on, `values` holds its own parameters by their short names. `held` [F, Q] are the codes
    that entered the edit in the column that was heard when each level was switched on. `seed` is
    the stream's, and `codebooks` [Q, V, D] float32 are the vectors behind the codes.
    """

    column: int
    levels: NDArray[np.bool_]
    values: Mapping[str, float]
    held: Codes
    seed: int
    codebooks: NDArray[np.float32]


class Edit(Protocol):
    """Changes a window of columns; the result may depend only on the arguments.

    A window is `window` columns (1 or more), aligned to absolute position: it begins at a multiple
    of `window`. `parameters` are the edit's own, global ones; every edit also gets the parameter
    `on`, which can be set for each level. `name` is that of its entry point, `doc` a sentence.
    """

    @property
    def name(self) -> str: ...
    @property
    def doc(self) -> str: ...
    @property
    def window(self) -> int: ...
    @property
    def parameters(self) -> tuple[Parameter, ...]: ...

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        """The edited codes [window, F, Q] int64, in the same shape; `codes` is read-only."""
        ...


def load_edits(log: Callable[[str], None]) -> list[Edit]:
    """The installed edits, sorted by name; each entry point is a class that takes no arguments.

    An edit that fails to load or breaks the contract is left out; `log` gets a line that says why.
    Raises PluginError when two packages claim the same name.
    """
    return list(load_plugins("edits", check_edit, log).values())


def load_edits_again(table: Iterable[str], log: Callable[[str], None]) -> list[Edit]:
    """The installed edits, in another process than the one that made a parameter table of them.

    If one that is in the table is left out, `log` gets a line about each that is left out; those
    that are not in the table have been reported by the other process. Raises as `load_edits` does.
    """
    lines: list[str] = []
    edits = load_edits(lines.append)
    loaded = {parameter_name(edit.name, SWITCH) for edit in edits}
    if any(_is_switch(name) and name not in loaded for name in table):
        for line in lines:
            log(line)
    return edits


def parameter_name(edit: str, parameter: str) -> str:
    """The full name of an edit's parameter, such as "edit/freeze/on"."""
    return f"edit/{edit}/{parameter}"


def edit_parameters(edits: Iterable[Edit]) -> dict[str, Parameter]:
    """The edits' parameters by their full names, each edit's switch first."""
    table: dict[str, Parameter] = {}
    for edit in edits:
        name = parameter_name(edit.name, SWITCH)
        table[name] = Parameter(name, "bool", 0, 1, 0, "", edit.doc, per_level=True)
        table |= declared_parameters("edits", [edit])
    return table


def parameter_table(edits: Iterable[Edit]) -> dict[str, Parameter]:
    """All parameters of an instrument with these edits, by their full names."""
    return PARAMETERS | edit_parameters(edits)


def switch_edit_off(store: ParameterStore, edit: str) -> None:
    """Switch an edit off for all levels; the store's table must have it."""
    _switch_off(store, parameter_name(edit, SWITCH))


def switch_edits_off(store: ParameterStore) -> None:
    """Switch all edits of the store's table off, for all levels."""
    for name in store.table:
        if _is_switch(name):
            _switch_off(store, name)


def _is_switch(parameter: str) -> bool:
    return parameter.startswith("edit/") and parameter.endswith(f"/{SWITCH}")


def _switch_off(store: ParameterStore, switch: str) -> None:
    with store.change():
        store.set(switch, 0)
        store.follow(switch)


def check_edit(name: str, plugin: Callable[[], Edit]) -> Edit:
    """An edit. Raises PluginError if it breaks the contract of `Edit`."""
    edit = plugin()
    check_declaration(name, edit, (SWITCH,))
    if not callable(edit):
        raise PluginError("it must be callable with codes and a context")
    if type(edit.window) is not int or edit.window < 1:
        raise PluginError(f"its window is {edit.window!r}; legal: a number of columns, 1 or more")
    return edit
