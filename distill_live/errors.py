"""The errors that a user can meet. Messages say what was wrong, what is legal and what to do."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable, Sequence


class DistillError(Exception):
    """Base of every error that distill-live raises on purpose."""


class AudioFileError(DistillError):
    """A sound file could not be read or written."""


class DatasetError(DistillError):
    """A folder of recordings cannot be trained on."""


class ModelFileError(DistillError):
    """A model file is damaged, too old, too new or not a model at all."""


class ModelNotFoundError(DistillError):
    """No model, or more than one, goes by the given name."""


class NoPriorError(DistillError):
    """The model has a codec but no trained prior, so it cannot generate."""

    def __init__(self, model: str, word: str | None = None) -> None:
        """`model` is its name, and `word` what the user types for it, if that is not the name."""
        command = shlex.join(["distill-live", "train-prior", word or model])
        super().__init__(f"{model} has no prior, so it cannot play; train one: {command} FOLDER")


class CodesError(DistillError):
    """A grid of codes is malformed or belongs to another model."""


class ClipError(DistillError):
    """A clip is missing, or cannot be made, kept or used."""


class OutputError(DistillError):
    """`--output` does not say where the files can go."""


class ParameterError(DistillError):
    """A parameter is unknown or its value cannot be used."""


class PatchError(DistillError):
    """A patch file cannot be used."""

    def __init__(self, message: str, problems: Sequence[tuple[int, str]] = ()) -> None:
        """`problems` are those in the file that have a line, counted from 1, in that order; the
        message lists them too."""
        super().__init__(message)
        self.problems = tuple(problems)


class PluginError(DistillError):
    """A plugin is missing, its name is taken, or it does not fulfil its contract."""


class DeviceError(DistillError):
    """A sound, MIDI or torch device is missing or refuses the settings."""


class DependencyError(DistillError):
    """A library is missing, or does not fit the others."""


class TrainingError(DistillError):
    """Training cannot start or cannot continue."""


class CheckpointError(TrainingError):
    """The checkpoint of an unfinished training cannot be saved."""


class SessionLogError(DistillError):
    """A session log cannot be written, read or played again."""


class ClientError(DistillError):
    """A surface for another program cannot be written."""


class ReportError(DistillError):
    """A model's report cannot be written."""


class RequestError(DistillError):
    """A request of a web client cannot be carried out."""

    def __init__(self, status: int, message: str) -> None:
        """`status` is the HTTP status of the answer, 4xx or 5xx."""
        super().__init__(message)
        self.status = status


class LiveError(DistillError):
    """The live server cannot start or cannot continue."""


def nearest_name(name: str, known: Iterable[str]) -> str:
    """A hint such as " (did you mean 'top_k'?)", or "" when nothing known is close to `name`."""
    close = closest(name, known)
    return f" (did you mean {close!r}?)" if close else ""


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` is probably a misspelling of: one letter in four may be wrong, up
    to three, or one of a shorter name. Of a path that is like none, the path above it counts: its
    last part may be a level."""
    # A quick look leaves few whose letters must be compared.
    known, above = list(known), name.rpartition("/")[0]
    similar = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    close = next(
        (one for one in similar if _typos(name, one) <= min(max(len(one) // 4, 1), 3)), None
    )
    return closest(above, known) if close is None and above else close


def _typos(name: str, meant: str) -> int:
    """How many letters were left out, added, replaced, or swapped with the next one: the optimal
    string alignment distance."""
    older, before = list[int](), list(range(len(meant) + 1))
    for i, letter in enumerate(name, start=1):
        row = [i]
        for j, other in enumerate(meant, start=1):
            least = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and (letter, name[i - 2]) == (meant[j - 2], other):
                least = min(least, older[j - 2] + 1)
            row.append(least)
        older, before = before, row
    return before[-1]


#: What to tell the user when memory runs out.
OUT_OF_MEMORY = "out of memory: close other programs, or use a machine with more memory"


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there is no memory left: one of Python and numpy, or of torch,
    which on the CPU can only be told by its text."""
    words = ("out of memory", "can't allocate memory")
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(word in str(error) for word in words)
    )
