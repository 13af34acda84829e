"""The edit chain: which edits are on, with which values, in which order, with which clips."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from distill_live.codes.edit import SWITCH, parameter_name
from distill_live.codes.labels import level_name
from distill_live.parameters import EDIT_SWITCHES, LEVELS_LIMIT, ParameterStore

#: A parameter's global value, then the own value of each level; None where it follows the global
#: one, or is off.
Row = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """A state of the chain. `rows` has the parameters of edits that are not as by default, `order`
    the edits that run first, `clips` the name of the clip in each slot for one."""

    rows: Mapping[str, Row] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    clips: Mapping[str, str] = field(default_factory=dict)

    def changes(self, other: Chain) -> list[str]:
        """The parameters that differ in another state."""
        names = dict.fromkeys([*self.rows, *other.rows])
        return [name for name in names if self.rows.get(name) != other.rows.get(name)]

    def with_rows(self, other: Chain, names: Iterable[str]) -> Chain:
        """The same with some parameters as they are in another state."""
        rows = dict(self.rows)
        for name in names:
            rows.pop(name, None)
            if name in other.rows:
                rows[name] = other.rows[name]
        return replace(self, rows=rows)

    def with_clip(self, slot: str, name: str) -> Chain:
        """The same with a clip in a slot for one, or ("") with none."""
        others = {one: clip for one, clip in self.clips.items() if one != slot}
        return replace(self, clips=others | ({slot: name} if name else {}))

    def without_clips(self) -> Chain:
        """The same without clips."""
        return replace(self, clips={})

    def switch_of(self, edit: str) -> Row | None:
        """How an edit is switched on; None if it is off, or has no switch of its own."""
        return self.rows.get(parameter_name(edit, SWITCH))


class ChainParameters:
    """The parameters of edits in a store."""

    def __init__(self, store: ParameterStore) -> None:
        self._store, self._view = store, store.view()
        self.names = [
            name for name in store.table if name.startswith("edit/") or name in EDIT_SWITCHES
        ]
        self._default = {name: self._default_row(name) for name in self.names}
        self._default_raw = ParameterStore(store.table).raw()
        # Rows that did not change are the same objects in all states, to save memory.
        self._last: dict[str, Row] = {}

    def refresh(self) -> bool:
        """Look at the store again; False if nothing in it has changed since the last time."""
        return self._view.refresh()

    def read(self) -> dict[str, Row]:
        """The parameters that are not as by default."""
        rows: dict[str, list[float | None]] = {}
        for name, level, value in self._view.changes(self._default_raw, self._view.raw()):
            if name in self._default:
                row = rows.setdefault(name, list(self._default[name]))
                row[0 if level is None else level + 1] = value
        before = self._last
        self._last = {name: _same_or(before.get(name), tuple(row)) for name, row in rows.items()}
        return self._last

    def write(self, rows: Mapping[str, Row]) -> None:
        """Set these parameters, and all others of edits to their defaults, as one change."""
        with self._store.change():
            for name in self.names:
                self._write_row(name, rows.get(name, self._default[name]))

    def describe(self, changed: Iterable[str], before: Chain, labels: Iterable[str]) -> str:
        """What has changed since a state, as messages would say it, such as "edit/mask/on/detail
        1"."""
        names, rows = list(map(level_name, labels)), self.read()
        found = [
            f"{name}{f'/{_level(names, place - 1)}' if place else ''} {_value(value)}"
            for name in changed
            for place, value in enumerate(rows.get(name, self._default[name]))
            if value != before.rows.get(name, self._default[name])[place]
        ]
        more = f" and {len(found) - 2} more" if len(found) > 2 else ""
        return ", ".join(found[:2]) + more

    def is_gradual(self, names: Iterable[str]) -> bool:
        """Whether none of these parameters is a switch."""
        return all(self._store.table[name].kind != "bool" for name in names)

    def _default_row(self, name: str) -> Row:
        parameter = self._store.table[name]
        default = None if math.isnan(parameter.default) else float(parameter.default)
        return (default, *[None] * (LEVELS_LIMIT if parameter.per_level else 0))

    def _write_row(self, name: str, row: Row) -> None:
        shared, *own = row
        if shared is None:
            self._store.turn_off(name)
        else:
            self._store.set(name, shared)
        for level, value in enumerate(own):
            if value is None:
                self._store.follow(name, level)
            else:
                self._store.set(name, value, level)


def _same_or(known: Row | None, row: Row) -> Row:
    return known if known == row and known is not None else row


def _level(names: list[str], level: int) -> str:
    return names[level] if level < len(names) else str(level + 1)


def _value(value: float | None) -> str:
    return "off" if value is None else f"{value:.7g}"
