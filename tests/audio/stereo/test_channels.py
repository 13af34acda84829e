"""Sounds of one or two channels."""

from __future__ import annotations

import numpy as np

from distill_live.audio.stereo.channels import channels_of, left_and_right, mixed_down

BOTH = np.array([[0.5, 0.25], [0.0, -1.0]], np.float32)


def test_middle_and_side_become_left_and_right_and_back() -> None:
    heard = left_and_right(BOTH)
    assert heard.tolist() == [[0.75, 0.25], [-1.0, 1.0]]
    assert mixed_down(heard).tolist() == BOTH[:, 0].tolist()
    assert mixed_down(BOTH[:, 0]) is not None
    assert mixed_down(BOTH[:, 0]).tolist() == [0.5, 0.0]


def test_the_first_block_says_how_many_channels_there_are() -> None:
    for blocks, wanted in (([BOTH[:, 0]], 1), ([BOTH, BOTH], 2), ([], 1)):
        count, every = channels_of(blocks)
        assert count == wanted
        assert sum(len(block) for block in every) == sum(map(len, blocks))
