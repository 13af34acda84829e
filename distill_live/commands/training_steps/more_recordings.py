"""`train --continue`: an existing model learns more recordings without forgetting the old ones."""

from __future__ import annotations

import shlex
from dataclasses import replace

from distill_live.atomic_file import replace_file
from distill_live.audio.dataset import HOLDOUT, Recording, Recordings, training_columns
from distill_live.commands.training_steps.grains import (
    add_grains,
    format_kept,
    grains_kept,
    lacks_grains,
)
from distill_live.commands.training_steps.material import Material
from distill_live.commands.training_steps.phases import train_codec_and_prior
from distill_live.commands.training_steps.run import RunStopped, TrainingRun
from distill_live.errors import TrainingError
from distill_live.models.file.kept_recordings import declines_codes
from distill_live.models.file.library import draft_path
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.grains.file import grains_path
from distill_live.training.codec.config import CodecTrainingConfig, get_continued_codec_config
from distill_live.training.data.rehearsal import Rehearsal


def learn_more(run: TrainingRun) -> None:
    """Add the recordings of the run's folder to its model.

    The phases save a draft, which replaces the model at the end; after Ctrl-C the model is
    unchanged. Raises DatasetError, ModelFileError, RunStopped, and TrainingError when the model has
    no codes of its old recordings.
    """
    draft = replace(run, path=draft_path(run.path))
    if run.checkpoints.passed("codec") and not draft.path.exists():
        run.say(f"this run had already finished: {run.path} is its result")
        if grains_path(run.path).exists() and lacks_grains(run):
            config = run.model().spectrogram.config
            again = run.read_recordings(config.sample_rate, config.channels > 1)
            _renew_grains(run, again.recordings)
        return
    loaded = load_model_v2(run.path)
    material = _read_material(run, loaded)
    try:
        train_codec_and_prior(draft, material, _codec_config(loaded, material))
    except RunStopped:
        run.say(f"{run.path} is unchanged")
        raise
    if run.processes.is_first:
        replace_file(draft.path, run.path)
        _renew_grains(run, material.recordings.recordings)


def _renew_grains(run: TrainingRun, new: list[Recording]) -> None:
    """Write the grains of the model's new codec: of the recordings in the old file of grains, and
    of new ones, in the format of that file.

    A model that has no grains gets none: those of the new recordings alone would sound in some
    passages and be missing in the others, and its user may not want the file.
    """
    if not grains_path(run.path).exists():
        if run.choices.keep_grains:
            run.say(
                f"{run.path.stem} has no grains, and gets none from the new recordings alone; for "
                f"grains, run `distill-live models refresh {shlex.quote(run.path.stem)} FOLDER` "
                "with a folder of all its recordings"
            )
        return
    recordings = [*grains_kept(run.path, {one.name for one in new}), *new]
    add_grains(run, recordings, format_kept(run.path))


def recorded_again(recordings: Recordings, loaded: LoadedVQModel) -> set[str]:
    """The names of the recordings that the model already knows: name and length are the same."""
    lengths = {one.name: len(one.codes) for one in loaded.training_codes}
    found = set()
    for one in recordings.recordings:
        columns = -(-len(one.samples) // loaded.column_samples)
        if lengths.get(one.name) in (columns, training_columns(columns, HOLDOUT)):
            found.add(one.name)
    return found


def _read_material(run: TrainingRun, loaded: LoadedVQModel) -> Material:
    """The folder's recordings, and those that the model knows and are not among them."""
    loaded.require_trainable()
    if not loaded.training_codes:
        raise TrainingError(
            f"{run.path} does not contain the codes it was trained on: {_advice(loaded)}"
        )
    sample_rate = loaded.spectrogram.config.sample_rate
    recordings = run.read_recordings(sample_rate, loaded.channels > 1)
    again = recorded_again(recordings, loaded)
    rehearsal = Rehearsal.of(loaded, again)
    run.say(
        f"continuing {loaded.metadata['name']} with {len(recordings.recordings) - len(again)} new "
        f"recordings, {len(again)} that it already knows, and {len(rehearsal.mels)} rehearsed from "
        "its file"
    )
    return Material(recordings, rehearsal)


def _codec_config(loaded: LoadedVQModel, material: Material) -> CodecTrainingConfig:
    """Settings for training the codec on old and new recordings together."""
    recordings, rehearsal = material.recordings, material.rehearsal
    new_columns = round(recordings.seconds * recordings.sample_rate / loaded.column_samples)
    old_columns = rehearsal.columns if rehearsal else 0
    return get_continued_codec_config(loaded.require_trainable().config, old_columns + new_columns)


def _advice(loaded: LoadedVQModel) -> str:
    """What the user can do with a model that has no training codes."""
    if declines_codes(loaded.metadata):
        return "it was trained with --no-training-codes; train a new model on all recordings"
    name = loaded.metadata["name"]
    return f"`distill-live train-prior {name} FOLDER` adds the codes of the recordings in FOLDER"
