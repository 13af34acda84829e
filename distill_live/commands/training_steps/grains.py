"""Writing a model's file of grains while it is trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.dataset import Recording
from distill_live.audio.stereo.channels import middle_and_side, middle_of
from distill_live.commands.training_steps.run import TrainingRun
from distill_live.errors import AudioFileError, ModelFileError
from distill_live.models.grains.file import GrainFile, grains_path, read_grains_header
from distill_live.models.grains.header import MOST_OGG_SECONDS, SoundFormat, StoredRecording
from distill_live.models.grains.sound import GrainSound
from distill_live.training.data.grains import make_grains


def add_grains(
    run: TrainingRun, recordings: Sequence[Recording], sound_format: SoundFormat = "flac"
) -> None:
    """Write the grains of the run's model, if the user wants them; if not, a file that an earlier
    model of that name has left is deleted. What an interrupted run has written stays. Recordings
    that are too long for ogg become flac.

    Raises ModelFileError when the file cannot be written.
    """
    if not run.processes.is_first:
        return
    path, loaded = grains_path(run.path), run.model()
    if not run.choices.keep_grains:
        path.unlink(missing_ok=True)
        return
    if not lacks_grains(run):
        return
    rate = loaded.spectrogram.config.sample_rate
    sound_format = format_for(recordings, rate, sound_format, run.say)
    run.progress.begin("grains")
    header = make_grains(
        path, loaded, list(recordings), sound_format,
        on_recording=lambda done: run.progress.advance(done, len(recordings)),
    )  # fmt: skip
    size = path.stat().st_size / 1e6
    run.say(
        f"saved {path} ({size:.1f} MB): the sound of your recordings, {header.seconds:.0f} s, to "
        "be played as grains; keep it to yourself, or leave it out with --no-grains"
    )


def grains_kept(model: Path, replaced: set[str]) -> list[Recording]:
    """The recordings in a model's file of grains, without those named in `replaced`; none if there
    is no file, or if it cannot be read."""
    path = grains_path(model)
    if not path.exists():
        return []
    try:
        file = GrainFile(path)
        sound = GrainSound(file)
        return [
            _recording(one, sound.read(number, 0, one.samples))
            for number, one in enumerate(file.header.recordings)
            if one.name not in replaced
        ]
    except (ModelFileError, AudioFileError):
        return []


def format_for(
    recordings: Sequence[Recording],
    sample_rate: int,
    wanted: SoundFormat,
    say: Callable[[str], object],
) -> SoundFormat:
    """The wanted format, or flac, which `say` is told, if the recordings are too long for ogg."""
    seconds = sum(len(one.samples) for one in recordings) / sample_rate
    if wanted == "flac" or seconds <= MOST_OGG_SECONDS:
        return wanted
    say(f"its grains become flac: ogg is for up to {MOST_OGG_SECONDS / 60:.0f} minutes")
    return "flac"


def format_kept(model: Path) -> SoundFormat:
    """The format of the sound in a model's file of grains; flac if there is none, or if it cannot
    be read."""
    try:
        found = read_grains_header(grains_path(model)).sound_format
    except ModelFileError:
        return "flac"
    return "ogg" if found == "ogg" else "flac"


def lacks_grains(run: TrainingRun) -> bool:
    """Whether the user wants grains, and there is no file of them for the model's codec."""
    path, sha256 = grains_path(run.path), run.model().metadata["codec_sha256"]
    try:
        return run.choices.keep_grains and read_grains_header(path).codec_sha256 != sha256
    except ModelFileError:
        return True


def _recording(stored: StoredRecording, heard: NDArray[np.float32]) -> Recording:
    """A recording of whose sound this is `heard`, `[N]` or `[N, 2]`."""
    if stored.channels == 1:
        return Recording(stored.name, middle_of(heard))
    return Recording(stored.name, *middle_and_side(heard))
