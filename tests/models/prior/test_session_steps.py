"""A column drawn band by band, and one given up half-way."""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np
import pytest
import torch

from distill_live.errors import CodesError, ParameterError
from distill_live.models.kinds import open_session
from distill_live.models.prior import session as session_module
from distill_live.models.prior.base import Prior
from distill_live.models.prior.sampling import Sampling
from distill_live.models.prior.session import PriorSession
from tests.models.prior.sessions import FREE, Grid, play

Drawing = Generator[None, None, Grid]


def finish(drawing: Drawing) -> tuple[int, Grid]:
    """How many pauses a column still has, and its codes."""
    pauses = 0
    while True:
        try:
            next(drawing)
        except StopIteration as end:
            return pauses, end.value
        pauses += 1


def half_drawn(session: PriorSession, sampling: Sampling = FREE) -> Drawing:
    """A column paused after its first band."""
    drawing = session.steps(sampling)
    next(drawing)
    return drawing


def test_a_column_in_pieces_is_the_column_in_one(prior: Prior) -> None:
    whole, pieces = open_session(prior, 1), open_session(prior, 1)
    sampling = Sampling(repetition=0.4)
    for _ in range(30):
        assert finish(pieces.steps(sampling))[1].tobytes() == whole.step(sampling).tobytes()
        assert (pieces.column, pieces.entropy) == (whole.column, whole.entropy)


def test_there_is_a_pause_after_every_band_but_the_last(prior: Prior) -> None:
    assert finish(open_session(prior, 1).steps(FREE))[0] == prior.config.bands - 1


def test_no_inference_mode_is_left_on_in_a_pause(prior: Prior) -> None:
    _drawing = half_drawn(open_session(prior, 1))
    assert not torch.is_inference_mode_enabled()


def test_what_is_half_drawn_does_not_count_yet(prior: Prior) -> None:
    session = open_session(prior, 1)
    play(session, 3)
    entropy = session.entropy
    _drawing = half_drawn(session)
    assert (session.column, session.entropy) == (3, entropy)


@pytest.mark.parametrize("column", [1, 3, 4, 7, 11, 12])
@pytest.mark.parametrize(
    "give_up",
    [lambda session, _: session.rewind(session.column), lambda _, drawing: drawing.close()],
    ids=["rewind", "close"],
)
def test_a_column_given_up_leaves_the_session_as_if_it_had_not_begun(
    prior: Prior, column: int, give_up: Callable[[PriorSession, Drawing], None]
) -> None:
    session, other = open_session(prior, 1), open_session(prior, 1)
    play(session, column), play(other, column)
    give_up(session, half_drawn(session, Sampling(temperature=2.0)))
    assert play(session, 15).tobytes() == play(other, 15).tobytes()
    for span, same in zip(session._spans, other._spans, strict=True):
        assert span.cache.length == same.cache.length
        for layer, expected in zip(span.cache.layers, same.cache.layers, strict=True):
            kept = span.cache.length
            assert torch.equal(layer[:, :, :kept], expected[:, :, :kept])


@pytest.mark.parametrize("column", [2, 4, 6])
def test_a_rewind_further_back_gives_a_half_drawn_column_up_too(prior: Prior, column: int) -> None:
    session = open_session(prior, 1)
    grid = play(session, 9)
    _drawing = half_drawn(session)
    session.rewind(column)
    assert np.array_equal(play(session, 9 - column), grid[column:])


def test_a_second_column_cannot_begin_before_the_first_is_finished(prior: Prior) -> None:
    session, other = open_session(prior, 1), open_session(prior, 1)
    drawing = half_drawn(session)
    with pytest.raises(CodesError, match="half drawn"):
        session.step(FREE)
    assert np.array_equal(finish(drawing)[1], other.step(FREE))
    assert np.array_equal(session.step(FREE), other.step(FREE))


def go_back(session: PriorSession) -> None:
    session.rewind(1)


def prime(session: PriorSession) -> None:
    session.prime(np.zeros((1, 2, 3), dtype=np.int64))


def edit(session: PriorSession) -> None:
    session.commit(np.full((1, 2, 3), 11))


@pytest.mark.parametrize("change", [go_back, prime, edit])
def test_a_column_that_was_given_up_goes_no_further(
    prior: Prior, change: Callable[[PriorSession], None]
) -> None:
    session, other = open_session(prior, 1), open_session(prior, 1)
    play(session, 2), play(other, 2)
    stale = half_drawn(session)
    change(session), change(other)
    with pytest.raises(CodesError, match="abandoned"):
        next(stale)
    assert np.array_equal(play(session, 5), play(other, 5))


def test_a_stale_column_does_not_disturb_the_one_that_took_its_place(prior: Prior) -> None:
    session, other = open_session(prior, 1), open_session(prior, 1)
    stale = half_drawn(session)
    session.rewind(0)
    drawing = half_drawn(session)
    with pytest.raises(CodesError, match="abandoned"):
        next(stale)
    assert np.array_equal(finish(drawing)[1], other.step(FREE))


def test_a_column_begins_when_it_is_first_advanced(prior: Prior) -> None:
    session, other = open_session(prior, 1), open_session(prior, 2)
    waiting = session.steps(FREE)
    session.seed = 2
    assert np.array_equal(finish(waiting)[1], other.step(FREE))


def test_seed_take_and_context_set_in_a_pause_are_for_the_next_column(prior: Prior) -> None:
    session, other = open_session(prior, 1), open_session(prior, 1)
    play(session, 10), play(other, 10)
    drawing = half_drawn(session)
    session.seed, session.take, session.context_columns = 2, 3, 4
    assert np.array_equal(finish(drawing)[1], other.step(FREE))
    other.seed, other.take, other.context_columns = 2, 3, 4
    assert np.array_equal(play(session, 5), play(other, 5))


def test_settings_for_another_number_of_levels_leave_nothing_half_drawn(prior: Prior) -> None:
    session = open_session(prior, 1)
    with pytest.raises(ParameterError, match="3 levels"):
        next(session.steps(Sampling(min_p=(0.0, 0.1))))
    assert session.step(FREE).shape == (1, 2, 3)


def test_an_error_in_the_middle_leaves_nothing_half_drawn(
    prior: Prior, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, other = open_session(prior, 1), open_session(prior, 1)
    drawing = half_drawn(session)
    with monkeypatch.context() as patched:
        patched.setattr(session_module, "draw_code", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            next(drawing)
    assert np.array_equal(session.step(FREE), other.step(FREE))
