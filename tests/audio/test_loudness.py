"""The loudness of sounds in blocks is the library's of the whole sound."""

import tracemalloc
from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from pyloudnorm import Meter

from distill_live.audio import loudness
from distill_live.audio.limiter import RecordingLimiter
from distill_live.audio.loudness import LoudnessMeter, gain_to, integrated_loudness

RATE = 48_000


def noise(seconds: float, rate: int = RATE, channels: int = 1) -> NDArray[np.float32]:
    """Noise that comes and goes, so that both gates matter."""
    count = round(seconds * rate)
    swell = np.sin(0.9 * np.arange(count) / rate) ** 4
    rough = np.random.default_rng(count).standard_normal((count, channels))
    return (0.2 * swell[:, None] * rough).astype(np.float32)


def tone(seconds: float, hertz: float = 997.0, peak: float = 1.0) -> NDArray[np.float32]:
    wave = peak * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return wave.astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("seconds", [0.4, 0.43, 5.37, 30.0, 30.31, 31.29, 75.66])
def test_the_loudness_is_that_of_the_whole_sound(rate: int, seconds: float) -> None:
    sound = noise(seconds, rate)
    expected = Meter(rate, "DeMan").integrated_loudness(sound.astype(np.float64))
    for cuts in ([], [3, 700, 700, len(sound) // 2]):
        found = integrated_loudness(np.split(sound, cuts), rate)
        assert found == pytest.approx(expected, abs=1e-6)


def test_channels_are_added() -> None:
    two = noise(6.0, channels=2)
    expected = Meter(RATE, "DeMan").integrated_loudness(two.astype(np.float64))
    assert integrated_loudness([two], RATE, 2) == pytest.approx(expected, abs=1e-9)
    one = two[:, :1]
    both = integrated_loudness([np.repeat(one, 2, axis=1)], RATE, 2)
    assert both == pytest.approx((integrated_loudness([one], RATE) or 0.0) + 3.01, abs=0.01)


def test_a_tone_at_full_scale_has_the_loudness_that_the_standard_gives() -> None:
    # ITU-R BS.1770-4, Annex 1: 997 Hz at 0 dBFS on one channel is -3.01 LKFS.
    assert integrated_loudness([tone(5.0)], RATE) == pytest.approx(-3.01, abs=0.01)


def test_silence_between_sounds_does_not_count() -> None:
    sound, nothing = tone(5.0, peak=0.1), np.zeros(20 * RATE, np.float32)
    alone = integrated_loudness([sound], RATE)
    assert integrated_loudness([sound, nothing, sound], RATE) == pytest.approx(alone, abs=0.2)


@pytest.mark.parametrize(
    "sound", [noise(0.39), np.zeros(40 * RATE, np.float32), tone(2.0, peak=1e-4), noise(0.0)]
)
def test_what_is_too_short_or_silent_has_no_loudness(sound: NDArray[np.float32]) -> None:
    assert integrated_loudness([sound], RATE) is None


def test_the_loudness_so_far_can_be_asked_for_at_any_time() -> None:
    meter, sound = LoudnessMeter(RATE), noise(40.0)
    assert meter.lufs is None
    for start in range(0, len(sound), 50_000):
        meter.add(sound[start : start + 50_000])
        so_far = integrated_loudness([sound[: start + 50_000]], RATE)
        assert meter.lufs == pytest.approx(so_far, abs=1e-9)


def test_measuring_takes_no_memory_for_the_length() -> None:
    """Half an hour at 8 kHz as floats is 58 MB, and twice as much while it is measured."""
    minute = noise(60.0, 8_000)
    meter = LoudnessMeter(8_000)
    meter.add(minute)
    tracemalloc.start()
    for _ in range(30):
        meter.add(minute)
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 3e6
    assert most < 2e7


class Silencer(RecordingLimiter):
    """Leaves nothing of a sound."""

    def limit(self, blocks: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
        return (np.zeros_like(block) for block in blocks)


def test_the_gain_is_a_number_even_if_the_limiter_leaves_no_loudness(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loudness, "RecordingLimiter", Silencer)
    sound = tone(1.0)[:, None]
    gain = gain_to(-0.7, lambda: iter([sound]), 1.0, RATE)
    assert gain is not None and 1.0 < gain.factor < 2.0
