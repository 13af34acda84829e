from typing import Any

import numpy as np
import pytest

from distill_live.live.ipc.ring import CAPACITY
from distill_live.live.ipc.tap import TapRing


def test_a_tap_says_how_many_samples_a_slow_reader_lost() -> None:
    tap = TapRing()
    for start in range(0, CAPACITY + 1000, 1000):
        tap.write(np.arange(start, start + 1000, dtype=np.float32))
    samples, lost = tap.read(0)
    assert lost > 0
    assert samples[0, 0] == lost
    assert samples.shape[1] + lost == tap.written


def test_left_and_right_are_kept_apart_around_the_rings_end() -> None:
    tap = TapRing()
    pair = np.stack([np.arange(1000), -np.arange(1000)]).astype(np.float32)
    while tap.written < CAPACITY + 2500:
        tap.write(pair)
    np.testing.assert_array_equal(tap.read(tap.written - 1000)[0], pair)


@pytest.mark.parametrize("further", [100, 20_000, CAPACITY - 1, 3 * CAPACITY])
def test_samples_that_are_overwritten_while_they_are_read_count_as_lost(further: int) -> None:
    tap = TapRing()

    def write(count: int) -> None:
        for start in range(tap.written, tap.written + count, 1000):
            tap.write(np.arange(start, start + 1000, dtype=np.float32))

    write(CAPACITY)
    samples = tap._samples.array

    class Disturbed:
        """Lets much be written before the samples are copied."""

        def __getitem__(self, key: Any) -> Any:
            tap._samples.array = samples
            write(further)
            return samples[key]

    tap._samples.array = Disturbed()  # type: ignore[assignment]
    end = tap.written
    heard, lost = tap.read(0)
    assert lost + heard.shape[1] == end
    np.testing.assert_array_equal(heard[0], np.arange(lost, end))


def test_samples_that_are_just_being_overwritten_count_as_lost() -> None:
    tap = TapRing()
    for start in range(0, CAPACITY, 1024):
        tap.write(np.arange(start, start + 1024, dtype=np.float32))
    marks, found = tap._marks.array, list[tuple[np.ndarray, int]]()

    class Marks:
        """Lets somebody read before the write is announced."""

        def __getitem__(self, key: int) -> Any:
            return marks[key]

        def __setitem__(self, key: int, value: int) -> None:
            if value == marks.max():
                tap._marks.array = marks
                found.append(tap.read(0))
            marks[key] = value

    tap._marks.array = Marks()  # type: ignore[assignment]
    tap.write(np.full(500, -1.0, np.float32))
    [(samples, lost)] = found
    assert lost == 500
    np.testing.assert_array_equal(samples[0], np.arange(500, CAPACITY))
