"""What a step of training does: its learning rate, and its gradient."""

import numpy as np
import pytest
import torch

from distill_live.training.run.step import clip_gradients, rate_factor


def test_a_rate_rises_in_a_straight_line_from_its_start() -> None:
    # Of the cosine, which has hardly begun to fall, only a thousandth is to be seen there.
    for done in (0.0, 0.01, 0.02, 0.03, 0.04, 0.045):
        factor = rate_factor(done, warmup=0.05, start=0.1)
        assert factor == pytest.approx(0.1 + done / 0.05, rel=6e-3), done


def test_a_rate_falls_along_half_a_cosine_to_a_fiftieth() -> None:
    for done in (0.05, 0.2, 0.5, 0.8, 1.0):
        expected = 0.51 + 0.49 * np.cos(np.pi * done)
        assert rate_factor(done, warmup=0.05, start=0.1) == pytest.approx(expected), done
    assert rate_factor(1.0, warmup=0.05, start=0.1) == pytest.approx(0.02)


def test_a_rate_has_one_summit_of_its_whole_height_where_the_warmup_ends() -> None:
    factors = np.array([rate_factor(step / 1000, 0.03, start=0.01) for step in range(1001)])
    summit = int(factors.argmax())
    assert summit == 30
    assert factors[summit] == pytest.approx(1.0, abs=3e-3)
    assert (np.diff(factors[: summit + 1]) > 0).all()
    assert (np.diff(factors[summit:]) < 0).all()


@pytest.mark.parametrize(("length", "left"), [(5.0, 1.0), (0.5, 0.5)])
def test_only_a_gradient_that_is_too_long_is_shortened(length: float, left: float) -> None:
    network = torch.nn.Linear(2, 1, bias=False)
    network.weight.grad = torch.tensor([[0.6 * length, 0.8 * length]])
    clip_gradients(network)
    torch.testing.assert_close(network.weight.grad, torch.tensor([[0.6 * left, 0.8 * left]]))
