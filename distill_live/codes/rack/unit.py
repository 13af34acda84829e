"""One edit as a rack uses it, which remembers what it has edited."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.edit import Edit, EditContext, Traits
from distill_live.codes.edit_run import read_only, run_window
from distill_live.codes.rack.settings import EditSetting, EditSettings, Held
from distill_live.codes.timeline import Codes
from distill_live.parameters import CODE_UNIT

#: How many windows of an edit are remembered, so that they need not be edited again.
_REMEMBERED = 256

_NOTHING = Held(np.zeros((1, 0, 0), np.int64), np.zeros(0, np.int64))


class EditUnit:
    """One edit as it is used with one setting and what it holds."""

    def __init__(
        self, edit: Edit, setting: EditSetting, settings: EditSettings, books: NDArray[np.float32]
    ) -> None:
        traits = Traits.of(edit)
        values = _values(edit, setting, books.shape[1])
        self.edit, self.setting, self.holds = edit, setting, traits.holds
        self.window = traits.columns(traits.window, values)
        self.past = traits.columns(traits.past, values)
        self.held = _NOTHING
        self._partner = setting.partner
        self._same: dict[str, Any] = {
            "levels": read_only(np.array(setting.levels)),
            "values": values,
            "seed": settings.seed,
            "codebooks": books,
            "amounts": read_only(np.array(setting.amounts, np.float32)),
            # Others do not look at it, and need not do their work again when the tempo changes.
            "columns_per_beat": settings.columns_per_beat if traits.timed else 0.0,
            "name": edit.name,
        }
        self._done: dict[int, tuple[bytes, Codes]] = {}

    def hold(self, held: Held) -> None:
        """Hold these columns from now on."""
        self.held = Held(read_only(held.columns), read_only(held.since))
        self._done.clear()

    def does_the_same(self, other: EditUnit) -> bool:
        """Whether two units of one edit that hold the same edit in the same way."""
        alike = ("seed", "columns_per_beat")
        return self.setting == other.setting and all(
            self._same[one] == other._same[one] for one in alike
        )

    def run(self, start: int, past: Codes, entering: Codes) -> Codes:
        """The window that begins at column `start`, edited; the same codes are edited once."""
        key = past.tobytes() + entering.tobytes()
        known = self._done.get(start)
        if known is not None and known[0] == key:
            return known[1]
        edited = run_window(self.edit, entering, self._context(start, past))
        if len(self._done) >= _REMEMBERED:
            del self._done[next(iter(self._done))]
        self._done[start] = key, edited
        return edited

    def _context(self, start: int, past: Codes) -> EditContext:
        second: dict[str, Any] = {}
        if self._partner is not None:
            # A partner that begins later than this column has been repeating for ever.
            column = (start - self._partner.start) % len(self._partner.codes)
            second = {"partner": self._partner.codes, "partner_column": column}
        return EditContext(
            column=start, held=self.held.columns[-1], held_columns=self.held.columns,
            since=self.held.since, past=read_only(past),
            bands=read_only(np.ones(past.shape[1], bool)), **self._same, **second,
        )  # fmt: skip


def _values(edit: Edit, setting: EditSetting, codebook_size: int) -> Mapping[str, float]:
    """The values of an edit's parameters by their short names, codes as the codebooks have them."""
    values = {
        parameter.name: min(value, codebook_size - 1.0) if parameter.unit == CODE_UNIT else value
        for parameter, value in zip(edit.parameters, setting.values, strict=True)
    }
    return MappingProxyType(values)
