"""The settings of a rack of edits, and what its edits hold."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.timeline import Codes


@dataclass(frozen=True, eq=False)
class Partner:
    """A second grid for edits that need one: its name, its codes [P, F, Q], and the column of the
    stream to which its first column belongs. Two are equal only if they are the same object."""

    name: str
    codes: Codes
    start: int = 0

    def without_codes(self) -> Partner:
        """The same partner to be kept where codes would take too much room."""
        return replace(self, codes=self.codes[:0])


@dataclass(frozen=True)
class EditSetting:
    """One edit that is on: how strongly for each level (0..1, 0 is off), the values of its
    parameters, in order, and its partner if it needs one."""

    name: str
    amounts: tuple[float, ...]
    values: tuple[float, ...]
    partner: Partner | None = None

    @property
    def levels(self) -> tuple[bool, ...]:
        """For which levels [Q] it is on."""
        return tuple(amount > 0 for amount in self.amounts)


@dataclass(frozen=True)
class EditSettings:
    """The edits that are on, in the order in which they run. Compared, they show what has changed.

    `seed` is 0 while no edit is on, and `columns_per_beat` is 0 while no edit looks at it, because
    nothing depends on them then.
    """

    edits: tuple[EditSetting, ...] = ()
    seed: int = 0
    columns_per_beat: float = 0.0

    def without_codes(self) -> EditSettings:
        """The same settings with partners that have no codes."""
        edits = tuple(
            one if one.partner is None else replace(one, partner=one.partner.without_codes())
            for one in self.edits
        )
        return replace(self, edits=edits)


@dataclass(frozen=True, eq=False)
class Held:
    """What an edit holds: the `columns` [holds, F, Q] that entered it, up to the one that was heard
    when each level was switched on, and the position after that, `since` [Q]."""

    columns: Codes
    since: NDArray[np.int64]

    def equals(self, other: Held | None) -> bool:
        """Whether another one holds the same."""
        return self is other or (
            other is not None
            and np.array_equal(self.columns, other.columns)
            and np.array_equal(self.since, other.since)
        )
