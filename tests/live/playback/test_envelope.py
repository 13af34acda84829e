import numpy as np

from distill_live.live.playback.envelope import Envelope


def shape(envelope: Envelope, count: int, block: int = 100) -> np.ndarray:
    """The gains that `count` samples get."""
    samples = np.ones(count, np.float32)
    for start in range(0, count, block):
        envelope.apply(samples[start : start + block])
    return samples


def test_it_rises_and_falls_in_the_length_asked_for_and_stays_there() -> None:
    envelope = Envelope()
    assert envelope.silent
    envelope.fade_in(250)
    np.testing.assert_allclose(shape(envelope, 400)[:250], np.arange(1, 251) / 250, atol=1e-6)
    assert (shape(envelope, 100) == 1).all()
    envelope.fade_out(250)
    assert envelope.audible(1000) == 250
    np.testing.assert_allclose(shape(envelope, 250), np.arange(249, -1, -1) / 250, atol=1e-6)
    assert envelope.silent


def test_a_fade_out_is_never_slowed_down() -> None:
    envelope = Envelope(1.0)
    envelope.fade_out(100)
    envelope.fade_out(5000)
    assert shape(envelope, 100)[-1] < 1e-6


def test_a_block_of_any_length_gets_the_same_gains() -> None:
    gains = []
    for block in (1, 480, 10_000):
        envelope = Envelope()
        envelope.fade_in(5000)
        gains.append(shape(envelope, 10_000, block))
    np.testing.assert_allclose(gains[0], gains[2], atol=1e-6)
    np.testing.assert_allclose(gains[1], gains[2], atol=1e-6)


def test_two_channels_get_the_gains_of_one() -> None:
    one, both = Envelope(), Envelope()
    for envelope in (one, both):
        envelope.fade_in(5_000)
    gains, samples = shape(one, 6_000, 6_000), np.ones((6_000, 2), np.float32)
    both.apply(samples)
    np.testing.assert_array_equal(samples, np.stack([gains, gains], axis=1))
