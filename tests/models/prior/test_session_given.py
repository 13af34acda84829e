"""Columns of which some codes are given to the session, and how likely it finds them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from distill_live.errors import CodesError
from distill_live.models.kinds import open_session
from distill_live.models.prior.base import Prior
from distill_live.models.prior.sampling import code_log_likelihood
from tests.models.prior.sessions import FREE, Grid, play


def likelihood_of(prior: Prior, grid: Grid, cells: np.ndarray) -> float:
    """The log-likelihood of these cells `[F, Q]` of a grid's last column, by one pass."""
    codes = torch.from_numpy(grid.reshape(1, -1))
    with torch.inference_mode():
        found = torch.log_softmax(prior(codes)[0], -1).gather(1, codes[0][:, None])[:, 0]
    return float(found.view(grid.shape)[-1].numpy()[cells].sum())


def test_a_column_given_as_a_whole_is_as_if_it_had_been_primed(prior: Prior) -> None:
    session, primed = open_session(prior, 1), open_session(prior, 1)
    given = np.random.default_rng(0).integers(0, 12, (11, 2, 3))
    for column in given:
        assert np.array_equal(session.step(FREE, column)[0], column)
    primed.prime(given)
    assert np.array_equal(play(session, 5), play(primed, 5))


def test_codes_that_would_have_been_drawn_change_nothing_when_given(prior: Prior) -> None:
    session, plain = open_session(prior, 1), open_session(prior, 1)
    generator = np.random.default_rng(0)
    for column in play(plain, 20):
        given = np.where(generator.random((2, 3)) < 0.5, column, -1)
        assert np.array_equal(session.step(FREE, given)[0], column)


def test_what_is_drawn_after_a_given_code_follows_it(prior: Prior) -> None:
    given = np.full((2, 3), -1)
    drawn = []
    for code in range(12):
        session = open_session(prior, 1)
        given[0, 1] = code
        drawn.append(session.step(FREE, given)[0])
    assert [column[0, 1] for column in drawn] == list(range(12))
    assert len({column[0, 0] for column in drawn}) == 1
    assert len({column[0, 2:].tobytes() + column[1].tobytes() for column in drawn}) > 1


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_the_likelihood_of_given_codes_is_the_priors(prior: Prior, share: float) -> None:
    session, generator = open_session(prior, 1), np.random.default_rng(0)
    grid = np.zeros((0, 2, 3), np.int64)
    for _ in range(7):
        cells = generator.random((2, 3)) < share
        column = session.step(FREE, np.where(cells, generator.integers(0, 12, (2, 3)), -1))
        grid = np.concatenate([grid, column])
        assert session.log_likelihood == pytest.approx(likelihood_of(prior, grid, cells), abs=1e-4)
    session.step(FREE)
    assert session.log_likelihood == 0.0


def test_an_impossible_code_has_no_finite_likelihood() -> None:
    assert code_log_likelihood(np.array([0.0, -np.inf], np.float32), 1) == -np.inf
    assert code_log_likelihood(np.zeros(4, np.float32), 2) == pytest.approx(-np.log(4))


def test_given_codes_that_do_not_fit_the_model_are_refused(prior: Prior) -> None:
    session = open_session(prior, 1)
    for given in (np.zeros((3, 2), int), np.zeros(6, int), np.full((2, 3), 12)):
        with pytest.raises(CodesError, match="the model's co"):
            session.step(FREE, given)
    assert session.column == 0


def test_the_first_column_looked_back_to_is_half_a_context_before_the_anchor(prior: Prior) -> None:
    session = open_session(prior, 1)
    found = [session.context_start(column) for column in (0, 7, 8, 11, 12, 20)]
    assert found == [0, 0, 4, 4, 8, 16]
