"""Sound of one channel becomes sound of two, and the other way round."""

import numpy as np

from distill_live.models.grains.channels import mid, with_channels_of

ONE = np.array([0.1, -0.2, 0.3], np.float32)
TWO = np.stack([ONE, 3 * ONE], axis=1)


def test_the_mid_is_the_mean_of_both_channels() -> None:
    assert np.allclose(mid(TWO), 2 * ONE)
    assert mid(ONE) is ONE


def test_one_channel_goes_to_both() -> None:
    found = with_channels_of(TWO, ONE)
    assert np.array_equal(found, np.stack([ONE, ONE], axis=1))
    assert np.array_equal(mid(found), ONE)


def test_two_channels_become_their_mid() -> None:
    assert np.array_equal(with_channels_of(ONE, TWO), mid(TWO))


def test_sound_of_as_many_channels_stays_as_it_is() -> None:
    assert with_channels_of(ONE, ONE) is ONE
    assert with_channels_of(TWO, TWO) is TWO
