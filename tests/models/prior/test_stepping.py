"""Single steps with a cache against whole passes, of every kind of prior."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from distill_live.models.kinds import open_stepper
from distill_live.models.prior.base import Prior
from distill_live.models.prior.steering import UNSTEERED
from distill_live.models.prior.stepping import Cache, Stepper

ROWS = np.random.default_rng(0).integers(0, 12, (8, 6))


def drawn(stepper: Stepper, cache: Cache, columns: int, row: np.ndarray) -> np.ndarray:
    """Logits `[F * Q, V]` of a column's codes behind the first `columns`."""
    found = []
    with torch.inference_mode():
        draw = stepper.begin(cache, ROWS[:columns], UNSTEERED)
        for code in row:
            found.append(draw.logits().copy())
            draw.accept(int(code))
    return np.stack(found)


@pytest.mark.parametrize("prefilled", [0, 1, 4, 7])
def test_steps_with_a_cache_give_the_logits_of_a_whole_pass(prior: Prior, prefilled: int) -> None:
    stepper = open_stepper(prior)
    cache = stepper.new_cache()
    if prefilled:
        with torch.inference_mode():
            stepper.prefill(cache, ROWS[:prefilled])
    found = [drawn(stepper, cache, column, ROWS[column]) for column in range(prefilled, 8)]
    whole = prior(torch.from_numpy(ROWS).view(1, -1))[0, prefilled * 6 :]
    np.testing.assert_allclose(np.concatenate(found), whole, atol=1e-4)


def test_columns_that_the_cache_lacks_are_stepped_through(prior: Prior) -> None:
    stepper = open_stepper(prior)
    cache, fresh = stepper.new_cache(), stepper.new_cache()
    for column in range(5):
        drawn(stepper, cache, column, ROWS[column])
    expected = drawn(stepper, cache, 5, ROWS[5])
    assert np.array_equal(drawn(stepper, fresh, 5, ROWS[5]), expected)


def test_what_lies_behind_the_columns_kept_is_forgotten(prior: Prior) -> None:
    stepper = open_stepper(prior)
    cache = stepper.new_cache()
    first = drawn(stepper, cache, 3, ROWS[3])
    cache.keep(3)
    drawn(stepper, cache, 3, ROWS[7])
    cache.keep(3)
    assert np.array_equal(drawn(stepper, cache, 3, ROWS[3]), first)


def test_a_prefill_starts_the_cache_over(prior: Prior) -> None:
    stepper = open_stepper(prior)
    cache, fresh = stepper.new_cache(), stepper.new_cache()
    with torch.inference_mode():
        stepper.prefill(cache, ROWS[4:])
        stepper.prefill(cache, ROWS[:2])
        stepper.prefill(fresh, ROWS[:2])
    assert np.array_equal(drawn(stepper, cache, 2, ROWS[2]), drawn(stepper, fresh, 2, ROWS[2]))
