"""The parameters of edits: their switches and their own, and how all are switched off."""

from __future__ import annotations

from collections.abc import Iterable

from distill_live.codes.edit import SWITCH, Edit, Traits, is_switch, parameter_name
from distill_live.parameters import PARAMETERS, Parameter, ParameterStore
from distill_live.plugins import declared_parameters


def edit_parameters(edits: Iterable[Edit]) -> dict[str, Parameter]:
    """The parameters of the edits of the stream by their full names, each edit's switch first."""
    table: dict[str, Parameter] = {}
    for edit in edits:
        traits = Traits.of(edit)
        if traits.scope != "stream":
            continue
        if traits.switch == (name := parameter_name(edit.name, SWITCH)):
            table[name] = Parameter(name, "bool", 0, 1, 0, "", edit.doc, per_level=True)
        table |= declared_parameters("edits", [edit])
    return table


def parameter_table(edits: Iterable[Edit]) -> dict[str, Parameter]:
    """All parameters of an instrument with these edits, by their full names."""
    return PARAMETERS | edit_parameters(edits)


def switch_edit_off(store: ParameterStore, switch: str) -> None:
    """Set an edit's switch, by its full name, to 0 for all levels; the store must have it."""
    with store.change():
        store.set(switch, 0)
        store.follow(switch)


def switch_edits_off(store: ParameterStore) -> None:
    """Switch all edits of the store's table off, for all levels."""
    for name in store.table:
        if is_switch(name):
            switch_edit_off(store, name)
