"""Steps of the same shape against steps that grow, on the CPU; captured, where there is a GPU."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from distill_live.models import session as session_module
from distill_live.models.graph_stepping import GraphStepper, make_stepper
from distill_live.models.prior import CodePrior
from distill_live.models.stepping import PriorCache, PriorStepper
from tests.models.sessions import play

CODES = np.random.default_rng(0).integers(0, 12, 48)


def stepped_logits(stepper: PriorStepper, prior: CodePrior, prefilled: int) -> np.ndarray:
    """Logits of the codes from `prefilled` on, code by code, after another context was stepped."""
    cache, found = PriorCache(prior), []
    with torch.inference_mode():
        for place in range(48):
            stepper.step(cache, CODES[::-1][max(place - 12, 0) : place].tolist())
        cache.length = 0
        if prefilled:
            stepper.prefill(cache, CODES[:prefilled])
        for place in range(prefilled, 48):
            x = stepper.step(cache, CODES[max(place - 12, 0) : place].tolist())
            found.append(stepper.logits(x, place % 6))
    return np.stack(found)


@pytest.mark.parametrize("prefilled", [0, 6, 24, 42])
def test_steps_of_one_shape_give_the_logits_of_steps_that_grow(
    prior: CodePrior, prefilled: int
) -> None:
    expected = stepped_logits(PriorStepper(prior), prior, prefilled)
    found = stepped_logits(GraphStepper(prior), prior, prefilled)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_every_place_is_stepped_with_the_same_shapes(prior: CodePrior) -> None:
    """A graph that is replayed can do no other."""
    stepper, cache = GraphStepper(prior), PriorCache(prior)
    shapes = []

    class Shapes(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            made = function(*args, **(kwargs or {}))
            if isinstance(made, torch.Tensor):
                shapes[-1].append((function.__name__, made.shape))
            return made

    with torch.inference_mode():
        for place in range(48):
            stepper._inputs.copy_(torch.tensor([*stepper._rows(place, [1] * place), place]))
            shapes.append([])
            with Shapes():
                stepper._static_step(cache)
    assert len(shapes[0]) > 20
    assert all(one == shapes[0] for one in shapes)


def test_a_step_learns_from_its_inputs_alone_where_it_stands(prior: CodePrior) -> None:
    """What Python knows when a graph is captured would be the same in every replay."""
    stepper, grown = GraphStepper(prior), PriorStepper(prior)
    cache, other = PriorCache(prior), PriorCache(prior)
    with torch.inference_mode():
        for place in range(48):
            before = CODES[max(place - 12, 0) : place].tolist()
            stepper._inputs.copy_(torch.tensor([*stepper._rows(place, before), place]))
            assert torch.allclose(stepper._static_step(cache), grown.step(other, before), atol=1e-5)
    assert cache.length == 0


def test_a_session_with_graph_steps_plays_what_one_without_plays(
    prior: CodePrior, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = play(prior.session(1), 20)
    monkeypatch.setattr(session_module, "make_stepper", GraphStepper)
    session = prior.session(1)
    assert np.array_equal(play(session, 20), expected)
    session.rewind(9)
    assert np.array_equal(play(session, 11), expected[9:])


def test_without_cuda_nothing_is_captured(prior: CodePrior) -> None:
    assert type(make_stepper(prior)) is PriorStepper


@pytest.mark.skipif(not torch.cuda.is_available(), reason="captures a CUDA graph")
def test_captured_steps_give_the_logits_of_steps_that_grow(prior: CodePrior) -> None:
    on_gpu = copy.deepcopy(prior).to("cuda")
    stepper = make_stepper(on_gpu)
    assert type(stepper) is GraphStepper
    expected = stepped_logits(PriorStepper(on_gpu), on_gpu, 24)
    for _ in range(2):  # each time with a cache of its own
        np.testing.assert_allclose(stepped_logits(stepper, on_gpu, 24), expected, atol=1e-4)
    assert len(stepper._captured) == 2
