"""What a header says of a model's loudness, and the gain that matches two models."""

import math

import pytest

from distill_live.models.file.loudness import LOUDNESS, ModelLoudness


@pytest.mark.parametrize(
    ("own", "other", "gain_db"),
    [(-18.0, -18.0, 0.0), (-18.0, -24.0, -6.0), (-41.0, -18.2, 22.8), (-18.0, -41.9, -23.9),
     (-50.0, -18.0, 24.0), (-10.0, -50.0, -24.0)],
)  # fmt: skip
def test_a_model_is_made_as_loud_as_another_by_what_both_play(
    own: float, other: float, gain_db: float
) -> None:
    # The recordings say otherwise.
    gain = ModelLoudness(own, -20.0).gain_to_match(ModelLoudness(other, -9.0))
    assert gain == pytest.approx(10 ** (gain_db / 20))


@pytest.mark.parametrize(
    ("own", "other", "gain_db"),
    [(-18.0, -18.0, 0.0), (-18.0, -24.0, -6.0), (-24.0, -18.0, 6.0), (-18.0, -30.0, -12.0),
     (-18.0, -31.0, -12.0), (-60.0, -18.0, 12.0)],
)  # fmt: skip
@pytest.mark.parametrize("measured", [(None, None), (-30.0, None), (None, -30.0)])
def test_where_one_was_not_measured_the_recordings_count(
    own: float, other: float, gain_db: float, measured: tuple[float | None, float | None]
) -> None:
    gain = ModelLoudness(measured[0], own).gain_to_match(ModelLoudness(measured[1], other))
    assert gain == pytest.approx(10 ** (gain_db / 20))


def test_a_header_says_how_loud_a_model_and_its_recordings_are() -> None:
    header = {LOUDNESS: -23, "loudness_db": -20.5}
    assert ModelLoudness.of_header(header) == ModelLoudness(-23.0, -20.5)
    assert ModelLoudness.of_header({}) == ModelLoudness(None, -18.0)


@pytest.mark.parametrize(
    "stored", [None, "loud", True, [1.0], {}, math.nan, math.inf, -math.inf, -101.0, 21.0, 10**400]
)
def test_numbers_of_a_header_that_make_no_sense_are_ignored(stored: object) -> None:
    assert ModelLoudness.of_header({LOUDNESS: stored, "loudness_db": stored}) == ModelLoudness()
