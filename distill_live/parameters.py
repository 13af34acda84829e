"""Every parameter of the instrument, declared once, and the store that all processes share."""

from __future__ import annotations

import contextlib
import math
import reprlib
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from distill_live.errors import ParameterError, nearest_name
from distill_live.shared_memory import LatchedArray

Kind = Literal["float", "int", "bool"]
Curve = Literal["linear", "exp", "log", "s"]

#: How many levels, coarse to fine, can have a value of their own; finer ones follow the global one.
LEVELS_LIMIT = 4


@dataclass(frozen=True)
class Parameter:
    """A named number with a legal range.

    `minimum`, `maximum` and `default` are in `unit`; `curve` says how a controller's 0..1 travels
    from minimum to maximum (see `shape_travel`). With `per_level` each level can have a value of
    its own; without one it follows the global value. One that is `optional` can be off, and is so
    by default: its value is NaN then.
    """

    name: str
    kind: Kind
    minimum: float
    maximum: float
    default: float
    unit: str
    doc: str
    curve: Curve = "linear"
    per_level: bool = False
    optional: bool = False

    def clip(self, value: object) -> float:
        """The nearest legal value; ints and bools are rounded.

        Raises ParameterError for what is no finite number.
        """
        if not isinstance(value, int | float):
            shown = reprlib.repr(value)
            raise ParameterError(f"{self.name} takes a number, {self.legal()}, not {shown}")
        if not abs(value) <= sys.float_info.max:
            raise ParameterError(f"{self.name} takes a finite number, {self.legal()}")
        clipped = float(min(max(value, self.minimum), self.maximum))
        return clipped if self.kind == "float" else float(round(clipped))

    def legal(self) -> str:
        """The legal range in words."""
        unit = f" {self.unit}" if self.unit else ""
        off = "off or " if self.optional else ""
        return f"{off}{self.minimum:g}..{self.maximum:g}{unit}"


def shape_travel(travel: float, curve: Curve) -> float:
    """Bend a controller's travel 0..1: "exp" is fine at the low end, "log" at the high end, "s" at
    both ends."""
    if curve == "exp":
        return (math.exp(3.0 * travel) - 1.0) / (math.exp(3.0) - 1.0)
    if curve == "log":
        return 1.0 - shape_travel(1.0 - travel, "exp")
    if curve == "s":
        return travel * travel * (3.0 - 2.0 * travel)
    return travel


def unshape_travel(shaped: float, curve: Curve) -> float:
    """The travel 0..1 that `shape_travel` bends to `shaped`."""
    if curve == "exp":
        return math.log1p(shaped * (math.exp(3.0) - 1.0)) / 3.0
    if curve == "log":
        return 1.0 - unshape_travel(1.0 - shaped, "exp")
    if curve == "s":
        return 0.5 - math.sin(math.asin(1.0 - 2.0 * shaped) / 3.0)
    return shaped


def scale_travel(travel: float, low: float, high: float, curve: Curve = "linear") -> float:
    """Map a controller's travel (clipped to 0..1) to low..high; low may be above high."""
    return low + (high - low) * shape_travel(min(max(travel, 0.0), 1.0), curve)


def find_travel(value: float, low: float, high: float, curve: Curve = "linear") -> float:
    """The travel 0..1 that `scale_travel` maps to `value`, or to the end that is nearer to it."""
    if low == high:
        return 0.0
    return unshape_travel(min(max((value - low) / (high - low), 0.0), 1.0), curve)


#: Declared parameters by their full names.
Table = Mapping[str, Parameter]

PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        Parameter("temperature", "float", 0.1, 2.0, 1.0, "",
                  "How freely codes are drawn: low repeats what is likely, high surprises.",
                  per_level=True),
        Parameter("top_k", "int", 0, 512, 0, "codes",
                  "Draw only from the k likeliest codes; 0 is off.", per_level=True),
        Parameter("top_p", "float", 0.0, 1.0, 1.0, "",
                  "Draw only from the likeliest codes that together reach this probability; "
                  "0 and 1 are off.", per_level=True),
        Parameter("min_p", "float", 0.0, 1.0, 0.0, "",
                  "Draw only from codes that are at least this many times as likely as the "
                  "likeliest; 0 is off.", per_level=True),
        Parameter("repetition", "float", -1.0, 1.0, 0.0, "",
                  "Below 0 avoids the codes that lately sounded, above 0 returns to them; 0 is "
                  "off.", per_level=True),
        *(
            Parameter(f"steer/{name}", "float", -1.0, 1.0, math.nan, "",
                      f"How {word} the sound shall be: from the least that the recordings have to "
                      "the most; off leaves it to the prior.", optional=True)
            for name, word in (("loudness", "loud"), ("brightness", "bright"),
                               ("noisiness", "noisy"), ("density", "busy"))
        ),
        Parameter("steer/guidance", "float", 0.0, 4.0, 1.5, "",
                  "How strongly steering acts: 0 not at all, 1 as the prior learned it, more "
                  "exaggerates."),
        Parameter("seed", "int", 0, 2**31 - 1, 0, "",
                  "Which of all possible streams is played; the same seed gives the same stream."),
        Parameter("gain", "float", 0.0, 2.0, 1.0, "",
                  "Output level, linear; 0 is silence."),
        Parameter("width", "float", 0.0, 1.0, 0.0, "",
                  "How far the sound spreads over two channels; 0 is mono, and both together "
                  "always are."),
        Parameter("fade", "float", 5.0, 20.0, 10.0, "ms",
                  "Cross-fade from what would have sounded to what sounds instead."),
        Parameter("model_fade", "float", 0.05, 20.0, 2.0, "s",
                  "Cross-fade from one model to the next.", curve="exp"),
        Parameter("tempo", "float", 20.0, 300.0, 120.0, "BPM",
                  "How many beats a minute has; where a MIDI clock leads, it says so."),
        Parameter("beats_per_bar", "int", 1, 16, 4, "beats",
                  "How many beats a bar has."),
        Parameter("morph", "float", 0.0, 60.0, 0.0, "s",
                  "How long the way to a preset takes that is recalled without saying so.",
                  curve="exp"),
        Parameter("modulation", "bool", 0, 1, 1, "",
                  "Whether what moves by itself (LFO, follower, random walk) moves parameters; "
                  "panic switches it off."),
    )
}  # fmt: skip

