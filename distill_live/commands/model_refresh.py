"""`distill-live models refresh`: what later versions measure and keep of a model's recordings."""

from __future__ import annotations

import shlex
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distill_live.commands.options import (
    DeviceOption,
    FolderArgument,
    GrainsFormat,
    GrainsOption,
    JsonOption,
    ModelArgument,
)
from distill_live.commands.output import print_json, progress_bar, tell
from distill_live.errors import ModelFileError
from distill_live.models.file.header import read_header, rewrite_metadata
from distill_live.models.file.library import find_own_model, found_checkpoints
from distill_live.models.file.loudness import LOUDNESS
from distill_live.models.grains.file import grains_path

if TYPE_CHECKING:
    from distill_live.audio.dataset import Recordings
    from distill_live.models.file.loaded import LoadedVQModel
    from distill_live.models.grains.stream import GrainOrigin


def refresh(
    model: ModelArgument,
    folder: FolderArgument,
    grains: GrainsOption = True,
    grains_format: Annotated[
        GrainsFormat | None,
        typer.Option(
            "--grains-format",
            help="Format of that file's sound: flac keeps it as it is, ogg makes the file about a "
            "quarter of the size (default: the format of the existing file, or flac).",
        ),
    ] = None,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Measure a model's clarity on the recordings in FOLDER, write their grains, and measure how
    loud the model plays; the weights stay unchanged. Models that were trained before these existed
    need this once."""
    from distill_live.audio.dataset import load_recordings
    from distill_live.commands.training_steps.loudness import describe_grains
    from distill_live.models.devices import pick_device
    from distill_live.models.file.persistence import load_model_v2
    from distill_live.training.codec.clarity import measure_clarity

    path = find_own_model(model)
    _require_refreshable(path)
    # Without its old grains: on Windows, a file that is mapped into memory cannot be replaced.
    loaded = replace(load_model_v2(path, pick_device(device)), grains=None)
    rate = loaded.spectrogram.config.sample_rate
    with progress_bar("reading") as advance:
        recordings = load_recordings(
            folder,
            rate,
            lambda read, found: advance(read / found),
            loaded.channels > 1,
            path.parent,
        )
    for name, reason in recordings.skipped:
        tell(f"skipped {name}: {reason}", err=True)
    clarity = measure_clarity(loaded.require_trainable(), loaded.spectrogram, recordings)
    before, gains = list(loaded.clarity.gains) or None, list(clarity.gains)
    if read_header(path).metadata["codec_sha256"] != loaded.metadata["codec_sha256"]:
        raise ModelFileError(
            f"{path.stem} was trained while its clarity was being measured: run this again"
        )
    rewrite_metadata(path, clarity=gains)
    written = _write_grains(path, loaded, recordings, grains_format) if grains else None
    lufs, heard = _measure_loudness(path, loaded)
    if as_json:
        print_json(
            {"name": path.stem, "file": str(path), "clarity": gains, "before": before,
             "grains": None if written is None else str(written), LOUDNESS: lufs}
        )  # fmt: skip
        return
    count = len(recordings.recordings)
    tell(
        f"{path.stem}: clarity measured on {count} {'recording' if count == 1 else 'recordings'}, "
        f"{recordings.seconds:.1f} s: {_in_short(gains)} (before: {_in_short(before)})"
    )
    if written is not None:
        tell(f"grains: {written} ({written.stat().st_size / 1e6:.1f} MB)")
    if lufs is not None:
        tell(f"it plays at {lufs:.1f} LUFS")
    if heard and grains_path(path).exists():
        tell(describe_grains(heard))
    if loaded.vocoder.kind == "neural" and gains != before:
        tell(
            "note: its neural vocoder was trained without this clarity; train it again: "
            f"distill-live train-vocoder {shlex.quote(path.stem)} {shlex.quote(str(folder))}"
        )


def _write_grains(
    path: Path, loaded: LoadedVQModel, recordings: Recordings, sound_format: GrainsFormat | None
) -> Path:
    """Write the grains of a model beside its file, in this format or (None) in that of the existing
    file, unless there is too much for it; returns where they are."""
    from distill_live.commands.training_steps.grains import format_for, format_kept
    from distill_live.training.data.grains import make_grains

    if sound_format is None:
        rate = loaded.spectrogram.config.sample_rate
        sound_format = format_for(
            recordings.recordings, rate, format_kept(path), partial(tell, err=True)
        )
    found, count = grains_path(path), len(recordings.recordings)
    with progress_bar("grains") as advance:
        make_grains(found, loaded, recordings.recordings, sound_format,
                    lambda done: advance(done / count))  # fmt: skip
    return found


def _measure_loudness(
    path: Path, loaded: LoadedVQModel
) -> tuple[float | None, list[GrainOrigin | None]]:
    """Note in the file how loud the model plays; None if it cannot, or is silent. Also returns
    where the grains of what it played are from."""
    from distill_live.commands.training_steps.loudness import note_loudness

    heard: list[GrainOrigin | None] = []
    if loaded.prior is None:
        return None, heard
    with progress_bar("loudness") as advance:
        return note_loudness(path, loaded.device, advance, on_grain=heard.append), heard


def _require_refreshable(path: Path) -> None:
    """Raise ModelFileError for a model of Distill v1.1, and for one that is being trained."""
    metadata = read_header(path).metadata
    if metadata["codec"].get("kind") == "chunks":
        raise ModelFileError(f"{path.stem} is a Distill v1.1 model: clarity has no effect on it")
    for checkpoint in found_checkpoints(path):
        raise ModelFileError(
            f"{checkpoint} belongs to an interrupted training run of this model: finish it with "
            "--resume, or delete it"
        )


def _in_short(gains: list[float] | None) -> str:
    if not gains:
        return "none"
    return f"gains {min(gains):.2f}..{max(gains):.2f}, {sum(gains) / len(gains):.2f} on average"
