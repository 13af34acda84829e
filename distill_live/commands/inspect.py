"""`distill-live inspect`: what recordings are like before a model is trained on them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from distill_live.commands.options import DeviceOption, JsonOption
from distill_live.commands.output import add_plain_row, print_json, progress_bar, tell

if TYPE_CHECKING:
    from distill_live.audio.dataset import Recordings
    from distill_live.commands.training_steps.estimate import Estimate
    from distill_live.training.data.inspection import Inspection

_SAMPLE_RATE = 48_000


def inspect(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="Folder that holds the recordings, or one file.")
    ],
    estimate: Annotated[
        bool,
        typer.Option("--estimate", help="Measure how long `train` would take, in a few steps."),
    ] = False,
    peaks: Annotated[
        int | None,
        typer.Option(
            "--peaks",
            min=1,
            max=10_000,
            help="With --json: add so many pairs of the smallest and largest sample to each "
            "recording, for a picture of its waveform.",
        ),
    ] = None,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Show what recordings are like before you train on them.

    Reads them as `train` does and shows which it would refuse and why, how long and how loud the
    others are, how much of them is silence, and which are there twice.
    """
    from distill_live.training.data.inspection import inspect_recordings

    if path.is_dir():
        recordings = _read(path)
        found = inspect_recordings(path, recordings)
    else:
        recordings, found = _read_one(path)
    expected = _estimate(recordings, device) if estimate and found.found else None
    if as_json:
        print_json(_described(recordings, found, expected, peaks))
    else:
        _show(found, expected)


def _read(folder: Path) -> Recordings:
    from distill_live.audio.dataset import read_recordings

    with progress_bar("reading") as advance:
        return read_recordings(
            folder, _SAMPLE_RATE, lambda done, total: advance(done / total), stereo=True
        )


def _read_one(path: Path) -> tuple[Recordings, Inspection]:
    from distill_live.audio.dataset import Recordings, read_recording
    from distill_live.audio.reading.sound import Sound
    from distill_live.training.data.inspection import Inspection, measure

    one = read_recording(Sound(path), path.name, _SAMPLE_RATE, stereo=True)
    measured = measure(one, _SAMPLE_RATE, path)
    return Recordings([one], _SAMPLE_RATE, []), Inspection([measured], [], [], [])


def _estimate(recordings: Recordings, device: Any) -> Estimate:
    from distill_live.commands.training_steps.estimate import estimate_training
    from distill_live.models.devices import pick_device
    from distill_live.training.run.processes import Processes

    return estimate_training(recordings, Processes(pick_device(device)))


def _described(
    recordings: Recordings, found: Inspection, expected: Estimate | None, count: int | None
) -> dict[str, Any]:
    from distill_live.training.data.inspection import peaks

    described = [asdict(one) for one in found.found]
    if count is not None:
        for entry, recording in zip(described, recordings.recordings, strict=True):
            entry["peaks"] = peaks(recording.samples, count)
    return {
        "found": described,
        "refused": [{"name": name, "reason": reason} for name, reason in found.refused],
        "notes": found.notes,
        "seconds": round(found.seconds, 2),
        "loudness_db": found.loudness_db,
        "silence": round(found.silence, 4),
        "stereo": found.stereo,
        "duplicates": found.duplicates,
        "too_little": found.too_little or None,
        "estimate": expected and {**asdict(expected), "words": expected.words},
    }


def _show(found: Inspection, expected: Estimate | None) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("recording", "seconds", "RMS dB", "peak dB", "silence", "channels", box=None)
    for one in found.found:
        add_plain_row(
            table,
            one.name,
            f"{one.seconds:.1f}",
            f"{one.rms_db:.1f}",
            f"{one.peak_db:.1f}",
            f"{one.silence:.0%}",
            str(one.channels),
        )
    Console().print(table)
    for line in _lines(found, expected):
        tell(line)


def _lines(found: Inspection, expected: Estimate | None) -> list[str]:
    return [
        *(f"refused {name}: {reason}" for name, reason in found.refused),
        *found.notes,
        *(f"the same sound: {', '.join(names)}" for names in found.duplicates),
        f"{len(found.found)} recordings, {found.seconds:.1f} s, {found.silence:.0%} silence",
        *([f"warning: {found.too_little}"] if found.too_little else []),
        *([f"training takes {expected.words}"] if expected else []),
    ]
