from __future__ import annotations

import numpy as np
import pytest

from distill_live.errors import DeviceError
from distill_live.live.ipc.tap import TapRing
from distill_live.outputs.sound_input import Mono, choose_input


def test_channels_are_mixed_by_their_mean_however_long_the_block() -> None:
    block = np.random.default_rng(0).standard_normal((10_000, 4)).astype(np.float32)
    tap = TapRing(1)
    Mono(range(1, 3)).write(block, tap)
    Mono(range(3, 4)).write(block, tap)
    heard, lost = tap.read(0)
    assert lost == 0
    np.testing.assert_allclose(heard[0, :10_000], block[:, 1:3].mean(axis=1), atol=1e-6)
    np.testing.assert_array_equal(heard[0, 10_000:], block[:, 3])


def test_without_a_choice_the_first_two_channels_are_heard() -> None:
    assert choose_input(None, "card", 1) == (0, 1)
    assert choose_input(None, "card", 8) == (0, 2)
    assert choose_input(3, "card", 8) == (2, 3)
    with pytest.raises(DeviceError, match=r"card has 2 channels; .* a number from 1 to 2, not 3"):
        choose_input(3, "card", 2)
