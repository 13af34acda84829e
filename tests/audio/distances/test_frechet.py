"""The Frechet distance, beside the textbook's formula with scipy's matrix root."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from distill_live.audio.distances.frechet import frechet_distance


def vectors(seed: int, width: int = 4) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.standard_normal((200, width)) @ random.standard_normal((width, width)) + seed


def test_it_is_that_of_the_formula() -> None:
    one, other = vectors(1), vectors(2)
    spread, wide = np.cov(one.T), np.cov(other.T)
    gap = one.mean(0) - other.mean(0)
    known = gap @ gap + np.trace(spread + wide - 2 * np.real(sqrtm(spread @ wide)))
    assert frechet_distance(one, other) == pytest.approx(known)


def test_a_set_is_at_no_distance_from_itself() -> None:
    assert frechet_distance(vectors(1), vectors(1)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("still", [0, 1])
def test_a_dimension_that_never_changes_is_no_obstacle(still: int) -> None:
    one, other = vectors(1), vectors(2)
    (one, other)[still][:, 0] = 3.0
    assert 0 < frechet_distance(one, other) < np.inf


def test_one_dimension_will_do() -> None:
    one = vectors(1, 1)
    assert frechet_distance(one, one + 2) == pytest.approx(4)
