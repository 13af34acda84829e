from __future__ import annotations

import numpy as np
import pytest
import torch

from distill_live.live.listening.column_encoder import FLOOR_DB, ColumnEncoder
from distill_live.models.file.loaded import LoadedVQModel


@pytest.fixture(params=["tiny_model", "tiny_two_levels", "old_model"])
def loaded(request: pytest.FixtureRequest) -> LoadedVQModel:
    found: LoadedVQModel = request.getfixturevalue(request.param)
    return found


def noise(count: int) -> np.ndarray:
    """Noise that changes from moment to moment."""
    shape = np.repeat(np.random.default_rng(1).uniform(0, 1, count // 1_000 + 1), 1_000)[:count]
    return (shape * np.random.default_rng(0).standard_normal(count) * 0.1).astype(np.float32)


def listen(loaded: LoadedVQModel, sound: np.ndarray, block: int) -> tuple[np.ndarray, list[int]]:
    """The codes of all columns, as they were written last, and the columns that were new in each
    block."""
    encoder, new = ColumnEncoder(loaded), [0]
    codes: list[np.ndarray] = []
    for start in range(0, len(sound), block):
        encoded = encoder.push(sound[start : start + block])
        if encoded is not None:
            codes[encoded.first :] = encoded.codes
        new.append(len(codes))
    return np.array(codes), np.diff(new).tolist()


def test_columns_are_coded_in_the_end_as_encode_codes_them(loaded: LoadedVQModel) -> None:
    column = loaded.column_samples
    sound = noise(14 * column + 1_000)
    with torch.inference_mode():
        whole = loaded.model.encode_columns(
            loaded.spectrogram, torch.from_numpy(sound), column
        ).numpy()
    codes, _ = listen(loaded, sound, column // 3)
    reach = loaded.model.encoder_reach(loaded.spectrogram, column)
    settled = (len(sound) - reach.samples) // column - reach.after
    assert settled > 4
    np.testing.assert_array_equal(codes[:settled], whole[:settled])
    # However the sound comes in.
    np.testing.assert_array_equal(listen(loaded, sound, 5 * column)[0][:settled], whole[:settled])


def test_a_column_is_there_as_soon_as_its_own_frames_have_been_heard(
    tiny_model: LoadedVQModel,
) -> None:
    column = tiny_model.column_samples
    _, new = listen(tiny_model, noise(3 * column + 512), 512)
    assert [block for block, count in enumerate(new) if count] == [8, 16, 24]


def test_loudness_is_that_of_the_column_alone(tiny_model: LoadedVQModel) -> None:
    column = tiny_model.column_samples
    sound = np.zeros(4 * column, np.float32)
    sound[column : 2 * column] = 0.1
    encoded = ColumnEncoder(tiny_model).push(sound)
    assert encoded is not None
    assert encoded.loudness.tolist() == pytest.approx([FLOOR_DB, -20.0, FLOOR_DB], abs=1e-3)


def test_a_column_is_written_again_until_all_that_it_depends_on_was_heard(
    loaded: LoadedVQModel,
) -> None:
    column, encoder = loaded.column_samples, ColumnEncoder(loaded)
    reach = loaded.model.encoder_reach(loaded.spectrogram, column)
    sound = noise(12 * column + reach.samples)
    assert encoder.push(sound[: 11 * column + reach.samples]) is not None
    encoded = encoder.push(sound[11 * column + reach.samples :])
    assert encoded is not None
    assert (encoded.first, len(encoded.codes)) == (11 - reach.after, 1 + reach.after)