#: Parameters of which each level can be drawn with a value of its own.
LEVEL_SAMPLING = ("temperature", "top_k", "top_p", "min_p", "repetition")
#: Parameters that say what the columns to come shall sound like; behind STEER stands what of it.
STEER = "steer/"
STEERING = tuple(name for name in PARAMETERS if name.startswith(STEER))
#: Parameters that change what the prior draws, so that a change makes the unheard future anew.
SAMPLING_PARAMETERS = (*LEVEL_SAMPLING, *STEERING, "seed")


def find_parameter(name: str, table: Table = PARAMETERS) -> Parameter:
    """The declared parameter of that name, else ParameterError with the nearest known name."""
    if name not in table:
        raise ParameterError(f"unknown parameter {name!r}{nearest_name(name, table)}")
    return table[name]


class ParameterValues:
    """The value of every parameter of `table`, to read.

    A parameter has a global value, and one for each level that it was set for alone.
    """

    def __init__(self, table: Table) -> None:
        self.table = dict(table)
        self._rows = {name: row for row, name in enumerate(self.table)}

    def __getitem__(self, name: str) -> float:
        return float(self._numbers[self._row(name), 0])

    def __iter__(self) -> Iterator[str]:
        return iter(self.table)

    def levels(self, name: str, count: int) -> tuple[float, ...]:
        """The values that count for the `count` coarsest levels, coarse to fine."""
        # One copy of the row: a level that is set meanwhile must not be seen half-way.
        shared, *own = self._numbers[self._row(name)].tolist()
        own += [math.nan] * (count - LEVELS_LIMIT)
        return tuple(shared if math.isnan(value) else value for value in own[:count])

    def own(self, name: str, level: int) -> float | None:
        """The level's own value; None while it follows the global one. Raises as `set` does."""
        value = float(self._numbers[self._cell(name, level)])
        return None if math.isnan(value) else value

    def raw(self) -> bytes:
        """All values as they are now: bytes to compare, and to hand to `changes`."""
        return self._numbers.tobytes()

    def changes(self, before: bytes, after: bytes) -> list[tuple[str, int | None, float | None]]:
        """What differs between two results of `raw`: (name, level or None for all, value).

        A value of None: the level follows the global value again, or the parameter is off.
        """
        values = np.frombuffer(after, "f8")
        # Compared as bytes are: NaN equals itself.
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
        """One row for each parameter: the global value, then the levels' own. NaN: follows."""
        raise NotImplementedError

    def _row(self, name: str) -> int:
        return self._rows[find_parameter(name, self.table).name]

    def _cell(self, name: str, level: int | None) -> tuple[int, int]:
        if level is None:
            return self._row(name), 0
        if not find_parameter(name, self.table).per_level:
            raise ParameterError(f"{name} is one value for all levels; set it without a level")
        if not 0 <= level < LEVELS_LIMIT:
            raise ParameterError(f"{name} has levels 0..{LEVELS_LIMIT - 1}, not {level}")
        return self._row(name), 1 + level


class ParameterStore(ParameterValues):
    """The current value of every parameter of `table`, in memory shared by all processes.

    The last value wins. Control writes, on any thread; engine and audio read, and wait for nobody.
    Who reads more than one value that belong together takes a `view`.
    """

    #: Values that are not visible yet, and the thread that sets them.
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
        # Locks do not travel to other processes, and are of no use there.
        return {"table": self.table, "_rows": self._rows, "_shared": self._shared}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._unlock()

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """What is set in this block becomes visible at its end, all at once; nothing if it raises.

        The thread itself sees it before. Other threads that set something wait meanwhile. A block
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

        Raises ParameterError for an unknown name, for what is no finite number, and for a level of
        a parameter that has none or outside 0..LEVELS_LIMIT-1.
        """
        stored = find_parameter(name, self.table).clip(value)
        self._put(self._cell(name, level), stored)
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
        """All values as one change left them: bytes to compare, and to hand to `changes`."""
        return self.view().raw()

    def view(self) -> ParameterView:
        """The values as they are now, to read and to refresh."""
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
    """The values of a store at one moment: all of a change, or nothing of it."""

    def __init__(self, table: Table, shared: LatchedArray) -> None:
        super().__init__(table)
        self._shared = shared
        self._copy, self._next = np.empty((2, len(self.table), 1 + LEVELS_LIMIT))
        shared.read(self._copy)

    def refresh(self) -> bool:
        """Take the values as they are now; whether any has changed."""
        self._shared.read(self._next)
        # Compared as bytes are: NaN equals itself.
        if np.array_equal(self._copy.view("i8"), self._next.view("i8")):
            return False
        self._copy, self._next = self._next, self._copy
        return True

    @property
    def _numbers(self) -> NDArray[np.float64]:
        return self._copy
