from distill_live.live.pacing.longest import Longest


def test_the_longest_counts_until_it_is_forgotten_then_the_longest_after_it() -> None:
    longest = Longest(10.0)
    assert longest.at(0.0) == 0.0
    for seconds, now in ((0.3, 1.0), (0.1, 2.0), (0.2, 4.0), (0.05, 6.0)):
        longest.note(seconds, now)
        assert longest.at(now) == 0.3
    assert [longest.at(now) for now in (10.9, 11.0, 13.9, 14.0, 16.0)] == [0.3, 0.2, 0.2, 0.05, 0.0]


def test_a_longer_one_takes_its_place_at_once() -> None:
    longest = Longest(10.0)
    longest.note(0.3, 1.0)
    longest.note(0.4, 2.0)
    assert longest.at(2.0) == 0.4
