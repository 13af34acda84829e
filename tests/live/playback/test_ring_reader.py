import numpy as np
import pytest

from distill_live.live.ipc.ring import CAPACITY, AudioRing
from distill_live.live.playback.ring_reader import RESERVE, RingReader


def ramp(start: int, count: int) -> np.ndarray:
    return np.arange(start, start + count, dtype=np.float32)


def read(reader: RingReader, count: int) -> np.ndarray:
    out = np.empty(count, np.float32)
    reader.read(out)
    return out


def playing_ring(count: int) -> tuple[AudioRing, RingReader]:
    """A ring whose sounding lane holds the ramp 0, 1, 2, ..."""
    ring = AudioRing()
    publish(ring, ramp(0, count), 0, 0)
    return ring, RingReader(ring)


def publish(ring: AudioRing, samples: np.ndarray, at: int, fade: int) -> int:
    lane = ring.begin_future(at)
    ring.write(lane, samples)
    ring.switch(lane, at, fade)
    return lane


def test_samples_come_out_in_order_across_the_end_of_the_memory() -> None:
    ring, reader = playing_ring(0)
    read(reader, 0)
    for start in range(0, 3 * CAPACITY, 40_000):
        ring.write(1, ramp(start, 40_000) % 977)
        np.testing.assert_array_equal(read(reader, 40_000), ramp(start, 40_000) % 977)


def test_a_switch_happens_at_its_sample_and_says_so() -> None:
    ring, reader = playing_ring(1000)
    read(reader, 64)
    publish(ring, ramp(300, 700) + 10_000, 300, 0)
    heard = np.concatenate([read(reader, 64) for _ in range(10)])
    np.testing.assert_array_equal(heard[:236], ramp(64, 236))
    np.testing.assert_array_equal(heard[236:], ramp(300, 404) + 10_000)
    assert ring.taken_at(2) == 300


def test_a_late_switch_happens_now_with_a_fade_and_loses_no_position() -> None:
    ring, reader = playing_ring(2000)
    read(reader, 500)
    publish(ring, ramp(300, 1700) + 10_000, 300, 100)
    heard = read(reader, 300) - ramp(500, 300)
    assert 0 < heard[0] < 100
    assert (np.diff(heard[:101]) > 0).all()
    assert (heard[100:] == 10_000).all()
    assert ring.taken_at(2) == 500


@pytest.mark.parametrize("fade", [240, 960])
def test_a_fade_continues_over_several_blocks(fade: int) -> None:
    ring, reader = playing_ring(2000)
    read(reader, 50)
    publish(ring, ramp(100, 1900) + 1000, 100, fade)
    heard = np.concatenate([read(reader, 50) for _ in range(25)]) - ramp(50, 1250)
    assert (np.diff(heard) >= 0).all()
    assert heard[49] == 0 < heard[50]
    assert heard[49 + fade] < 1000 == heard[50 + fade]


def test_a_future_made_before_the_last_one_sounds_takes_its_place() -> None:
    ring, reader = playing_ring(1000)
    read(reader, 100)
    publish(ring, ramp(200, 800) + 10_000, 200, 0)
    publish(ring, ramp(400, 600) + 20_000, 400, 0)
    heard = read(reader, 900) - ramp(100, 900)
    assert (heard[:300] == 0).all()
    assert (heard[300:] == 20_000).all()
    assert (ring.taken_at(2), ring.taken_at(3)) == (None, 400)


def test_a_switch_during_a_fade_has_no_step() -> None:
    ring, reader = playing_ring(3000)
    heard = [read(reader, 100)]
    for number, fade in ((1, 400), (2, 960), (3, 240)):
        publish(ring, ramp(ring.read_position, 2500) + 1000 * number, ring.read_position, fade)
        heard.append(read(reader, 200))
    heard.append(read(reader, 400))
    sound = np.concatenate(heard)
    offset = sound - ramp(0, len(sound))
    assert np.abs(np.diff(offset)).max() < 15
    assert offset[-1] == 3000


def test_what_is_available_counts_the_lane_that_will_sound() -> None:
    ring, reader = playing_ring(10_000)
    read(reader, 1000)
    assert reader.available == 9_000
    publish(ring, ramp(6000, RESERVE), 6000, 0)
    assert reader.available == 5_000 + RESERVE
    publish(ring, ramp(10_001, RESERVE), 10_001, 0)
    assert reader.available == 9_000


def test_a_future_that_is_nearly_past_waits_until_it_has_caught_up() -> None:
    ring, reader = playing_ring(20_000)
    read(reader, 5_000)
    lane = publish(ring, ramp(0, 7_000) + 10_000, 0, 0)
    assert reader.available == 15_000
    np.testing.assert_array_equal(read(reader, 100), ramp(5_000, 100))
    ring.write(lane, ramp(7_000, 500 + RESERVE) + 10_000)
    assert reader.available == 2_400 + RESERVE
    np.testing.assert_array_equal(read(reader, 100), ramp(5_100, 100) + 10_000)


def test_a_future_that_covers_a_large_block_in_part_waits_too() -> None:
    ring, reader = playing_ring(20_000)
    read(reader, 5_000)
    publish(ring, ramp(5_000, RESERVE) + 10_000, 5_000, 0)
    np.testing.assert_array_equal(read(reader, 2 * RESERVE), ramp(5_000, 2 * RESERVE))


def test_a_short_future_is_better_than_none() -> None:
    ring, reader = playing_ring(5_000)
    read(reader, 4_990)
    publish(ring, ramp(4_000, 1_010) + 10_000, 4_000, 0)
    assert reader.available == 20
    np.testing.assert_array_equal(read(reader, 20), ramp(4_990, 20) + 10_000)


def test_a_dry_ring_gives_zeros() -> None:
    _, reader = playing_ring(10)
    assert read(reader, 20)[10:].tolist() == [0.0] * 10


def test_a_new_reader_continues_where_the_last_one_died() -> None:
    ring, reader = playing_ring(1000)
    publish(ring, ramp(0, 1000) + 10_000, 0, 0)
    read(reader, 100)
    np.testing.assert_array_equal(read(RingReader(ring), 100), ramp(100, 100) + 10_000)


def test_two_channels_fade_as_each_would() -> None:
    sounds = np.random.default_rng(1).standard_normal((2, 2, 3_000)).astype(np.float32)
    heard = []
    for channels in (slice(2), 0, 1):
        ring = AudioRing(2 if channels == slice(2) else 1)
        reader = RingReader(ring)
        publish(ring, sounds[0, channels].T, 0, 0)
        first = ring.silence(500)
        reader.read(first)
        publish(ring, sounds[1, channels].T, 400, 100)
        rest = ring.silence(1_000)
        reader.read(rest)
        heard.append(np.concatenate([first, rest]))
    both, left, right = heard
    np.testing.assert_array_equal(both, np.stack([left, right], axis=1))
