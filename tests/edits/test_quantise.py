from __future__ import annotations

import numpy as np

from distill_live.codes.timeline import Codes
from distill_live.edits.quantise import Quantise
from tests.edits.conftest import MakeContext


def test_each_code_becomes_the_nearest_that_the_second_grid_uses_there(
    codes: Codes, make_context: MakeContext
) -> None:
    partner = np.random.default_rng(5).integers(0, 64, (6, 8, 3))
    context = make_context(context={"partner": partner})
    edited = Quantise()(codes, context)
    for column, band, level in np.ndindex(codes.shape):
        book, used = context.codebooks[level], partner[:, band, level]
        apart = np.square(book[used] - book[codes[column, band, level]]).sum(axis=1)
        assert edited[column, band, level] == used[apart.argmin()]


def test_codes_that_the_second_grid_uses_stay(codes: Codes, make_context: MakeContext) -> None:
    context = make_context(context={"partner": codes[::-1]})
    assert (Quantise()(codes, context) == codes).all()
