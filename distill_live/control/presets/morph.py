"""Morphs: from the present values to those of a preset, within a time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from distill_live.parameters import ParameterStore


class Cell(NamedTuple):
    """A parameter's global value, or one level of it (0: coarsest)."""

    name: str
    level: int | None = None


#: A cell's value; None: off, or, for a level, that it follows the global value.
Value = float | None


class _Glide(NamedTuple):
    """How a cell moves: gradually from `begin` to `end`, or by a jump if either is None; then it
    is `target`."""

    begin: Value
    end: Value
    target: Value


class Morph:
    """Brings cells of a store to their targets within `seconds`, starting at `began`.

    Floats glide; whole numbers, switches and cells that go on or off change half-way. A cell that
    anything else moves meanwhile is left alone.
    """

    def __init__(
        self, store: ParameterStore, targets: Mapping[Cell, Value], began: float, seconds: float
    ) -> None:
        self._store, self._began, self._seconds = store, began, seconds
        # Global values first, because levels are compared with them: see set_level of the store.
        targets = dict(sorted(targets.items(), key=lambda item: item[0].level is not None))
        self._glides = {cell: self._glide(cell, targets) for cell in targets}
        self._written = {cell: self._read(cell) for cell in targets}

    @property
    def names(self) -> set[str]:
        """The parameters that it still moves."""
        return {cell.name for cell in self._glides}

    def tick(self, now: float) -> bool:
        """Move every cell to its value at `now`; returns False when the morph is over."""
        way = (now - self._began) / self._seconds if self._seconds > 0 else 1.0
        for cell in list(self._glides):
            if self._read(cell) != self._written[cell]:
                del self._glides[cell]
            else:
                self._move(cell, min(max(way, 0.0), 1.0))
        if way >= 1.0:
            self._glides.clear()
        return bool(self._glides)

    def _move(self, cell: Cell, way: float) -> None:
        glide = self._glides[cell]
        if way >= 1.0:
            self._write(cell, glide.target)
        elif glide.begin is not None and glide.end is not None and self._is_gradual(cell):
            self._write(cell, glide.begin + (glide.end - glide.begin) * way)
        elif way >= 0.5:
            self._write(cell, glide.target)

    def _glide(self, cell: Cell, targets: Mapping[Cell, Value]) -> _Glide:
        target, now = targets[cell], self._read(cell)
        if cell.level is None or target is now is None:
            return _Glide(now, target, target)
        # A level that follows has the global value, now or at the end.
        shared = Cell(cell.name)
        begin = self._read(shared) if now is None else now
        end = targets.get(shared, self._read(shared)) if target is None else target
        return _Glide(begin, end, target)

    def _is_gradual(self, cell: Cell) -> bool:
        return self._store.table[cell.name].kind == "float"

    def _read(self, cell: Cell) -> Value:
        if cell.level is not None:
            return self._store.own(cell.name, cell.level)
        value = self._store[cell.name]
        return None if math.isnan(value) else value

    def _write(self, cell: Cell, value: Value) -> None:
        if cell.level is None:
            if value is None:
                self._store.turn_off(cell.name)
            else:
                self._store.set(cell.name, value)
        elif value is None:
            self._store.follow(cell.name, cell.level)
        else:
            self._store.set_level(cell.name, value, cell.level)
        self._written[cell] = self._read(cell)
