"""What a column takes from the columns before it: repetition, and contexts of several lengths."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from distill_live.errors import CodesError, ParameterError
from distill_live.models.kinds import open_session
from distill_live.models.prior.base import Prior
from distill_live.models.prior.sampling import REPETITION_COLUMNS, Sampling
from distill_live.models.prior.session import HISTORY_COLUMNS, PriorSession
from tests.models.prior.sessions import FREE, make_undecided, play

AGAIN = Sampling(top_p=0.0, repetition=0.7)
RECORDING = np.random.default_rng(0).integers(0, 12, (HISTORY_COLUMNS + 900, 2, 3))


def test_repetition_above_zero_returns_to_the_codes_of_the_last_columns(
    prior: Prior, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_undecided(open_session(prior, 1), monkeypatch)
    lately = RECORDING[:1].repeat(REPETITION_COLUMNS, 0)
    session.prime(lately)
    assert np.array_equal(session.step(Sampling(temperature=0.5, repetition=1.0)), lately[:1])


def test_repetition_below_zero_avoids_the_codes_of_the_last_columns(
    prior: Prior, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_undecided(open_session(prior, 1), monkeypatch)
    session.prime(RECORDING[:1].repeat(REPETITION_COLUMNS, 0))
    played = play(session, 5, Sampling(temperature=0.5, repetition=-1.0))
    assert not (played == RECORDING[:1]).any()


@pytest.mark.parametrize("level", [0, 1, 2])
def test_repetition_of_a_level_acts_on_that_level_alone(
    prior: Prior, level: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_undecided(open_session(prior, 1), monkeypatch)
    session.prime(RECORDING[:1].repeat(REPETITION_COLUMNS, 0))
    repetition = [0.0, 0.0, 0.0]
    repetition[level] = 1.0
    played = play(session, 8, Sampling(temperature=0.5, repetition=tuple(repetition)))
    held = (played == RECORDING[:1]).all(axis=(0, 1))
    assert held.tolist() == [one == level for one in range(3)]


def test_repetition_looks_back_as_many_columns_as_it_says(
    prior: Prior, monkeypatch: pytest.MonkeyPatch
) -> None:
    def entropy(column: int) -> float:
        """How undecided the next column is when one of those before it differs."""
        lately = np.zeros((REPETITION_COLUMNS + 1, 2, 3), dtype=np.int64)
        lately[column] = 5
        session = make_undecided(open_session(prior, 1), monkeypatch)
        session.prime(lately)
        session.step(AGAIN)
        return session.entropy

    assert entropy(1) == entropy(REPETITION_COLUMNS) > entropy(0)


@pytest.mark.parametrize("column", [0, 1, 4, 17, 38, 43, 50])
def test_repetition_draws_the_same_again_after_a_rewind(prior: Prior, column: int) -> None:
    session = open_session(prior, 1)
    grid = play(session, 52, AGAIN)
    half_drawn = session.steps(AGAIN)
    next(half_drawn)
    session.rewind(column)
    assert play(session, 52 - column, AGAIN).tobytes() == grid[column:].tobytes()


def test_repetition_depends_on_the_codes_and_not_on_how_they_came(prior: Prior) -> None:
    played, primed, edited = open_session(prior, 1), open_session(prior, 1), open_session(prior, 1)
    grid = play(played, 30, AGAIN)
    primed.prime(grid)
    play(edited, 30)
    edited.commit(grid)
    follows = play(played, 20, AGAIN).tobytes()
    assert play(primed, 20, AGAIN).tobytes() == play(edited, 20, AGAIN).tobytes() == follows


def test_a_long_way_back_leads_to_the_same_codes_again(prior: Prior) -> None:
    """More columns than the session remembers, then thousands back and forth."""
    session = open_session(prior, 3)
    session.prime(RECORDING)
    end = len(RECORDING)
    grid = play(session, 30, AGAIN)
    for column in (end - 5000, end - 8000, end - 17):
        session.rewind(column)
        session.prime(RECORDING[column:])
        assert play(session, 30, AGAIN).tobytes() == grid.tobytes()


def test_the_context_is_the_models_own_to_begin_with(prior: Prior) -> None:
    assert open_session(prior, 1).context_columns == prior.config.context_columns == 8


@pytest.mark.parametrize("columns", [-2, 0, 2, 3, 5, 7, 9, 10])
def test_a_context_that_cannot_be_is_refused(prior: Prior, columns: int) -> None:
    session = open_session(prior, 1)
    with pytest.raises(ParameterError, match=rf"even number of columns, 4\.\.8, not {columns}$"):
        session.context_columns = columns
    assert session.context_columns == 8


def test_a_shorter_context_remembers_less(prior: Prior) -> None:
    """At an anchor a column depends on half a context: 2 columns of 4 here, 4 of 8."""
    one, other, longer = open_session(prior, 1), open_session(prior, 1), open_session(prior, 1)
    one.context_columns = other.context_columns = 4
    changed = RECORDING[:12].copy()
    changed[:10] = (changed[:10] + 1) % 12
    one.prime(RECORDING[:12]), other.prime(changed), longer.prime(RECORDING[:12])
    found = play(one, 3)
    assert np.array_equal(found, play(other, 3))
    assert not np.array_equal(found, play(longer, 3))


@pytest.mark.parametrize("context", [4, 6, 8])
def test_in_any_context_a_rewind_draws_the_same_again(prior: Prior, context: int) -> None:
    session = open_session(prior, 1)
    session.context_columns = context
    grid = play(session, 40, AGAIN)
    for column in (39, 33, 17, 3):
        session.rewind(column)
        assert play(session, 40 - column, AGAIN).tobytes() == grid[column:].tobytes()


@pytest.mark.parametrize("first", [1, 3, 4, 8, 10, 15])
@pytest.mark.parametrize("columns", [1, 2, 5, 9])
def test_the_full_context_again_draws_what_a_session_that_always_had_it_would(
    prior: Prior, first: int, columns: int
) -> None:
    session, always = open_session(prior, 1), open_session(prior, 1)
    grid = [play(session, first)]
    session.context_columns = 4
    grid.append(play(session, columns))
    session.context_columns = 8
    always.prime(np.concatenate(grid))
    assert play(session, 12).tobytes() == play(always, 12).tobytes()


def test_a_column_is_a_function_of_the_context_whatever_came_between(prior: Prior) -> None:
    def again(session: PriorSession, contexts: list[int]) -> bytes:
        session.rewind(21)
        for context in contexts:
            session.context_columns = context
            session.step(FREE)
            session.rewind(21)
        return play(session, 9).tobytes()

    session = open_session(prior, 1)
    play(session, 30)
    assert again(session, [4]) == again(session, [8, 6, 4]) == again(session, [6, 8, 4])
    assert again(session, [4]) != again(session, [8])


@pytest.mark.parametrize("change", [4, 6])
def test_the_caches_of_another_context_are_kept_while_they_may_be_of_use(
    prior: Prior, change: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_session(prior, 1)
    play(session, 9)
    session.context_columns = change
    session.step(FREE)
    fills: list[int] = []
    prefill: Callable[..., None] = session._stepper.prefill
    monkeypatch.setattr(session._stepper, "prefill", lambda *a: fills.append(1) or prefill(*a))
    session.context_columns = 8
    session.step(FREE)
    assert fills == []


def test_a_session_that_begins_late_draws_what_one_draws_that_knows_all(prior: Prior) -> None:
    context = prior.config.context_columns
    whole, late = open_session(prior, 1), open_session(prior, 1)
    whole.prime(RECORDING[: 4 * context])
    late.restart(context)
    late.prime(RECORDING[context : 4 * context])
    assert late.column == whole.column
    np.testing.assert_array_equal(play(late, 5), play(whole, 5))
    late.rewind(late.oldest)
    whole.rewind(late.oldest)
    np.testing.assert_array_equal(play(late, 5), play(whole, 5))
    with pytest.raises(CodesError, match=f"the oldest column available is {late.oldest}"):
        late.rewind(late.oldest - 1)
