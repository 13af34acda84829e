from pathlib import Path

import numpy as np

from distill_live.audio.dataset import load_recordings
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.training.data.kept import code_training_parts
from distill_live.training.data.sequences import extract_code_sequences


def test_the_codes_are_those_that_the_prior_begins_with(
    tiny_model: LoadedVQModel, sounds: Path
) -> None:
    recordings = load_recordings(sounds)
    kept = code_training_parts(tiny_model.model, tiny_model.spectrogram, recordings)
    assert [one.name for one in kept] == [one.name for one in recordings.recordings]
    learned = extract_code_sequences(
        tiny_model.model, tiny_model.spectrogram, recordings, gains_db=(0.0,)
    ).training
    for one, grid in zip(kept, learned[:: tiny_model.model.config.column_frames], strict=True):
        np.testing.assert_array_equal(one.codes, grid)
