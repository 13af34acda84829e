from __future__ import annotations

import numpy as np

from distill_live.live.ipc.tap import TapRing
from distill_live.live.listening.input_reader import AWAY_SECONDS, InputReader
from distill_live.live.listening.phrase import last_phrase


def sine(count: int, rate: int) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 1_000 * np.arange(count) / rate)).astype(np.float32)


def test_what_comes_in_from_now_on_is_read_once_and_as_it_is() -> None:
    tap = TapRing(1)
    tap.write(np.ones(100, np.float32))
    reader = InputReader(tap)
    sound = sine(5_000, 48_000)
    read = []
    for start in range(0, 5_000, 700):
        tap.write(sound[start : start + 700])
        read.append(reader.read())
    np.testing.assert_array_equal(np.concatenate(read), sound)
    assert len(reader.read()) == 0


def test_another_rate_becomes_48_khz_also_when_the_device_changes() -> None:
    tap = TapRing(1)
    tap.begin(44_100)
    reader = InputReader(tap)
    tap.write(sine(44_100, 44_100))
    first = reader.read()
    tap.begin(96_000)
    tap.write(sine(96_000, 96_000))
    silence, second = np.split(reader.read(), [round(48_000 * AWAY_SECONDS)])
    assert not silence.any()
    for heard in (first, second):
        assert abs(len(heard) - 48_000) < 1_000
        spectrum = np.abs(np.fft.rfft(heard[2_000:40_000]))
        assert abs(np.argmax(spectrum) * 48_000 / 38_000 - 1_000) < 2


def test_what_comes_after_a_device_was_away_is_another_phrase() -> None:
    tap = TapRing(1)
    tap.begin(48_000)
    reader = InputReader(tap)
    tap.write(sine(48_000, 48_000))
    read = [reader.read()]
    tap.begin(48_000)
    read.append(reader.read())
    tap.write(sine(9_600, 48_000))
    read += [reader.read(), reader.read()]
    columns = np.concatenate(read)[: len(np.concatenate(read)) // 4_096 * 4_096].reshape(-1, 4_096)
    loudness = 20 * np.log10(np.sqrt(np.square(columns).mean(axis=1)) + 1e-9)
    phrase = last_phrase(loudness.astype(np.float32), 4_096 / 48_000)
    assert phrase is not None and 1 <= phrase.stop - phrase.start <= 3


def test_samples_that_are_not_finite_become_silence() -> None:
    tap = TapRing(1)
    reader = InputReader(tap)
    tap.write(np.array([0.5, np.nan, np.inf, -np.inf, 0.25], np.float32))
    assert reader.read().tolist() == [0.5, 0.0, 0.0, 0.0, 0.25]
