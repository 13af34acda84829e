from __future__ import annotations

import numpy as np

from distill_live.edits.time.shuffle import Shuffle
from tests.edits.conftest import MakeContext


def test_columns_are_kept_whole_in_an_order_that_seed_and_place_decide(
    make_context: MakeContext,
) -> None:
    codes = np.arange(40)[:, None, None].repeat(8, axis=1).repeat(3, axis=2)
    orders = [
        Shuffle()(codes, make_context(context=change))[:, 0, 0].tolist()
        for change in ({}, {"seed": 1}, {"column": 20}, {})
    ]
    assert all(sorted(order) == list(range(40)) for order in orders)
    assert orders[0] == orders[3]
    assert len({tuple(order) for order in orders}) == 3
    assert (np.ptp(Shuffle()(codes, make_context()), axis=(1, 2)) == 0).all()
