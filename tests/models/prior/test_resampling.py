"""Takes of a region, and the choice among them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from distill_live.codes.selection import Region
from distill_live.models.kinds import open_session
from distill_live.models.prior import session as session_module
from distill_live.models.prior.base import Prior
from distill_live.models.prior.resampling import Choice, Takes, choose_take, draw_takes
from distill_live.models.prior.sampling import Sampling
from tests.models.prior.sessions import FREE, Grid, play

BANDS, LEVELS = np.ones(2, np.bool_), np.ones(3, np.bool_)
GRID: Grid = np.random.default_rng(0).integers(0, 12, (30, 2, 3))


def take_all(
    prior: Prior, codes: Grid, region: Region, takes: int = 4, choice: Choice = "likeliest"
) -> Takes:
    steps = draw_takes(open_session(prior, 3), codes, region, FREE, takes, choice)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def played(prior: Prior, codes: Grid, start: int, count: int, take: int) -> Grid:
    """What a session plays after the columns before `start`."""
    session = open_session(prior, 3)
    session.prime(codes[:start])
    session.take = take
    return play(session, count)


@pytest.mark.parametrize(("start", "end"), [(0, 3), (5, 9), (27, 30)])
def test_each_take_is_what_the_prior_plays_there(prior: Prior, start: int, end: int) -> None:
    found = take_all(prior, GRID, Region(start, end, BANDS, LEVELS))
    assert len(set(found.log_likelihoods)) == (1 if end == 30 else 4)
    expected = played(prior, GRID, start, end - start, found.kept)
    assert np.array_equal(found.codes, expected)


def test_a_take_is_judged_by_all_codes_that_it_did_not_draw(prior: Prior) -> None:
    """Within the first context, one pass over all columns says the same."""
    bands, levels = np.array([False, True]), np.array([True, False, True])
    codes, region = GRID[:7], Region(2, 4, bands, levels)
    found = take_all(prior, codes, region)
    whole = codes.copy()
    whole[2:4] = found.codes
    tokens = torch.from_numpy(whole.reshape(1, -1))
    with torch.inference_mode():
        logs = torch.log_softmax(prior(tokens)[0], -1).gather(1, tokens[0][:, None])
    by_cell = logs.view(whole.shape).numpy()
    expected = by_cell[2:4][:, ~(bands[:, None] & levels)].sum() + by_cell[4:].sum()
    assert found.log_likelihoods[found.kept] == pytest.approx(expected, abs=1e-3)


def test_only_columns_that_look_back_to_the_region_judge_it(prior: Prior) -> None:
    """Column 12 begins at an anchor from which only the columns from 8 on are seen."""
    region, changed = Region(5, 8, BANDS, LEVELS), GRID.copy()
    found = take_all(prior, GRID, region).log_likelihoods
    changed[12:] = (changed[12:] + 1) % 12
    assert take_all(prior, changed, region).log_likelihoods == found
    changed[11] = (changed[11] + 1) % 12
    assert take_all(prior, changed, region).log_likelihoods != found


def test_where_nothing_follows_all_takes_are_as_good_and_the_first_is_kept(prior: Prior) -> None:
    found = take_all(prior, GRID, Region(20, 30, BANDS, LEVELS))
    assert (found.kept, found.log_likelihoods) == (0, (0.0,) * 4)


def test_a_region_longer_than_the_history_is_drawn_all_the_same(
    prior: Prior, monkeypatch: pytest.MonkeyPatch
) -> None:
    region = Region(1, 28, BANDS, LEVELS)
    expected = take_all(prior, GRID, region)
    monkeypatch.setattr(session_module, "HISTORY_COLUMNS", 20)
    found = take_all(prior, GRID, region)
    assert np.array_equal(found.codes, expected.codes)
    assert found.log_likelihoods == pytest.approx(expected.log_likelihoods)


def test_the_likeliest_take_is_kept_and_more_takes_make_it_no_less_likely(prior: Prior) -> None:
    region = Region(5, 7, BANDS, LEVELS)
    all_takes = take_all(prior, GRID, region, takes=10).log_likelihoods
    best = -np.inf
    for takes in (1, 2, 5, 10):
        found = take_all(prior, GRID, region, takes)
        assert found.log_likelihoods == pytest.approx(all_takes[:takes])
        assert found.kept == int(np.argmax(all_takes[:takes]))
        assert found.log_likelihoods[found.kept] >= best
        best = found.log_likelihoods[found.kept]


def test_a_weighted_choice_keeps_takes_in_proportion_to_their_likelihood() -> None:
    likelihoods = list(np.log([0.1, 0.5, 0.0001, 0.4]) - 2000.0)
    kept = [choose_take(likelihoods, "weighted", u) for u in (np.arange(1000) + 0.5) / 1000]
    assert np.abs(np.bincount(kept, minlength=4) - [100, 500, 0, 400]).max() <= 1
    assert choose_take(likelihoods, "likeliest", 0.99) == 1


def test_a_weighted_choice_can_keep_another_take_than_the_likeliest(prior: Prior) -> None:
    region = Region(5, 7, BANDS, LEVELS)
    kept = set()
    for seed in range(20):
        steps = draw_takes(open_session(prior, seed), GRID, region, Sampling(), 2, "weighted")
        while True:
            try:
                next(steps)
            except StopIteration as end:
                kept.add(end.value.kept == int(np.argmax(end.value.log_likelihoods)))
                break
        if len(kept) == 2:
            return
    raise AssertionError("it always kept the likeliest")


def test_takes_that_are_all_impossible_leave_the_first() -> None:
    for choice in ("likeliest", "weighted"):
        assert choose_take([-np.inf, -np.inf], choice, 0.9) == 0  # type: ignore[arg-type]
