"""Checkpoints: a file beside the model's, written after every epoch, to resume training from."""

from __future__ import annotations

import errno
import hashlib
import json
import pickle
import re
import tempfile
import time
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from distill_live import __version__
from distill_live.atomic_file import atomic_file
from distill_live.audio.dataset import Recording, Recordings
from distill_live.errors import CheckpointError, TrainingError
from distill_live.models.file.library import TrainingCommand, checkpoint_path
from distill_live.training.run.processes import Processes

Phase = Literal["codec", "prior", "vocoder"]
State = dict[str, Any]

_FORMAT = "distill-checkpoint 2"

# In the order in which a run trains them.
_PHASES: tuple[Phase, ...] = ("codec", "prior", "vocoder")

# The disk or the user's quota is full, or a file has reached its size limit.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

# Raised by torch.load, or while its result is read, when the file is damaged.
_DAMAGE = (
    RuntimeError, ValueError, TypeError, LookupError, AttributeError, EOFError,
    pickle.UnpicklingError, zipfile.BadZipFile,
)  # fmt: skip

# The options that change settings directly, by the settings' names.
_OPTIONS = {
    "codec.num_quantizers": "--rvq-levels",
    "codec.column_frames": "--column-frames",
    "codec.codebook_size": "--codebook-size",
    "codec.image_groups": "--mono",
    "learning.commitment_weight": "--commitment-weight",
    "time": "--time",
}


@dataclass(frozen=True)
class Fingerprint:
    """What a phase of training depends on: its `settings` by name, and for each recording the
    number of its samples and their SHA-256. A run can be resumed only with the same."""

    settings: dict[str, Any]
    recordings: dict[str, tuple[int, str]]

    @classmethod
    def of(cls, recordings: Recordings, config: Any, **others: Any) -> Fingerprint:
        """From recordings, a dataclass of settings and any other settings."""
        settings = _flat(asdict(config) | others)
        # JSON turns tuples into lists, here as in the file.
        return cls(
            json.loads(json.dumps(settings)),
            {one.name: (len(one.samples), _sha256(one)) for one in recordings.recordings},
        )

    def misfits(self, earlier: Fingerprint, options: Mapping[str, str] = _OPTIONS) -> list[str]:
        """In words, everything that differs from an earlier fingerprint. `options` has the option
        of the command line for each setting that has one."""
        new = sorted(self.recordings.keys() - earlier.recordings.keys())
        gone = sorted(earlier.recordings.keys() - self.recordings.keys())
        both = sorted(self.recordings.keys() & earlier.recordings.keys())
        changed = [name for name in both if self.recordings[name] != earlier.recordings[name]]
        told = (("new", new), ("gone", gone), ("changed", changed))
        return [
            *(f"{word}: {_some(names)}" for word, names in told if names),
            *_changes(earlier.settings, self.settings, options),
        ]


def _sha256(recording: Recording) -> str:
    """The checksum of its samples, and of its side if it has one."""
    found = hashlib.sha256(recording.samples.data)
    if recording.side is not None:
        found.update(recording.side.data)
    return found.hexdigest()


@dataclass(frozen=True)
class _Content:
    """The contents of a checkpoint file."""

    phase: Phase
    fingerprints: dict[str, Fingerprint]
    machine: dict[str, Any]
    seconds: float
    spent: float
    state: State


