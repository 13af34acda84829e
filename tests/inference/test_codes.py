from dataclasses import replace

import numpy as np
import pytest

from distill_live.errors import CodesError
from distill_live.inference.codes import decode, encode
from distill_live.models.persistence import LoadedVQModel


def noise(samples: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, samples).astype(np.float32)


@pytest.mark.parametrize(("samples", "columns"), [(1, 1), (4096, 1), (4097, 2), (48_000, 12)])
def test_every_sample_is_in_a_column(tiny_model: LoadedVQModel, samples: int, columns: int) -> None:
    grid = encode(tiny_model, noise(samples))
    assert grid.codes.shape == (columns, 8, 3)
    assert decode(tiny_model, grid).shape == (columns * grid.column_samples,)


def test_the_grid_knows_its_model(tiny_model: LoadedVQModel) -> None:
    grid = encode(tiny_model, noise(4096))
    assert grid.model_name == "tiny"
    assert grid.model_sha256 == tiny_model.metadata["codec_sha256"]
    assert grid.level_labels == ("Structure", "Timbre", "Detail")
    assert (grid.codebook_size, grid.column_samples, grid.sample_rate) == (16, 4096, 48_000)


def test_the_same_codes_give_the_same_bytes(tiny_model: LoadedVQModel) -> None:
    grid = encode(tiny_model, noise(48_000))
    assert decode(tiny_model, grid).tobytes() == decode(tiny_model, grid).tobytes()


def test_the_codes_of_another_codec_are_refused(tiny_model: LoadedVQModel) -> None:
    grid = replace(encode(tiny_model, noise(4096)), model_sha256="other", model_name="rain")
    with pytest.raises(CodesError, match="decode them with 'rain'"):
        decode(tiny_model, grid)


def test_no_columns_give_no_samples(tiny_model: LoadedVQModel) -> None:
    grid = encode(tiny_model, noise(4096))
    assert decode(tiny_model, replace(grid, codes=grid.codes[:0])).shape == (0,)


def test_decoding_tells_its_progress(tiny_model: LoadedVQModel) -> None:
    seen: list[float] = []
    decode(tiny_model, encode(tiny_model, noise(16_384)), seen.append)
    assert seen == [0.25, 0.5, 0.75, 1.0]
