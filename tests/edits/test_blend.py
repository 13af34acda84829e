from __future__ import annotations

import numpy as np

from distill_live.codes.codebook_geometry import cell_vectors
from distill_live.codes.timeline import Codes
from distill_live.edits.blend import Blend
from tests.edits.conftest import MakeContext


def partner_of(codes: Codes) -> Codes:
    return np.random.default_rng(5).integers(0, 32, codes.shape)


def test_a_level_s_amount_and_the_parameter_are_multiplied(
    codes: Codes, make_context: MakeContext
) -> None:
    other = partner_of(codes)
    amounts = {"partner": other, "amounts": np.array([1.0, 0.5, 0.0], np.float32)}
    edited = Blend()(codes, make_context(context=amounts, amount=1.0))
    assert (edited[..., 0] == other[..., 0]).all()
    assert (edited[..., 2] == codes[..., 2]).all()
    half = {"partner": other, "amounts": np.ones(3, np.float32)}
    assert (
        Blend()(codes, make_context(context=half, amount=0.5))
        == Blend()(codes, make_context(context=half | {"amounts": np.full(3, 0.5)}, amount=1.0))
    ).all()


def test_the_more_of_the_second_grid_the_nearer_to_it(
    codes: Codes, make_context: MakeContext
) -> None:
    other = partner_of(codes)
    context = make_context(context={"partner": other, "amounts": np.ones(3, np.float32)})
    goal, apart = cell_vectors(other, context.codebooks), []
    for amount in (0.0, 0.3, 0.7, 1.0):
        one = make_context(
            context={"partner": other, "amounts": np.ones(3, np.float32)}, amount=amount
        )
        edited = cell_vectors(Blend()(codes, one), context.codebooks)
        apart.append(np.square(edited - goal).sum())
    assert apart == sorted(apart, reverse=True) and apart[-1] == 0
