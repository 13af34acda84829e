"""The grains of the last columns are remembered, by column."""

from distill_live.live.past.grain_origins import GrainOrigins


def test_a_column_has_the_grain_that_it_was_played_with_last() -> None:
    origins = GrainOrigins(8)
    origins.note(3, (0, 1.5))
    origins.note(4, (1, 2.0))
    assert (origins.of(3), origins.of(4), origins.of(5)) == ((0, 1.5), (1, 2.0), None)
    origins.note(3, (1, 0.5))
    origins.note(4, None)
    assert (origins.of(3), origins.of(4)) == ((1, 0.5), None)


def test_only_so_many_are_remembered() -> None:
    origins = GrainOrigins(3)
    for column in (0, 1, 2, 0, 3):
        origins.note(column, (0, float(column)))
    assert [origins.of(column) for column in range(4)] == [(0, 0.0), None, (0, 2.0), (0, 3.0)]
