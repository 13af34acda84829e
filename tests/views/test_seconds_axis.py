import pytest

from distill_live.views.seconds_axis import ticks


def test_ticks_are_round_times_at_their_places() -> None:
    assert [(tick.label, round(tick.place, 6)) for tick in ticks(0.0, 8.0, 5)] == [
        ("0", 0.0), ("2", 0.25), ("4", 0.5), ("6", 0.75), ("8", 1.0),
    ]  # fmt: skip


def test_there_are_as_many_as_there_is_room_for() -> None:
    assert len(ticks(0.0, 10.0, 11)) == 11
    assert len(ticks(0.0, 10.0, 10)) == 6


def test_an_axis_may_begin_anywhere() -> None:
    assert [tick.label for tick in ticks(1.024, 2.048, 6)] == ["1.2", "1.4", "1.6", "1.8", "2.0"]


@pytest.mark.parametrize("end", [1e-4, 0.085, 1.0, 7.3, 61.0, 7200.0])
@pytest.mark.parametrize("most", [2, 3, 10])
def test_there_are_never_too_many(end: float, most: int) -> None:
    found = ticks(0.0, end, most)
    assert len(found) <= most
    assert all(0.0 <= tick.place <= 1.0 for tick in found)
    assert len({tick.label for tick in found}) == len(found)
