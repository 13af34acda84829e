"""The requests of the instrument, declared once: what a message or a button can ask for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from distill_live.errors import ParameterError
from distill_live.parameters import LEVELS_LIMIT
from distill_live.parameters.rounding import shown

#: The longest text of an argument, in letters.
MAX_TEXT = 1_000
#: A number that is spelled out.
_NUMBER = re.compile(r"[-+]?(\d{1,20}\.?\d{0,20}|\.\d{1,20})")


@dataclass(frozen=True)
class Argument:
    """One argument of a request: a number in `minimum`..`maximum`, a text, or 1 or 0.

    `words` are legal in place of a number; for a text, no others are. A number with an
    `alternative` can also be given as any text: it says what that means. An `optional` argument
    that is left out has the value `default`. A text may be empty if it `can_be_empty`. The last
    argument of a request can take the `rest`: all values that follow, as one text with spaces
    between them.
    """

    name: str
    kind: Literal["float", "int", "text", "bool"]
    minimum: float = 0
    maximum: float = 1
    unit: str = ""
    optional: bool = False
    default: object = None
    words: tuple[str, ...] = ()
    can_be_empty: bool = False
    alternative: str = ""
    rest: bool = False

    def check(self, value: object) -> object:
        """The value as a float, int, str or bool. Raises ParameterError when it is not legal."""
        if value in self.words:
            return value
        if isinstance(value, str) and self._holds_text(value):
            return value
        if isinstance(value, int | float) and self._holds_number(value):
            return {"float": float(value), "int": int(value), "bool": value >= 0.5}[self.kind]
        raise ParameterError(
            f"{self.name} ({self.legal()}) cannot be {shown(value)}{self._mend(value)}"
        )

    def legal(self) -> str:
        """What is legal, in words."""
        if self.kind == "text":
            return " or ".join(self.words) or "text"
        if self.kind == "bool":
            return "1 or 0"
        span = f"{self.minimum:.10g}..{self.maximum:.10g} {self.unit}".rstrip()
        number = f"integer, {span}" if self.kind == "int" else span
        return " or ".join(filter(None, [number, *self.words, self.alternative]))

    def _mend(self, value: object) -> str:
        """What to do about a value that is not legal, if it is a number that came as text."""
        if self.kind == "text" or not isinstance(value, str) or not _NUMBER.fullmatch(value):
            return ""
        return ": that is text; send it as a number"

    def _holds_text(self, value: str) -> bool:
        free = (self.kind == "text" and not self.words) or bool(self.alternative)
        least = 0 if self.can_be_empty else 1
        return free and value.isprintable() and least <= len(value) <= MAX_TEXT

    def _holds_number(self, value: float) -> bool:
        within = self.kind != "text" and self.minimum <= value <= self.maximum
        return within and (self.kind != "int" or value == int(value))


@dataclass(frozen=True)
class RequestSpec:
    """A named request. Requests are carried out in order.

    `where` says by what: "server" for the server and its engine, "control" for control itself (see
    routing/control_requests.py).
    """

    name: str
    doc: str
    arguments: tuple[Argument, ...] = ()
    where: Literal["server", "control"] = "server"

    def check(self, arguments: Sequence[object]) -> tuple[object, ...]:
        """The arguments in their own types, with defaults filled in; None counts as left out.

        Raises ParameterError, which says what the request takes.
        """
        arguments = self._joined(arguments)
        if len(arguments) > len(self.arguments):
            raise ParameterError(f"{self.name} takes {self.usage()}, not {len(arguments)} values")
        given = [*arguments, *[None] * (len(self.arguments) - len(arguments))]
        return tuple(map(self._check_one, self.arguments, given))

    def usage(self) -> str:
        """The arguments in words; those in brackets are optional."""
        words = [f"{argument.name} ({argument.legal()})" for argument in self.arguments]
        optional = [argument.optional for argument in self.arguments]
        shown = [f"[{word}]" if free else word for word, free in zip(words, optional, strict=True)]
        return ", ".join(shown) or "no arguments"

    def _joined(self, arguments: Sequence[object]) -> Sequence[object]:
        """The arguments, with all that the last one takes as one text."""
        if not (self.arguments and self.arguments[-1].rest):
            return arguments
        last = self.arguments[-1]
        before = len(self.arguments) - 1
        words = [one for one in arguments[before:] if one is not None]
        if not words or not all(isinstance(one, str | int | float) for one in words):
            return arguments
        if last.kind != "text" and len(words) == 1 and not isinstance(words[0], str):
            # A number must be in range; only a text can be a name.
            last.check(words[0])
        texts = [shown(one) if isinstance(one, float) else str(one) for one in words]
        return [*arguments[:before], " ".join(texts)]

    def _check_one(self, argument: Argument, value: object) -> object:
        if value is not None:
            return argument.check(value)
        if argument.optional:
            return argument.default
        raise ParameterError(f"{self.name} needs {self.usage()}")


_BEATS = Argument("beats", "float", 1 / 64, 1024.0, "beats")
_TAKE = Argument("take", "int", 0, 2**31 - 1, optional=True, words=("same",))
_PRESET = Argument("name", "text")
_COLUMN = Argument("column", "int", 0, 2**31 - 1)
_AHEAD = Argument("ahead", "int", 0, 4096, "columns")
#: Counted from 1, like the levels of parameters and the bands of freeze.
_CELL = (
    Argument("band", "int", 1, 64),
    Argument("level", "int", 1, LEVELS_LIMIT, alternative="a level's name"),
    Argument("code", "int", 0, 65_535),
    Argument("stroke", "int", 0, 2**31 - 1, optional=True),
)
_REGION = (
    Argument("count", "int", 1, 1024, "columns"),
    Argument("edit", "text", rest=True),
)
#: A button sends 1.
_STEPS = Argument("steps", "int", 1, 100_000, optional=True, default=1)
_CLIP = Argument("name", "text")
_CHOSEN = Argument("name", "text", optional=True, can_be_empty=True)

REQUESTS: dict[str, RequestSpec] = {
    request.name: request
    for request in (
        RequestSpec("play", "Start playing, or resume after a stop."),
        RequestSpec("stop", "Fade out in 50 ms and pause the timeline."),
        RequestSpec("panic",
                    "Fade out in 10 ms, switch off all edits, steering and modulation, discard "
                    "what has not been heard yet, and take away what you have painted."),
        RequestSpec("steer/off", "Switch all steering off.", where="control"),
        RequestSpec("reset",
                    "Reset to the defaults: all parameters, or, with a name, one parameter or a "
                    "group such as `steer`, `edit` or `edit/freeze`; levels follow the global "
                    "value again.",
                    (Argument("name", "text", optional=True),), "control"),
        RequestSpec("hold", "Hold the current column."),
        RequestSpec("release", "Continue after a hold or a loop."),
        RequestSpec("loop", "Loop the most recent seconds, sample-accurately, until `release`.",
                    (Argument("seconds", "float", 0.05, 60.0, "s"),)),
        RequestSpec("rewind",
                    "Go back and take a different path, or, with the take `same`, play the same "
                    "codes again.",
                    (Argument("seconds", "float", 0.01, 600.0, "s"),
                     _TAKE)),
        RequestSpec("prime", "Encode a recording in the background and continue from it.",
                    (Argument("file", "text"),)),
        RequestSpec("clip/load",
                    "Encode a recording in the background and keep it as a clip; a grid of codes, "
                    ".npz or .json, is read at once.",
                    (_CLIP, Argument("file", "text"))),
        RequestSpec("clip/play",
                    "Loop a clip as it is, all of it or its first beats, until `release`; then the "
                    "prior continues from it.",
                    (_CLIP, Argument("beats", "float", 1 / 64, 1024.0, "beats", optional=True)),
                    "control"),
        RequestSpec("clip/prime", "Continue from a clip.", (_CLIP,)),
        RequestSpec("clip/delete", "Delete a clip, also one that is still being loaded.", (_CLIP,)),
        RequestSpec("blend/clip",
                    "Choose the clip that `blend` blends into the codes; `off`, or no name, is "
                    "none.", (_CHOSEN,)),
        RequestSpec("manner/clip",
                    "Choose the clip that `manner` imitates; `off`, or no name, is none.",
                    (_CHOSEN,)),
        RequestSpec("edit/clip",
                    "Choose the clip for edits that need a second grid; `off`, or no name, is "
                    "none.", (_CHOSEN,)),
        RequestSpec("capture",
                    "Keep the last seconds that were heard: as a clip, and as a sound file and "
                    "codes in the folder of recordings. With `ago`, they ended so long ago; both "
                    "together reach back a minute.",
                    (Argument("seconds", "float", 0.1, 60.0, "s"), _CLIP,
                     Argument("ago", "float", 0.0, 60.0, "s", optional=True))),
        RequestSpec("model", "Load a model in the background and crossfade to it.",
                    (Argument("name", "text"),)),
        RequestSpec("record", "Start recording the output (1), or stop (0).",
                    (Argument("on", "bool"),)),
        RequestSpec("cell",
                    "Paint one code: in the column with this number (see `/distill/stream/column`) "
                    "and this band, counted from 1, low to high. It is heard at once if its column "
                    "is playing or comes later, and otherwise when the column is played again. "
                    "Cells with the same stroke are undone together: give each stroke a number of "
                    "its own, such as a random one.",
                    (_COLUMN, *_CELL), "control"),
        RequestSpec("cell/ahead",
                    "Paint one code so many columns after the one in which a change can be heard "
                    "first; in a loop, columns are counted round and round. Strokes work as for "
                    "`cell`.",
                    (_AHEAD, *_CELL), "control"),
        RequestSpec("region",
                    "Run an edit once on some columns, from the one with this number on. The edit "
                    "is its name, then its parameters as NAME=VALUE, `--band` and `--levels`, as "
                    "on files. Bands count from 1; numbers of levels count from 0 there, so it "
                    "is clearer to use their names.",
                    (_COLUMN, *_REGION), "control"),
        RequestSpec("region/ahead",
                    "Run an edit once on some columns, which begin so many columns after the one "
                    "in which a change can be heard first.",
                    (_AHEAD, *_REGION), "control"),
        RequestSpec("region/loop",
                    "Run an edit once on all columns of the loop, or on the column that is held.",
                    (_REGION[-1],), "control"),
        RequestSpec("undo",
                    "Undo the last edit: a painted cell or stroke, an edited region, or a change "
                    "of the edits that are on; or so many of the last ones. The music does not "
                    "jump, and other parameters stay.",
                    (_STEPS,), "control"),
        RequestSpec("redo", "Do again what was undone last, or so many steps of it.",
                    (_STEPS,), "control"),
        RequestSpec("history/go", "Go to a state of the history, by its number or its name.",
                    (Argument("state", "int", 0, 2**31 - 1, alternative="a state's name",
                              rest=True),), "control"),
        RequestSpec("history/name",
                    "Name the current state of the history. A named state is kept, even when a new "
                    "edit takes its place.",
                    (Argument("name", "text", rest=True),), "control"),
        RequestSpec("edit/order",
                    "Run the edits in this order, one after the other, and those that are not "
                    "named after them; without names, in alphabetical order.",
                    (Argument("names", "text", optional=True, rest=True),), "control"),
        RequestSpec("listen", "Start (1) or stop (0) listening to the live input; needs `serve "
                              "--input NAME`.",
                    (Argument("on", "bool"),)),
        RequestSpec("listen/prime",
                    "Continue from what you played: the last seconds of it, or, without a number, "
                    "the last phrase, from its onset after a silence to its end.",
                    (Argument("seconds", "float", 0.05, 60.0, "s", optional=True),)),
        RequestSpec("listen/clip",
                    "Keep what you played as a clip: the last seconds of it, or, without a number, "
                    "the last phrase.",
                    (_CLIP, Argument("seconds", "float", 0.05, 60.0, "s", optional=True))),
        RequestSpec("loop/beats", "Loop the most recent beats, sample-accurately, until "
                                  "`release`.",
                    (_BEATS,), "control"),
        RequestSpec("loop/columns",
                    "Loop columns exactly, from the one with this number on, until `release`.",
                    (_COLUMN, _REGION[0]), "control"),
        RequestSpec("rewind/beats", "Go back by a number of beats, sample-accurately; otherwise "
                                    "like `rewind`.",
                    (_BEATS, _TAKE), "control"),
        RequestSpec("hold/beats",
                    "Hold the current column for a number of beats, sample-accurately.",
                    (_BEATS,), "control"),
        RequestSpec("preset", "Recall a preset over a number of seconds, or over the time that "
                              "`morph` gives.",
                    (_PRESET, Argument("seconds", "float", 0.0, 600.0, "s", optional=True)),
                    "control"),
        RequestSpec("preset/beats", "Recall a preset gradually, over a number of beats.",
                    (_PRESET, _BEATS), "control"),
        RequestSpec("preset/next", "Recall the next preset.", where="control"),
        RequestSpec("preset/previous", "Recall the previous preset.", where="control"),
        RequestSpec("preset/store",
                    "Store all current values as a preset, which survives a restart.",
                    (_PRESET,), "control"),
        RequestSpec("preset/delete", "Delete a stored preset.", (_PRESET,), "control"),
        RequestSpec("tempo_source", "Choose the master clock; with `auto`, the first external "
                                    "clock becomes the master.",
                    (Argument("source", "text", words=("auto", "internal", "midi", "link")),),
                    "control"),
        RequestSpec("tap", "Tap once per beat; from the second tap on, the taps set the tempo.",
                    where="control"),
        RequestSpec("bar", "Start a bar now, unless another clock is the master.",
                    where="control"),
    )
}  # fmt: skip
