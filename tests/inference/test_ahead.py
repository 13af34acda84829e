import threading
from collections.abc import Iterator

import pytest

from distill_live.inference.ahead import made_ahead


def test_items_come_in_their_order() -> None:
    assert list(made_ahead(range(100), 3)) == list(range(100))
    assert list(made_ahead([], 3)) == []


def test_no_more_is_made_than_fits() -> None:
    made = threading.Semaphore(0)

    def items() -> Iterator[int]:
        for number in range(100):
            made.release()
            yield number

    ahead = made_ahead(items(), 3)
    assert next(ahead) == 0
    # The one that was taken, three that wait, and one that waits for room.
    for _ in range(5):
        assert made.acquire(timeout=10)
    assert not made.acquire(blocking=False)
    ahead.close()


def test_an_error_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    ahead = made_ahead(items(), 3)
    assert next(ahead) == 1
    with pytest.raises(ValueError, match="broken"):
        next(ahead)


def test_the_thread_ends_with_the_last_item_and_when_the_items_are_dropped() -> None:
    before = threading.active_count()
    assert list(made_ahead(range(3), 1)) == [0, 1, 2]
    assert threading.active_count() == before
    ahead = made_ahead(iter(int, 1), 1)
    assert next(ahead) == 0
    ahead.close()
    assert threading.active_count() == before
