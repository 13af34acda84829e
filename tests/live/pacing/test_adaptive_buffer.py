from distill_live.live.pacing.adaptive_buffer import FULLEST, MEMORY_SECONDS, AdaptiveBuffer

SECOND = 48_000


def test_while_nothing_holds_the_engine_up_the_ring_is_as_full_as_it_was_set() -> None:
    buffer = AdaptiveBuffer(36_000)
    for turn in range(1000):
        buffer.note(0.01, 0.01 * turn)
    assert buffer.ring_lead == 36_000


def test_a_longer_hold_up_fills_the_ring_until_one_half_as_long_again_would_not_be_heard() -> None:
    buffer = AdaptiveBuffer(36_000)
    buffer.note(0.8, 1.0)
    assert 1.5 * 0.8 * SECOND < buffer.ring_lead < 2 * SECOND
    before = buffer.ring_lead
    buffer.note(0.7, 2.0)
    assert buffer.ring_lead == before
    buffer.note(0.9, 3.0)
    assert buffer.ring_lead > before


def test_the_ring_is_never_filled_beyond_two_seconds() -> None:
    buffer = AdaptiveBuffer(36_000)
    buffer.note(60.0, 61.0)
    assert buffer.ring_lead == FULLEST == 2 * SECOND


def test_a_hold_up_is_forgotten_after_a_minute_and_the_next_longest_counts() -> None:
    buffer = AdaptiveBuffer(4_800)
    leads = {}
    for now, seconds in ((0.0, 0.9), (10.0, 0.5), (20.0, 0.7), (30.0, 0.1)):
        buffer.note(seconds, now)
    for now in (59.9, 60.1, 79.9, 80.1, 89.9, 90.1):
        buffer.note(0.0, now)
        leads[now] = buffer.ring_lead
    assert MEMORY_SECONDS == 60.0
    assert leads[59.9] > leads[60.1] == leads[79.9] > leads[80.1] == leads[89.9] > leads[90.1]
    assert leads[60.1] == round((1.5 * 0.7 + 0.25) * SECOND)
