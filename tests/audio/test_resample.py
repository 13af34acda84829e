import numpy as np
import pytest

from distill_live.audio.resample import StreamResampler, resample


def sine(hertz: float, rate: int, seconds: float = 0.5) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate).astype(np.float32)


@pytest.mark.parametrize("rate", [22_050, 44_100, 96_000])
def test_a_tone_keeps_its_pitch_level_and_length(rate: int) -> None:
    converted = resample(sine(1000, rate), rate, 48_000)
    assert converted.dtype == np.float32
    assert abs(len(converted) - 24_000) <= 1
    middle = slice(2000, 20_000)
    np.testing.assert_allclose(converted[middle], sine(1000, 48_000)[middle], atol=2e-3)


def test_channels_stay_apart() -> None:
    both = np.stack([sine(500, 44_100), sine(3000, 44_100)], axis=1)
    converted = resample(both, 44_100, 48_000)
    for channel in range(2):
        alone = resample(both[:, channel], 44_100, 48_000)
        np.testing.assert_allclose(converted[:, channel], alone, atol=1e-6)


def test_equal_rates_change_nothing() -> None:
    sound = sine(1000, 48_000)
    assert resample(sound, 48_000, 48_000) is sound
    stream = StreamResampler(48_000, 48_000, 1)
    assert stream.process(sound[:, None]).tobytes() == sound.tobytes()


@pytest.mark.parametrize("block", [1, 64, 4096])
def test_a_stream_in_blocks_is_the_whole_without_seams(block: int) -> None:
    sound = np.stack([sine(500, 48_000), sine(3000, 48_000)], axis=1)
    stream = StreamResampler(48_000, 44_100, 2)
    parts = [stream.process(sound[n : n + block]) for n in range(0, len(sound), block)]
    parts.append(stream.process(sound[:0], last=True))
    together = np.concatenate(parts)
    whole = resample(sound, 48_000, 44_100)
    assert together.shape == whole.shape
    np.testing.assert_allclose(together, whole, atol=1e-5)


def test_after_the_last_block_another_stream_begins_fresh() -> None:
    sound = sine(500, 48_000)[:, None]
    stream = StreamResampler(48_000, 44_100, 1)
    first = stream.process(sound, last=True)
    assert stream.process(sound, last=True).tobytes() == first.tobytes()


def test_nothing_converts_to_nothing() -> None:
    assert resample(np.zeros((0, 2), np.float32), 44_100, 48_000).shape == (0, 2)
