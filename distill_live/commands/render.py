"""`distill-live render`: a session log into sound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from distill_live.codes.codec_names import tell_apart
from distill_live.commands.destinations import single_file
from distill_live.commands.options import DeviceOption
from distill_live.commands.output import check_sound_file, tell, warn, write_sound
from distill_live.errors import SessionLogError
from distill_live.inference.loading import load_model

if TYPE_CHECKING:
    from distill_live.live.ipc.ring import Samples
    from distill_live.models.file.loaded import LoadedVQModel

#: Why what happened at an entry of a log is not rendered.
_LEFT_OUT = {
    "bridge": "the engine had no new sound then, and the last passage was repeated",
    "gap": "nothing played then: the audio process was restarted, or the output changed",
}


def render(
    log: Annotated[
        Path, typer.Argument(metavar="LOG", help="Session log written by `serve --log`.")
    ],
    model: Annotated[
        str | None,
        typer.Option(
            help="Another model to play the log on; replays only parameter changes and requests."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Output sound file, or an existing folder (default: ./LOG.wav)."),
    ] = None,
    device: DeviceOption = "auto",
) -> None:
    """Render a session log to a file, sample for sample as it left the engine, before the gain.

    A wav file holds 32-bit floats, which can exceed full scale; other formats are limited to it.
    """
    from distill_live.live.ipc.ring import SAMPLE_RATE

    path = single_file(output, f"{log.stem}.wav")
    format = path.suffix.lower().lstrip(".")
    # Floats where the format has them: before the last mile sound may exceed full scale.
    depth = 32 if format == "wav" else 24
    check_sound_file(format, SAMPLE_RATE, depth)
    samples = _again(log, device) if model is None else _anew(log, model, device)
    if format == "wav":
        _write_float(path, samples)
    else:
        write_sound(path, [samples], SAMPLE_RATE, depth)
    tell(f"{path}: {len(samples) / SAMPLE_RATE:.2f} s")


def _write_float(path: Path, samples: Samples) -> None:
    """Write samples [N] or [N, C] as they are, and say so where they exceed full scale."""
    import numpy as np

    from distill_live.audio.files import write_audio
    from distill_live.live.ipc.ring import SAMPLE_RATE

    write_audio(path, samples, SAMPLE_RATE, 32)
    peak = float(np.abs(samples).max(initial=0.0))
    if peak > 1.0:
        tell(
            f"note: {path.name} peaks {20.0 * np.log10(peak):.1f} dB above full scale, which "
            "32-bit floats can hold: turn it down before you play it",
            err=True,
        )


def _again(log: Path, device: str) -> Samples:
    """The session as it was."""
    import torch

    from distill_live.codes.session_log import read_session_log
    from distill_live.live.ipc.ring import SAMPLE_RATE
    from distill_live.live.recording.gaps import gap_words
    from distill_live.live.replay.exact import replay_log

    def told(entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for entry in entries:
            if why := _LEFT_OUT.get(entry["op"]):
                lasted = gap_words(entry["samples"] / SAMPLE_RATE)
                tell(f"note: {lasted} left out: {why}", err=True)
            yield entry

    def load(entry: dict[str, Any]) -> LoadedVQModel:
        return _load_same(entry, device)

    with torch.inference_mode():
        return replay_log(told(read_session_log(log)), load)


def _anew(log: Path, model: str, device: str) -> Samples:
    """What was done in the session, done to another model."""
    from distill_live.codes.edit import load_edits
    from distill_live.codes.session_log import read_session_log
    from distill_live.live.replay.other_model import replay_on_other_model

    loaded = load_model(model, device)
    return replay_on_other_model(read_session_log(log), loaded, load_edits(warn), warn)


def _load_same(entry: dict[str, Any], device: str) -> LoadedVQModel:
    """The model of a session, on as many threads as it had.

    Raises SessionLogError when it has another codec or vocoder by now.
    """
    import torch

    from distill_live.models.codec.clarity import Clarity

    path, name = Path(entry["model"]), entry["name"]
    loaded = load_model(str(path) if path.exists() else name, device)
    torch.set_num_threads(entry["threads"])
    if loaded.metadata["codec_sha256"] != entry["codec_sha256"]:
        then, now = tell_apart(
            (name, entry["codec_sha256"]), (name, loaded.metadata["codec_sha256"])
        )
        raise SessionLogError(
            f"the session was played with the model {then}, and {now} has a different codec; "
            f"`--model {name}` replays the parameter changes and requests on it"
        )
    vocoder = loaded.metadata.get("vocoder")
    if entry.get("vocoder", vocoder) != vocoder:
        raise SessionLogError(
            f"the model {name!r} has a different vocoder from the one in the session; `--model "
            f"{name}` replays the parameter changes and requests with its current one"
        )
    # As it was then: the model may have been refreshed since.
    clarity = Clarity.read(entry.get("clarity"), loaded.model.config.n_mels)
    grains = entry.get("grains")
    if grains is not None and loaded.grains is None:
        raise SessionLogError(
            f"the session was played with grains, and the model {name!r} has none now: "
            f"{loaded.grains_problem or 'its file of grains is missing'}; `--model {name}` replays "
            "the parameter changes and requests without them"
        )
    if grains is not None and loaded.grains is not None and loaded.grains.sha256 != grains:
        raise SessionLogError(
            f"the session was played with other grains than the model {name!r} has now; `--model "
            f"{name}` replays the parameter changes and requests with its current ones"
        )
    for what, here in (("torch", torch.__version__), ("device", str(loaded.device))):
        if entry[what] != here:
            tell(
                f"note: the session had {what} {entry[what]}, this machine has {here}: the last "
                "bits of the sound may differ",
                err=True,
            )
    return replace(loaded, clarity=clarity, grains=loaded.grains if grains else None)
