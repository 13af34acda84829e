"""Presets: named values of parameters, from the patch and stored while playing."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from distill_live.control.namespace.targets import Levels, UnknownLevelError, find_target
from distill_live.control.patch.schema import EDIT_ORDER
from distill_live.control.presets.morph import Cell, Morph, Value
from distill_live.control.presets.preset_file import MAX_NAME, OFF, Preset, PresetFile
from distill_live.control.presets.wording import listed, nearest_first
from distill_live.errors import ParameterError
from distill_live.parameters import LEVELS_LIMIT, ParameterStore
from distill_live.parameters.rounding import rounded
from distill_live.spelling import nearest_name

#: The most presets that can be stored while playing: as many as MIDI has programs.
MAX_STORED = 128
#: How far a value may be from that of a preset, which is rounded, to count as the same.
_SAME = 1e-5
#: Parameters that a stored preset leaves out: they are about timing, not about the sound.
NOT_STORED = ("tempo", "beats_per_bar", "link_start_stop", "morph")
#: What no preset sets, in words.
CLIPS = "the chosen clips"


class Presets:
    """Recalls presets, at once or gradually, and stores the present values under a name.

    `presets` are the patch's, in its order. Those stored while playing follow, oldest first, and
    are kept in the file `path`, which is read now. A stored preset replaces one of the patch with
    the same name until it is deleted. All methods may be called from any thread. `log` takes a line
    of text for the user; times are those of `clock`.
    """

    def __init__(
        self,
        store: ParameterStore,
        presets: Mapping[str, Preset],
        path: Path,
        log: Callable[[str], None] = lambda line: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._patch = store, presets
        self._clock = clock
        self._lock = threading.Lock()
        self._file = PresetFile(path, log)
        self._stored: dict[str, Preset] = dict(self._file.read())
        self._morph: Morph | None = None
        #: The levels of the model in play, whose names presets may use.
        self.levels = Levels()
        #: The preset that was recalled or stored last.
        self.current: str | None = None
        # What it sets, and the order of the edits with it.
        self._goal: dict[Cell, Value] = {}
        self._goal_order: Sequence[str] | None = None
        #: How the order of the edits is read, where there is one, and set.
        self.get_order: Callable[[], Sequence[str] | None] = lambda: None
        self.set_order: Callable[[Sequence[str]], None] = lambda names: None

    @property
    def moving(self) -> set[str]:
        """The parameters that a morph still moves."""
        morph = self._morph
        return morph.names if morph else set()

    @property
    def goals(self) -> set[str]:
        """The parameters that the current preset sets."""
        return {cell.name for cell in self._goal}

    @property
    def names(self) -> list[str]:
        """All presets, in the order of `next`."""
        return list(self._all())

    @property
    def stored_names(self) -> set[str]:
        """Those that were stored while playing."""
        return set(self._stored)

    def is_changed(self, moving: Collection[str] = ()) -> bool:
        """Whether something that the current preset sets has changed since. A morph to it does not
        count, nor does what moves the parameters `moving`, or PARAMETER/LEVEL, by itself."""
        ignored = set()
        for one in moving:
            # The model in play may lack its level.
            with suppress(UnknownLevelError):
                ignored.add(self._cell(one))
        with self._lock:
            if self._morph is not None:
                return False
            if self._goal_order is not None and self.get_order() != self._goal_order:
                return True
            return not all(
                self._is_at(cell, value)
                for cell, value in self._goal.items()
                if cell not in ignored and Cell(cell.name) not in ignored
            )

    def use(self, presets: Mapping[str, Preset]) -> None:
        """Use the presets of another patch, or of the same one after a change."""
        with self._lock:
            self._patch = presets
            if self.current in (known := self._all()):
                values = known[self.current]
                self._set_current(self.current, values, self._targets(values, []))

    def recall(self, name: str, seconds: float | None = None) -> str:
        """Bring the parameters of a preset to its values within `seconds`; all others stay as they
        are. By default it takes as long as the parameter `morph` says. Returns a line for the
        performer, as the other requests do.

        Parameters that this instrument does not have are left out, and the line says so. Raises
        ParameterError when there is no such preset.
        """
        with self._lock:
            presets = self._all()
            if name not in presets:
                raise ParameterError(
                    f"no preset {name!r}{nearest_name(name, presets)}; presets: "
                    f"{nearest_first(name, presets)}"
                )
            wanted = self._store["morph"] if seconds is None else seconds
            began = self._clock()
            left_out: list[str] = []
            targets = self._targets(presets[name], left_out)
            self._use_order(presets[name], left_out)
            morph = Morph(self._store, targets, began, wanted)
            self._set_current(name, presets[name], targets)
            self._morph = morph if morph.tick(began) else None
        within = f" over {round(wanted, 2):g} s" if round(wanted, 2) > 0 else ""
        extent = self._extent({cell.name for cell in targets})
        return "; ".join([f"preset {name} recalled{within}", extent, *left_out])

    def next(self) -> str:
        """Recall the preset after the current one; after the last, the first. As `recall`."""
        return self._step(1)

    def previous(self) -> str:
        """Recall the preset before the current one; before the first, the last. As `recall`."""
        return self._step(-1)

    def store(self, name: str) -> str:
        """Store the present values as a preset, replacing a stored one of that name.

        Raises ParameterError for a name that is not legal, and when too many are stored.
        """
        if not name.isprintable() or not 0 < len(name.strip()) == len(name) <= MAX_NAME:
            raise ParameterError(
                f"a preset's name must have 1..{MAX_NAME} characters, without spaces at the "
                "beginning or end"
            )
        with self._lock:
            if name not in self._stored and len(self._stored) >= MAX_STORED:
                raise ParameterError(f"{MAX_STORED} presets are already stored: delete one first")
            self._stored[name] = values = self._snapshot()
            self._set_current(name, values, self._targets(values, []))
            self._file.write(dict(self._stored))
        parameters = [one for one in values if one != EDIT_ORDER]
        extent = self._extent(
            {find_target(one, self._store.table).parameter.name for one in parameters}
        )
        return f"preset {name} stored in {self._file.path}; {extent}"

    def delete(self, name: str) -> str:
        """Delete a stored preset. Raises ParameterError for any other."""
        with self._lock:
            if name not in self._stored and name in self._patch:
                raise ParameterError(f"the preset {name!r} is part of the patch: delete it there")
            if name not in self._stored:
                hint = nearest_name(name, self._stored)
                raise ParameterError(f"no stored preset {name!r}{hint}")
            del self._stored[name]
            self._file.write(dict(self._stored))
        still = (
            "; the patch's own preset of that name is available again"
            if name in self._patch
            else ""
        )
        return f"preset {name} deleted from {self._file.path}{still}"

    def tick(self, now: float) -> None:
        """Move a morph on, at `now`."""
        with self._lock:
            if self._morph is not None and not self._morph.tick(now):
                self._morph = None

    def stop(self) -> None:
        """Stop a morph where it is."""
        with self._lock:
            self._morph = None

    def close(self) -> None:
        """Wait until everything stored is in the file."""
        self._file.close()

    def _all(self) -> dict[str, Preset]:
        return {**self._patch, **self._stored}

    def _set_current(self, name: str, values: Preset, targets: dict[Cell, Value]) -> None:
        self.current, self._goal = name, targets
        self._goal_order = self.get_order() if EDIT_ORDER in values else None

    def _is_at(self, cell: Cell, wanted: Value) -> bool:
        """Whether a cell has a value, as far as that is heard; None: off, or as all levels."""
        shared = self._store[cell.name]
        now = shared
        if cell.level is not None:
            own = self._store.own(cell.name, cell.level)
            now, wanted = shared if own is None else own, shared if wanted is None else wanted
        if wanted is None or math.isnan(wanted):
            return math.isnan(now)
        return math.isclose(now, wanted, rel_tol=_SAME, abs_tol=_SAME)

    def _extent(self, names: Collection[str]) -> str:
        """What a preset of these parameters sets or leaves alone, whichever is shorter."""
        left = [name for name in self._store.table if name not in names]
        if len(left) <= len(names):
            return f"it leaves {listed([*left, CLIPS])} unchanged"
        return f"it sets {listed(sorted(names))} and leaves everything else unchanged"

    def _step(self, step: int) -> str:
        names = self.names
        if not names:
            raise ParameterError("there are no presets: add some to the patch, or store one")
        # Before any recall, the next preset is the first, and the previous one is the last.
        place = names.index(self.current) if self.current in names else min(-step, 0)
        return self.recall(names[(place + step) % len(names)])

    def _targets(self, values: Preset, left_out: list[str]) -> dict[Cell, Value]:
        """The values of a preset that can be set; the others are noted in `left_out`."""
        targets: dict[Cell, Value] = {}
        for name, value in values.items():
            if name == EDIT_ORDER:
                continue
            try:
                cell = self._cell(name)
                targets[cell] = self._target(cell, value)
            except ParameterError as error:
                left_out.append(f"{name} was left out: {error}")
        return targets

    def _use_order(self, values: Preset, left_out: list[str]) -> None:
        """Let the edits run in the order of a preset, if it has one that can be used."""
        if EDIT_ORDER in values:
            try:
                self.set_order(str(values[EDIT_ORDER]).split())
            except ParameterError as error:
                left_out.append(f"{EDIT_ORDER} was left out: {error}")

    def _cell(self, name: str) -> Cell:
        target = find_target(name, self._store.table)
        numbers = {str(level + 1): level for level in range(LEVELS_LIMIT)}
        # A number may also mean a level that the model in play lacks but another model has.
        level = numbers.get(target.level or "")
        return Cell(target.parameter.name, self.levels.find(target) if level is None else level)

    def _target(self, cell: Cell, value: float | str) -> Value:
        parameter = self._store.table[cell.name]
        can_be_off = cell.level is not None or parameter.optional
        # YAML reads the word off without quotes as false.
        if can_be_off and (value == OFF or (value is False and parameter.kind != "bool")):
            return None
        return parameter.clip(value)

    def _snapshot(self) -> Preset:
        """All present values; levels by their numbers; and the order of the edits."""
        values: dict[str, float | str] = {}
        order = self.get_order()
        if order is not None:
            values[EDIT_ORDER] = " ".join(order)
        for name, parameter in self._store.table.items():
            if name in NOT_STORED:
                continue
            shared = self._store[name]
            values[name] = OFF if math.isnan(shared) else rounded(shared)
            for level in range(LEVELS_LIMIT if parameter.per_level else 0):
                own = self._store.own(name, level)
                values[f"{name}/{level + 1}"] = OFF if own is None else rounded(own)
        return values
