import numpy as np
import pytest

from distill_live.audio.fades import crossfade, fade_ends, per_sample, rising_fade


@pytest.mark.parametrize("count", [1, 2, 7, 2400])
def test_a_fade_and_its_mirror_image_add_up_to_one(count: int) -> None:
    fade = rising_fade(count)
    assert fade.dtype == np.float32
    np.testing.assert_allclose(fade + fade[::-1], 1.0, atol=1e-6)
    assert (np.diff(fade) > 0).all()


def test_no_samples_have_no_fade() -> None:
    assert rising_fade(0).shape == (0,)


def test_two_channels_are_faded_as_each_would_be() -> None:
    old, new = np.random.default_rng(1).standard_normal((2, 50, 2)).astype(np.float32)
    faded = crossfade(old, new, 7, 100)
    for channel in (0, 1):
        alone = crossfade(old[:, channel], new[:, channel], 7, 100)
        np.testing.assert_array_equal(faded[:, channel], alone)


@pytest.mark.parametrize("shape", [(5,), (5, 1), (5, 2)])
def test_gains_multiply_every_channel_alike(shape: tuple[int, ...]) -> None:
    gains = np.arange(5, dtype=np.float32)
    products = np.full(shape, 2.0, np.float32) * per_sample(gains, np.zeros(shape))
    assert products.shape == shape
    for channel in products.reshape(5, -1).T:
        np.testing.assert_array_equal(channel, 2 * gains)


@pytest.mark.parametrize("shape", [(100,), (100, 2)])
@pytest.mark.parametrize("count", [0, 1, 30, 50, 70])
@pytest.mark.parametrize("size", [1, 7, 45, 100])
def test_the_ends_of_a_sound_fade_however_it_is_cut_into_blocks(
    shape: tuple[int, ...], count: int, size: int
) -> None:
    sound = np.ones(shape, np.float32)
    blocks = [sound[start : start + size] for start in range(0, 100, size)]
    faded = np.concatenate([*fade_ends(blocks, 100, count)])
    count = min(count, 50)
    gains = np.concatenate([rising_fade(count), np.ones(100 - 2 * count), rising_fade(count)[::-1]])
    np.testing.assert_array_equal(faded, sound * per_sample(gains.astype(np.float32), sound))
    assert (sound == 1.0).all()
