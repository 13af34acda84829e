"""Crops to train on and contexts to judge on."""

from __future__ import annotations

import numpy as np
import torch

from distill_live.training.data.sequences import Grid
from distill_live.training.prior.windows import CodeCrops, Window


def counted(start: int, columns: int) -> Grid:
    """A grid of one band and two levels whose codes say where they are from."""
    codes = start + np.arange(columns * 2)
    return codes.reshape(columns, 1, 2).astype(np.int16)


def test_crops_are_runs_of_one_recording() -> None:
    crops = CodeCrops([counted(0, 30), counted(1000, 5), counted(2000, 12)], columns=8, seed=0)
    codes, real, _ = crops.draw(200)
    assert codes.shape == real.shape == (200, 16)
    for row, mask in zip(codes, real, strict=True):
        crop = row[mask]
        assert crop[0] % 2 == 0
        assert crop.tolist() == list(range(int(crop[0]), int(crop[0]) + len(crop)))


def test_padding_is_masked_at_the_end_of_short_recordings_alone() -> None:
    crops = CodeCrops([counted(0, 30), counted(1000, 5)], columns=8, seed=0)
    codes, real, _ = crops.draw(100)
    short = codes[:, 0] >= 1000
    assert set(real[short].sum(dim=1).tolist()) == {10}
    assert set(real[~short].sum(dim=1).tolist()) == {16}
    assert not real[short][:, 10:].any()


def test_a_batch_is_no_wider_than_its_longest_crop() -> None:
    codes, real, _ = CodeCrops([counted(0, 5)], columns=8, seed=0).draw(3)
    assert codes.shape == (3, 10)
    assert real.all()


def test_crops_start_anywhere() -> None:
    codes, *_ = CodeCrops([counted(0, 30)], columns=8, seed=0).draw(2000)
    assert set((codes[:, 0] // 2).tolist()) == set(range(23))


def test_every_column_comes_with_how_it_sounds() -> None:
    grids = [counted(0, 30), counted(1000, 5)]
    told = [np.arange(len(grid) * 4, dtype=np.float32).reshape(-1, 4) for grid in grids]
    codes, real, ranks = CodeCrops(grids, columns=8, seed=0, ranks=told).draw(50)
    assert ranks.shape == (50, 8, 4)
    firsts = codes[:, ::2] % 1000
    assert torch.equal(ranks[..., 0].isnan(), ~real[:, ::2])
    assert torch.equal(ranks[..., 3][real[:, ::2]], 2.0 * firsts[real[:, ::2]] + 3)


def test_longer_recordings_are_drawn_from_more_often() -> None:
    codes, *_ = CodeCrops([counted(0, 90), counted(1000, 10)], columns=8, seed=0).draw(2000)
    assert 140 < int((codes[:, 0] >= 1000).sum()) < 260


def test_the_same_seed_gives_the_same_crops() -> None:
    one, other = (CodeCrops([counted(0, 90)], columns=8, seed=3) for _ in range(2))
    for _ in range(3):
        assert np.array_equal(one.draw(5)[0], other.draw(5)[0])


def test_the_mean_length_weighs_crops_as_they_are_drawn() -> None:
    assert CodeCrops([counted(0, 90), counted(0, 10)], columns=20, seed=0).mean_columns == 19.0


def test_every_column_from_the_first_on_is_scored_once() -> None:
    windows = Window.of_grid(counted(0, 43), first=17, context_columns=8)
    scored = np.concatenate([window.codes[window.scored :] for window in windows])
    assert scored.tolist() == list(range(17 * 2, 43 * 2))


def test_a_window_is_the_context_that_a_session_would_have() -> None:
    windows = Window.of_grid(counted(0, 43), first=17, context_columns=8)
    assert [int(window.codes[0]) // 2 for window in windows] == [12, 16, 20, 24, 28, 32, 36]
    assert [len(window.codes) // 2 for window in windows] == [8] * 6 + [7]
    assert [window.scored // 2 for window in windows] == [5] + [4] * 6


def test_at_a_recordings_start_there_is_no_context() -> None:
    (window,) = Window.of_grid(counted(0, 3), first=0, context_columns=8)
    assert (len(window.codes), window.scored) == (6, 0)
