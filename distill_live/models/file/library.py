"""Where models are looked for, and how one is named. Reads headers only."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from distill_live.errors import ModelFileError, ModelNotFoundError, NoPriorError, TrainingError
from distill_live.models.file.header import check_name, is_stereo, read_header
from distill_live.models.grains.file import grains_path, read_grains_header
from distill_live.spelling import nearest_name

SUFFIX = ".distill"
#: A model that learns more is written beside the old one under this suffix until it is complete.
DRAFT_SUFFIX = ".continued"

#: The commands that train.
TrainingCommand = Literal["train", "train-prior", "train-vocoder"]

#: An interrupted run of each leaves a file of its own beside the model, so that none replaces
#: another one's.
CHECKPOINT_SUFFIXES: dict[TrainingCommand, str] = {
    "train": ".resume",
    "train-prior": ".resume-prior",
    "train-vocoder": ".resume-vocoder",
}

#: The model that ships, and that is played when no other is named.
DEMO = "demo"
#: The codec that ships, from which the training of others starts.
BASE = "base"

#: The most names in a message.
_MOST_TOLD = 8

_PACKAGE_FOLDER = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class ModelEntry:
    """A model file of the library: `metadata` from its header, or `error` when it is damaged."""

    path: Path
    metadata: dict[str, Any]
    error: str = ""

    @property
    def name(self) -> str:
        """What the user calls it: the file name without its suffix."""
        return self.path.stem

    @property
    def is_stereo(self) -> bool:
        """Whether it makes sound of two channels."""
        return is_stereo(self.metadata)

    @property
    def grains(self) -> FoundGrains | None:
        """The grains that it is played with, if it has any. Reads the header of their file."""
        return found_grains(self.path, self.metadata.get("codec_sha256"))


@dataclass(frozen=True)
class FoundGrains:
    """A file of grains: the length of its sound, its size, and the format of its sound."""

    seconds: float
    bytes: int
    format: str


def user_models_folder() -> Path:
    """The user's own models, where training saves: `distill-live/models` in `XDG_DATA_HOME`, or in
    the platform's usual place."""
    chosen = os.environ.get("XDG_DATA_HOME")
    if chosen:
        base = Path(chosen)
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    elif sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    else:
        base = Path.home() / ".local" / "share"
    return base / "distill-live" / "models"


def package_models_folder() -> Path:
    """The models that ship: inside an installed package, beside it in a checkout."""
    shipped = _PACKAGE_FOLDER / "shipped" / "models"
    return shipped if shipped.is_dir() else _PACKAGE_FOLDER.parent / "models"


def search_path() -> list[Path]:
    """The folders that are searched, first to last: ./models, the user's, the package's."""
    return [Path("models"), user_models_folder(), package_models_folder()]


def list_models() -> list[ModelEntry]:
    """Every model that a name can reach, in search order; of two with one name the first."""
    return [_read_entry(path) for path in _reachable().values()]


def find_model(name: str | Path) -> Path:
    """The file of the model called `name`: a path, a file name, a stem or a unique start of one.

    Raises ModelNotFoundError when there is none, or more than one with that start.
    """
    given = Path(name)
    if given.is_file():
        return given
    known = _reachable()
    stem = str(name).removesuffix(SUFFIX)
    matches = [stem] if stem in known else [other for other in known if other.startswith(stem)]
    if len(matches) == 1:
        return known[matches[0]]
    if matches and stem:
        raise ModelNotFoundError(
            f"{str(name)!r} is ambiguous: it could be {', '.join(sorted(matches))}; give more of "
            "the name"
        )
    # In a clone, ./models and the package's folder can be the same.
    folders = ", ".join({folder.resolve(): str(folder) for folder in search_path()}.values())
    raise ModelNotFoundError(
        f"no model {str(name)!r}{nearest_name(stem, known)}; {_told(known)}; looked in {folders}"
    )


def _told(known: Iterable[str]) -> str:
    """The names of models for a message."""
    names = sorted(known)
    more = len(names) - _MOST_TOLD
    listed = ", ".join(names[:_MOST_TOLD]) + (f" and {more} more" if more > 0 else "")
    return f"legal: {listed}" if listed else "there are none"


