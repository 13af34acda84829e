"""`train --continue`: an existing model learns more recordings, and keeps the old ones."""

from __future__ import annotations

from pathlib import Path

from distill_live.atomic_file import replace_file
from distill_live.audio.dataset import HOLDOUT, Recordings, training_columns
from distill_live.commands.training_steps.phases import Choices, train_phases
from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.commands.training_steps.run import read_recordings
from distill_live.errors import TrainingError
from distill_live.models.file.kept_recordings import declines_codes
from distill_live.models.file.library import draft_path
from distill_live.models.file.persistence import LoadedVQModel, load_model_v2
from distill_live.training.codec.config import get_continued_codec_config
from distill_live.training.data.rehearsal import Rehearsal
from distill_live.training.run.checkpoint import Checkpoints


def train_on(
    progress: TrainingProgress, path: Path, folder: Path, choices: Choices, checkpoints: Checkpoints
) -> bool:
    """Add a folder's recordings to a model; True when Ctrl-C ended it, and the model is as it was.

    Raises DatasetError, ModelFileError, and TrainingError when the model has no codes of its old
    recordings.
    """
    draft, processes = draft_path(path), checkpoints.processes
    if checkpoints.passed("codec") and not draft.exists():
        progress.say(f"the run had ended already: {path} is what it made")
        return False
    loaded = load_model_v2(path)
    codec = loaded.require_trainable()
    if not loaded.training_codes:
        raise TrainingError(f"{path} holds no codes of what it learned: {_advice(loaded)}")
    recordings = read_recordings(progress, folder, loaded.spectrogram.config.sample_rate)
    again = recorded_again(recordings, loaded)
    rehearsal = Rehearsal.of(loaded, again)
    progress.say(
        f"{loaded.metadata['name']} goes on: {len(recordings.recordings) - len(again)} new "
        f"recordings, {len(again)} that it knows and {len(rehearsal.mels)} rehearsed from its file"
    )
    new_columns = round(recordings.seconds * recordings.sample_rate / loaded.column_samples)
    config = get_continued_codec_config(codec.config, rehearsal.columns + new_columns)
    interrupted = train_phases(progress, draft, recordings, config, choices, checkpoints, rehearsal)
    if interrupted:
        progress.say(f"{path} is as it was")
    elif processes.is_first:
        replace_file(draft, path)
    return interrupted


def _advice(loaded: LoadedVQModel) -> str:
    """What to do with a model without training codes."""
    if declines_codes(loaded.metadata):
        return "it was trained with --no-training-codes; train a new model on all recordings"
    name = loaded.metadata["name"]
    return f"`distill-live train-prior {name} FOLDER` adds those of the recordings in FOLDER"


def recorded_again(recordings: Recordings, loaded: LoadedVQModel) -> set[str]:
    """The names of those recordings that the model has learned: the same name and length."""
    lengths = {one.name: len(one.codes) for one in loaded.training_codes}
    found = set()
    for one in recordings.recordings:
        columns = -(-len(one.samples) // loaded.column_samples)
        if lengths.get(one.name) in (columns, training_columns(columns, HOLDOUT)):
            found.add(one.name)
    return found
