import numpy as np
import pytest

from distill_live.audio.limiter import (
    ATTACK_SECONDS,
    CEILING,
    Limiter,
    RecordingLimiter,
    limit_recording,
)
from tests.audio.true_peak import HARD_SIGNALS, decibels, true_peak


def in_blocks(sound: np.ndarray, block: int, rate: int = 48_000) -> np.ndarray:
    """A sound [N] through a limiter, without its delay at the beginning."""
    limiter = Limiter(rate, 1, max(block, 1))
    line = np.concatenate([sound, np.zeros(limiter.delay)]).astype(np.float32)[None]
    parts = [limiter.process(line[:, n : n + block]) for n in range(0, line.shape[1], block)]
    return np.concatenate(parts, axis=1)[0, limiter.delay :]


def sine(hertz: float, peak: float, count: int = 48_000) -> np.ndarray:
    return (peak * np.sin(2 * np.pi * hertz / 48_000 * np.arange(count))).astype(np.float32)


@pytest.mark.parametrize("signal", HARD_SIGNALS)
@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
def test_no_peak_between_samples_is_above_a_tenth_of_a_decibel(signal: str, rate: int) -> None:
    limited, _ = limit_recording(2 * HARD_SIGNALS[signal](rate).astype(np.float32), rate)
    assert decibels(true_peak(limited)) <= -0.1


def test_what_needs_no_gain_passes_to_the_bit() -> None:
    sound = sine(997, 0.85)
    limited, reduction = limit_recording(sound, 48_000)
    assert reduction == 0.0
    np.testing.assert_array_equal(limited, sound)


def test_after_a_peak_the_gain_comes_back_and_sound_passes_to_the_bit_again() -> None:
    sound = sine(997, 0.8, 5 * 48_000)
    sound[4_000:4_800] *= 4
    limited, _ = limit_recording(sound, 48_000)
    lookahead = Limiter(48_000, 1, 16).delay
    np.testing.assert_array_equal(limited[: 4_000 - lookahead], sound[: 4_000 - lookahead])
    np.testing.assert_array_equal(limited[-48_000:], sound[-48_000:])
    gains = limited[4_000:] / np.where(np.abs(sound[4_000:]) > 0.1, sound[4_000:], np.nan)
    assert 0.2 < np.nanmin(gains) < 0.35
    assert np.nanmedian(gains[48_000:]) > 0.99


def test_the_wave_is_turned_down_and_not_bent() -> None:
    limited, reduction = limit_recording(sine(997, 2.0), 48_000)
    steady = limited[24_000:].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(steady * np.hanning(len(steady))))
    tone = round(997 * len(steady) / 48_000)
    rest = np.delete(spectrum, range(tone - 60, tone + 61))
    assert decibels(rest.max() / spectrum.max()) < -60
    assert reduction == pytest.approx(decibels(2.0 / CEILING), abs=0.3)


@pytest.mark.parametrize("block", [1, 7, 64, 480, 2_048])
def test_blocks_of_any_length_give_the_same_sound(block: int) -> None:
    sound = HARD_SIGNALS["bursts of noise"](6_000)
    np.testing.assert_allclose(in_blocks(sound, block), in_blocks(sound, 6_000), atol=1e-6)


@pytest.mark.parametrize("cuts", [[10, 10, 11], [8_192], [25_000, 47_990]])
def test_a_recording_that_comes_in_blocks_is_limited_to_the_bit_as_a_whole(cuts: list[int]) -> None:
    sound = np.stack([sine(997, 1.5), sine(440, 0.7)], axis=1)
    limiter = RecordingLimiter(48_000, 2)
    blocks = np.concatenate([*limiter.limit(np.split(sound, cuts))])
    whole, reduction = limit_recording(sound, 48_000)
    np.testing.assert_array_equal(blocks, whole)
    assert limiter.reduction_db == reduction > 3.0


def test_all_channels_get_the_gain_that_the_loudest_needs() -> None:
    pair = np.stack([sine(997, 3.0), sine(3_000, 0.3)], axis=1)
    limited, _ = limit_recording(pair, 48_000)
    alone, _ = limit_recording(pair[:, 0], 48_000)
    np.testing.assert_array_equal(limited[:, 0], alone)
    loud = np.abs(pair).min(axis=1) > 0.05
    gains = limited[loud] / pair[loud]
    np.testing.assert_allclose(gains[:, 0], gains[:, 1], rtol=1e-4)


def test_the_gain_is_down_when_the_peak_comes_and_not_long_before() -> None:
    sound = np.full(9_600, 0.1, np.float32)
    sound[4_800] = 4.0
    limited, _ = limit_recording(sound, 48_000)
    changed = np.flatnonzero(limited != sound)
    attack = round(ATTACK_SECONDS * 48_000)
    assert 4_800 - 2 * attack < changed[0] < 4_800 - attack // 2
    assert limited[4_800] <= CEILING
    assert np.abs(np.diff(limited[:4_795])).max() < 0.1 * 3 / attack


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000, 192_000])
def test_the_delay_is_between_one_and_two_milliseconds(rate: int) -> None:
    limiter = Limiter(rate, 1, 2_000)
    click = np.zeros((1, 2_000), np.float32)
    click[0, 100] = 0.5
    assert int(np.argmax(limiter.process(click))) == 100 + limiter.delay
    assert 0.001 <= limiter.delay / rate <= 0.002


def test_a_sound_louder_than_any_leaves_a_finite_one() -> None:
    sound = sine(997, 0.5)
    sound[4_000:4_002] = [3e38, -3e38]
    limited, _ = limit_recording(sound, 48_000)
    assert np.isfinite(limited).all() and np.abs(limited).max() <= 1.0
    np.testing.assert_allclose(limited[-1_000:], sound[-1_000:], rtol=1e-3)


def test_nothing_is_limited_to_nothing() -> None:
    limited, reduction = limit_recording(np.zeros((0, 2), np.float32), 48_000)
    assert (limited.shape, reduction) == ((0, 2), 0.0)
