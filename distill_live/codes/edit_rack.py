"""The rack: the edits that are on, applied to column after column as they are played."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.edit import (
    CODE_UNIT,
    SWITCH,
    Edit,
    EditContext,
    Traits,
    parameter_name,
)
from distill_live.codes.edit_run import hold, read_only, run_window, windows
from distill_live.codes.timeline import Codes
from distill_live.parameters import ParameterValues

#: Gives the columns [end - start, F, Q] from start to end, as they were drawn.
Raw = Callable[[int, int], Codes]

#: How many windows of an edit are remembered, so that they need not be edited again.
_REMEMBERED = 256

#: The slot of the partner that all edits share which have a switch of their own. The partner of an
#: edit with one of EDIT_SWITCHES is in the slot of that name.
EDIT_SLOT = "edit"


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


_NOTHING = Held(np.zeros((1, 0, 0), np.int64), np.zeros(0, np.int64))


class _Unit:
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

    def does_the_same(self, other: _Unit) -> bool:
        """Whether another unit of this edit that held the same would make the same of columns."""
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


class EditRack:
    """Runs the edits that are on, in the order that was asked for and then by name, each on the
    result of the one before it.

    Edits that are not in the store's table are left out: nothing could switch them on. `codebooks`
    [Q, V, D] are the model's. When an edit fails, `log` gets a line and `on_failure` the name of
    its switch, and the codes pass unchanged; it is tried again after it has been switched off.
    Columns before `first` are never asked for: if a window reaches before it, column `first` stands
    in.
    """

    def __init__(
        self,
        edits: Sequence[Edit],
        store: ParameterValues,
        codebooks: NDArray[np.float32],
        log: Callable[[str], None],
        on_failure: Callable[[str], None] = lambda switch: None,
    ) -> None:
        self.first = 0
        self._traits = {edit.name: Traits.of(edit) for edit in edits}
        self._edits = {
            edit.name: edit
            for edit in sorted(edits, key=lambda edit: edit.name)
            if self._traits[edit.name].scope == "stream"
            and self._traits[edit.name].switch in store.table
        }
        self._order = list(self._edits)
        #: The second grid of each edit that needs one, by the edit's name; see `set_partner`.
        self.partners: dict[str, Partner] = {}
        self._store, self._log, self._on_failure = store, log, on_failure
        # Edits that have failed, and those whose switches were off when they were last read.
        self._failed: set[str] = set()
        self._off: set[str] = set()
        self._codebooks = read_only(np.asarray(codebooks, np.float32))
        self._settings = EditSettings()
        self._units: list[_Unit] = []

    @property
    def settings(self) -> EditSettings:
        """The settings in use."""
        return self._settings

    @property
    def held(self) -> dict[str, Held]:
        """What each edit in use holds, by the edit's name."""
        return {unit.edit.name: unit.held for unit in self._units}

    def set_order(self, names: Iterable[str]) -> None:
        """Run these edits first, in this order, and the others after them, by name; unknown names
        are ignored."""
        first = [name for name in dict.fromkeys(names) if name in self._edits]
        self._order = first + [name for name in self._edits if name not in first]

    def set_partner(self, slot: str, partner: Partner | None) -> None:
        """Give all edits that share a slot a second grid, or take it away (None); the change counts
        once the settings are read and used."""
        for name in self._edits:
            traits = self._traits[name]
            own = traits.switch == parameter_name(name, SWITCH)
            if traits.partner and slot == (EDIT_SLOT if own else traits.switch):
                self.partners.pop(name, None)
                if partner is not None:
                    self.partners[name] = partner

    def begin_segment(self, column: int) -> None:
        """Let all partners begin in `column`, the first of a new segment."""
        self._align({name: column for name in self.partners})
        held = self.held
        edits = tuple(map(self._with_partner, self._settings.edits))
        self._use(replace(self._settings, edits=edits))
        for unit in self._units:
            unit.held = held[unit.edit.name]

    def restore(
        self,
        settings: EditSettings,
        held: Mapping[str, Held],
        partners: Mapping[str, Partner] = MappingProxyType({}),
    ) -> None:
        """Continue with the settings and the held codes of another rack; an edit that this one
        does not have, or has no partner for, is left out.

        `partners` are those of the other rack. If the edit has a partner of that name here, too, it
        begins in the same column.
        """
        same = {
            name: one.start
            for name, one in partners.items()
            if name in self.partners and self.partners[name].name == one.name
        }
        self._align(same)
        known = tuple(
            self._with_partner(one)
            for one in settings.edits
            if one.name in self._edits and (one.partner is None or one.name in self.partners)
        )
        self._use(
            EditSettings(known, settings.seed, settings.columns_per_beat) if known
            else EditSettings()
        )  # fmt: skip
        for unit in self._units:
            unit.hold(held[unit.edit.name])

    def read(self, seed: int, columns_per_beat: float = 0.0) -> EditSettings:
        """The settings as the store has them now; `seed` is the stream's, `columns_per_beat` the
        length of a beat at the present tempo."""
        found, timed = [], False
        self._off.clear()
        for name in self._order:
            edit, traits = self._edits[name], self._traits[name]
            amounts = self._store.levels(traits.switch, len(self._codebooks))
            partner = self.partners.get(name)
            if not any(amounts):
                self._off.add(name)
            elif name not in self._failed and (partner is not None or not traits.partner):
                values = [self._store[parameter_name(name, p.name)] for p in edit.parameters]
                found.append(EditSetting(name, tuple(amounts), tuple(values), partner))
                timed = timed or traits.timed
        if not found:
            return EditSettings()
        return EditSettings(tuple(found), seed, columns_per_beat if timed else 0.0)

    def use(self, settings: EditSettings, column: int, raw: Raw) -> None:
        """Apply `settings` from now on.

        Levels that have just been switched on hold the codes that enter their edit in `column`.
        The raw columns up to `reach(column, settings)` must be known.
        """
        before = {unit.edit.name: unit for unit in self._units}
        self._use(settings)
        # Not earlier: until now columns were still needed as if it was on.
        self._failed -= self._off
        for depth, unit in enumerate(self._units):
            last = before.get(unit.edit.name)
            held = self._next_held(depth, last, column, raw)
            if last is not None and held is last.held and unit.does_the_same(last):
                # It need not edit again what it has edited already.
                self._units[depth] = last
            else:
                unit.hold(held)

    def recall(self, edit: str, held: Held) -> None:
        """Let an edit that is on hold what it held before."""
        for unit in self._units:
            if unit.edit.name == edit:
                unit.hold(held)

    def reach(self, column: int, settings: EditSettings | None = None) -> int:
        """The index after the last raw column that must be known to edit `column`, with `settings`
        or with those in use.
        """
        units = self._units if settings is None else self._made(settings)
        end = column + 1
        for unit in reversed(units):
            if unit.edit.name not in self._failed:
                end += -end % unit.window
        return end

    def apply(self, column: int, raw: Raw) -> Codes:
        """The edited column [1, F, Q]."""
        return self._run(len(self._units), column, column + 1, raw)

    def _align(self, starts: Mapping[str, int]) -> None:
        """Let the partners of these edits begin in these columns."""
        for name, start in starts.items():
            self.partners[name] = replace(self.partners[name], start=start)

    def _with_partner(self, setting: EditSetting) -> EditSetting:
        """A setting with the partner that its edit has now."""
        return replace(setting, partner=self.partners.get(setting.name))

    def _use(self, settings: EditSettings) -> None:
        self._settings = settings
        self._units = self._made(settings)

    def _made(self, settings: EditSettings) -> list[_Unit]:
        return [
            _Unit(self._edits[one.name], one, settings, self._codebooks) for one in settings.edits
        ]

    def _next_held(self, depth: int, last: _Unit | None, column: int, raw: Raw) -> Held:
        """What the unit at a depth holds from `column` on; `last` is its edit's unit until now."""
        unit, count = self._units[depth], len(self._codebooks)
        switched_on = np.ones(count, bool)
        if last is not None:
            switched_on = np.array(unit.setting.levels) & ~np.array(last.setting.levels)
            if not switched_on.any():
                return last.held
        held = Held(self._entering(depth, column, unit.holds, raw), np.full(count, column + 1))
        if last is None:
            return held
        return Held(
            np.where(switched_on, held.columns, last.held.columns),
            np.where(switched_on, held.since, last.held.since),
        )

    def _entering(self, depth: int, column: int, count: int, raw: Raw) -> Codes:
        """The `count` columns that end with `column`, as they enter the edit at a depth."""
        start = max(column + 1 - count, min(self.first, column))
        return hold(self._run(depth, start, column + 1, raw), count)

    def _run(self, depth: int, start: int, end: int, raw: Raw) -> Codes:
        """Columns `start` to `end` after the first `depth` edits."""
        if depth == 0:
            return self._known(start, end, raw)
        unit = self._units[depth - 1]
        if unit.edit.name in self._failed:
            return self._run(depth - 1, start, end, raw)
        aligned = start - start % unit.window
        # No further back than is known; a window itself may begin earlier.
        first = min(aligned, max(aligned - unit.past, self.first))
        entering = self._run(depth - 1, first, end + -end % unit.window, raw)
        leaving = self._edit(unit, aligned, entering, aligned - first)
        return leaving[start - aligned : end - aligned]

    def _edit(self, unit: _Unit, aligned: int, entering: Codes, before: int) -> Codes:
        """The result of an edit for whole windows, the first of which begins at column `aligned`;
        `entering` has `before` more columns at its beginning."""
        leaving = entering[before:].copy()
        first = aligned - before
        try:
            for start, end in windows(aligned, aligned + len(leaving), unit.window):
                past = entering[max(start - unit.past - first, 0) : start - first]
                place = slice(start - first, end - first)
                leaving[start - aligned : end - aligned] = unit.run(start, past, entering[place])
        except Exception as error:
            self._failed.add(unit.edit.name)
            self._log(f"the edit {unit.edit.name!r} failed and is now off: {error!r}")
            self._on_failure(self._traits[unit.edit.name].switch)
            return entering[before:]
        return leaving

    def _known(self, start: int, end: int, raw: Raw) -> Codes:
        if start >= self.first:
            return raw(start, end)
        known = raw(self.first, max(end, self.first + 1))
        return known[np.maximum(np.arange(start, end) - self.first, 0)]
