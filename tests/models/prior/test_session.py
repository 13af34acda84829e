"""A session goes on without end, goes back, and is a function of what it is given."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from distill_live.errors import CodesError, ParameterError
from distill_live.models.kinds import open_session
from distill_live.models.prior import session as session_module
from distill_live.models.prior.base import Prior
from distill_live.models.prior.sampling import Sampling
from tests.models.prior.sessions import FREE, make_undecided, play

#: What seed 5 has always played on the tiny prior; a code per digit, a column per group.
#: By kind of prior and settings; what a seed plays is a promise.
PLAYED = {
    ("flat", Sampling(top_p=0.9)): "85953a 55bb92 8b9407 599842 859a65 85b039 531a3b b9ab15",
    ("flat", Sampling(0.8, 8, 0.95)): "85905a 59bb93 892549 5aa859 649a62 57a002 240a32 877b92",
    ("columns", Sampling(top_p=0.9)): "743347 568b88 ab5a18 178544 857b61 56b015 220b24 698b68",
    ("columns", Sampling(0.8, 8, 0.95)): "745347 568b88 ab4b18 198554 a54a54 56a015 100b54 578b88",
}


def test_a_step_is_one_column_of_codes(prior: Prior) -> None:
    session = open_session(prior, 0)
    codes = session.step(FREE)
    assert (codes.shape, codes.dtype, session.column) == ((1, 2, 3), np.int64, 1)
    assert 0 <= codes.min() <= codes.max() < 12


def test_the_same_seed_gives_the_same_codes(prior: Prior) -> None:
    assert np.array_equal(play(open_session(prior, 5), 30), play(open_session(prior, 5), 30))


@pytest.mark.parametrize(
    "sampling", [Sampling(top_p=0.9), Sampling(0.8, 8, 0.95)], ids=["free", "narrow"]
)
def test_a_seed_plays_what_it_played_in_earlier_versions(prior: Prior, sampling: Sampling) -> None:
    columns = play(open_session(prior, 5), 8, sampling).reshape(8, 6)
    played = " ".join("".join(f"{code:x}" for code in column) for column in columns)
    assert played == PLAYED[prior.kind, sampling]


def test_another_seed_gives_other_codes(prior: Prior) -> None:
    assert not np.array_equal(play(open_session(prior, 5), 4), play(open_session(prior, 6), 4))


@pytest.mark.parametrize("column", [0, 1, 4, 9, 12, 13])
def test_codes_after_a_rewind_are_those_before_it(prior: Prior, column: int) -> None:
    session = open_session(prior, 1)
    grid = play(session, 14)
    session.rewind(column)
    assert session.column == column
    assert play(session, 14 - column).tobytes() == grid[column:].tobytes()


def test_codes_after_many_rewinds_over_many_anchors_stay_the_same(prior: Prior) -> None:
    session = open_session(prior, 2)
    grid = play(session, 230)
    for column in (229, 215, 101, 228, 3, 160, 0):
        session.rewind(column)
        played = play(session, min(20, 230 - column))
        assert played.tobytes() == grid[column : column + len(played)].tobytes()
        session.prime(grid[session.column :])


def test_a_rewind_within_the_last_two_anchors_fills_no_cache_again(
    prior: Prior, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_session(prior, 3)
    play(session, 14)
    steps, fills = [], []
    stepper = session._stepper
    step, prefill = stepper._steps.step, stepper.prefill
    monkeypatch.setattr(stepper._steps, "step", lambda *a: steps.append(1) or step(*a))
    monkeypatch.setattr(stepper, "prefill", lambda *a: fills.append(1) or prefill(*a))
    for column in (13, 12, 11, 10, 8):
        session.rewind(column)
        session.step(FREE)
    assert (len(steps), len(fills)) == (5 * session._spans[0].cache.column_places, 0)


def test_a_new_take_draws_other_codes_and_an_old_one_its_own_again(prior: Prior) -> None:
    session = open_session(prior, 1)
    first = play(session, 10)
    session.rewind(7)
    session.take = 1
    second = play(session, 3)
    session.rewind(7)
    session.take = 0
    assert not np.array_equal(second, first[7:])
    assert np.array_equal(play(session, 3), first[7:])


@pytest.mark.parametrize("column", [10, 11, 12])
def test_what_was_played_again_before_an_anchor_is_what_it_continues_from(
    prior: Prior, column: int
) -> None:
    session, primed = open_session(prior, 1), open_session(prior, 1)
    grid = play(session, 14)
    session.rewind(column)
    session.take = primed.take = 1
    second = play(session, 14 - column)
    primed.prime(np.concatenate([grid[:column], second]))
    play(session, 1), play(primed, 1)
    one, other = session._span(14).cache, primed._span(14).cache
    assert one.length == other.length == 7 * one.column_places
    for layer, same in zip(one.layers, other.layers, strict=True):
        # To the last bit, which codes alone would seldom show.
        assert torch.equal(layer[:, :, : one.length], same[:, :, : one.length])


def test_the_seed_can_change_while_it_plays(prior: Prior) -> None:
    session = open_session(prior, 1)
    first = play(session, 10)
    session.rewind(5)
    session.seed = 2
    assert not np.array_equal(play(session, 5), first[5:])


def test_settings_can_change_at_any_column(prior: Prior) -> None:
    session = open_session(prior, 1)
    first = play(session, 10)
    session.rewind(5)
    cold = play(session, 5, Sampling(temperature=0.1))
    session.rewind(5)
    assert not np.array_equal(cold, first[5:])
    assert np.array_equal(play(session, 5), first[5:])


def test_committed_codes_change_what_follows(prior: Prior) -> None:
    session, other = open_session(prior, 1), open_session(prior, 1)
    grid = play(session, 10)
    play(other, 10)
    edited = (grid[9:] + 1) % 12
    other.commit(edited)
    assert other.column == 10
    assert not np.array_equal(play(session, 4), play(other, 4))


@pytest.mark.parametrize("columns", [1, 3, 9])
def test_committing_codes_is_as_if_they_had_been_played(prior: Prior, columns: int) -> None:
    session, given = open_session(prior, 1), open_session(prior, 1)
    grid = play(session, 10)
    grid[10 - columns :] = (grid[10 - columns :] + 5) % 12
    session.commit(grid[10 - columns :])
    given.prime(grid)
    assert np.array_equal(play(session, 6), play(given, 6))


def test_committing_what_was_played_changes_nothing(prior: Prior) -> None:
    session, other = open_session(prior, 1), open_session(prior, 1)
    grid = play(session, 10)
    play(other, 10)
    session.commit(grid[4:])
    assert np.array_equal(play(session, 5), play(other, 5))


def test_primed_codes_are_continued_from_as_if_played(prior: Prior) -> None:
    session, primed = open_session(prior, 1), open_session(prior, 1)
    grid = play(session, 21)
    primed.prime(grid)
    assert primed.column == 21
    assert np.array_equal(play(primed, 9), play(session, 9))


def test_a_column_depends_on_at_most_one_context_before_it(prior: Prior) -> None:
    one, other = open_session(prior, 1), open_session(prior, 1)
    grid = play(one, 19)
    changed = grid.copy()
    changed[:12] = (changed[:12] + 1) % 12
    other.prime(changed)
    assert np.array_equal(play(one, 1), play(other, 1))


def test_top_k_of_one_leaves_nothing_to_chance(prior: Prior) -> None:
    greedy = Sampling(top_k=1)
    one, other = open_session(prior, 1), open_session(prior, 99)
    assert np.array_equal(play(one, 6, greedy), play(other, 6, greedy))
    assert one.entropy == 0.0


@pytest.mark.parametrize("level", [0, 1, 2])
def test_settings_of_a_level_act_on_that_level_alone(
    prior: Prior, level: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_undecided(open_session(prior, 1), monkeypatch)
    top_k = [0, 0, 0]
    top_k[level] = 1
    varied = [len(np.unique(one)) > 1 for one in play(session, 20, Sampling(top_k=tuple(top_k))).T]
    assert varied == [one != level for one in range(3)]


def test_settings_for_another_number_of_levels_are_refused(prior: Prior) -> None:
    session = open_session(prior, 1)
    with pytest.raises(ParameterError, match="3 levels"):
        session.step(Sampling(temperature=(1.0, 1.0)))
    assert session.column == 0


def test_entropy_is_bits_per_code_of_the_last_column(
    prior: Prior, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_undecided(open_session(prior, 1), monkeypatch)
    assert session.entropy == 0.0
    session.step(Sampling(top_k=8))
    assert session.entropy == pytest.approx(3.0)


def test_a_prior_gone_mad_still_gives_legal_codes(prior: Prior) -> None:
    mad = copy.deepcopy(prior)
    heads = dict(mad.named_parameters())["heads" if mad.kind == "flat" else "depth.heads"]
    heads[1] = torch.nan
    heads[2, :11] = torch.inf
    grid = play(open_session(mad, 1), 12)
    assert 0 <= grid.min() <= grid.max() < 12
    assert len(np.unique(grid[..., 1])) > 3


def test_it_plays_500_columns_in_the_memory_it_started_with(prior: Prior) -> None:
    session = open_session(prior, 1)
    caches = [span.cache.layers for span in session._spans]
    storage = [layer.data_ptr() for layers in caches for layer in layers]
    shapes = [layer.shape for layers in caches for layer in layers]
    ring = session._history._ring
    play(session, 500)
    assert [layer.data_ptr() for layers in caches for layer in layers] == storage
    assert [layer.shape for layers in caches for layer in layers] == shapes
    assert session._history._ring is ring
    assert len(session._spans) == 2


@pytest.mark.parametrize(("repetition_columns", "oldest"), [(2, 36), (16, 46)])
def test_what_is_too_long_ago_is_refused_and_the_oldest_named(
    prior: Prior, monkeypatch: pytest.MonkeyPatch, repetition_columns: int, oldest: int
) -> None:
    """The oldest has half a context before its anchor, and before it all that counts as lately."""
    monkeypatch.setattr(session_module, "HISTORY_COLUMNS", 20)
    monkeypatch.setattr(session_module, "REPETITION_COLUMNS", repetition_columns)
    session, again = open_session(prior, 1), Sampling(top_p=0.0, repetition=0.5)
    grid = play(session, 50, again)
    with pytest.raises(CodesError, match=f"oldest column available is {oldest}$"):
        session.rewind(oldest - 1)
    session.rewind(oldest)
    assert np.array_equal(play(session, 50 - oldest, again), grid[oldest:])


def test_a_grid_longer_than_the_history_primes_with_its_end(
    prior: Prior, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_session(prior, 1)
    grid = play(session, 50)
    monkeypatch.setattr(session_module, "HISTORY_COLUMNS", 20)
    primed = open_session(prior, 1)
    primed.prime(grid)
    assert np.array_equal(play(primed, 5), play(session, 5))


def test_columns_not_reached_yet_are_refused(prior: Prior) -> None:
    session = open_session(prior, 1)
    play(session, 3)
    for column in (4, -1):
        with pytest.raises(CodesError, match=r"0\.\.3"):
            session.rewind(column)
    with pytest.raises(CodesError, match="has not been played"):
        session.commit(np.zeros((4, 2, 3), dtype=np.int64))


@pytest.mark.parametrize("method", ["commit", "prime"])
def test_codes_that_do_not_fit_the_model_are_refused(prior: Prior, method: str) -> None:
    session = open_session(prior, 1)
    play(session, 3)
    with pytest.raises(CodesError, match=r"\[T, 2, 3\]"):
        getattr(session, method)(np.zeros((1, 3, 2), dtype=np.int64))
    with pytest.raises(CodesError, match=r"0\.\.11"):
        getattr(session, method)(np.full((1, 2, 3), 12))
    assert session.column == 3


def test_a_session_needs_no_evaluation_mode(prior: Prior) -> None:
    training = copy.deepcopy(prior).train()
    assert np.array_equal(play(open_session(training, 1), 10), play(open_session(prior, 1), 10))


def test_a_session_that_is_restarted_plays_as_a_new_one(prior: Prior) -> None:
    session = open_session(prior, 5)
    first = play(session, 30)
    session.restart()
    assert session.column == 0
    np.testing.assert_array_equal(play(session, 30), first)
