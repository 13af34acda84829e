"""Measuring how loud a model plays once it is trained: its prior, vocoder and grains all count."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from distill_live.commands.training_steps.run import RunStopped, TrainingRun
from distill_live.errors import ModelFileError
from distill_live.inference.loudness import playing_loudness
from distill_live.models.file.header import read_header, rewrite_metadata
from distill_live.models.file.loudness import LOUDNESS
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.grains.file import grains_path
from distill_live.models.grains.stream import GrainOrigin
from distill_live.models.sound_settings import USUAL_SOUND

_STEPS = 100
# Writing the report afterwards takes about so many seconds of the time that is given.
_REPORT_S = 4.0
# With less, what is heard is mostly the vocoder.
_ENOUGH_GRAINS = 0.5


@contextmanager
def measuring_loudness(run: TrainingRun) -> Iterator[None]:
    """Once the block has trained the run's model, measure how loud it plays, and note that in its
    file, if it can play. Ctrl-C skips this.

    A phase that Ctrl-C has ended leaves a model that plays, too. One that a full disk or memory has
    ended does as well, but then there is no room to measure it. Raises ModelFileError when the file
    cannot be written.
    """
    before = _weights(run)
    try:
        yield
    except RunStopped:
        # A model that is as it was keeps what is known of it.
        if _can_play(run) and _weights(run) != before:
            run.say("stopping; measuring how loud it plays (Ctrl-C again skips this)")
            _add_loudness(run)
        raise
    if _can_play(run):
        _add_loudness(run)


def _can_play(run: TrainingRun) -> bool:
    """Whether this process looks after the run's model, and it can play."""
    return run.processes.is_first and bool(read_header(run.path).metadata.get("prior"))


def _weights(run: TrainingRun) -> object:
    """The checksum of the weights of the run's model; None if there is none yet, or an old file."""
    try:
        return read_header(run.path).metadata.get("weights_sha256")
    except ModelFileError:
        return None


def _add_loudness(run: TrainingRun) -> None:
    grains: list[GrainOrigin | None] = []
    run.progress.begin("loudness")
    try:
        lufs = note_loudness(
            run.path, run.processes.device,
            lambda done: run.progress.advance(round(_STEPS * done), _STEPS),
            lambda: run.seconds_left - _REPORT_S,
            grains.append,
        )  # fmt: skip
    except KeyboardInterrupt:
        run.say("its loudness was not measured: it may be louder or softer than other models")
        return
    if lufs is not None:
        run.say(f"it plays at {lufs:.1f} LUFS")
    if grains and grains_path(run.path).exists():
        run.say(describe_grains(grains))


def note_loudness(
    path: Path,
    device: torch.device,
    progress: Callable[[float], object] = lambda done: None,
    limit_s: Callable[[], float] = lambda: math.inf,
    on_grain: Callable[[GrainOrigin | None], object] | None = None,
) -> float | None:
    """Measure how loud the model in a file plays, with the grains beside it, and note it in the
    file, whose weights stay as they are; returns LUFS, None for silence. `progress` gets the part
    done, 0..1. If it would take longer than `limit_s()` seconds, asked once the model is loaded,
    fewer streams are measured. `on_grain` gets where the grain of each column is from, None if it
    has none. Raises ModelFileError when the file cannot be written, and NoPriorError."""
    loaded = load_model_v2(path, device)
    lufs = playing_loudness(loaded, progress, limit_s(), on_grain)
    rewrite_metadata(path, **{LOUDNESS: lufs})
    return lufs


def describe_grains(grains: Sequence[GrainOrigin | None]) -> str:
    """How much of what a model with grains played is made of them, from where the grain of each
    column is from; and if that is little, how to hear more."""
    share = sum(one is not None for one in grains) / len(grains)
    text = f"{share:.0%} of what it plays is grains, pieces of the recordings"
    if share >= _ENOUGH_GRAINS:
        return text
    return (
        f"{text}; the rest is further than {USUAL_SOUND.reach:g} dB from them. For more grains, "
        "raise --grain-reach, or /distill/grain_reach"
    )
