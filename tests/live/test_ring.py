import numpy as np
import pytest

from distill_live.live.ring import CAPACITY, MARGIN, AudioRing, RingReader, TapRing


def ramp(start: int, count: int) -> np.ndarray:
    return np.arange(start, start + count, dtype=np.float32)


def read(reader: RingReader, count: int) -> np.ndarray:
    out = np.empty(count, np.float32)
    reader.read(out)
    return out


def playing_ring(count: int) -> tuple[AudioRing, RingReader, int]:
    """A ring whose sounding lane holds the ramp 0, 1, 2, ..."""
    ring = AudioRing()
    lane = ring.begin_future(0)
    ring.write(lane, ramp(0, count))
    ring.switch(lane, 0, 0)
    ring.take_switch()
    return ring, RingReader(ring), lane


def test_samples_come_out_in_order_across_the_end_of_the_memory() -> None:
    ring, reader, lane = playing_ring(0)
    expected = 0
    for start in range(0, 3 * CAPACITY, 40_000):
        ring.write(lane, ramp(start, 40_000) % 977)
        heard = read(reader, 40_000)
        np.testing.assert_array_equal(heard, ramp(expected, 40_000) % 977)
        expected += 40_000


def test_writing_over_what_is_to_be_read_is_refused() -> None:
    ring, _, lane = playing_ring(CAPACITY - MARGIN)
    with pytest.raises(ValueError, match="do not fit, room is 0"):
        ring.write(lane, ramp(0, 1))


def test_a_switch_happens_at_its_sample() -> None:
    ring, reader, _ = playing_ring(1000)
    lane = ring.begin_future(300)
    ring.write(lane, ramp(300, 700) + 10_000)
    ring.switch(lane, 300, 0)
    heard = np.concatenate([read(reader, 64) for _ in range(10)])
    np.testing.assert_array_equal(heard[:300], ramp(0, 300))
    np.testing.assert_array_equal(heard[300:], ramp(300, 340) + 10_000)


def test_a_late_switch_happens_now_with_a_fade_and_loses_no_position() -> None:
    ring, reader, _ = playing_ring(2000)
    read(reader, 500)
    lane = ring.begin_future(300)
    ring.write(lane, ramp(300, 1700) + 10_000)
    ring.switch(lane, 300, 100)
    heard = read(reader, 300) - ramp(500, 300)
    assert 0 < heard[0] < 100
    assert (np.diff(heard[:101]) > 0).all()
    assert (heard[100:] == 10_000).all()


def test_a_fade_goes_on_over_several_blocks() -> None:
    ring, reader, _ = playing_ring(1000)
    lane = ring.begin_future(100)
    ring.write(lane, ramp(100, 900) + 1000)
    ring.switch(lane, 100, 200)
    heard = np.concatenate([read(reader, 50) for _ in range(10)]) - ramp(0, 500)
    assert (np.diff(heard) >= 0).all()
    assert heard[100] > 0 and heard[299] < 1000 and heard[300] == 1000


def test_a_future_made_before_the_last_one_sounds_replaces_it_in_place() -> None:
    ring, reader, _ = playing_ring(1000)
    first = ring.begin_future(200)
    ring.write(first, ramp(200, 800) + 10_000)
    ring.switch(first, 200, 0)
    second = ring.begin_future(400)
    assert second == first
    ring.write(second, ramp(400, 600) + 20_000)
    ring.switch(second, 400, 0)
    heard = read(reader, 1000) - ramp(0, 1000)
    assert (heard[:200] == 0).all()
    assert (heard[200:400] == 10_000).all()
    assert (heard[400:] == 20_000).all()


def test_a_switch_during_a_fade_has_no_step() -> None:
    ring, reader, _ = playing_ring(2000)
    heard = [read(reader, 100)]
    for number in (1, 2, 3):
        at = ring.read_position
        lane = ring.begin_future(at)
        ring.write(lane, ramp(at, 1000) + 1000 * number)
        ring.switch(lane, at, 400)
        heard.append(read(reader, 200))
    heard.append(read(reader, 400))
    sound = np.concatenate(heard)
    offset = sound - ramp(0, len(sound))
    assert np.abs(np.diff(offset)).max() < 10
    assert offset[-1] == 3000


def test_what_is_available_counts_the_lane_that_will_sound() -> None:
    ring, reader, _ = playing_ring(1000)
    assert reader.available == 1000
    lane = ring.begin_future(600)
    ring.write(lane, ramp(600, 50))
    ring.switch(lane, 600, 0)
    assert reader.available == 650


def test_a_dry_ring_gives_zeros() -> None:
    _, reader, _ = playing_ring(10)
    assert read(reader, 20)[10:].tolist() == [0.0] * 10


def test_a_tap_says_how_many_samples_a_slow_reader_lost() -> None:
    tap = TapRing()
    for start in range(0, CAPACITY + 1000, 1000):
        tap.write(ramp(start, 1000))
    samples, lost = tap.read(0)
    assert lost > 0
    assert samples[0] == lost
    assert len(samples) + lost == tap.written
