from __future__ import annotations

from distill_live.codes.codebook_geometry import neutral_codes
from distill_live.codes.timeline import Codes
from distill_live.edits.mask import Mask
from tests.edits.conftest import MakeContext


def test_the_levels_that_are_on_get_their_neutral_code_and_the_others_continue(
    codes: Codes, make_context: MakeContext
) -> None:
    context = make_context(False, True, True)
    edited = Mask()(codes, context)
    neutral = neutral_codes(context.codebooks)
    assert (edited[:, :, 1:] == neutral[1:]).all()
    assert (edited[:, :, 0] == codes[:, :, 0]).all()


def test_the_codes_it_is_given_stay_as_they_are(codes: Codes, make_context: MakeContext) -> None:
    codes.flags.writeable = False
    Mask()(codes, make_context(True, True, True))
