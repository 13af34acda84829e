from __future__ import annotations

import numpy as np

from distill_live.codes.timeline import Codes
from distill_live.edits.transpose import Transpose
from tests.edits.conftest import MakeContext

#: Along a line, from the lowest vector to the highest: 2, 0, 3, 1.
BOOKS = np.array([[[3.0, 3.0], [9.0, 9.0], [-5.0, -5.0], [4.0, 4.0]]] * 3, np.float32)


def test_codes_move_along_the_axis_and_stop_at_its_ends(make_context: MakeContext) -> None:
    codes = np.arange(4)[None, :, None].repeat(3, axis=2)
    for steps, moved in ((0, [0, 1, 2, 3]), (1, [3, 1, 0, 1]), (-2, [2, 0, 2, 2]), (9, [1] * 4)):
        context = make_context(context={"codebooks": BOOKS}, steps=steps)
        assert (Transpose()(codes, context)[0] == np.array(moved)[:, None]).all()


def test_back_again_is_nothing_where_no_end_was_reached(
    codes: Codes, make_context: MakeContext
) -> None:
    up, down = make_context(steps=3), make_context(steps=-3)
    near_end = Transpose()(codes, make_context(steps=64))
    back = Transpose()(Transpose()(codes, up), down)
    beyond = Transpose()(codes, up) == near_end
    assert (back[~beyond] == codes[~beyond]).all() and not beyond.all()
