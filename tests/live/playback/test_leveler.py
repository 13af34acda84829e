"""What the leveler measures, and what it does to soft, loud and absent sound."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from pyloudnorm import Meter

from distill_live.live.playback.high_pass import HighPass
from distill_live.live.playback.leveler import FALL, HOP, MOST_GAIN, RISE, TARGET, HopMeter, Leveler

RATE = 48_000
Sound = NDArray[np.float32]


def loudness(pair: Sound) -> float:
    """The loudness [2, n] of all of it, without gates, by the library."""
    seconds = pair.shape[1] / RATE
    meter = Meter(RATE, "DeMan", block_size=seconds)
    return float(meter.integrated_loudness(pair.T.astype(np.float64)))


def measured(pair: Sound) -> float:
    """The same by the meter under test."""
    meter, powers = HopMeter(), []
    for start in range(0, pair.shape[1] - HOP + 1, HOP):
        meter.add(pair[:, start : start + HOP])
        powers.append(meter.power())
    return -0.691 + 10.0 * float(np.log10(np.mean(powers)))


def levelled(pair: Sound, amount: float = 1.0, block: int = 480) -> Sound:
    leveler, out = Leveler(), pair.copy()
    for start in range(0, pair.shape[1], block):
        leveler.process(out[:, start : start + block], amount)
    return out


def noise(seconds: float, lufs: float, seed: int = 0) -> Sound:
    """Two channels of noise with more lows than highs."""
    rough = np.random.default_rng(seed).standard_normal((2, round(seconds * RATE)))
    # Without what drifts.
    sound = [HighPass(20.0).process(one) for one in np.cumsum(rough, axis=1)]
    pair = np.array(sound, np.float32)
    return pair * np.float32(10.0 ** ((lufs - loudness(pair)) / 20.0))


def tone(hertz: float, seconds: float = 6.0) -> Sound:
    wave = 0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return np.stack([wave, 0.5 * wave]).astype(np.float32)


def beats() -> Sound:
    """Decaying tones with a hiss on each, four a second: steep attacks, and rests between them."""
    rng, time = np.random.default_rng(5), np.arange(6 * RATE) / RATE
    decay = np.exp(-12.0 * (time % 0.25))
    low = np.sin(2 * np.pi * 70.0 * time) + 0.3 * np.sin(2 * np.pi * 880.0 * time)
    left = decay * (0.4 * low + 0.1 * rng.standard_normal(len(time)))
    return np.stack([left, 0.7 * left]).astype(np.float32)


@pytest.mark.parametrize(
    "make",
    [
        *(lambda hertz=hertz: tone(hertz) for hertz in (40, 100, 440, 1_000, 2_000, 8_000, 15_000)),
        lambda: np.random.default_rng(1).standard_normal((2, 6 * RATE)).astype(np.float32) / 10,
        lambda: noise(6.0, -20.0),
        beats,
    ],
)
def test_the_loudness_measured_is_that_of_the_standard(make: Callable[[], Sound]) -> None:
    pair = make()
    assert measured(pair) == pytest.approx(loudness(pair), abs=0.2)


def test_soft_and_loud_stretches_come_out_equally_loud() -> None:
    parts = [noise(15.0, lufs, seed) for seed, lufs in enumerate((-25.0, -10.0, -22.0))]
    out = levelled(np.concatenate(parts, axis=1))
    ends = [out[:, (15 * n - 3) * RATE : 15 * n * RATE] for n in (1, 2, 3)]
    assert [loudness(end) for end in ends] == pytest.approx([TARGET] * 3, abs=0.5)


def test_half_the_amount_goes_half_the_way() -> None:
    out = levelled(noise(12.0, -24.0), amount=0.5)
    assert loudness(out[:, -3 * RATE :]) == pytest.approx((TARGET - 24.0) / 2, abs=0.5)


@pytest.mark.parametrize(("lufs", "gain"), [(-40.0, MOST_GAIN), (-1.0, -MOST_GAIN)])
def test_the_gain_has_a_limit(lufs: float, gain: float) -> None:
    given = noise(12.0, lufs)
    out = levelled(given)
    end = slice(-3 * RATE, None)
    assert loudness(out[:, end]) - loudness(given[:, end]) == pytest.approx(gain, abs=0.01)


@pytest.mark.parametrize(("lufs", "speed"), [(-40.0, RISE), (-1.0, -FALL)])
def test_the_gain_rises_slowly_and_falls_faster(lufs: float, speed: float) -> None:
    given = noise(3.0, lufs)
    gains = levelled(given)[0, RATE:] / given[0, RATE:]
    change = 20.0 * np.log10(np.nanmedian(gains[RATE // 2 :][:480]) / np.nanmedian(gains[:480]))
    assert change == pytest.approx(speed / 2, abs=0.05)


def test_each_sample_has_a_gain_of_its_own() -> None:
    given = np.resize(np.array([0.02, -0.02], np.float32), (2, 4 * RATE))
    gains = (levelled(given) / given)[0]
    assert gains.max() - gains.min() > 0.5
    assert np.abs(np.diff(gains)).max() < 2e-4


def test_a_rest_changes_neither_the_gain_nor_what_was_measured_before_it() -> None:
    music, hiss = noise(10.0, -20.0), noise(20.0, -60.0, seed=1)
    before = levelled(music)[0, -1] / music[0, -1]
    whole = np.concatenate([music, hiss, music], axis=1)
    out = levelled(whole)
    gains = 20.0 * np.log10(out[0] / whole[0] / before)
    rest = gains[round(10.7 * RATE) : 30 * RATE]
    assert np.abs(rest).max() < 0.6
    assert np.ptp(rest) < 1e-3
    assert np.abs(gains[30 * RATE : 31 * RATE]).max() < 1.0


def test_no_sound_at_all_is_a_rest() -> None:
    music, nothing = noise(8.0, -25.0), np.zeros((2, 10 * RATE), np.float32)
    out = levelled(np.concatenate([music, nothing, music], axis=1))
    assert not out[:, 8 * RATE : 18 * RATE].any()
    assert loudness(out[:, 18 * RATE : 21 * RATE]) == pytest.approx(TARGET, abs=1.0)


def test_without_an_amount_every_sample_stays_as_it_is() -> None:
    given = noise(5.0, -8.0)
    np.testing.assert_array_equal(levelled(given, amount=0.0), given)


def test_an_amount_given_up_leads_back_to_the_sound_as_it_is_without_a_step() -> None:
    leveler, given = Leveler(), noise(14.0, -8.0)
    out, end = given.copy(), 14 * RATE
    for start in range(0, end, 480):
        leveler.process(out[:, start : start + 480], 1.0 if start < 7 * RATE else 0.0)
    np.testing.assert_array_equal(out[:, 11 * RATE :], given[:, 11 * RATE :])
    heard = np.abs(given[0]) > 1e-3
    gains = np.interp(np.arange(end), np.flatnonzero(heard), (out[0] / given[0])[heard])
    assert gains[7 * RATE] < 0.5
    assert np.abs(np.diff(gains)).max() < 2e-3


def test_a_leveler_that_takes_over_begins_with_the_gain_of_the_one_before_it() -> None:
    before, given = Leveler(), noise(16.0, -25.0)
    before.process(given[:, : 8 * RATE].copy(), 1.0)
    after, out = Leveler(before.gain_db), given[:, 8 * RATE :].copy()
    after.process(out, 1.0)
    assert before.gain_db == pytest.approx(TARGET + 25.0, abs=1.0)
    gains = out[0] / given[0, 8 * RATE :]
    assert 20 * np.log10(gains[0]) == pytest.approx(before.gain_db, abs=0.01)
    assert np.ptp(20 * np.log10(gains[np.isfinite(gains)])) < 2.0


def test_the_samples_do_not_depend_on_the_blocks() -> None:
    given = np.concatenate([noise(4.0, -25.0), noise(4.0, -8.0)], axis=1)
    expected = levelled(given, 0.7, block=2_048)
    for block in (64, 480, 1_000):
        np.testing.assert_array_equal(levelled(given, 0.7, block), expected)
