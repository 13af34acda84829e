"""Steps of the same shape against steps that grow, on the CPU; captured, where there is a GPU."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from distill_live.models.kinds import open_session
from distill_live.models.prior import column_stepping, flat_stepping
from distill_live.models.prior.base import Prior
from distill_live.models.prior.column_prior import ColumnPrior
from distill_live.models.prior.graph_stepping import GraphStepper, transformer_stepper
from distill_live.models.prior.stepping import TransformerStepper
from tests.models.prior.sessions import play

ROWS = np.random.default_rng(0).integers(0, 72, (8, 6)).tolist()


def stepper_of(prior: ColumnPrior, kind: type[TransformerStepper]) -> TransformerStepper:
    return kind(prior.layers, prior.rotary, prior.columns.weight, place_rows=6)


def stepped(stepper: TransformerStepper) -> list[torch.Tensor]:
    """The outputs of all places of a context, after another context was stepped."""
    cache = stepper.new_cache(1)
    with torch.inference_mode():
        for rows in ROWS[::-1]:
            stepper.step(cache, rows)
        cache.length = 0
        return [stepper.step(cache, rows).cpu().clone() for rows in ROWS]


def test_steps_of_one_shape_give_what_steps_that_grow_give(column_prior: ColumnPrior) -> None:
    expected = stepped(stepper_of(column_prior, TransformerStepper))
    found = stepped(stepper_of(column_prior, GraphStepper))
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


def test_every_place_is_stepped_with_the_same_shapes(column_prior: ColumnPrior) -> None:
    """A graph that is replayed can do no other."""
    stepper = GraphStepper(column_prior.layers, column_prior.rotary, column_prior.columns.weight, 6)
    cache, shapes = stepper.new_cache(1), []

    class Shapes(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            made = function(*args, **(kwargs or {}))
            if isinstance(made, torch.Tensor):
                shapes[-1].append((function.__name__, made.shape))
            return made

    with torch.inference_mode():
        for place, rows in enumerate(ROWS):
            stepper._inputs.copy_(torch.tensor([*rows, place]))
            shapes.append([])
            with Shapes():
                stepper._static_step(cache)
    assert len(shapes[0]) > 20
    assert all(one == shapes[0] for one in shapes)


def test_a_step_learns_from_its_inputs_alone_where_it_stands(column_prior: ColumnPrior) -> None:
    """What Python knows when a graph is captured would be the same in every replay."""
    stepper = GraphStepper(column_prior.layers, column_prior.rotary, column_prior.columns.weight, 6)
    grown = stepper_of(column_prior, TransformerStepper)
    cache, other = stepper.new_cache(1), grown.new_cache(1)
    with torch.inference_mode():
        for place, rows in enumerate(ROWS):
            stepper._inputs.copy_(torch.tensor([*rows, place]))
            assert torch.allclose(stepper._static_step(cache), grown.step(other, rows), atol=1e-5)
    assert cache.length == 0


def test_a_session_with_graph_steps_plays_what_one_without_plays(
    prior: Prior, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = play(open_session(prior, 1), 20)
    for module in (flat_stepping, column_stepping):
        monkeypatch.setattr(module, "transformer_stepper", GraphStepper)
    session = open_session(prior, 1)
    assert np.array_equal(play(session, 20), expected)
    session.rewind(9)
    assert np.array_equal(play(session, 11), expected[9:])


def test_without_cuda_nothing_is_captured(column_prior: ColumnPrior) -> None:
    made = transformer_stepper(
        column_prior.layers, column_prior.rotary, column_prior.columns.weight, 6
    )
    assert type(made) is TransformerStepper


@pytest.mark.skipif(not torch.cuda.is_available(), reason="captures a CUDA graph")
def test_captured_steps_give_what_steps_that_grow_give(column_prior: ColumnPrior) -> None:
    on_gpu = copy.deepcopy(column_prior).to("cuda")
    stepper = transformer_stepper(on_gpu.layers, on_gpu.rotary, on_gpu.columns.weight, 6)
    assert type(stepper) is GraphStepper
    expected = stepped(stepper_of(on_gpu, TransformerStepper))
    for _ in range(2):  # each time with a cache of its own
        torch.testing.assert_close(stepped(stepper), expected, atol=1e-4, rtol=0)
    assert len(stepper._captured) == 2