def find_playable(name: str) -> Path:
    """The file of the model called `name`.

    Raises ModelNotFoundError or ModelFileError, and NoPriorError when it cannot generate.
    """
    path = find_model(name)
    if not read_header(path).metadata.get("prior"):
        raise NoPriorError(path.stem, name)
    return path


def find_own_model(name: str | Path) -> Path:
    """As `find_model`; raises ModelFileError for what ships, which is not the user's to change."""
    path = find_model(name)
    shipped = [(package_models_folder() / f"{one}{SUFFIX}").resolve() for one in (DEMO, BASE)]
    if path.resolve() in shipped:
        raise ModelFileError(
            f"{path} ships with distill-live and cannot be changed: make a copy and change that"
        )
    return path


def new_model_path(name: str, *, replace: bool = False, folder: Path | None = None) -> Path:
    """Where a new model called `name` is saved: in `folder`, or among the user's own models.

    Raises ModelFileError when the name is not a legal file name, or taken, in whatever folder
    models are looked for, and not to be replaced.
    """
    stem = name.removesuffix(SUFFIX)
    check_name(stem)
    path = (folder or user_models_folder()) / f"{stem}{SUFFIX}"
    taken = path if path.exists() else _reachable().get(stem)
    if taken and not replace:
        raise ModelFileError(f"{taken} already exists: choose another name, or add --force")
    return path


def read_preview(model: Path, epoch: int) -> bytes:
    """The preview after so many epochs that is kept in a model file, as the bytes of an mp3 file;
    epoch 0 is the recording itself. Raises ModelFileError, and ModelNotFoundError if there is none.
    """
    header = read_header(model)
    stored = header.tensors.get(f"previews.{epoch}")
    if stored is None:
        known = header.metadata.get("previews") or []
        raise ModelNotFoundError(f"{model.stem} has no preview of epoch {epoch}; it has {known}")
    start, end = stored["data_offsets"]
    try:
        with model.open("rb") as file:
            file.seek(header.weights_start + start)
            return file.read(end - start)
    except OSError as error:
        raise ModelFileError(f"cannot read {model}: {error.strerror or error}") from error


def checkpoint_path(model: Path, command: TrainingCommand = "train") -> Path:
    """Where a command that trains a model keeps its checkpoint: beside the model's file."""
    return model.with_suffix(CHECKPOINT_SUFFIXES[command])


def found_checkpoints(model: Path) -> list[Path]:
    """The checkpoints that interrupted runs have left beside a model's file."""
    paths = [checkpoint_path(model, command) for command in CHECKPOINT_SUFFIXES]
    return [path for path in paths if path.exists()]


def found_grains(model: Path, codec_sha256: object) -> FoundGrains | None:
    """The file of grains beside a model's file; None if there is none, if its header is damaged, or
    if it is not of the codec with this checksum."""
    path = grains_path(model)
    try:
        header, size = read_grains_header(path), path.stat().st_size
    except (ModelFileError, OSError):
        return None
    if header.codec_sha256 != codec_sha256:
        return None
    return FoundGrains(header.seconds, size, header.sound_format)


def draft_path(model: Path) -> Path:
    """Where a model that learns more recordings is until it is whole: beside its file."""
    return model.with_suffix(DRAFT_SUFFIX)


def require_no_checkpoint(model: Path, command: TrainingCommand = "train") -> None:
    """Raise TrainingError if a run of the command was interrupted: starting over would lose it."""
    path = checkpoint_path(model, command)
    if path.exists():
        raise TrainingError(
            f"a run was interrupted here ({path}): add --resume to continue it, or --force to "
            "start over"
        )


def _reachable() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in _model_files():
        found.setdefault(path.stem, path)
    return found


def _model_files() -> Iterator[Path]:
    for folder in search_path():
        # A name with a leading dot is what an interrupted save leaves behind.
        yield from sorted(p for p in folder.glob(f"*{SUFFIX}") if not p.name.startswith("."))


def _read_entry(path: Path) -> ModelEntry:
    try:
        return ModelEntry(path, read_header(path).metadata)
    except ModelFileError as error:
        return ModelEntry(path, {}, str(error))
