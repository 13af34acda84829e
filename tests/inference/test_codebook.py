from dataclasses import replace

import numpy as np
import pytest

from distill_live.codes.training_codes import TrainingCodes
from distill_live.inference.codebook import Slots, entries, nearest, usage
from distill_live.inference.codes import decode
from distill_live.inference.preview import entry_column
from distill_live.models.file.loaded import LoadedVQModel


def test_every_entry_sounds_as_its_codes_decode(tiny_two_levels: LoadedVQModel) -> None:
    found = list(entries(tiny_two_levels, 1))
    assert [(one.level, one.code) for one in found] == [(q, v) for q in range(2) for v in range(12)]
    column = entry_column(tiny_two_levels, 1, 7)[None]
    sound = decode(tiny_two_levels, tiny_two_levels.grid_of(column))
    assert found[19].sound.tobytes() == sound.tobytes()
    assert found[19].mel.shape == (128, 16)


def test_the_nearest_neighbours_come_nearest_first(tiny_model: LoadedVQModel) -> None:
    books = tiny_model.codebooks
    for level, near in enumerate(nearest(tiny_model, 3)):
        apart = np.linalg.norm(books[level][4] - books[level], axis=1)
        assert [one.code for one in near[4]] == np.argsort(apart)[1:4].tolist()
        assert [one.distance for one in near[4]] == sorted(one.distance for one in near[4])


def test_a_code_has_no_more_neighbours_than_there_are(tiny_model: LoadedVQModel) -> None:
    assert {len(near) for level in nearest(tiny_model, 99) for near in level} == {15}


def test_usage_counts_the_codes_of_all_recordings(tiny_model: LoadedVQModel) -> None:
    assert usage(tiny_model) is None
    rng = np.random.default_rng(0)
    grids = [rng.integers(0, 16, (columns, 8, 3)).astype(np.int16) for columns in (4, 9)]
    kept = tuple(TrainingCodes(f"{len(grid)}.wav", grid) for grid in grids)
    counts = usage(replace(tiny_model, training_codes=kept))
    assert counts is not None and counts.sum(axis=1).tolist() == [13 * 8] * 3
    assert counts[2, 5] == sum((grid[..., 2] == 5).sum() for grid in grids)


def test_slots_begin_at_frames_of_a_cue_sheet_and_leave_a_pause(tiny_model: LoadedVQModel) -> None:
    slots = Slots.of(tiny_model, 0.5, 0.1)
    assert slots.columns == 6
    assert slots.frames == 46  # 6 columns are 38.4 frames of 1/75 s, and the pause 7.5.
    assert slots.begin_s(3) == pytest.approx(3 * 46 / 75)
    sound = np.ones(6 * 4096, np.float32)
    lengths = [len(slots.fill(number, sound)) for number in range(4)]
    assert sum(lengths) == round(4 * 46 / 75 * 48_000)
    filled = slots.fill(0, sound)
    assert filled[0] < 0.01 and filled[6 * 4096 - 1] < 0.01 and filled[3 * 4096] == 1.0
    assert not filled[6 * 4096 :].any()


def test_an_entry_sounds_for_a_column_at_least(tiny_model: LoadedVQModel) -> None:
    assert Slots.of(tiny_model, 0.001, 0.0).columns == 1
