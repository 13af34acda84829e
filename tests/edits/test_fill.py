from __future__ import annotations

from distill_live.codes.timeline import Codes
from distill_live.edits.fill import Fill
from tests.edits.conftest import MakeContext


def test_every_cell_gets_the_code(codes: Codes, make_context: MakeContext) -> None:
    edited = Fill()(codes, make_context(code=7))
    assert (edited == 7).all() and edited.shape == codes.shape
