"""The errors that a user can meet. Messages say what was wrong, what is legal and what to do."""

from __future__ import annotations

import shlex
from collections.abc import Sequence


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


#: What to tell the user when memory runs out.
OUT_OF_MEMORY = "out of memory: close other programs, or use a machine with more memory"


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there is no memory left: one of Python and numpy, or of torch,
    which on the CPU can only be told by its text."""
    words = ("out of memory", "can't allocate memory")
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(word in str(error) for word in words)
    )
