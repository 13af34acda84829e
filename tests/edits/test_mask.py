from __future__ import annotations

import numpy as np

from distill_live.codes.timeline import Codes
from distill_live.edits.mask import Mask, neutral_codes
from tests.edits.conftest import MakeContext


def test_the_levels_that_are_on_get_their_neutral_code_and_the_others_continue(
    codes: Codes, make_context: MakeContext
) -> None:
    context = make_context(False, True, True)
    edited = Mask()(codes, context)
    neutral = neutral_codes(context.codebooks)
    assert (edited[:, :, 1:] == neutral[1:]).all()
    assert (edited[:, :, 0] == codes[:, :, 0]).all()


def test_the_neutral_code_of_a_refining_level_is_the_one_nearest_to_zero() -> None:
    books = np.full((2, 4, 3), 5.0, np.float32)
    books[1, 2] = (0.5, -0.5, 0.0)
    assert neutral_codes(books)[1] == 2


def test_the_neutral_code_of_the_first_level_is_the_one_nearest_to_its_codebook_s_mean() -> None:
    books = np.zeros((2, 4, 1), np.float32)
    books[0, :, 0] = (0.0, 9.0, 11.0, 20.0)
    books[0, 1] = 10.5
    assert neutral_codes(books)[0] == 1


def test_the_codes_it_is_given_stay_as_they_are(codes: Codes, make_context: MakeContext) -> None:
    codes.flags.writeable = False
    Mask()(codes, make_context(True, True, True))