class Checkpoints:
    """The checkpoint of one run, which trains one phase or several.

    Call `begin` for each phase, `save` after each of its epochs, and `discard` when the run is
    complete. With `resume`, a phase continues from `state`. Raises TrainingError when there is no
    checkpoint to resume from, or it is damaged, and CheckpointError when the model's folder is not
    writable. If several processes train, only the first one writes.
    """

    def __init__(
        self,
        model: Path,
        command: TrainingCommand = "train",
        *,
        resume: bool = False,
        processes: Processes | None = None,
    ) -> None:
        self._command = command
        self.path = checkpoint_path(model, command)
        self.processes = processes or Processes()
        self._found = _read(self.path) if resume else None
        if self.processes.is_first:
            _require_writable(self.path.parent)
        self._phase: Phase | None = None
        self._fingerprints = dict(self._found.fingerprints) if self._found else {}
        self._began = self._opened = time.monotonic()

    @property
    def resumes(self) -> bool:
        """Whether this run resumes an earlier one."""
        return self._found is not None

    @property
    def state(self) -> State | None:
        """What was last given to `save`, if the current phase is resumed."""
        return self._found.state if self._found and self._found.phase == self._phase else None

    def passed(self, phase: Phase) -> bool:
        """Whether the resumed run had already completed that phase."""
        return self._found is not None and _order(phase) < _order(self._found.phase)

    @property
    def seconds(self) -> float:
        """How long the current phase has been training, including earlier runs."""
        earlier = self._found.seconds if self._found and self.state is not None else 0.0
        return earlier + time.monotonic() - self._began

    @property
    def spent(self) -> float:
        """How many seconds the whole run has taken, including earlier ones up to their last
        epoch."""
        earlier = self._found.spent if self._found else 0.0
        return earlier + time.monotonic() - self._opened

    def settings(self, phase: Phase) -> dict[str, Any] | None:
        """The settings by name that the resumed run had for a phase; None if it had not got
        there."""
        found = self._found.fingerprints.get(phase) if self._found else None
        return found.settings if found else None

    @property
    def threads(self) -> int | None:
        """How many threads the resumed run used; None for a new run."""
        return int(self._found.machine["threads"]) if self._found else None

    @property
    def other_ground(self) -> list[str]:
        """In words, what is different about the machine since then, so that the numbers will not be
        the same to the last digit."""
        return _changes(self._found.machine, _machine(self.processes)) if self._found else []

    def begin(self, phase: Phase, fingerprint: Fingerprint) -> None:
        """Enter a phase. Raises TrainingError when the checkpoint belongs to another training."""
        found = self._found
        if found and phase in found.fingerprints:
            misfits = fingerprint.misfits(found.fingerprints[phase], self._options(phase))
            if misfits:
                raise TrainingError(
                    f"cannot resume {self.path}: {'; '.join(misfits)}. Use the same settings as "
                    "the original run, or start over with --force instead of --resume"
                )
        elif found and self._phase is None:
            raise TrainingError(
                f"cannot resume {self.path}: it is from a run of another command, in its "
                f"{found.phase}; resume with that command, or start over with --force instead of "
                "--resume"
            )
        self._phase = phase
        self._fingerprints[phase] = fingerprint
        self._began = time.monotonic()

    def _options(self, phase: Phase) -> dict[str, str]:
        """The options of the command that trains a phase, by the settings' names."""
        if self._command != "train":
            return _OPTIONS | {"epochs": "--epochs"}
        return _OPTIONS if phase == "vocoder" else _OPTIONS | {"epochs": f"--{phase}-epochs"}

    def save(self, state: State) -> None:
        """Replace the whole file. Raises CheckpointError when it cannot be written; the previous
        file then stays."""
        if not self.processes.is_first:
            return
        content = {
            "format": _FORMAT,
            "phase": self._phase,
            "fingerprints": json.dumps({k: asdict(v) for k, v in self._fingerprints.items()}),
            "machine": json.dumps(_machine(self.processes)),
            "seconds": self.seconds,
            "spent": self.spent,
            "state": state,
        }
        try:
            with atomic_file(self.path) as temporary, temporary.open("wb") as file:
                torch.save(content, file)
        except (OSError, RuntimeError) as error:
            # For a full disk torch raises an error of its own; the system's is its context.
            reason = error if isinstance(error, OSError) else error.__context__
            if not isinstance(reason, OSError):
                raise
            raise CheckpointError(self._advice(reason)) from error

    def _advice(self, reason: OSError) -> str:
        """Why this epoch could not be saved, and what to do."""
        mend = "free some space" if reason.errno in _FULL else "make the folder writable"
        then = (
            "continue with --resume from the previous epoch" if self.path.exists() else "start over"
        )
        return f"cannot save {self.path}: {reason.strerror or reason}: {mend}, then {then}"

    def discard(self) -> None:
        """Remove the file, and any temporary one left by a run that was killed while writing."""
        if not self.processes.is_first:
            return
        left = re.compile(rf"\.\d+\.{re.escape(self.path.name)}")
        for path in [self.path, *self.path.parent.glob(".*")]:
            if path == self.path or left.fullmatch(path.name):
                path.unlink(missing_ok=True)


def _require_writable(folder: Path) -> None:
    """Raise CheckpointError when a folder is not writable or cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(4096))
    except OSError as error:
        raise CheckpointError(
            f"cannot write in {folder}: {error.strerror or error}; the model and every epoch are "
            "saved there: free some space, or make the folder writable"
        ) from error


def _order(phase: Phase) -> int:
    return _PHASES.index(phase)


def _read(path: Path) -> _Content:
    try:
        # Only tensors and plain values: no code in the file runs.
        content = torch.load(path, map_location="cpu", weights_only=True)
        if content["format"] != _FORMAT:
            raise ValueError(f"it does not have the format {_FORMAT!r}")
        _order(content["phase"])
        fingerprints = json.loads(content["fingerprints"])
        return _Content(
            content["phase"],
            {
                phase: Fingerprint(
                    one["settings"], {name: tuple(of) for name, of in one["recordings"].items()}
                )
                for phase, one in fingerprints.items()
            },
            json.loads(content["machine"]),
            float(content["seconds"]),
            float(content.get("spent", content["seconds"])),
            content["state"],
        )
    except FileNotFoundError as error:
        raise TrainingError(
            f"nothing to resume: there is no {path}; a completed run leaves none"
        ) from error
    except OSError as error:
        raise TrainingError(f"cannot read {path}: {error.strerror or error}") from error
    except _DAMAGE as error:
        raise TrainingError(
            f"{path} is damaged or of another version: start over with --force instead of --resume"
        ) from error


def _machine(processes: Processes) -> dict[str, Any]:
    return {
        "distill-live": __version__,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "device": processes.device.type,
    }


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _changes(
    earlier: Mapping[str, Any], now: Mapping[str, Any], options: Mapping[str, str] = _OPTIONS
) -> list[str]:
    return [
        f"{options.get(name, name)} was {earlier.get(name)}, is {now.get(name)}"
        for name in sorted(earlier.keys() | now.keys())
        if earlier.get(name) != now.get(name)
    ]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
