import pytest

from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.live.pacing.stillness import LONGEST_SECONDS, STILL_SECONDS, Stillness

TURN = 0.004


@pytest.mark.parametrize("piece", [480, 2_048, 16_384])
@pytest.mark.parametrize("block", [256, 12_000, 16_384])
def test_who_reads_in_long_blocks_is_not_taken_to_have_stopped(block: int, piece: int) -> None:
    still, read, now = Stillness(0, 0.0), 0, 0.0
    for number in range(12):
        for start in range(0, block, piece):
            read += min(piece, block - start)
            still.note(read, now)
        # A little late.
        while now < 0.1 + (number + 1) * block / SAMPLE_RATE:
            still.note(read, now)
            assert not still.is_still(now)
            now += TURN
    assert still.is_still(now + STILL_SECONDS + TURN)


def test_a_sound_card_that_runs_fast_can_be_seen_to_stop_all_the_same() -> None:
    still = Stillness(0, 0.0)
    for number in range(1000):
        still.note(600 * number, 0.01 * number)
    assert not still.is_still(9.99)
    assert still.is_still(9.99 + LONGEST_SECONDS + STILL_SECONDS + TURN)


def test_who_never_read_is_still() -> None:
    still = Stillness(0, 5.0)
    assert not still.is_still(5.0 + STILL_SECONDS)
    assert still.is_still(5.0 + STILL_SECONDS + TURN)
