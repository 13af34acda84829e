from dataclasses import replace

import numpy as np

from distill_live.inference.codes import encode
from distill_live.inference.loudness import silent_columns
from distill_live.models.file.loaded import LoadedVQModel
from tests.grids import model_grid


def test_each_column_is_silent_or_not(tiny_model: LoadedVQModel) -> None:
    grid, seen = model_grid(tiny_model, 4), list[float]()
    assert silent_columns(tiny_model, grid, seen.append).shape == (4,)
    assert seen == [0.25, 0.5, 0.75, 1.0]


def test_what_decodes_to_nothing_is_silent(tiny_model: LoadedVQModel) -> None:
    # An untrained decoder makes mels about 0; those of silence are far below.
    quiet = replace(tiny_model.spectrogram.config, mean=np.log(1e-8), deviation=0.01)
    loud = replace(tiny_model.spectrogram.config, mean=0.0, deviation=0.01)
    grid = encode(tiny_model, np.zeros(8192, np.float32))
    for config, silent in ((quiet, True), (loud, False)):
        spectrogram = type(tiny_model.spectrogram)(config)
        found = silent_columns(replace(tiny_model, spectrogram=spectrogram), grid, lambda done: 0)
        assert (found == silent).all()
