"""Every parameter of the instrument, declared once, and the store that all processes share."""

from __future__ import annotations

import math
import reprlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from distill_live.errors import ParameterError, nearest_name
from distill_live.shared_memory import SharedArray

Kind = Literal["float", "int", "bool"]
Curve = Literal["linear", "exp", "log", "s"]


@dataclass(frozen=True)
class Parameter:
    """A named number with a legal range.

    `minimum`, `maximum` and `default` are in `unit`; `curve` says how a controller's 0..1 travels
    from minimum to maximum (see `shape_travel`).
    """

    name: str
    kind: Kind
    minimum: float
    maximum: float
    default: float
    unit: str
    doc: str
    curve: Curve = "linear"

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
        return f"{self.minimum:g}..{self.maximum:g}{unit}"


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


def scale_travel(travel: float, low: float, high: float, curve: Curve = "linear") -> float:
    """Map a controller's travel (clipped to 0..1) to low..high; low may be above high."""
    return low + (high - low) * shape_travel(min(max(travel, 0.0), 1.0), curve)


PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        Parameter("temperature", "float", 0.1, 2.0, 1.0, "",
                  "How freely codes are drawn: low repeats what is likely, high surprises."),
        Parameter("top_k", "int", 0, 512, 0, "codes",
                  "Draw only from the k likeliest codes; 0 is off."),
        Parameter("top_p", "float", 0.0, 1.0, 0.9, "",
                  "Draw only from the likeliest codes that together reach this probability; "
                  "0 and 1 are off."),
        Parameter("seed", "int", 0, 2**31 - 1, 0, "",
                  "Which of all possible streams is played; the same seed gives the same stream."),
        Parameter("gain", "float", 0.0, 2.0, 1.0, "",
                  "Output level, linear; 0 is silence."),
    )
}  # fmt: skip

#: Parameters that change what the prior draws, so that a change makes the unheard future anew.
SAMPLING_PARAMETERS = ("temperature", "top_k", "top_p", "seed")


def find_parameter(name: str) -> Parameter:
    """The declared parameter of that name, else ParameterError with the nearest known name."""
    if name not in PARAMETERS:
        raise ParameterError(f"unknown parameter {name!r}{nearest_name(name, PARAMETERS)}")
    return PARAMETERS[name]


class ParameterStore:
    """The current value of every parameter, in memory shared by all processes; last value wins.

    Control writes, engine and audio read; a value is one 8-byte number, so no lock is needed.
    """

    def __init__(self) -> None:
        self._values = SharedArray((len(PARAMETERS),), "f8")
        self._values.array[:] = [parameter.default for parameter in PARAMETERS.values()]

    def __getitem__(self, name: str) -> float:
        return float(self._values.array[_INDEX[find_parameter(name).name]])

    def __iter__(self) -> Iterator[str]:
        return iter(PARAMETERS)

    def set(self, name: str, value: object) -> float:
        """Store the nearest legal value and return it.

        Raises ParameterError for an unknown name or what is no finite number.
        """
        stored = find_parameter(name).clip(value)
        self._values.array[_INDEX[name]] = stored
        return stored


_INDEX = {name: index for index, name in enumerate(PARAMETERS)}
