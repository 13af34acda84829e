"""The rack: the edits that are on, applied to column after column as they are played."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.edit import SWITCH, Edit, Traits, parameter_name
from distill_live.codes.edit_run import hold, read_only, windows
from distill_live.codes.rack.settings import EditSetting, EditSettings, Held, Partner
from distill_live.codes.rack.unit import EditUnit
from distill_live.codes.timeline import Codes
from distill_live.parameters import ParameterValues

#: Gives the columns [end - start, F, Q] from start to end, as they were drawn.
Raw = Callable[[int, int], Codes]

#: The slot of the partner that all edits share which have a switch of their own. The partner of an
#: edit with one of EDIT_SWITCHES is in the slot of that name.
EDIT_SLOT = "edit"


class EditRack:
    """Runs the edits that are on, in the order that was asked for and then by name, each on the
    result of the one before it.

    Edits that are not in the store's table are left out: nothing could switch them on. `codebooks`
    [Q, V, D] are the model's. When an edit fails, `on_failure` gets the name of its switch and a
    line about it, and the codes pass unchanged; it is tried again after it has been switched off.
    Columns before `first` are never asked for: if a window reaches before it, column `first` stands
    in.
    """

    def __init__(
        self,
        edits: Sequence[Edit],
        store: ParameterValues,
        codebooks: NDArray[np.float32],
        on_failure: Callable[[str, str], None],
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
        self._store, self._on_failure = store, on_failure
        # Edits that have failed, and those whose switches were off when they were last read.
        self._failed: set[str] = set()
        self._off: set[str] = set()
        self._codebooks = read_only(np.asarray(codebooks, np.float32))
        self._settings = EditSettings()
        self._units: list[EditUnit] = []

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
        length of a beat at the present tempo. A failed edit that is off can be tried again."""
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
        # An edit that is still in use stays failed until `use` has taken it out.
        self._failed -= self._off - self.held.keys()
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

    def _made(self, settings: EditSettings) -> list[EditUnit]:
        return [
            EditUnit(self._edits[one.name], one, settings, self._codebooks)
            for one in settings.edits
        ]

    def _next_held(self, depth: int, last: EditUnit | None, column: int, raw: Raw) -> Held:
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

    def _edit(self, unit: EditUnit, aligned: int, entering: Codes, before: int) -> Codes:
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
            text = f"the edit {unit.edit.name!r} failed and is now off: {error!r}"
            self._on_failure(self._traits[unit.edit.name].switch, text)
            return entering[before:]
        return leaving

    def _known(self, start: int, end: int, raw: Raw) -> Codes:
        if start >= self.first:
            return raw(start, end)
        known = raw(self.first, max(end, self.first + 1))
        return known[np.maximum(np.arange(start, end) - self.first, 0)]
