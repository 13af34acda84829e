"""Sounds of one or two channels."""

from __future__ import annotations

import numpy as np

from distill_live.audio.stereo.channels import (
    channels_of,
    in_same_channels,
    joined,
    left_and_right,
    middle_and_side,
    middle_of,
    with_channels_of,
)

ONE = np.array([0.1, -0.2, 0.3], np.float32)
TWO = np.stack([ONE, 3 * ONE], axis=1)
BOTH = np.array([[0.5, 0.25], [0.0, -1.0]], np.float32)


def test_middle_and_side_become_left_and_right_and_back() -> None:
    heard = left_and_right(BOTH)
    assert heard.tolist() == [[0.75, 0.25], [-1.0, 1.0]]
    assert middle_of(heard).tolist() == BOTH[:, 0].tolist()
    assert np.array_equal(np.stack(middle_and_side(heard), axis=1), BOTH)


def test_the_first_block_says_how_many_channels_there_are() -> None:
    for blocks, wanted in (([BOTH[:, 0]], 1), ([BOTH, BOTH], 2), ([], 1)):
        count, every = channels_of(blocks)
        assert count == wanted
        assert sum(len(block) for block in every) == sum(map(len, blocks))


def test_the_mid_is_the_mean_of_both_channels() -> None:
    assert np.allclose(middle_of(TWO), 2 * ONE)
    assert middle_of(ONE) is ONE


def test_one_channel_goes_to_both() -> None:
    found = with_channels_of(TWO, ONE)
    assert np.array_equal(found, np.stack([ONE, ONE], axis=1))
    assert np.array_equal(middle_of(found), ONE)


def test_two_channels_become_their_mid() -> None:
    assert np.array_equal(with_channels_of(ONE, TWO), middle_of(TWO))


def test_sound_of_as_many_channels_stays_as_it_is() -> None:
    assert with_channels_of(ONE, ONE) is ONE
    assert with_channels_of(TWO, TWO) is TWO


def test_sounds_are_made_alike_by_the_one_of_two_channels() -> None:
    one, two = in_same_channels(ONE, TWO)
    assert np.array_equal(one, np.stack([ONE, ONE], axis=1))
    assert np.array_equal(two, TWO)
    assert [sound.shape for sound in in_same_channels(ONE, ONE[:0])] == [(3,), (0,)]


def test_sounds_are_joined_in_order_with_as_many_channels_as_any_of_them() -> None:
    assert np.array_equal(joined(ONE[:0], ONE, ONE[:2]), np.r_[ONE, ONE[:2]])
    whole = joined(ONE[:0], ONE, TWO, ONE[:2])
    for channel in (0, 1):
        assert np.array_equal(whole[:, channel], np.r_[ONE, TWO[:, channel], ONE[:2]])
