"""A log that a flood of bad input cannot fill."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

#: How many unknown names are logged; further ones are only counted.
MAX_NAMES = 256
#: The longest time between two lines about one name, in seconds.
LONGEST_S = 600.0


@dataclass
class _Again:
    """How often a name came, when it may be logged again, and how long it has to wait."""

    count: int
    due: float
    period_s: float


class LimitedLog:
    """Hands lines to `log`: at most one per kind and period, and one per unknown name.

    `period_s` and `clock` are in seconds. A line says how many lines of its kind were left out
    before it.
    """

    def __init__(
        self,
        log: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        period_s: float = 1.0,
    ) -> None:
        self._log = log
        self._clock = clock
        self._period_s = period_s
        self._last: dict[str, float] = {}
        self._left_out: dict[str, int] = {}
        self._names: set[str] = set()
        self._again: dict[str, _Again] = {}

    def write(self, kind: str, line: str, period_s: float | None = None) -> None:
        """Log `line`, unless a line of this kind was logged less than a period ago; `period_s`
        replaces the usual one."""
        now = self._clock()
        period_s = self._period_s if period_s is None else period_s
        if now - self._last.get(kind, float("-inf")) < period_s:
            self._left_out[kind] = self._left_out.get(kind, 0) + 1
            return
        self._last[kind] = now
        left_out = self._left_out.pop(kind, 0)
        self._log(f"{line} (and {left_out} more like it)" if left_out else line)

    def write_counted(self, name: str, make_line: Callable[[], str]) -> None:
        """Log the line about `name` the first time, and later with the count so far; each wait is
        twice as long, up to LONGEST_S. After `MAX_NAMES` names nothing more is logged."""
        again = self._again.get(name)
        if again is None:
            self._again[name] = _Again(1, self._clock() + self._period_s, self._period_s)
            self.write_once(name, make_line)
            if len(self._names) > MAX_NAMES:
                del self._again[name]
            return
        again.count += 1
        now = self._clock()
        if now >= again.due:
            again.period_s = min(2.0 * again.period_s, LONGEST_S)
            again.due = now + again.period_s
            self._log(f"{make_line()}, {again.count} times so far")

    def count(self, name: str, count: int) -> None:
        """Add to the count of a name that `write_counted` has logged."""
        if name in self._again:
            self._again[name].count += count

    def write_once(self, name: str, make_line: Callable[[], str]) -> None:
        """Log the line about `name` the first time only, and no more after `MAX_NAMES` names."""
        if name in self._names or len(self._names) > MAX_NAMES:
            return
        self._names.add(name)
        if len(self._names) > MAX_NAMES:
            self._log(
                f"{MAX_NAMES} unknown names so far; from now on they are counted but not shown"
            )
        else:
            self._log(make_line())
