"""A log that a flood of bad input cannot fill."""

from __future__ import annotations

import time
from collections.abc import Callable

#: How many different unknown names are told before the rest is only counted.
MAX_NAMES = 256


class LimitedLog:
    """Hands lines to `log`: at most one per kind and period, and one per unknown name.

    `period_s` is in seconds, as is what `clock` returns. The next line of a kind says how many were
    left out before it.
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

    def write(self, kind: str, line: str) -> None:
        """Log `line`, unless a line of this kind was logged less than a period ago."""
        now = self._clock()
        if now - self._last.get(kind, float("-inf")) < self._period_s:
            self._left_out[kind] = self._left_out.get(kind, 0) + 1
            return
        self._last[kind] = now
        left_out = self._left_out.pop(kind, 0)
        self._log(f"{line} (and {left_out} more like it)" if left_out else line)

    def write_once(self, name: str, make_line: Callable[[], str]) -> None:
        """Log the line about `name` the first time only, and no more after `MAX_NAMES` names."""
        if name in self._names or len(self._names) > MAX_NAMES:
            return
        self._names.add(name)
        if len(self._names) > MAX_NAMES:
            self._log(f"{MAX_NAMES} unknown names so far; further ones are counted, not shown")
        else:
            self._log(make_line())
