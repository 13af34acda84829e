import numpy as np
import pytest

from distill_live.audio.reading.tally import Tally
from distill_live.errors import AudioFileError

TONE = (0.5 * np.sin(np.arange(48_000) / 20)).astype(np.float32)[:, None]
OTHER = (0.5 * np.sin(np.arange(48_000) / 7)).astype(np.float32)[:, None]


def tally(*channels: np.ndarray) -> Tally:
    samples = np.concatenate(channels, axis=1)
    counted = Tally(samples.shape[1])
    for start in range(0, len(samples), 5000):
        counted.add(samples[start : start + 5000])
    return counted


@pytest.mark.parametrize("peak", [0.0, 0.5, 1.9, 15.0])
def test_what_a_program_may_write_stays_as_it_is(peak: float) -> None:
    assert tally(TONE / 0.5 * peak).gain() == (1.0, "")


@pytest.mark.parametrize("scale", [2**15, 2**23, 2**31])
def test_samples_at_the_scale_of_integers_are_scaled_and_reported(scale: int) -> None:
    gain, note = tally(TONE * scale).gain()
    assert gain == 1 / scale
    assert str(scale) in note
    assert "peak" in note


@pytest.mark.parametrize("spike", [20_000.0, 1e29])
def test_one_broken_sample_is_refused_by_its_peak(spike: float) -> None:
    broken = TONE.copy()
    broken[1000] = spike
    with pytest.raises(AudioFileError, match=f"peak is {spike:.6g}".replace("+", r"\+")):
        tally(broken).gain()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_sample_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(AudioFileError, match="not finite numbers"):
        tally(np.array([[0.0], [value]], np.float32))


@pytest.mark.parametrize("right", [TONE, OTHER, 0 * TONE, -0.5 * TONE, TONE - OTHER])
def test_channels_that_do_not_cancel_are_mixed_by_their_mean(right: np.ndarray) -> None:
    assert tally(TONE, right).weights() == (None, "")


def test_silence_and_mono_are_mixed_by_their_mean() -> None:
    assert tally(TONE).weights() == (None, "")
    assert tally(0 * TONE, 0 * TONE).weights() == (None, "")


@pytest.mark.parametrize(("factor", "share"), [(-1.0, 0.5), (-0.9, 0.526)])
def test_of_two_that_cancel_one_is_inverted_and_it_is_reported(factor: float, share: float) -> None:
    weights, note = tally(TONE, factor * TONE).weights()
    assert weights is not None
    np.testing.assert_allclose(weights, [share, share - 1], atol=1e-3)
    assert note == (
        "left and right cancel when mixed to mono, so the right channel was inverted first; if it "
        "should not be, mix the file to mono yourself"
    )


@pytest.mark.parametrize(("quieter_db", "cancels"), [(12.0, False), (14.0, True)])
def test_channels_cancel_when_their_mix_is_13_db_below_the_loudest(
    quieter_db: float, cancels: bool
) -> None:
    # Of 1 and -f the mean is (1 - f) / 2.
    factor = 2.0 * 10.0 ** (-quieter_db / 20.0) - 1.0
    _, note = tally(TONE, factor * TONE).weights()
    assert bool(note) == cancels


def test_of_several_that_cancel_the_inverted_ones_are_named() -> None:
    weights, note = tally(TONE, -TONE, TONE, -TONE).weights()
    assert weights is not None
    np.testing.assert_allclose(weights, [0.25, -0.25, 0.25, -0.25], atol=1e-6)
    assert "so these were inverted first: 2, 4;" in note
