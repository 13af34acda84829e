import numpy as np
import pytest

from distill_live.inference.chunking import crossfade_chunks


def test_equal_chunks_join_without_a_step() -> None:
    chunks = [np.ones(100, dtype=np.float32)] * 3
    joined = crossfade_chunks(chunks, overlap_samples=20)
    assert len(joined) == 3 * 100 - 2 * 20
    np.testing.assert_allclose(joined, 1.0, atol=1e-6)


def test_the_fade_goes_from_one_chunk_to_the_next() -> None:
    joined = crossfade_chunks([np.ones(50, np.float32), np.zeros(50, np.float32)], 20)
    assert np.all(joined[:30] == 1)
    assert np.all(np.diff(joined[30:50]) < 0)
    assert np.all(joined[50:] == 0)


def test_no_overlap_puts_chunks_end_to_end() -> None:
    joined = crossfade_chunks([np.ones(5, np.float32), np.zeros(5, np.float32)], 0)
    np.testing.assert_array_equal(joined, [1] * 5 + [0] * 5)


@pytest.mark.parametrize("overlap", [100, 1000])
def test_chunks_shorter_than_two_fades_still_join(overlap: int) -> None:
    chunks = [np.full(10, level, np.float32) for level in (1, 2, 3)]
    assert len(crossfade_chunks(chunks, overlap)) == 30 - 2 * 5


def test_nothing_joins_to_nothing() -> None:
    assert len(crossfade_chunks([])) == 0
