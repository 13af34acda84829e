"""How codes are drawn from logits."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from distill_live.errors import ParameterError
from distill_live.models.kinds import open_session, sample_code_sequence
from distill_live.models.prior.base import Prior
from distill_live.models.prior.sampling import (
    REPETITION_COLUMNS,
    REPETITION_NATS,
    LevelSampling,
    Sampling,
    code_probabilities,
    column_uniforms,
    draw_code,
    entropy_bits,
    raise_repeated,
)
from tests.models.prior.sessions import play

LOGITS = np.log(np.array([0.1, 0.4, 0.05, 0.25, 0.2], dtype=np.float32))


def possible(**settings: float) -> list[int]:
    """The codes that can be drawn."""
    return np.flatnonzero(code_probabilities(LOGITS, **settings)).tolist()  # type: ignore[arg-type]


def test_without_filters_the_probabilities_are_the_models() -> None:
    assert np.allclose(code_probabilities(LOGITS), np.exp(LOGITS))


def test_temperature_is_the_power_that_probabilities_are_raised_to() -> None:
    powered = np.exp(LOGITS) ** 2
    assert np.allclose(code_probabilities(LOGITS, temperature=0.5), powered / powered.sum())


@pytest.mark.parametrize(("top_k", "codes"), [(0, 5), (1, 1), (2, 2), (4, 4), (5, 5), (99, 5)])
def test_top_k_keeps_the_k_likeliest(top_k: int, codes: int) -> None:
    likeliest = [1, 3, 4, 0, 2][:codes]
    assert possible(top_k=top_k) == sorted(likeliest)


def test_top_k_keeps_k_of_equals() -> None:
    assert np.count_nonzero(code_probabilities(np.zeros(5, dtype=np.float32), top_k=3)) == 3


@pytest.mark.parametrize(
    ("top_p", "codes"), [(0.0, 5), (0.01, 1), (0.39, 1), (0.41, 2), (0.66, 3), (0.96, 5), (1.0, 5)]
)
def test_top_p_keeps_the_likeliest_that_together_reach_it(top_p: float, codes: int) -> None:
    assert possible(top_p=top_p) == sorted([1, 3, 4, 0, 2][:codes])


def test_top_p_is_a_part_of_what_top_k_left() -> None:
    assert possible(top_k=2, top_p=0.6) == [1]
    assert possible(top_k=2, top_p=0.62) == [1, 3]


@pytest.mark.parametrize(
    ("min_p", "codes"), [(0.0, 5), (0.12, 5), (0.13, 4), (0.49, 3), (0.51, 2), (0.63, 1), (1.0, 1)]
)
def test_min_p_keeps_what_is_likely_enough_beside_the_likeliest(min_p: float, codes: int) -> None:
    assert possible(min_p=min_p) == sorted([1, 3, 4, 0, 2][:codes])


def test_min_p_of_one_keeps_all_of_equals() -> None:
    assert np.count_nonzero(code_probabilities(np.zeros(5, dtype=np.float32), min_p=1.0)) == 5


def test_min_p_looks_at_probabilities_after_temperature() -> None:
    assert possible(temperature=0.5, min_p=0.3) == [1, 3]
    assert possible(temperature=2.0, min_p=0.6) == [1, 3, 4]


def test_min_p_takes_from_what_top_k_and_top_p_left() -> None:
    assert possible(top_k=2, min_p=0.4) == [1, 3]
    assert possible(top_p=0.9, min_p=0.4) == [1, 3, 4]
    assert possible(top_k=3, top_p=0.6, min_p=0.7) == [1]


def test_a_code_that_came_in_every_late_column_is_raised_by_all_the_nats() -> None:
    recent = np.full(REPETITION_COLUMNS, 3)
    for repetition in (1.0, -0.5):
        raised = raise_repeated(LOGITS, recent, repetition) - LOGITS
        assert np.allclose(raised, [0, 0, 0, repetition * REPETITION_NATS, 0])


def test_a_code_is_raised_by_the_share_of_the_late_columns_that_had_it() -> None:
    raised = raise_repeated(LOGITS, np.array([4, 0, 4]), 1.0) - LOGITS
    assert np.allclose(raised, [0.5, 0, 0, 0, 1.0])


def test_repetition_acts_before_temperature_and_filters() -> None:
    recent, level = np.full(REPETITION_COLUMNS, 2), LevelSampling(2.0, 2, 0.0, 0.0, 0.5)
    expected = code_probabilities(LOGITS + np.array([0, 0, 4, 0, 0]), temperature=2.0, top_k=2)
    found = level.probabilities(LOGITS, recent)
    assert np.allclose(found, expected)
    assert np.flatnonzero(found).tolist() == [1, 2]


def test_settings_that_are_off_leave_every_bit_of_the_probabilities() -> None:
    level, recent = Sampling(0.8, 4, 0.95).levels(1)[0], np.arange(5)
    assert (
        level.probabilities(LOGITS, recent).tobytes()
        == code_probabilities(LOGITS, 0.8, 4, 0.95).tobytes()
    )


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_logits_that_are_not_finite_are_never_drawn(bad: float) -> None:
    logits = LOGITS.copy()
    logits[[1, 4]] = bad
    probabilities = code_probabilities(logits, top_k=4, top_p=0.99)
    assert np.flatnonzero(probabilities).tolist() == [0, 2, 3]
    assert probabilities.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_when_no_logit_is_finite_every_code_is_as_likely(bad: float) -> None:
    probabilities = code_probabilities(np.full(4, bad, dtype=np.float32), top_k=1)
    assert probabilities.tolist() == [0.25] * 4


def test_logits_stay_as_they_were() -> None:
    logits = LOGITS.copy()
    logits[0] = np.nan
    before = logits.tobytes()
    code_probabilities(logits, 0.5, 3, 0.5)
    assert logits.tobytes() == before


def test_a_draw_inverts_the_running_sum() -> None:
    probabilities = np.array([0.25, 0.0, 0.5, 0.25, 0.0])
    drawn = [draw_code(probabilities, u) for u in (0.0, 0.2499, 0.25, 0.7499, 0.75, 0.9999)]
    assert drawn == [0, 0, 2, 2, 3, 3]


def test_a_draw_that_rounds_up_is_still_a_possible_code() -> None:
    assert draw_code(np.array([0.5, 0.5, 0.0]), 1.0) == 1


def test_draws_come_as_often_as_they_are_likely() -> None:
    uniforms = (np.arange(1000) + 0.5) / 1000
    probabilities = code_probabilities(LOGITS)
    drawn = np.bincount([draw_code(probabilities, u) for u in uniforms], minlength=5)
    assert np.abs(drawn - 1000 * np.exp(LOGITS)).max() <= 1


def test_entropy_is_that_of_the_drawn_distribution_in_bits() -> None:
    assert entropy_bits(np.full(8, 0.125)) == pytest.approx(3.0)
    assert entropy_bits(np.array([0.0, 1.0])) == 0.0


def test_uniforms_depend_on_seed_take_and_column() -> None:
    one = column_uniforms(1, 2, 3, 24)
    assert np.array_equal(one, column_uniforms(1, 2, 3, 24))
    for other in ((0, 2, 3), (1, 0, 3), (1, 2, 4), (-1, 2, 3), (2, 1, 3)):
        assert np.intersect1d(one, column_uniforms(*other, 24)).size == 0
    assert 0.0 <= one.min() <= one.max() < 1.0


def test_no_number_is_shared_between_neighbouring_columns() -> None:
    columns = np.concatenate([column_uniforms(7, 0, column, 24) for column in range(50)])
    assert len(np.unique(columns)) == len(columns)


@pytest.mark.parametrize(
    "settings",
    [{"temperature": 0.05}, {"temperature": (1.0, 2.5, 1.0)}, {"top_k": -1}, {"top_p": 1.1},
     {"top_p": float("nan")}, {"min_p": -0.1}, {"min_p": (0.0, 1.1, 0.0)}, {"repetition": -1.1},
     {"repetition": (1.5, 0.0, 0.0)}, {"manner": 1.1}, {"manner": (0.0, -0.1, 0.0)}],
)  # fmt: skip
def test_settings_outside_their_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ParameterError, match=next(iter(settings))):
        Sampling(**settings)


def test_one_number_holds_for_all_levels_and_a_tuple_for_each() -> None:
    sampling = Sampling((0.5, 1.0, 1.5), top_k=3, top_p=0.7, repetition=(0.0, 0.0, -0.5))
    assert sampling.levels(3) == [
        LevelSampling(0.5, 3, 0.7, 0.0, 0.0),
        LevelSampling(1.0, 3, 0.7, 0.0, 0.0),
        LevelSampling(1.5, 3, 0.7, 0.0, -0.5),
    ]


def test_a_level_has_the_manner_that_is_meant_for_it() -> None:
    assert [one.manner for one in Sampling(manner=(0.0, 0.5, 1.0)).levels(3)] == [0.0, 0.5, 1.0]


def test_a_tuple_needs_one_number_per_level() -> None:
    with pytest.raises(ParameterError, match="3 levels"):
        Sampling(top_k=(1, 2)).levels(3)


def test_a_sequence_is_what_a_session_plays(prior: Prior) -> None:
    codes = sample_code_sequence(
        prior, 0.9, 8, 0.95, seed=4, device="cpu", columns=11, min_p=0.02, repetition=0.8
    )
    played = play(open_session(prior, 4), 11, Sampling(0.9, 8, 0.95, 0.02, 0.8))
    assert codes.shape == (1, 22, 3)
    assert torch.equal(codes, torch.from_numpy(played).view(1, 22, 3))
