"""Single steps with a cache against whole passes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from distill_live.models.prior import CodePrior
from distill_live.models.stepping import PriorCache, PriorStepper

CODES = np.random.default_rng(0).integers(0, 12, 48)


def stepped_logits(prior: CodePrior, prefilled: int) -> torch.Tensor:
    """Logits of the codes from `prefilled` on, code by code."""
    stepper, cache = PriorStepper(prior), PriorCache(prior)
    found = []
    with torch.inference_mode():
        if prefilled:
            stepper.prefill(cache, CODES[:prefilled])
        for place in range(prefilled, 48):
            x = stepper.step(cache, CODES[max(place - 12, 0) : place].tolist())
            found.append(torch.from_numpy(stepper.logits(x, place % 6)))
    return torch.stack(found)


@pytest.mark.parametrize("prefilled", [0, 6, 24, 42])
def test_steps_with_a_cache_give_the_logits_of_a_whole_pass(
    prior: CodePrior, prefilled: int
) -> None:
    whole = prior(torch.from_numpy(CODES)[None])[0, prefilled:]
    assert torch.allclose(stepped_logits(prior, prefilled), whole, atol=1e-4)


def test_setting_the_length_back_forgets_what_lies_behind_it(prior: CodePrior) -> None:
    stepper, cache = PriorStepper(prior), PriorCache(prior)
    with torch.inference_mode():
        for place in range(9):
            stepper.step(cache, CODES[:place].tolist())
        first = stepper.step(cache, CODES[:9].tolist())
        stepper.step(cache, [1, 2, 3])
        cache.length = 9
        assert torch.equal(stepper.step(cache, CODES[:9].tolist()), first)


def test_a_prefill_starts_the_cache_over(prior: CodePrior) -> None:
    stepper, cache, fresh = PriorStepper(prior), PriorCache(prior), PriorCache(prior)
    stepper.prefill(cache, CODES[24:])
    stepper.prefill(cache, CODES[:12])
    stepper.prefill(fresh, CODES[:12])
    with torch.inference_mode():
        before = CODES[:12].tolist()
        assert torch.equal(stepper.step(cache, before), stepper.step(fresh, before))
