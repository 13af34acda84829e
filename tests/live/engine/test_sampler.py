"""Columns drawn a little at a time, given up half-way, forgotten and drawn anew."""

import json
import pickle

import numpy as np
import pytest

from distill_live.codes.timeline import Codes, Timeline
from distill_live.errors import CodesError
from distill_live.live.engine.sampler import KEPT_TABLES, Draw, Sampler
from distill_live.live.ipc.journal import Journal, JournalRing
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.kinds import open_session
from distill_live.models.prior.manner import MannerTable
from distill_live.models.prior.sampling import Sampling
from tests.models.prior.manners import wandering
from tests.models.prior.sessions import play

DRAW = Draw(Sampling(top_p=0.0), seed=1, take=0)


class Drawer:
    """A sampler, its timeline and its journal."""

    def __init__(self, loaded: LoadedVQModel, capacity: int = 100) -> None:
        self.timeline, self.notes = Timeline(8, 3, capacity), JournalRing()
        self.sampler = Sampler(loaded.require_prior(), self.timeline, Journal(self.notes))

    def draw(self, columns: int, draw: Draw = DRAW) -> None:
        while columns:
            columns -= self.sampler.advance(draw)

    @property
    def codes(self) -> Codes:
        return self.timeline.raw(self.timeline.start, self.timeline.end)


@pytest.fixture
def drawer(tiny_model: LoadedVQModel) -> Drawer:
    return Drawer(tiny_model)


def test_a_column_comes_in_as_many_parts_as_it_has_bands(drawer: Drawer) -> None:
    done = [drawer.sampler.advance(DRAW) for _ in range(16)]
    assert done == 2 * [*[False] * 7, True]
    assert drawer.timeline.end == 2


def test_the_columns_are_those_of_the_priors_session(
    drawer: Drawer, tiny_model: LoadedVQModel
) -> None:
    session = open_session(tiny_model.require_prior(), 1)
    drawer.draw(20)
    np.testing.assert_array_equal(drawer.codes, play(session, 20))


@pytest.mark.parametrize(
    "other", [DRAW._replace(seed=2), DRAW._replace(take=1),
              DRAW._replace(sampling=Sampling(top_k=1))]
)  # fmt: skip
def test_a_half_drawn_column_is_begun_again_when_it_must_be_drawn_differently(
    drawer: Drawer, tiny_model: LoadedVQModel, other: Draw
) -> None:
    whole = Drawer(tiny_model)
    whole.draw(3), drawer.draw(3)
    whole.draw(1, other)
    for _ in range(5):
        assert not drawer.sampler.advance(DRAW)
    assert [drawer.sampler.advance(other) for _ in range(8)] == [*[False] * 7, True]
    np.testing.assert_array_equal(drawer.codes, whole.codes)


def test_a_half_drawn_column_is_begun_again_with_another_context(
    drawer: Drawer, tiny_model: LoadedVQModel
) -> None:
    whole = Drawer(tiny_model)
    whole.draw(11), drawer.draw(11)
    drawer.sampler.advance(DRAW)
    for one in (drawer, whole):
        one.sampler.context_columns = 4
        one.draw(3)
    assert drawer.sampler.context_columns == 4
    np.testing.assert_array_equal(drawer.codes, whole.codes)


def test_columns_are_stale_that_were_drawn_differently(drawer: Drawer) -> None:
    other = DRAW._replace(take=1)
    drawer.draw(3)
    drawer.draw(2, other)
    stale = [column for column in range(7) if drawer.sampler.is_stale(column, DRAW)]
    assert stale == [0, 1, 2, 3, 4]
    stale = [column for column in range(7) if drawer.sampler.is_stale(column, other)]
    assert stale == [0, 1, 2]


def test_columns_that_were_given_are_never_stale(drawer: Drawer) -> None:
    timeline = Timeline(8, 3, 100)
    timeline.append(np.zeros((10, 8, 3), np.int64))
    drawer.draw(5)
    drawer.sampler.begin_segment(timeline)
    assert not drawer.sampler.is_stale(0, DRAW._replace(seed=9))


def test_what_was_cut_is_drawn_again_byte_for_byte(drawer: Drawer) -> None:
    drawer.draw(30)
    before = drawer.codes
    drawer.sampler.advance(DRAW)
    drawer.sampler.cut(9)
    assert drawer.timeline.end == 9
    drawer.draw(21)
    np.testing.assert_array_equal(drawer.codes, before)


