import numpy as np
import pytest

from distill_live.live.ipc.ring import CAPACITY, LANES, MARGIN, SLOTS, AudioRing


def ramp(start: int, count: int) -> np.ndarray:
    return np.arange(start, start + count, dtype=np.float32)


def make_switch(ring: AudioRing, position: int = 0) -> None:
    """Be a reader that makes the newest switch."""
    switch = ring.next_switch()
    assert switch and ring.claim(switch)
    ring.take_switch(switch, position)


def copied(ring: AudioRing, lane: int, position: int, count: int) -> list[float]:
    out = np.full(count, np.nan, np.float32)
    ring.copy_out(lane, position, out)
    return out.tolist()


def test_writing_over_what_is_to_be_read_is_refused() -> None:
    ring = AudioRing()
    lane = ring.begin_future(0)
    ring.write(lane, ramp(0, CAPACITY - MARGIN))
    with pytest.raises(ValueError, match="do not fit, room is 0"):
        ring.write(lane, ramp(0, 1))


def test_a_future_is_never_written_into_a_lane_that_sounds_is_claimed_or_waits() -> None:
    ring = AudioRing()
    sounding = ring.begin_future(0)
    ring.switch(sounding, 0, 0)
    make_switch(ring)
    claimed = ring.begin_future(0)
    ring.switch(claimed, 0, 0)
    switch = ring.next_switch()
    assert switch and ring.claim(switch)
    for count in range(3, 20):
        waiting = ring.begin_future(0)
        ring.switch(waiting, 0, 0)
        free = ring.begin_future(0)
        assert {sounding, claimed, waiting, free} == set(range(LANES))
        assert ring.published == count


def test_a_claim_fails_once_a_newer_switch_is_published() -> None:
    ring = AudioRing()
    ring.switch(ring.begin_future(0), 0, 0)
    old = ring.next_switch()
    ring.switch(ring.begin_future(0), 0, 0)
    assert old and not ring.claim(old)
    make_switch(ring)
    assert ring.taken == 2


def test_the_sounding_lane_is_safe_however_many_switches_were_never_made() -> None:
    ring = AudioRing()
    ring.switch(ring.begin_future(0), 0, 0)
    make_switch(ring)
    sounding = ring.sounding_lane
    for _ in range(3 * SLOTS):
        lane = ring.begin_future(0)
        assert lane != sounding
        ring.switch(lane, 0, 0)
    assert ring.sounding_lane == sounding


def test_where_a_switch_was_made_is_known_and_a_skipped_one_was_made_nowhere() -> None:
    ring = AudioRing()
    made, skipped = ring.switch(ring.begin_future(0), 100, 0), 0
    assert ring.taken_at(made) is None
    make_switch(ring, 123)
    for position in range(1000, 1000 + 2 * SLOTS):
        skipped = ring.switch(ring.begin_future(0), 0, 0)
        made = ring.switch(ring.begin_future(0), 0, 0)
        assert ring.taken_at(made) is None
        make_switch(ring, position)
        assert (ring.taken_at(skipped), ring.taken_at(made)) == (None, position)
    assert ring.taken == ring.published == made


def test_only_the_newest_switch_is_pending_until_it_is_made() -> None:
    ring = AudioRing()
    assert ring.pending_switch() is None
    ring.switch(ring.begin_future(0), 10, 1)
    lane = ring.begin_future(0)
    ring.switch(lane, 20, 2)
    assert ring.pending_switch() == (lane, 20, 2)
    make_switch(ring)
    assert ring.pending_switch() is None
    assert not ring.switch_pending


def test_a_lane_gives_back_what_was_written_into_it_also_across_the_end_of_the_memory() -> None:
    ring = AudioRing()
    ring.advance(CAPACITY)
    lane = ring.begin_future(CAPACITY - 500)
    ring.write(lane, ramp(0, 1000))
    np.testing.assert_array_equal(
        ring.content(lane, CAPACITY - 400, CAPACITY + 500), ramp(100, 900)
    )


def test_asking_a_lane_for_what_it_does_not_hold_is_an_error() -> None:
    ring = AudioRing()
    lane = ring.begin_future(100)
    ring.write(lane, ramp(0, 50))
    for start, end in ((99, 120), (120, 151), (130, 120)):
        with pytest.raises(ValueError, match=f"holds samples 100..150, {start}..{end} were asked"):
            ring.content(lane, start, end)


def test_a_lane_reads_as_zeros_before_and_after_what_it_holds() -> None:
    ring = AudioRing()
    ring.write(ring.begin_future(0), ramp(0, 100))
    ring.switch(1, 0, 0)
    make_switch(ring)
    for lane in {ring.begin_future(10), ring.begin_future(10)}:
        ring.write(lane, ramp(7, 2))
        assert copied(ring, lane, 8, 5) == [0, 0, 7, 8, 0]
        assert copied(ring, lane, 0, 3) == [0, 0, 0]
        assert copied(ring, lane, 20, 2) == [0, 0]


def test_a_ring_that_is_reset_is_as_new() -> None:
    ring = AudioRing()
    ring.write(ring.begin_future(0), ramp(0, 100))
    ring.switch(1, 0, 0)
    make_switch(ring)
    ring.advance(50)
    ring.reset()
    assert (ring.read_position, ring.published, ring.taken, ring.sounding_lane) == (0, 0, 0, 0)
    assert [ring.written(lane) for lane in range(LANES)] == [0] * LANES


def stereo(start: int, count: int) -> np.ndarray:
    return np.stack([ramp(start, count), -2 * ramp(start, count)], axis=1)


def test_two_channels_come_back_as_they_were_written_also_across_the_end_of_the_memory() -> None:
    ring = AudioRing(2)
    ring.advance(CAPACITY)
    lane = ring.begin_future(CAPACITY - 500)
    ring.write(lane, stereo(0, 300))
    ring.write(lane, stereo(300, 700))
    np.testing.assert_array_equal(
        ring.content(lane, CAPACITY - 400, CAPACITY + 500), stereo(100, 900)
    )


def test_mono_sound_is_the_same_on_both_channels() -> None:
    ring = AudioRing(2)
    lane = ring.begin_future(CAPACITY - 500)
    ring.advance(CAPACITY)
    noise = np.random.default_rng(1).standard_normal(1000).astype(np.float32)
    ring.write(lane, noise)
    left, right = ring.content(lane, CAPACITY - 500, CAPACITY + 500).T
    np.testing.assert_array_equal(left, noise)
    np.testing.assert_array_equal(right, noise)


def test_two_channels_read_as_zeros_before_and_after_what_a_lane_holds() -> None:
    ring = AudioRing(2)
    lane = ring.begin_future(10)
    ring.write(lane, stereo(7, 2))
    out = np.full((5, 2), np.nan, np.float32)
    ring.copy_out(lane, 8, out)
    assert out.tolist() == [[0, 0], [0, 0], [7, -14], [8, -16], [0, 0]]


@pytest.mark.parametrize(("channels", "others"), [(1, 2), (2, 1), (2, 3)])
def test_sound_of_other_channels_is_refused(channels: int, others: int) -> None:
    ring = AudioRing(channels)
    with pytest.raises(ValueError, match=f"the ring has {channels} channels, not {others}"):
        ring.write(ring.begin_future(0), np.zeros((10, others), np.float32))


@pytest.mark.parametrize(("channels", "shape"), [(1, (5,)), (2, (5, 2))])
def test_silence_has_the_rings_channels(channels: int, shape: tuple[int, ...]) -> None:
    silence = AudioRing(channels).silence(5)
    assert (silence.shape, silence.dtype) == (shape, np.float32)
    assert not silence.any()
