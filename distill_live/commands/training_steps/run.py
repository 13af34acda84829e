"""How a run of training begins and ends: who trains, what is read, what to type next."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import typer

from distill_live.audio.dataset import Recordings, load_recordings
from distill_live.commands.options import Device
from distill_live.commands.output import tell
from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.errors import DistillError, ModelNotFoundError, TrainingError
from distill_live.models.devices import pick_device
from distill_live.models.file.header import read_header
from distill_live.models.file.library import find_model
from distill_live.report.page import write_page
from distill_live.training.run.checkpoint import Checkpoints
from distill_live.training.run.ending import Ending
from distill_live.training.run.processes import Processes, launch
from distill_live.training.run.threads import share_cores


def open_processes(
    device: Device, accelerator: Device | None, devices: int, num_nodes: int
) -> Processes:
    """The process or processes that train. Raises DeviceError when they cannot."""
    if accelerator is None and devices == num_nodes == 1:
        return Processes(pick_device(device))
    if device != "auto":
        raise typer.BadParameter(
            "with --accelerator, --devices or --num-nodes leave --device out: "
            "--accelerator says the kind"
        )
    return launch(accelerator or "auto", devices, num_nodes)


def read_recordings(
    progress: TrainingProgress, folder: Path, sample_rate: int = 48_000
) -> Recordings:
    """All recordings of a folder; says what was skipped. Raises DatasetError for an empty set."""
    progress.begin("reading")
    recordings = load_recordings(folder, sample_rate, on_file=progress.advance)
    for name, reason in recordings.skipped:
        progress.say(f"skipped {name}: {reason}")
    for line in recordings.notes:
        progress.say(line)
    progress.say(f"{len(recordings.recordings)} recordings, {recordings.seconds:.1f} s")
    return recordings


def begin_run(progress: TrainingProgress, checkpoints: Checkpoints) -> None:
    """Choose the number of threads; say how to go on should this run end early, and where it goes
    on now."""
    threads = share_cores(checkpoints.processes, checkpoints.threads)
    if threads:
        progress.say(threads)
    if checkpoints.resumes:
        progress.say(f"goes on from {checkpoints.path}")
        grounds = checkpoints.other_ground
        kind = checkpoints.processes.device.type
        if kind != "cpu":
            grounds.append(f"{kind} does not always add numbers up in the same order")
        if grounds:
            progress.say(
                f"{'; '.join(grounds)}: the last digits may differ from those of a run without "
                "interruption"
            )
    else:
        progress.say(f"every epoch is kept; to go on after an interruption: {_resume_command()}")


def end_run(
    progress: TrainingProgress,
    path: Path,
    folder: Path,
    shown: Recordings | None,
    checkpoints: Checkpoints,
    *,
    interrupted: bool,
) -> None:
    """End a run that has trained the model in the file: its page, with some of the recordings
    `shown`, and what to type now. The first of several processes does it.

    One that Ctrl-C has ended keeps its checkpoint, has no page, and raises typer.Exit with 130.
    """
    if checkpoints.processes.is_first and not interrupted:
        _save_page(progress, path, shown)
    leave(path, folder, checkpoints, interrupted=interrupted)


def leave(path: Path, folder: Path, checkpoints: Checkpoints, *, interrupted: bool) -> None:
    """End a run without a page: say what to type next.

    A run that Ctrl-C has ended keeps its checkpoint, and raises typer.Exit with 130.
    """
    if not interrupted:
        checkpoints.discard()
    if checkpoints.processes.is_first:
        if interrupted:
            tell(f"stopped; to go on: {_resume_command()}")
        say_next(path, folder)
    if interrupted:
        raise typer.Exit(130)


def check_ending(progress: TrainingProgress, ending: Ending, warning: str) -> None:
    """Say what was wrong with a training, if anything was, after its best epoch is saved.

    Raises TrainingError if it had to end early, so that no phase can follow.
    """
    if warning:
        progress.say(f"warning: {warning}; the best epoch before that is kept")
    if ending.failure:
        raise TrainingError(ending.failure)


def say_next(path: Path, folder: Path) -> None:
    """Where the model is and what to type now."""
    has_prior = read_header(path).metadata["prior"]
    name = path.stem if _goes_by_its_name(path) else str(path)
    words = ["serve", name] if has_prior else ["train-prior", name, str(folder)]
    tell(f"model: {path}")
    tell(f"next:  {shlex.join(['distill-live', *words])}")


def _resume_command() -> str:
    """What to type to go on with this run."""
    given = [word for word in sys.argv[1:] if word not in ("--resume", "--force")]
    return shlex.join(["distill-live", *given, "--resume"])


def _save_page(progress: TrainingProgress, path: Path, recordings: Recordings | None) -> None:
    """Write the model's page, with a few of the recordings if there are any; says where it is."""
    try:
        page = write_page(path, recordings.recordings if recordings else ())
        progress.say(f"report: {page}")
    except DistillError as error:
        progress.say(f"no report: {error}")


def _goes_by_its_name(path: Path) -> bool:
    """Whether the file's stem finds it, and no other model nor nothing."""
    try:
        return find_model(path.stem).resolve() == path.resolve()
    except ModelNotFoundError:
        return False
