from __future__ import annotations

import numpy as np
import pytest

from distill_live.codes.codebook_geometry import distances
from distill_live.codes.timeline import Codes
from distill_live.edits.mutate import Mutate
from tests.edits.conftest import MakeContext


@pytest.mark.parametrize("distance", [0.0, 2.0])
def test_a_share_of_the_codes_is_replaced_with_other_ones(
    make_context: MakeContext, distance: float
) -> None:
    codes = np.random.default_rng(1).integers(0, 64, (1, 400, 3))
    replaced = [
        (Mutate()(codes, make_context(share=share, distance=distance)) != codes).mean()
        for share in (0.0, 0.25, 1.0)
    ]
    assert (replaced[0], replaced[2]) == (0.0, 1.0)
    assert 0.2 < replaced[1] < 0.3


def test_with_a_distance_the_new_codes_are_no_further_away(make_context: MakeContext) -> None:
    codes = np.random.default_rng(1).integers(0, 64, (1, 400, 3))
    context = make_context(share=1.0, distance=0.6)
    edited = Mutate()(codes, context)
    assert (edited != codes).any()
    for level, book in enumerate(context.codebooks):
        assert distances(book)[codes[..., level], edited[..., level]].max() <= 0.6


def test_codes_without_a_near_neighbour_stay(codes: Codes, make_context: MakeContext) -> None:
    edited = Mutate()(codes[:1], make_context(share=1.0, distance=1e-3))
    assert (edited == codes[:1]).all()


def test_all_codes_can_be_drawn(make_context: MakeContext) -> None:
    codes = np.zeros((1, 2000, 3), np.int64)
    edited = Mutate()(codes, make_context(share=1.0, distance=0.0))
    assert set(edited.ravel().tolist()) == set(range(1, 64))


def test_another_seed_and_another_column_draw_other_codes(make_context: MakeContext) -> None:
    codes = np.zeros((1, 8, 3), np.int64)
    drawn = [
        Mutate()(codes, make_context(context=change, share=1.0, distance=0.0))
        for change in ({}, {"seed": 1}, {"column": 11})
    ]
    assert not np.array_equal(drawn[0], drawn[1]) and not np.array_equal(drawn[0], drawn[2])