def test_a_cut_outside_of_what_is_remembered_is_refused_and_forgets_nothing(
    tiny_model: LoadedVQModel,
) -> None:
    whole, drawer = Drawer(tiny_model, 16), Drawer(tiny_model, 16)
    whole.draw(40), drawer.draw(30)
    for column in (31, 13, -1):
        with pytest.raises(CodesError):
            drawer.sampler.cut(column)
    drawer.draw(10)
    np.testing.assert_array_equal(drawer.codes, whole.codes)


def test_a_new_segment_continues_from_its_codes_and_knows_nothing_of_before(
    drawer: Drawer, tiny_model: LoadedVQModel
) -> None:
    given = np.random.default_rng(3).integers(0, 16, (20, 8, 3))
    timeline = Timeline(8, 3, 100)
    timeline.append(given)
    drawer.draw(7)
    drawer.sampler.advance(DRAW)
    drawer.sampler.begin_segment(timeline)
    drawer.draw(5)
    session = open_session(tiny_model.require_prior(), 1)
    session.prime(given)
    np.testing.assert_array_equal(timeline.raw(20, 25), play(session, 5))


def led(key: str) -> Draw:
    return DRAW._replace(sampling=Sampling(top_p=0.0, manner=1.0), manner=key)


def test_a_manner_leads_the_columns_whose_draw_names_it(
    drawer: Drawer, tiny_model: LoadedVQModel
) -> None:
    codes = wandering(50, 8, 3, 16)
    key = drawer.sampler.learn_manner(codes)
    drawer.draw(5, led(key))
    session = open_session(tiny_model.require_prior(), 1)
    sampling = Sampling(top_p=0.0, manner=1.0, manner_table=MannerTable(codes, 16))
    np.testing.assert_array_equal(drawer.codes, play(session, 5, sampling))


def test_without_its_table_a_column_is_drawn_plainly_and_stale_once_the_table_is_there(
    drawer: Drawer, tiny_model: LoadedVQModel
) -> None:
    draw = led(MannerTable(wandering(50, 8, 3, 16), 16).key)
    drawer.draw(3, draw)
    np.testing.assert_array_equal(
        drawer.codes, play(open_session(tiny_model.require_prior(), 1), 3)
    )
    assert drawer.sampler.is_stale(2, draw)
    drawer.sampler.learn_manner(wandering(50, 8, 3, 16))
    drawer.sampler.cut(2)
    drawer.draw(1, draw)
    assert not drawer.sampler.is_stale(2, draw)


def test_what_was_led_is_drawn_again_as_before_while_its_table_is_kept(drawer: Drawer) -> None:
    keys = [drawer.sampler.learn_manner(wandering(50, 8, 3, 16, seed)) for seed in range(2)]
    drawer.draw(5, led(keys[0]))
    before = drawer.codes
    drawer.sampler.cut(0, again=True)
    drawer.draw(5, led(keys[1]))
    np.testing.assert_array_equal(drawer.codes, before)
    for seed in range(2, 2 + KEPT_TABLES):
        drawer.sampler.learn_manner(wandering(50, 8, 3, 16, seed))
    drawer.sampler.cut(0, again=True)
    drawer.draw(5, led(keys[1]))
    assert (drawer.codes != before).any()


def test_the_draws_that_are_handed_over_hold_no_tables(drawer: Drawer) -> None:
    drawer.draw(5, led(drawer.sampler.learn_manner(wandering(5_000, 8, 3, 16))))
    assert len(pickle.dumps(drawer.sampler.draws)) < 2_000


def test_the_journal_says_what_was_drawn_and_forgotten(drawer: Drawer) -> None:
    drawer.draw(2)
    drawer.sampler.cut(1)
    drawn = drawer.timeline.raw(0, 1)[0].tolist()
    noted = [json.loads(line) for line in drawer.notes.read()]
    assert [note["op"] for note in noted] == ["draw", "draw", "cut"]
    assert noted[0] == {"op": "draw", "column": 0, "codes": drawn}
    assert noted[2] == {"op": "cut", "column": 1}


def test_the_same_again_ends_where_the_columns_ended_that_were_cut(
    drawer: Drawer, tiny_model: LoadedVQModel
) -> None:
    whole = Drawer(tiny_model)
    for one in (whole, drawer):
        one.draw(20)
        one.sampler.cut(5)
        one.draw(5, DRAW._replace(take=1))
    drawer.sampler.cut(8, again=True)
    for one, count in ((whole, 10), (drawer, 12)):
        one.draw(count, DRAW._replace(take=1))
    np.testing.assert_array_equal(drawer.codes, whole.codes)
