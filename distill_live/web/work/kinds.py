"""The kinds of jobs: what a client can choose, and the command line that it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from distill_live.parameters import PARAMETERS, STEERING
from distill_live.web.fields import Field

Word = Literal["train", "train-prior", "train-vocoder", "generate", "report"]

_DEVICE = Field("device", "text", "Device to compute on.", choices=("auto", "cpu", "cuda", "mps"))
_PRIOR_SIZE = Field(
    "prior_size", "text", "Size of the prior.", choices=("small", "medium", "large")
)
_VOCODER = Field("vocoder", "text", "Vocoder to use.", choices=("auto", "phase", "neural"))
_TIME = Field(
    "time", "text", "How long training should take, such as 20m; chooses the numbers of epochs.",
    longest=20,
)  # fmt: skip
_FORCE = Field("force", "flag", "Starts over, even if something would be replaced.")

#: Not options: a model by its name, a set of recordings, the name of a new model.
MODEL = Field("model", "text", "Name of the model.", required=True)
SET = Field("set", "text", "Name of the set of recordings.", required=True)
NAME = Field("name", "text", "Name of the new model (default: the name of the set).")
CONTINUE = Field("continue", "text", "Name of a model that learns the recordings in addition.")
_FROM = Field("from", "text", "Model that the new codec starts from, or none (default: base).")

#: Flags that have an option for both of their values.
_BOTH_WAYS = ("training_codes", "grains", "adversarial")


def _epochs(name: str) -> Field:
    return Field(name, "integer", "Most epochs.", minimum=1)


def _sampling(name: str, kind: Literal["number", "numbers", "integer"]) -> Field:
    """A field of a parameter of the instrument: text and range come from its declaration."""
    one = PARAMETERS[name]
    return Field(name.replace("/", "_"), kind, one.doc, minimum=one.minimum, maximum=one.maximum)


@dataclass(frozen=True)
class JobKind:
    """A command that can be run as a job.

    `subjects` say what it works on; `options` are options of the command, under their names with
    `_` for `-`. `command` is the word of the command line.
    """

    command: Word
    doc: str
    subjects: tuple[Field, ...]
    options: tuple[Field, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Everything that a client can choose."""
        return self.subjects + self.options

    @property
    def trains(self) -> bool:
        """Whether it can be interrupted and resumed."""
        return self.command.startswith("train")

    def option_words(self, chosen: Mapping[str, Any]) -> list[str]:
        """The options of the command line for what was chosen; None is left out."""
        return [word for field in self.options for word in _words(field, chosen.get(field.name))]


def _words(field: Field, value: Any) -> list[str]:
    option = field.name.replace("_", "-")
    if value is None:
        return []
    if field.kind == "flag":
        against = [f"--no-{option}"] if field.name in _BOTH_WAYS else []
        return [f"--{option}"] if value else against
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return [f"--{option}={text}"]


KINDS: dict[str, JobKind] = {
    kind.command: kind
    for kind in (
        JobKind("train", "Makes a model from a set of recordings.", (SET, NAME, CONTINUE), (
            Field("codebook_size", "integer", "Codes per level.", minimum=8, maximum=1024),
            Field("rvq_levels", "integer", "Number of levels.", minimum=2, maximum=4),
            Field("column_frames", "text", "Length of a column in frames of 10.7 ms.",
                  choices=("4", "8", "16")),
            Field("commitment_weight", "number", "Weight of the commitment loss.", minimum=0),
            _FROM, _epochs("codec_epochs"), _epochs("prior_epochs"), _TIME, _PRIOR_SIZE, _VOCODER,
            Field("mono", "flag", "Makes a mono model even if recordings are stereo."),
            Field("no_prior", "flag", "Trains the codec only."),
            Field("training_codes", "flag", "Stores the recordings' codes in the model file."),
            Field("grains", "flag", "Writes the sound of the recordings beside the model, to be "
                  "played as grains."),
            _DEVICE, _FORCE,
        )),
        JobKind("train-prior", "Trains the prior of a model again.", (MODEL, SET), (
            _PRIOR_SIZE, _epochs("epochs"), _TIME, _DEVICE, _FORCE,
        )),
        JobKind("train-vocoder", "Trains a vocoder for a model.", (MODEL, SET), (
            _VOCODER, _epochs("epochs"), _TIME,
            Field("adversarial", "flag", "Trains against discriminators."), _DEVICE, _FORCE,
        )),
        JobKind("generate", "Makes sound files.", (MODEL,), (
            Field("duration", "number", "Length of each sound in seconds.", minimum=0.01,
                  maximum=3600),
            Field("count", "integer", "Number of sounds.", minimum=1, maximum=100),
            _sampling("seed", "integer"),
            *(_sampling(name, "numbers")
              for name in ("temperature", "top_k", "top_p", "min_p", "repetition")),
            *(_sampling(name, "number") for name in (*STEERING, "clarity", "grain", "grain_reach")),
            Field("format", "text", "File format.", choices=("wav", "flac", "ogg", "mp3")),
            Field("sample_rate", "integer", "Sample rate in Hz.", minimum=8_000, maximum=384_000),
            Field("bit_depth", "integer", "Bits per sample: 16, 24 or 32.", minimum=16,
                  maximum=32),
            Field("lufs", "number", "Integrated loudness in LUFS (default: as the model makes it).",
                  minimum=-40, maximum=-6),
            Field("fade", "number", "Fade in and out at the ends, in ms (default: 5).",
                  minimum=0, maximum=10_000),
            _DEVICE,
        )),
        JobKind("report", "Writes the report about a model.", (MODEL,), ()),
    )
}  # fmt: skip


def all_fields() -> tuple[Field, ...]:
    """The fields of all kinds together, none of them required."""
    found: dict[str, Field] = {}
    for kind in KINDS.values():
        for field in kind.fields:
            found.setdefault(field.name, field)
    return tuple(
        Field(one.name, one.kind, one.doc, False, one.minimum, one.maximum, one.choices)
        for one in found.values()
    )
