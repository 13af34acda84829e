"""The rack: the edits that are on, applied to column after column as they are played."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.edit import SWITCH, Edit, EditContext, parameter_name
from distill_live.codes.timeline import Codes
from distill_live.errors import PluginError
from distill_live.parameters import ParameterValues

#: Gives the columns [end - start, F, Q] from start to end, as they were drawn.
Raw = Callable[[int, int], Codes]
_Array = TypeVar("_Array", bound=NDArray[np.generic])


@dataclass(frozen=True)
class EditSetting:
    """One edit that is on: for which levels [Q], and the values of its parameters, in order."""

    name: str
    levels: tuple[bool, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class EditSettings:
    """The edits that are on, in the order in which they run. Compared, they show what has changed.

    `seed` is 0 while no edit is on, because nothing depends on it then.
    """

    edits: tuple[EditSetting, ...] = ()
    seed: int = 0


class EditRack:
    """Runs the edits that are on, in order of name, each on the result of the one before it.

    Edits that are not in the store's table are left out: nothing could switch them on. `codebooks`
    [Q, V, D] are the model's. When an edit fails, `log` gets a line and `on_failure` the edit's
    name, and the codes pass unchanged; it is tried again after it has been switched off. Columns
    before `first` are never asked for: if a window reaches before it, column `first` stands in.
    """

    def __init__(
        self,
        edits: Sequence[Edit],
        store: ParameterValues,
        codebooks: NDArray[np.float32],
        log: Callable[[str], None],
        on_failure: Callable[[str], None] = lambda name: None,
    ) -> None:
        self.first = 0
        self._edits = {
            edit.name: edit
            for edit in sorted(edits, key=lambda edit: edit.name)
            if parameter_name(edit.name, SWITCH) in store.table
        }
        self._store, self._log, self._on_failure = store, log, on_failure
        # Edits that have failed, and those whose switches were off when they were last read.
        self._failed: set[str] = set()
        self._off: set[str] = set()
        self._codebooks = _read_only(np.asarray(codebooks, np.float32))
        self._settings = EditSettings()
        self._held: dict[str, Codes] = {}

    @property
    def settings(self) -> EditSettings:
        """The settings in use."""
        return self._settings

    @property
    def held(self) -> dict[str, Codes]:
        """The codes [F, Q] that each edit in use holds, by the edit's name."""
        return dict(self._held)

    def restore(self, settings: EditSettings, held: Mapping[str, Codes]) -> None:
        """Continue with the settings and the held codes of another rack; an edit that this one
        does not have is left out."""
        known = tuple(one for one in settings.edits if one.name in self._edits)
        self._settings = EditSettings(known, settings.seed) if known else EditSettings()
        self._held = {one.name: _read_only(held[one.name]) for one in known}

    def read(self, seed: int) -> EditSettings:
        """The settings as the store has them now; `seed` is the stream's."""
        found = []
        self._off.clear()
        for name, edit in self._edits.items():
            switches = self._store.levels(parameter_name(name, SWITCH), len(self._codebooks))
            if not any(switches):
                self._off.add(name)
            elif name not in self._failed:
                values = [self._store[parameter_name(name, p.name)] for p in edit.parameters]
                found.append(EditSetting(name, tuple(map(bool, switches)), tuple(values)))
        return EditSettings(tuple(found), seed) if found else EditSettings()

    def use(self, settings: EditSettings, column: int, raw: Raw) -> None:
        """Apply `settings` from now on.

        Levels that have just been switched on hold the codes that enter their edit in `column`.
        The raw columns up to `reach(column, settings)` must be known.
        """
        before = {setting.name: setting.levels for setting in self._settings.edits}
        held_before, self._held = self._held, {}
        self._settings = settings
        # Not earlier: until now columns were still needed as if it was on.
        self._failed -= self._off
        for depth, setting in enumerate(settings.edits):
            entering = self._run(depth, column, column + 1, raw)[0]
            if setting.name in before:
                stays = np.logical_and(setting.levels, before[setting.name])
                entering = np.where(stays, held_before[setting.name], entering)
            self._held[setting.name] = _read_only(entering)

    def reach(self, column: int, settings: EditSettings | None = None) -> int:
        """The index after the last raw column that must be known to edit `column`, with `settings`
        or with those in use.
        """
        end = column + 1
        for setting in reversed((settings or self._settings).edits):
            if setting.name not in self._failed:
                end += -end % self._edits[setting.name].window
        return end

    def apply(self, column: int, raw: Raw) -> Codes:
        """The edited column [1, F, Q]."""
        return self._run(len(self._settings.edits), column, column + 1, raw)

    def _run(self, depth: int, start: int, end: int, raw: Raw) -> Codes:
        """Columns `start` to `end` after the first `depth` edits."""
        if depth == 0:
            return self._known(start, end, raw)
        setting = self._settings.edits[depth - 1]
        edit = self._edits[setting.name]
        if setting.name in self._failed:
            return self._run(depth - 1, start, end, raw)
        aligned = start - start % edit.window
        entering = self._run(depth - 1, aligned, end + -end % edit.window, raw)
        return self._edit(edit, setting, aligned, entering)[start - aligned : end - aligned]

    def _edit(self, edit: Edit, setting: EditSetting, start: int, entering: Codes) -> Codes:
        """The result of an edit for whole windows, the first of which begins at column `start`."""
        leaving = np.empty_like(entering)
        try:
            for offset in range(0, len(entering), edit.window):
                window = slice(offset, offset + edit.window)
                context = self._context(edit, setting, start + offset)
                edited = edit(_read_only(entering[window]), context)
                self._check(edited, entering[window])
                leaving[window] = edited
        except Exception as error:
            self._failed.add(edit.name)
            self._log(f"the edit {edit.name!r} failed and is now off: {error!r}")
            self._on_failure(edit.name)
            return entering
        return leaving

    def _context(self, edit: Edit, setting: EditSetting, column: int) -> EditContext:
        names = [parameter.name for parameter in edit.parameters]
        return EditContext(
            column=column,
            levels=_read_only(np.array(setting.levels)),
            values=MappingProxyType(dict(zip(names, setting.values, strict=True))),
            held=self._held[setting.name],
            seed=self._settings.seed,
            codebooks=self._codebooks,
        )

    def _check(self, edited: Codes, entered: Codes) -> None:
        if not isinstance(edited, np.ndarray):
            raise PluginError(f"it returned {type(edited).__name__}; legal: an array of codes")
        if edited.shape != entered.shape or edited.dtype != entered.dtype:
            raise PluginError(
                f"it returned {edited.dtype} {edited.shape}; legal: {entered.dtype} "
                f"{entered.shape}, as passed in"
            )
        highest = self._codebooks.shape[1] - 1
        if not 0 <= edited.min() <= edited.max() <= highest:
            raise PluginError(
                f"it returned codes {edited.min()}..{edited.max()}; legal: 0..{highest}"
            )

    def _known(self, start: int, end: int, raw: Raw) -> Codes:
        if start >= self.first:
            return raw(start, end)
        known = raw(self.first, max(end, self.first + 1))
        return known[np.maximum(np.arange(start, end) - self.first, 0)]


def _read_only(array: _Array) -> _Array:
    view = array.view()
    view.flags.writeable = False
    return view
