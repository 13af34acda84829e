"""Edits that break the contract, each in one way, and one that keeps it."""

from __future__ import annotations

from typing import Any

from distill_live.parameters import Parameter

DEPTH = Parameter("depth", "int", 0, 3, 2, "", "How deep.")


class Sound:
    name = "sound"
    doc = "Changes nothing."
    window: Any = 2
    parameters: Any = (DEPTH,)

    def __call__(self, codes: Any, _context: Any) -> Any:
        return codes


class OtherName(Sound):
    name = "other"


class NoWord(Sound):
    name = "no word"


class NoWindow(Sound):
    window = 0


class WindowOfTrue(Sound):
    window = True


class NoDoc(Sound):
    doc = ""


class NotCallable:
    name, doc, window, parameters = "notcallable", "Does nothing.", 1, ()


class OwnSwitch(Sound):
    parameters = (Parameter("on", "bool", 0, 1, 0, "", "On."),)


class TwiceTheSame(Sound):
    parameters = (DEPTH, DEPTH)


class BadParameterName(Sound):
    parameters = (Parameter("De/pth", "int", 0, 3, 2, "", "How deep."),)


class PerLevel(Sound):
    parameters = (Parameter("depth", "int", 0, 3, 2, "", "How deep.", per_level=True),)


class NoParameter(Sound):
    parameters = ("depth",)


class WantsArguments(Sound):
    def __init__(self, depth: int) -> None:
        self.depth = depth


class LacksAll:
    pass


class WindowOfText(Sound):
    window = "depth"


class WindowUnknown(Sound):
    window = "length"


class PastOfTooMany(Sound):
    past = 65


class HoldsNothing(Sound):
    holds = 0


class OddScope(Sound):
    scope = "song"


class OddSwitch(Sound):
    switch = "gain"


class MutualAlone(Sound):
    mutual = True
    scope = "region"


class GridOfStream:
    name, doc, parameters = "grid", "Changes nothing.", ()

    def change(self, codes: Any, _start: int, _end: int, _context: Any) -> Any:
        return codes


class Grid(GridOfStream):
    scope = "region"


class Traits(Sound):
    """One that asks for everything."""

    parameters = (Parameter("length", "int", 1, 64, 8, "columns", "How long."),)
    window = "length"
    past = "length"
    holds = 3
    partner = True
    timed = True
    switch = "blend"
