"""The values of all parameters, in memory that all processes share."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.errors import ParameterError
from distill_live.parameters.table import LEVELS_LIMIT, PARAMETERS, Table, find_parameter
from distill_live.shared_memory import LatchedArray


class ParameterValues:
    """The values of all parameters of `table`, for reading.

    A parameter has a global value, and a value of its own for each level that was set alone.
    """

    def __init__(self, table: Table) -> None:
        self.table = dict(table)
        self._rows = {name: row for row, name in enumerate(self.table)}

    def __getitem__(self, name: str) -> float:
        return float(self._numbers[self._row(name), 0])

    def __iter__(self) -> Iterator[str]:
        return iter(self.table)

    def levels(self, name: str, count: int) -> tuple[float, ...]:
        """The values in effect for the `count` coarsest levels, coarse to fine."""
        # Copy the row once, so that a change in the meantime is seen as a whole or not at all.
        shared, *own = self._numbers[self._row(name)].tolist()
        own += [math.nan] * (count - LEVELS_LIMIT)
        return tuple(shared if math.isnan(value) else value for value in own[:count])

    def own(self, name: str, level: int) -> float | None:
        """The level's own value; None while it follows the global one. Raises as `set` does."""
        value = float(self._numbers[self._cell(name, level)])
        return None if math.isnan(value) else value

    def raw(self) -> bytes:
        """All present values as bytes, to compare and to hand to `changes`."""
        return self._numbers.tobytes()

    def changes(self, before: bytes, after: bytes) -> list[tuple[str, int | None, float | None]]:
        """The differences between two results of `raw`: (name, level or None for global, value).

        The value None means that the level follows the global value again, or that the parameter
        is off.
        """
        values = np.frombuffer(after, "f8")
        # Compare bits, so that NaN equals itself.
        changed = np.flatnonzero(np.frombuffer(before, "i8") != values.view("i8"))
        names, found = list(self.table), []
        for place in changed.tolist():
            row, column = divmod(place, 1 + LEVELS_LIMIT)
            value = float(values[place])
            level = column - 1 if column else None
            found.append((names[row], level, None if math.isnan(value) else value))
        return found

    @property
    def _numbers(self) -> NDArray[np.float64]:
        """One row a parameter: the global value, then the levels' own (NaN: it follows)."""
        raise NotImplementedError

    def _row(self, name: str) -> int:
        return self._rows[find_parameter(name, self.table).name]

    def _cell(self, name: str, level: int | None) -> tuple[int, int]:
        if level is None:
            return self._row(name), 0
        if not find_parameter(name, self.table).per_level:
            raise ParameterError(f"{name} has one value for all levels; set it without a level")
        if not 0 <= level < LEVELS_LIMIT:
            raise ParameterError(f"{name} has levels 0..{LEVELS_LIMIT - 1}, not {level}")
        return self._row(name), 1 + level


class ParameterStore(ParameterValues):
    """The current values of all parameters of `table`, in memory shared by all processes.

    The last value wins. Control writes, on any thread; engine and audio read without waiting. Use a
    `view` to read several values that belong together.
    """

    #: Values that are not visible yet, and the thread that is setting them.
    _draft: NDArray[np.float64] | None
    _writer: int

    def __init__(self, table: Table = PARAMETERS) -> None:
        super().__init__(table)
        self._shared = LatchedArray((len(self.table), 1 + LEVELS_LIMIT))
        numbers = np.full((len(self.table), 1 + LEVELS_LIMIT), np.nan)
        numbers[:, 0] = [parameter.default for parameter in self.table.values()]
        self._shared.write(numbers)
        self._unlock()

    def __getstate__(self) -> dict[str, Any]:
        # Locks cannot be sent to other processes, which only read anyway.
        return {"table": self.table, "_rows": self._rows, "_shared": self._shared}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._unlock()

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """Everything set in this block becomes visible at its end, at once; nothing if it raises.

        This thread sees the new values immediately. Other threads that set values wait. A block
        within a block is part of the outer one.
        """
        with self._lock:
            if self._draft is not None:
                yield
                return
            self._writer = threading.get_ident()
            self._draft = draft = self._shared.newest.copy()
            try:
                yield
                self._shared.write(draft)
            finally:
                self._draft = None

    def set(self, name: str, value: object, level: int | None = None) -> float:
        """Store the nearest legal value, globally or for one level (0: coarsest), and return it.

        Raises ParameterError for an unknown name, unless the value is a finite number, and for a
        level of a parameter that has none or outside 0..LEVELS_LIMIT-1.
        """
        stored = find_parameter(name, self.table).clip(value)
        self._put(self._cell(name, level), stored)
        return stored

    def set_level(self, name: str, value: object, level: int) -> float:
        """As `set`, but a level that is set to the global value follows it again."""
        with self.change():
            stored = self.set(name, value, level)
            if stored == self[name]:
                self.follow(name, level)
        return stored

    def turn_off(self, name: str) -> None:
        """Switch an optional parameter off. Raises ParameterError for one that cannot be off."""
        parameter = find_parameter(name, self.table)
        if not parameter.optional:
            raise ParameterError(f"{name} cannot be off: it takes a number, {parameter.legal()}")
        self._put((self._row(name), 0), math.nan)

    def follow(self, name: str, level: int | None = None) -> None:
        """Let one level, or every level, follow the global value again. Raises as `set` does."""
        if level is None:
            self._put((self._row(name), slice(1, None)), math.nan)
        else:
            self._put(self._cell(name, level), math.nan)

    def raw(self) -> bytes:
        """All values after a whole change, as bytes to compare and to hand to `changes`."""
        return self.view().raw()

    def view(self) -> ParameterView:
        """The present values, to read and to refresh."""
        return ParameterView(self.table, self._shared)

    def _unlock(self) -> None:
        self._lock = threading.RLock()
        self._draft, self._writer = None, 0

    def _put(self, place: tuple[int, int | slice], value: float) -> None:
        draft = self._draft
        if draft is not None and self._writer == threading.get_ident():
            draft[place] = value
            return
        with self.change():
            self._numbers[place] = value

    @property
    def _numbers(self) -> NDArray[np.float64]:
        draft = self._draft
        mine = draft is not None and self._writer == threading.get_ident()
        return draft if draft is not None and mine else self._shared.newest


class ParameterView(ParameterValues):
    """The values of a store at one moment, never in the middle of a change."""

    def __init__(self, table: Table, shared: LatchedArray) -> None:
        super().__init__(table)
        self._shared = shared
        self._copy, self._next = np.empty((2, len(self.table), 1 + LEVELS_LIMIT))
        self._seen = shared.read(self._copy)

    def refresh(self) -> bool:
        """Update to the present values; returns whether any has changed."""
        if self._shared.version == self._seen:
            return False
        self._seen = self._shared.read(self._next)
        # Compare bits, so that NaN equals itself.
        if np.array_equal(self._copy.view("i8"), self._next.view("i8")):
            return False
        self._copy, self._next = self._next, self._copy
        return True

    @property
    def _numbers(self) -> NDArray[np.float64]:
        return self._copy
