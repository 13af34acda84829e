from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.blocks import Spool, recut

SOUND = np.random.default_rng(0).normal(0, 0.3, (1_000, 2)).astype(np.float32).clip(-1, 1)


@pytest.mark.parametrize("cuts", [[], [7, 7, 8, 500], [1, 999], [300, 600, 900]])
@pytest.mark.parametrize("size", [1, 300, 1_000, 4_000])
def test_blocks_are_cut_anew_and_lose_no_sample(cuts: list[int], size: int) -> None:
    pieces = list(recut(np.split(SOUND, cuts), size))
    assert [len(piece) for piece in pieces[:-1]] == [size] * (len(pieces) - 1)
    assert 0 < len(pieces[-1]) <= size
    np.testing.assert_array_equal(np.concatenate(pieces), SOUND)


def test_nothing_is_cut_into_no_blocks() -> None:
    assert list(recut([], 10)) == list(recut([SOUND[:0]], 10)) == []


def test_a_spool_gives_back_what_it_was_given_as_often_as_wanted(tmp_path: Path) -> None:
    with Spool(tmp_path, 2) as spool:
        for block in np.split(SOUND, [1, 1, 400]):
            spool.append(block)
        for _ in range(2):
            np.testing.assert_array_equal(np.concatenate([*spool.blocks()]), SOUND)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("sample", "peak"), [(-1.0, 1.0), (-1.5, 1.5), (np.nan, np.nan)])
def test_a_spool_knows_its_largest_magnitude(tmp_path: Path, sample: float, peak: float) -> None:
    with Spool(tmp_path, 1) as spool:
        spool.append(np.array([0.0, sample, 0.5], np.float32))
        spool.append(np.zeros(3, np.float32))
        np.testing.assert_equal(spool.peak, peak)
