from dataclasses import replace

import numpy as np
import pytest

from distill_live.codes.codebook_geometry import cell_vectors
from distill_live.errors import CodesError
from distill_live.inference.blending import Mixture, Weights
from tests.grids import plain_grid

BOOKS = np.random.default_rng(0).standard_normal((3, 16, 6)).astype(np.float32)


def test_weights_are_shares() -> None:
    over = Weights([1, 3], [1, 3]).over(5, 3)
    assert over.shape == (2, 5, 3)
    assert (over[0] == 0.25).all() and (over[1] == 0.75).all()


@pytest.mark.parametrize("curve", ["linear", "smooth"])
def test_weights_go_from_the_first_to_the_last_column(curve: str) -> None:
    share = Weights([1, 0], [0, 1], curve).over(9, 1)[1, :, 0]  # type: ignore[arg-type]
    assert (share[0], share[-1]) == (0.0, 1.0)
    assert share[4] == pytest.approx(0.5)
    assert (np.diff(share) > 0).all()
    assert share[1] == pytest.approx(0.125 if curve == "linear" else 0.0381, abs=1e-4)


def test_a_level_may_have_weights_of_its_own() -> None:
    over = Weights([1, 0], [0, 1], levels={2: [2, 2]}).over(5, 3)
    assert (over[:, :, 2] == 0.5).all()
    assert over[1, -1, 0] == 1.0


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (([1], [1]), "two grids or more"),
        (([1, 1], [1, 1, 1]), "2 and 3"),
        (([-1, 2], [1, 1]), "not -1,2"),
        (([0, 0], [1, 1]), "not 0,0"),
        (([float("inf"), 1], [1, 1]), "not inf,1"),
        (([float("nan"), 1], [1, 1]), "not nan,1"),
    ],
)
def test_weights_that_make_no_sense_are_refused(weights: list[list[float]], message: str) -> None:
    with pytest.raises(CodesError, match=message):
        Weights(*weights)


def test_longer_grids_are_cut_and_shorter_ones_repeat() -> None:
    long, short = plain_grid(7), plain_grid(3, seed=1)
    for columns in (3, 5, 7):
        first, second = Mixture.of([long, short], Weights([1, 1], [1, 1]), columns).grids
        assert (first == long.codes[:columns]).all()
        assert (second == np.concatenate([short.codes] * 3)[:columns]).all()


def test_a_grid_with_all_the_weight_keeps_its_codes() -> None:
    grids = [plain_grid(300, seed) for seed in range(3)]
    for number, grid in enumerate(grids):
        alone = [float(number == other) for other in range(3)]
        assert (Mixture.of(grids, Weights(alone, alone), 300).codes(BOOKS) == grid.codes).all()


def test_a_blend_of_three_is_nearest_to_the_mixed_vectors() -> None:
    grids = [plain_grid(300, seed) for seed in range(3)]
    mixture = Mixture.of(grids, Weights([1, 1, 1], [1, 2, 3]), 300)
    mixed = np.concatenate(list(mixture.vectors(BOOKS)))
    assert mixed.shape == (300, 4, 6)
    blended = mixture.codes(BOOKS)

    def error(codes: np.ndarray) -> float:
        return float(np.square(cell_vectors(codes, BOOKS) - mixed).mean())

    assert error(blended) < 0.6 * min(error(grid.codes) for grid in grids)


def test_grids_that_do_not_fit_are_refused() -> None:
    grid, half = plain_grid(5), Weights([1, 1], [1, 1])
    for other in (replace(grid, model_sha256="x"), plain_grid(5, bands=2), plain_grid(0)):
        with pytest.raises(CodesError):
            Mixture.of([grid, other], half, 5)
    with pytest.raises(CodesError, match="3 grids, but 2 weights"):
        Mixture.of([grid] * 3, half, 5)
