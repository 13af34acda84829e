"""A run of a training command: the processes, the files that it reads and saves, and its end."""

from __future__ import annotations

import math
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import typer

from distill_live.audio.dataset import Recordings, load_recordings
from distill_live.commands.options import Device
from distill_live.commands.output import tell
from distill_live.commands.training_steps.choices import Choices
from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.commands.training_steps.progress_file import make_progress
from distill_live.errors import DistillError, ModelNotFoundError, TrainingError
from distill_live.models.devices import pick_device
from distill_live.models.file.header import read_header
from distill_live.models.file.library import TrainingCommand, find_model
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2, save_changed_model
from distill_live.report.page import write_page
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.prior.trainer import PriorTrainingConfig
from distill_live.training.run.checkpoint import Checkpoints, Fingerprint, Phase
from distill_live.training.run.ending import Ending
from distill_live.training.run.processes import Processes, launch
from distill_live.training.run.threads import share_cores
from distill_live.training.vocoder.trainer import VocoderTrainingConfig


class RunStopped(Exception):
    """Ctrl-C has ended a phase of training, after its best epoch so far was saved."""


def open_processes(
    device: Device, accelerator: Device | None, devices: int, num_nodes: int
) -> Processes:
    """Start the process or processes that train. Raises DeviceError when they cannot start."""
    if accelerator is None and devices == num_nodes == 1:
        return Processes(pick_device(device))
    if device != "auto":
        raise typer.BadParameter(
            "--device cannot be combined with --accelerator, --devices or --num-nodes: use "
            "--accelerator to choose the kind of device"
        )
    return launch(accelerator or "auto", devices, num_nodes)


