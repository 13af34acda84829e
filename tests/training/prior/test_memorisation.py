"""How much is copied, on codes for which that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from distill_live.models.file.loaded import LoadedVQModel
from distill_live.training.data.sequences import CodeSequences
from distill_live.training.prior import memorisation
from distill_live.training.prior.memorisation import (
    Memorisation,
    Overlap,
    measure_memorisation,
    measure_overlap,
)


def random_grid(columns: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 16, (columns, 8, 3)).astype(np.int16)


TRAINING = [random_grid(40, seed) for seed in range(4)]


def test_what_is_copied_is_found_and_what_is_not_is_not() -> None:
    assert measure_overlap([TRAINING[2][5:25]], TRAINING) == Overlap(1.0, 1.0)
    assert measure_overlap([random_grid(40, 99)], TRAINING) == Overlap(0.0, 0.0)
    # Of 33 windows of 8 columns, the 13 that lie in the second half are copied.
    half = np.concatenate([random_grid(20, 98), TRAINING[1][10:30]])
    assert measure_overlap([half], TRAINING).coarse == pytest.approx(13 / 33)


def test_a_figure_in_another_colour_is_the_same_in_the_coarsest_level_only() -> None:
    figure = random_grid(30, 97)
    figure[:, :, 0] = TRAINING[0][:30, :, 0]
    assert measure_overlap([figure], TRAINING) == Overlap(1.0, 0.0)


def test_a_few_changed_codes_leave_it_nearly_the_same() -> None:
    changed = TRAINING[3].copy()
    wrong = np.random.default_rng(5).random(changed.shape) < 0.12
    changed[wrong] = (changed[wrong] + 1) % 16
    assert measure_overlap([changed], TRAINING) == Overlap(0.0, 1.0)


def test_of_very_many_windows_some_that_are_spread_over_all_are_looked_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_up = []
    plain = memorisation._share

    def count(streams: Sequence[np.ndarray], *others: Any) -> float:
        looked_up.append(sum(len(grid) - 8 + 1 for grid in streams))
        return plain(streams, *others)

    monkeypatch.setattr(memorisation, "_share", count)
    # 2,640 windows, of which the second half is copied.
    streams = [random_grid(40, 96)] * 40 + [TRAINING[0]] * 40
    assert measure_overlap(streams, TRAINING) == Overlap(0.5, 0.5)
    assert looked_up == [12 * 33] * 2


def test_no_window_joins_two_streams() -> None:
    pieces = [TRAINING[0][:8], TRAINING[1][:8]]
    assert measure_overlap(pieces, TRAINING) == Overlap(1.0, 1.0)


def test_a_whole_window_of_the_largest_columns_is_counted_to_its_end() -> None:
    # One agreement more than 16 bits hold.
    large = np.random.default_rng(1).integers(0, 16, (8, 1024, 8)).astype(np.int16)
    assert measure_overlap([large], [large]) == Overlap(1.0, 1.0)


def measure(tiny_model: LoadedVQModel, sequences: CodeSequences) -> Memorisation:
    return measure_memorisation(tiny_model.require_prior(), sequences, stream_columns=12)


def measured(tiny_model: LoadedVQModel, held_out: int) -> Memorisation:
    """Of a prior that was never trained, beside copies that were held out."""
    validation = [(TRAINING[0], len(TRAINING[0]) - held_out)]
    return measure(tiny_model, CodeSequences(TRAINING, validation))


def test_a_prior_is_measured_beside_held_out_sound(tiny_model: LoadedVQModel) -> None:
    found = measured(tiny_model, 30)
    assert found == Memorisation(8, Overlap(0.0, 0.0), Overlap(1.0, 1.0))
    assert found.verdict == (
        "the prior does not copy its recordings (0% of its 8-column passages match the "
        "recordings at the coarsest level, 0% nearly match at all levels; for held-out sound, "
        "100% and 100%)"
    )


@pytest.mark.parametrize(("held_out", "columns"), [(19, 8), (18, 4), (15, 4), (14, 2), (13, 2)])
def test_short_held_out_parts_are_measured_in_shorter_windows(
    tiny_model: LoadedVQModel, held_out: int, columns: int
) -> None:
    assert measured(tiny_model, held_out).columns == columns


def test_where_next_to_nothing_is_held_out_there_is_nothing_to_compare_with(
    tiny_model: LoadedVQModel,
) -> None:
    found = measured(tiny_model, 3)
    assert (found.columns, found.held_out) == (8, None)
    assert "too little was held out" in found.verdict
    # All of a recording for both: that is not held out.
    whole = CodeSequences(TRAINING, [(TRAINING[0], 0)])
    assert measure(tiny_model, whole).held_out is None


@pytest.mark.parametrize(
    ("generated", "held_out", "warned"),
    [
        (Overlap(0.1, 0.1), Overlap(0.0, 0.0), False),
        (Overlap(0.0, 0.3), Overlap(0.0, 0.0), True),
        (Overlap(0.3, 0.0), Overlap(0.0, 0.0), True),
        (Overlap(0.9, 0.9), Overlap(0.8, 0.8), False),
        (Overlap(0.0, 0.3), None, True),
    ],
)
def test_copying_much_more_than_held_out_sound_does_is_warned_of(
    generated: Overlap, held_out: Overlap | None, warned: bool
) -> None:
    found = Memorisation(8, generated, held_out)
    warning = found.warning
    assert (warning is not None) is warned
    assert found.verdict.startswith("warning: the prior copies") is warned
    if warning:
        for advice in ("higher temperature", "more recordings", "smaller --prior-size"):
            assert advice in warning


@pytest.mark.parametrize(
    ("generated", "held_out", "said"),
    [
        (Overlap(0.0, 0.0), Overlap(0.1, 0.0), "does not copy its recordings"),
        (Overlap(0.1, 0.0), None, "hardly copies its recordings"),
        (Overlap(0.1, 0.0), Overlap(0.1, 0.0), "more than held-out sound does"),
    ],
)
def test_the_verdict_says_how_little_is_copied(
    generated: Overlap, held_out: Overlap | None, said: str
) -> None:
    assert said in Memorisation(8, generated, held_out).verdict


@pytest.mark.parametrize("held_out", [Overlap(0.25, 0.5), None])
def test_it_comes_back_from_a_header(held_out: Overlap | None) -> None:
    found = Memorisation(8, Overlap(0.5, 0.75), held_out)
    assert Memorisation.of_header(asdict(found)) == found
