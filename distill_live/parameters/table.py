"""Every parameter of the instrument, declared once."""

from __future__ import annotations

import math
import reprlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from distill_live.errors import ParameterError
from distill_live.parameters.curves import Curve
from distill_live.spelling import nearest_name

Kind = Literal["float", "int", "bool"]

#: How many levels, coarse to fine, can have values of their own; finer ones follow the global one.
LEVELS_LIMIT = 4

#: The unit of parameters whose value is a code. One that the codebooks do not have is an error on a
#: region; live, the highest code takes its place.
CODE_UNIT = "code"
#: The unit of a parameter whose value is the number of a column.
COLUMN_UNIT = "column"


@dataclass(frozen=True)
class Parameter:
    """A named number with a legal range.

    `minimum`, `maximum` and `default` are in `unit`; `curve` bends a controller's travel 0..1 from
    minimum to maximum (see `shape_travel`). With `per_level`, each level can have a value of its
    own; otherwise it follows the global value. An `optional` parameter can be off, and is off by
    default: its value is then NaN.
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

        Raises ParameterError unless it is a finite number.
        """
        if not isinstance(value, int | float):
            shown = reprlib.repr(value)
            raise ParameterError(f"{self.name} takes a number, {self.legal()}, not {shown}")
        if not abs(value) <= sys.float_info.max:
            raise ParameterError(f"{self.name} takes a finite number, {self.legal()}")
        clipped = float(min(max(value, self.minimum), self.maximum))
        return clipped if self.kind == "float" else float(round(clipped))

    @property
    def span(self) -> str:
        """The legal range without its unit, such as "0..32767"."""
        if self.kind == "float":
            return f"{self.minimum:g}..{self.maximum:g}"
        return f"{int(self.minimum)}..{int(self.maximum)}"

    def legal(self, *, can_be_off: bool = False) -> str:
        """The legal range in words, with "off" if it `can_be_off`, as a level always can."""
        unit = f" {self.unit}" if self.unit not in ("", CODE_UNIT, COLUMN_UNIT) else ""
        off = "off or " if self.optional or can_be_off else ""
        return f"{off}{self.span}{unit}"


#: Declared parameters by their full names.
Table = Mapping[str, Parameter]

PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        Parameter("temperature", "float", 0.1, 2.0, 1.0, "",
                  "How adventurous the choice of codes is: low values favour likely codes, high "
                  "values surprise.",
                  per_level=True),
        Parameter("top_k", "int", 0, 512, 0, "codes",
                  "Choose only among the k most likely codes; 0 is off.", per_level=True),
        Parameter("top_p", "float", 0.0, 1.0, 1.0, "",
                  "Choose only among the most likely codes whose probabilities add up to this; 0 "
                  "and 1 are off.", per_level=True),
        Parameter("min_p", "float", 0.0, 1.0, 0.0, "",
                  "Choose only among codes that are at least this fraction as likely as the most "
                  "likely one; 0 is off.", per_level=True),
        Parameter("repetition", "float", -1.0, 1.0, 0.0, "",
                  "Below 0, avoid codes played recently; above 0, return to them; 0 is off.",
                  per_level=True),
        Parameter("manner", "float", 0.0, 1.0, 0.0, "",
                  "How much a clip leads the choice of codes: at 0 the prior decides alone, at 1 "
                  "the clip does. Without a clip it does nothing.",
                  per_level=True),
        Parameter("follow", "bool", 0, 1, 0, "",
                  "Whether the prior goes on from what was played, as edited (1), or from what it "
                  "had drawn (0)."),
        *(
            Parameter(f"steer/{name}", "float", -1.0, 1.0, math.nan, "",
                      f"How {word} the output should sound: -1 is the least in the recordings, 1 "
                      "the most; off leaves it to the prior.", optional=True)
            for name, word in (("loudness", "loud for its brightness"),
                               ("brightness", "bright for its loudness"),
                               ("noisiness", "noisy for its loudness and brightness"),
                               ("density", "busy"))
        ),
        Parameter("steer/guidance", "float", 0.0, 4.0, 1.5, "",
                  "How strongly steering acts: 0 not at all, 1 as the prior learned it, higher "
                  "values exaggerate."),
        Parameter("steer/section", "float", 0.0, 1.0, math.nan, "",
                  "Which section of the recordings the stream keeps to: each is made of passages "
                  "that sound alike, 0 is the first section, 1 the last; off leaves it to the "
                  "prior.",
                  optional=True),
        Parameter("steer/section_hold", "float", 0.0, 1.0, 0.5, "",
                  "How closely the stream keeps to the section: at 0 the prior decides alone, at 1 "
                  "the section does."),
        Parameter("blend", "float", 0.0, 1.0, 0.0, "",
                  "How much of the clip that `blend/clip` names is blended into the codes: 0 is "
                  "none, 1 is the clip alone.", per_level=True),
        Parameter("seed", "int", 0, 2**31 - 1, 0, "",
                  "Which of all possible streams plays; the same seed gives the same stream."),
        Parameter("gain", "float", 0.0, 2.0, 1.0, "",
                  "Output gain, linear; 1 is unchanged, 0 is silence."),
        Parameter("clarity", "float", 0.0, 1.5, 1.0, "",
                  "How much of the fine detail that decoding blurs is put back: 0 is none, 1 is "
                  "about as much as in the recordings, higher values exaggerate. A model in which "
                  "it was not measured sounds the same at any value."),
        Parameter("grain", "float", 0.0, 1.0, 1.0, "",
                  "How much of the sound is grains: the stretches of the recordings that are "
                  "closest to what the codes decode to. 0 is none, 1 is all. A model without a "
                  "file of grains sounds the same at any value."),
        Parameter("grain_reach", "float", 1.0, 40.0, 7.0, "dB",
                  "How far a grain may be from what the codes decode to. Where no grain is that "
                  "close, the vocoder is heard instead.", curve="exp"),
        Parameter("width", "float", 0.0, 1.0, 0.0, "",
                  "How much wider the sound is than what the model plays; 0 changes nothing. The "
                  "sum of left and right stays what it was."),
        Parameter("leveler", "float", 0.0, 1.0, 0.0, "",
                  "How much a slow automatic fader evens out the loudness: 0 is not at all, 1 "
                  "brings soft and loud stretches to -16 LUFS, by up to 12 dB."),
        Parameter("fade", "float", 5.0, 20.0, 10.0, "ms",
                  "Crossfade from the old sound to the new one when something changes."),
        Parameter("model_fade", "float", 0.05, 20.0, 2.0, "s",
                  "Crossfade from one model to the next.", curve="exp"),
        Parameter("tempo", "float", 20.0, 300.0, 120.0, "BPM",
                  "Tempo in beats per minute; while a MIDI clock or Ableton Link is the master, "
                  "that clock's tempo."),
        Parameter("beats_per_bar", "int", 1, 16, 4, "beats",
                  "Number of beats in a bar."),
        Parameter("link_start_stop", "bool", 0, 1, 0, "",
                  "Whether play and stop follow the Ableton Link session."),
        Parameter("morph", "float", 0.0, 60.0, 0.0, "s",
                  "How long it takes to reach a preset when no time is given.",
                  curve="exp"),
        Parameter("modulation", "bool", 0, 1, 1, "",
                  "Whether LFOs, followers and random walks move parameters; panic switches this "
                  "off."),
    )
}  # fmt: skip

#: Sampling parameters that each level can have a value of its own for.
LEVEL_SAMPLING = ("temperature", "top_k", "top_p", "min_p", "repetition", "manner")
#: Steering parameters say how the next columns should sound; their names begin with STEER.
STEER = "steer/"
STEERING = tuple(name for name in PARAMETERS if name.startswith(STEER))
#: The one that keeps the stream to a section of the recordings.
SECTION = "steer/section"
#: Parameters 0..1 that switch an edit on and say how strongly, for each level.
EDIT_SWITCHES = ("blend",)
#: Parameters that change what the prior draws: a change of one redraws what is not yet heard.
SAMPLING_PARAMETERS = (*LEVEL_SAMPLING, "follow", *STEERING, "seed")


def find_parameter(name: str, table: Table = PARAMETERS) -> Parameter:
    """The parameter of that name. Raises ParameterError with the nearest known name."""
    if name not in table:
        raise ParameterError(f"unknown parameter {name!r}{nearest_name(name, table)}")
    return table[name]