@dataclass
class TrainingRun:
    """One run of `train`, `train-prior` or `train-vocoder`, through all its phases.

    The phases read the model from `path` and save it there; `folder` has the recordings. Train
    inside its `with` block: after Ctrl-C, the user is told how to resume the run, and if a phase
    has raised RunStopped, typer.Exit is raised with 130. After the block, call `write_page` if
    there should be a page, then `end`. If several processes train, only the first one writes and
    prints. `previews` is a folder for the codec's previews, if they are wanted.
    """

    path: Path
    folder: Path
    choices: Choices
    checkpoints: Checkpoints
    progress: TrainingProgress
    previews: Path | None = None
    _model: LoadedVQModel | None = field(default=None, init=False)

    @classmethod
    def open(
        cls,
        command: TrainingCommand,
        path: Path,
        folder: Path,
        choices: Choices,
        processes: Processes,
        *,
        resume: bool,
        progress_file: Path | None = None,
        previews: Path | None = None,
    ) -> Self:
        """Begin a new run, or with `resume` continue the one whose checkpoint is beside the model.

        The progress is also appended to `progress_file`. Raises what `Checkpoints` raises, and
        OutputError when that file cannot be written.
        """
        checkpoints = Checkpoints(path, command, resume=resume, processes=processes)
        if not resume:
            checkpoints.discard()
        progress = make_progress(progress_file, quiet=not processes.is_first)
        return cls(path, folder, choices, checkpoints, progress, previews)

    def __enter__(self) -> Self:
        self.progress.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.progress.__exit__(kind, error, trace)
        if isinstance(error, RunStopped | KeyboardInterrupt) and self.processes.is_first:
            self._say_how_to_resume(saved=isinstance(error, RunStopped))
        if isinstance(error, RunStopped):
            raise typer.Exit(130)

    def _say_how_to_resume(self, *, saved: bool) -> None:
        """Say how to resume the run that Ctrl-C has stopped; `saved`: the model's file is there."""
        self.progress.ended(None, saved=saved)
        if not self.checkpoints.path.exists():
            tell("stopped before the first epoch was finished: nothing was saved")
            return
        tell(f"stopped; to resume: {_resume_command()}")
        if not saved:
            return
        if not self.choices.no_prior and not _has_prior(self.path):
            tell(f"{self.path.stem} has no prior yet, so it cannot play; that command finishes it")
        else:
            say_next(self.path, self.folder)

    @property
    def processes(self) -> Processes:
        """The processes that train."""
        return self.checkpoints.processes

    @property
    def seconds_left(self) -> float:
        """How much is left of the time that the user has given, including that of earlier runs;
        without end if none was given."""
        time = self.choices.time
        return time.seconds - self.checkpoints.spent if time else math.inf

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self.progress.say(line)

    def read_recordings(self, sample_rate: int = 48_000, stereo: bool = False) -> Recordings:
        """Read all recordings of the folder, `stereo` if wanted, and say which were skipped. Raises
        DatasetError when there are none."""
        self.progress.begin("reading")
        advance = self.progress.advance
        recordings = load_recordings(self.folder, sample_rate, advance, stereo, self.path.parent)
        for name, reason in recordings.skipped:
            self.say(f"skipped {name}: {reason}")
        for line in recordings.notes:
            self.say(line)
        width = ", stereo" if recordings.has_stereo else ""
        self.say(f"{len(recordings.recordings)} recordings, {recordings.seconds:.1f} s{width}")
        return recordings

    def begin(self) -> None:
        """Choose the number of threads. Say how to resume the run if it is interrupted, or from
        where it resumes."""
        threads = share_cores(self.processes, self.checkpoints.threads)
        if threads:
            self.say(threads)
        if not self.checkpoints.resumes:
            self.say(f"every epoch is saved; to resume after an interruption: {_resume_command()}")
            return
        self.say(f"resuming from {self.checkpoints.path}")
        grounds = self.checkpoints.other_ground
        kind = self.processes.device.type
        if kind != "cpu":
            grounds.append(f"{kind} does not always add numbers in the same order")
        if grounds:
            self.say(
                f"{'; '.join(grounds)}: the last digits may differ from those of an uninterrupted "
                "run"
            )

    def begin_phase(
        self,
        phase: Phase,
        recordings: Recordings,
        config: CodecTrainingConfig | PriorTrainingConfig | VocoderTrainingConfig,
        base: str | None,
        processes: int | None = None,
    ) -> None:
        """Enter a phase. `base` is the checksum of the model that it builds on, and `processes` is
        how many train it (default: all). Raises TrainingError when the resumed run was a different
        one."""
        fingerprint = Fingerprint.of(
            recordings,
            config,
            processes=processes or self.processes.count,
            model_sha256=base[:12] if base else None,
            **({"time": self.choices.time.words} if self.choices.time else {}),
        )
        self.checkpoints.begin(phase, fingerprint)

    def model(self) -> LoadedVQModel:
        """The model in the file, on the device that trains. The file is read once. Raises
        ModelFileError."""
        if self._model is None:
            self._model = load_model_v2(self.path, self.processes.device)
        return self._model

    def save(self, changed: LoadedVQModel) -> None:
        """Replace the model in the file. Raises ModelFileError when it cannot be written."""
        self._model = save_changed_model(self.path, changed)

    def end_phase(self, ending: Ending, warning: str) -> None:
        """Report problems of a phase whose best epoch has been saved.

        Raises TrainingError or RunStopped if it ended early, so that no other phase follows.
        """
        if warning:
            self.say(f"warning: {warning}; the best epoch before that is kept")
        if ending.failure:
            raise TrainingError(ending.failure)
        if ending.interrupted:
            raise RunStopped

    def write_page(self, recordings: Recordings | None) -> None:
        """Write the model's page, with a few of the recordings if any are given, and say where it
        is."""
        if not self.processes.is_first:
            return
        try:
            page = write_page(self.path, recordings.recordings if recordings else ())
            self.say(f"report: {page}")
        except DistillError as error:
            self.say(f"no report: {error}")

    def end(self) -> None:
        """Remove the checkpoint and say what to type next."""
        self.checkpoints.discard()
        if self.processes.is_first:
            self.progress.ended(self.path, saved=True)
            say_next(self.path, self.folder)


def say_next(path: Path, folder: Path) -> None:
    """Say where the model is and what to type next."""
    name = path.stem if _goes_by_its_name(path) else str(path)
    words = ["serve", name] if _has_prior(path) else ["train-prior", name, str(folder)]
    tell(f"model: {path}")
    tell(f"next:  {shlex.join(['distill-live', *words])}")


def _has_prior(path: Path) -> bool:
    """Whether the model in a file can play."""
    return bool(read_header(path).metadata["prior"])


def _resume_command() -> str:
    """The command that resumes this run."""
    given = [word for word in sys.argv[1:] if word not in ("--resume", "--force")]
    return shlex.join(["distill-live", *given, "--resume"])


def _goes_by_its_name(path: Path) -> bool:
    """Whether the file's stem finds this file, rather than another model or none."""
    try:
        return find_model(path.stem).resolve() == path.resolve()
    except ModelNotFoundError:
        return False
