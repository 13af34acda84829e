from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from distill_live.codes.codebook_geometry import cell_vectors
from distill_live.errors import CodesError
from distill_live.inference.codes import (
    decode,
    decode_blocks,
    decode_vectors,
    encode,
    require_fit,
)
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.sound_settings import USUAL_SOUND, SoundSettings
from tests.grids import model_grid


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


def test_the_vectors_of_codes_decode_to_the_same_bytes(
    tiny_model: LoadedVQModel, old_model: LoadedVQModel
) -> None:
    for loaded in (tiny_model, old_model):
        grid, seen = model_grid(loaded, 5), list[float]()
        vectors = cell_vectors(grid.codes, loaded.codebooks)
        blocks = decode_vectors(loaded, [vectors[:2], vectors[2:]], 5, seen.append)
        assert np.concatenate([*blocks]).tobytes() == decode(loaded, grid).tobytes()
        assert seen == [0.2, 0.4, 0.6, 0.8, 1.0]


def test_the_codes_of_another_codec_are_refused(tiny_model: LoadedVQModel) -> None:
    grid = replace(encode(tiny_model, noise(4096)), model_sha256="other", model_name="rain")
    with pytest.raises(CodesError, match="made by the model 'rain', and 'tiny' has a diff"):
        decode(tiny_model, grid)


@pytest.mark.parametrize(
    ("change", "legal"),
    [
        ({"codes": np.zeros((2, 7, 3), int)}, "needs codes with 8 bands, but these have 7: encode"),
        (
            {"codes": np.zeros((2, 8, 2), int), "level_labels": ("a", "b")},
            "with 3 levels, but these have 2",
        ),
        (
            {"codes": np.full((2, 8, 3), 40), "codebook_size": 64},
            "16 codes per level, but these have 64",
        ),
        ({"column_samples": 1}, "4096 samples per column, but these have 1:"),
        ({"sample_rate": 44_100}, "48000 Hz, but these have 44100"),
    ],
)
def test_codes_that_cannot_be_this_models_are_refused(
    tiny_model: LoadedVQModel, change: dict[str, Any], legal: str
) -> None:
    grid = replace(encode(tiny_model, noise(4096)), **change)
    with pytest.raises(CodesError, match=legal):
        decode(tiny_model, grid)


def test_codes_out_of_range_are_refused(tiny_model: LoadedVQModel) -> None:
    grid = encode(tiny_model, noise(4096))
    grid.codes[0, 0, 0] = 16
    with pytest.raises(CodesError, match=r"0\.\.15"):
        decode(tiny_model, grid)


def test_no_columns_give_no_samples(tiny_model: LoadedVQModel) -> None:
    grid = encode(tiny_model, noise(4096))
    assert decode(tiny_model, replace(grid, codes=grid.codes[:0])).shape == (0,)


def test_decoding_tells_its_progress(tiny_model: LoadedVQModel) -> None:
    seen: list[float] = []
    decode(tiny_model, encode(tiny_model, noise(16_384)), seen.append)
    assert seen == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("model", ["tiny_model", "tiny_two_levels", "tiny_neural", "old_model"])
def test_blocks_are_the_bytes_of_the_decoders_and_the_vocoders_streams(
    model: str, request: pytest.FixtureRequest
) -> None:
    loaded: LoadedVQModel = request.getfixturevalue(model)
    grid = encode(loaded, noise(5 * loaded.column_samples))
    decoder, vocoder = loaded.model.stream(), loaded.vocoder.stream()
    with torch.inference_mode():
        parts = [vocoder.push(decoder.push(column[None])) for column in grid.codes]
        parts += [vocoder.push(decoder.flush()), vocoder.flush()]
    whole = torch.cat(parts).numpy()[: len(grid.codes) * loaded.column_samples]
    assert np.concatenate([*decode_blocks(loaded, grid)]).tobytes() == whole.tobytes()
    assert decode(loaded, grid).tobytes() == whole.tobytes()


def test_blocks_are_made_as_they_are_asked_for(tiny_model: LoadedVQModel) -> None:
    grid = encode(tiny_model, noise(4096))
    columns = np.zeros((2_000, 8, 3), np.int64)
    seen: list[float] = []
    blocks = decode_blocks(tiny_model, replace(grid, codes=columns), seen.append)
    assert sum(len(next(blocks)) for _ in range(3)) == 3 * 4096 - tiny_model.vocoder.delay_samples
    blocks.close()
    assert len(seen) < 4


def test_codes_are_refused_before_the_first_block(tiny_model: LoadedVQModel) -> None:
    grid = replace(encode(tiny_model, noise(4096)), model_sha256="other")
    for refuse in (require_fit, decode_blocks):
        with pytest.raises(CodesError, match="different codec"):
            refuse(tiny_model, grid)


def test_clarity_is_heard_as_much_as_is_asked_for(
    tiny_model: LoadedVQModel, tiny_clear: LoadedVQModel
) -> None:
    grid = encode(tiny_model, noise(48_000))
    plain = decode(tiny_model, grid).tobytes()
    assert decode(tiny_model, grid, sound=SoundSettings(1.5)).tobytes() == plain
    assert decode(tiny_clear, grid, sound=SoundSettings(0.0)).tobytes() == plain
    usual, half = decode(tiny_clear, grid), decode(tiny_clear, grid, sound=SoundSettings(0.5))
    assert usual.tobytes() == decode(tiny_clear, grid, sound=USUAL_SOUND).tobytes()
    assert len({plain, usual.tobytes(), half.tobytes()}) == 3
    vectors = cell_vectors(grid.codes, tiny_clear.codebooks)
    mixed = decode_vectors(tiny_clear, [vectors], len(vectors), sound=SoundSettings(0.5))
    assert np.concatenate([*mixed]).tobytes() == half.tobytes()


def test_a_stereo_model_gives_left_and_right_the_same_however_it_is_decoded(
    tiny_stereo: LoadedVQModel,
) -> None:
    grid = encode(tiny_stereo, np.stack([noise(40_000), noise(40_000)[::-1]], axis=1))
    blocks = list(decode_blocks(tiny_stereo, grid))
    assert {block.shape[1:] for block in blocks} == {(2,)}
    whole = decode(tiny_stereo, grid)
    assert whole.shape == (len(grid.codes) * 4_096, 2)
    assert np.array_equal(np.concatenate(blocks), whole)
    assert not np.allclose(whole[:, 0], whole[:, 1])
    again = cell_vectors(grid.codes, tiny_stereo.codebooks)
    vectors = list(decode_vectors(tiny_stereo, [again], len(grid.codes)))
    assert np.array_equal(np.concatenate(vectors), whole)
    assert decode(tiny_stereo, tiny_stereo.blank_grid).shape == (0, 2)
