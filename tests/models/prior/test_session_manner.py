"""A session that plays in the manner of a recording."""

from __future__ import annotations

import numpy as np
import pytest

from distill_live.errors import ParameterError
from distill_live.models.kinds import open_session
from distill_live.models.prior.base import Prior
from distill_live.models.prior.manner import MannerTable
from distill_live.models.prior.sampling import Sampling
from tests.models.prior.manners import bits, wandering, wandering_table
from tests.models.prior.sessions import Grid, make_undecided, play

TABLE = wandering_table()


class Witness:
    """A manner that notes what it is asked, and always wants code 7, or 7 at first and the next
    code in each new column."""

    shape = (2, 3, 12)

    def __init__(self, rising: bool = False) -> None:
        self.asked: list[tuple[int, int, Grid, Grid | None]] = []
        self._rising = rising

    def probabilities(
        self, band: int, level: int, column: Grid, previous: Grid | None
    ) -> np.ndarray:
        code = 7 + self._rising * (len(self.asked) // 6)
        self.asked.append((band, level, column.copy(), previous))
        return np.eye(12)[code]


@pytest.mark.parametrize(
    "sampling", [Sampling(0.9, manner_table=TABLE), Sampling(0.9, manner=1.0)],
    ids=["amount", "table"],
)  # fmt: skip
def test_without_an_amount_or_a_table_every_code_stays(prior: Prior, sampling: Sampling) -> None:
    plain = play(open_session(prior, 5), 20, Sampling(0.9))
    assert play(open_session(prior, 5), 20, sampling).tobytes() == plain.tobytes()


def test_the_more_manner_the_less_the_recording_is_surprised(prior: Prior) -> None:
    found = [
        bits(TABLE, play(open_session(prior, 1), 60, Sampling(manner=part, manner_table=TABLE)))
        for part in (0.0, 0.5, 1.0)
    ]
    assert found[0] > found[1] + 0.5 > found[2] + 1.0


def test_all_manner_plays_only_codes_that_the_recording_has(prior: Prior) -> None:
    grid = play(open_session(prior, 1), 30, Sampling(manner=1.0, manner_table=TABLE))
    known = wandering(200)
    for band, level in np.ndindex(2, 3):
        assert set(grid[:, band, level]) <= set(known[:, band, level])


def test_the_manner_is_told_the_column_so_far_and_the_one_before(prior: Prior) -> None:
    witness = Witness(rising=True)
    grid = play(open_session(prior, 1), 3, Sampling(manner=1.0, manner_table=witness))
    assert [set(column.flat) for column in grid] == [{7}, {8}, {9}]
    assert [one[:2] for one in witness.asked] == [*np.ndindex(2, 3)] * 3
    for number, (band, level, column, previous) in enumerate(witness.asked):
        at, cell = number // 6, 3 * band + level
        assert (column.reshape(-1)[:cell] == 7 + at).all()
        assert np.array_equal(previous, grid[at - 1]) if at else previous is None


@pytest.mark.parametrize("level", [0, 1, 2])
def test_the_manner_of_a_level_acts_on_that_level_alone(
    prior: Prior, level: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_undecided(open_session(prior, 1), monkeypatch)
    manner = tuple(float(one == level) for one in range(3))
    grid = play(session, 20, Sampling(manner=manner, manner_table=Witness()))
    assert [(grid[..., one] == 7).all() for one in range(3)] == [one == level for one in range(3)]


def test_filters_do_not_apply_to_the_manner(prior: Prior) -> None:
    sampling = Sampling(top_k=1, manner=0.5, manner_table=Witness())
    codes = play(open_session(prior, 1), 20, sampling)
    assert 0.3 < (codes == 7).mean() < 0.8


def test_what_was_led_comes_again_after_a_rewind(prior: Prior) -> None:
    session, sampling = open_session(prior, 1), Sampling(manner=0.6, manner_table=TABLE)
    grid = play(session, 20, sampling)
    session.rewind(9)
    assert np.array_equal(play(session, 11, sampling), grid[9:])


def test_the_manner_of_other_codes_is_refused(prior: Prior) -> None:
    session, other = open_session(prior, 1), MannerTable(wandering(5), 13)
    with pytest.raises(ParameterError, match="12 codes, not of 2 bands, 3 levels and 13 codes"):
        session.step(Sampling(manner=0.5, manner_table=other))
    assert session.column == 0
