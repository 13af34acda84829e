from __future__ import annotations

import pytest

from distill_live.codes.timeline import Codes
from distill_live.edits.freeze import Freeze
from tests.edits.conftest import MakeContext


def test_the_levels_that_are_on_hold_their_codes_and_the_others_continue(
    codes: Codes, make_context: MakeContext
) -> None:
    context = make_context(True, False, True, band=0)
    edited = Freeze()(codes, context)
    assert (edited[:, :, [0, 2]] == context.held[:, [0, 2]]).all()
    assert (edited[:, :, 1] == codes[:, :, 1]).all()


@pytest.mark.parametrize("band", [1, 5, 8])
def test_with_a_band_given_that_band_alone_is_held(
    codes: Codes, make_context: MakeContext, band: int
) -> None:
    context = make_context(True, False, True, band=band)
    edited = Freeze()(codes, context)
    assert (edited[:, band - 1, [0, 2]] == context.held[band - 1, [0, 2]]).all()
    changed = edited != codes
    changed[:, band - 1] = False
    assert not changed.any()
    assert (edited[:, :, 1] == codes[:, :, 1]).all()


def test_a_band_that_the_model_does_not_have_holds_nothing(
    codes: Codes, make_context: MakeContext
) -> None:
    assert (Freeze()(codes, make_context(True, True, True, band=9)) == codes).all()


def test_the_codes_it_is_given_stay_as_they_are(codes: Codes, make_context: MakeContext) -> None:
    codes.flags.writeable = False
    Freeze()(codes, make_context(True, True, True, band=0))
