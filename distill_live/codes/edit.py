"""What an edit is: a plugin that changes codes, the same on a file and while they sound."""

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

#: The parameter that every edit has: whether it acts, for all levels or for one.
SWITCH = "on"


@dataclass(frozen=True, eq=False)
class EditContext:
    """What an edit may look at beside the codes; its arrays cannot be written to.

    `column` is the absolute position of the first column, `levels` [Q] says for which levels the
    edit is switched on, `values` holds its own parameters by their short names. `held` [F, Q] are
    the codes that entered the edit in the column that sounded when each level was switched on.
    `seed` is the stream's, and `codebooks` [Q, V, D] float32 are the vectors behind the codes.
    """

    column: int
    levels: NDArray[np.bool_]
    values: Mapping[str, float]
    held: Codes
    seed: int
    codebooks: NDArray[np.float32]


class Edit(Protocol):
    """Changes a window of columns; the result may depend on nothing but the arguments.

    A window is `window` columns (1 or more), aligned to absolute position: it begins at a multiple
    of `window`. `parameters` are the edit's own, global ones; every edit also gets the parameter
    `on`, which each level can have for itself. `name` is that of its entry point, `doc` a sentence.
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
        """The codes [window, F, Q] int64 as edited, in the same shape; `codes` is read-only."""
        ...


def load_edits(log: Callable[[str], None]) -> list[Edit]:
    """The installed edits, sorted by name; each entry point is a class that takes no arguments.

    One that fails to load or breaks the contract is left out, and `log` gets a line that says why.
    Raises PluginError when two packages claim the same name.
    """
    return list(load_plugins("edits", check_edit, log).values())


def parameter_name(edit: str, parameter: str) -> str:
    """The full name of an edit's parameter, such as "edit/freeze/on"."""
    return f"edit/{edit}/{parameter}"


def edit_parameters(edits: Iterable[Edit]) -> dict[str, Parameter]:
    """The parameters of the edits, each edit's switch first, by their full names."""
    table: dict[str, Parameter] = {}
    for edit in edits:
        name = parameter_name(edit.name, SWITCH)
        table[name] = Parameter(name, "bool", 0, 1, 0, "", edit.doc, per_level=True)
        table |= declared_parameters("edits", [edit])
    return table


def parameter_table(edits: Iterable[Edit]) -> dict[str, Parameter]:
    """Every parameter of an instrument with these edits, by its full name."""
    return PARAMETERS | edit_parameters(edits)


def switch_edit_off(store: ParameterStore, edit: str) -> None:
    """Switch an edit of the store's table off, for all levels."""
    _switch_off(store, parameter_name(edit, SWITCH))


def switch_edits_off(store: ParameterStore) -> None:
    """Switch every edit of the store's table off, for all levels."""
    for name in store.table:
        if name.startswith("edit/") and name.endswith(f"/{SWITCH}"):
            _switch_off(store, name)


def _switch_off(store: ParameterStore, switch: str) -> None:
    with store.change():
        store.set(switch, 0)
        store.follow(switch)


def check_edit(name: str, plugin: Callable[[], Edit]) -> Edit:
    """An edit. Raises PluginError unless it keeps to the contract of `Edit`."""
    edit = plugin()
    check_declaration(name, edit, (SWITCH,))
    if not callable(edit):
        raise PluginError("it must be callable with codes and a context")
    if type(edit.window) is not int or edit.window < 1:
        raise PluginError(f"its window is {edit.window!r}; legal: a number of columns, 1 or more")
    return edit
