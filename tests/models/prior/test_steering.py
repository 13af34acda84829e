"""A musician's settings as ranks."""

from __future__ import annotations

import math

import pytest

from distill_live.errors import ParameterError
from distill_live.models.prior.steering import STEERED, UNSTEERED, Steering


def test_settings_run_from_the_lowest_rank_to_the_highest() -> None:
    ranks = Steering(loudness=-1.0, brightness=0.0, noisiness=1.0).ranks
    assert ranks[:3] == [0.0, 0.5, 1.0]
    assert math.isnan(ranks[3])


def test_it_is_on_when_it_says_something() -> None:
    assert not UNSTEERED.on
    assert all(Steering(**{name: 0.0}).on for name in STEERED)
    assert not Steering(loudness=1.0, guidance=0.0).on


def test_guidance_may_be_all_that_its_range_has() -> None:
    assert [Steering(guidance=value).guidance for value in (0.0, 4.0)] == [0.0, 4.0]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"loudness": 1.1}, "loudness must be off or -1..1"),
        ({"noisiness": -1.1}, "noisiness must be off or -1..1"),
        ({"density": math.nan}, "density must be off or -1..1"),
        ({"guidance": -0.1}, "guidance must be 0..4"),
        ({"guidance": 4.1}, "guidance must be 0..4"),
        ({"guidance": math.nan}, "guidance must be 0..4"),
    ],
)
def test_values_out_of_range_are_refused(setting: dict[str, float], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Steering(**setting)
