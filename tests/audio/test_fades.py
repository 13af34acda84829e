import numpy as np
import pytest

from distill_live.audio.fades import rising_fade


@pytest.mark.parametrize("count", [1, 2, 7, 2400])
def test_a_fade_and_its_mirror_image_add_up_to_one(count: int) -> None:
    fade = rising_fade(count)
    assert fade.dtype == np.float32
    np.testing.assert_allclose(fade + fade[::-1], 1.0, atol=1e-6)
    assert (np.diff(fade) > 0).all()


def test_no_samples_have_no_fade() -> None:
    assert rising_fade(0).shape == (0,)
