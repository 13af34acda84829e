"""The last pass: what was held out to choose the best epoch is learned after all."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from distill_live.models.prior.column_prior import ColumnPriorConfig
from distill_live.training.data.coding import Grid
from distill_live.training.data.sequences import CodeSequences
from distill_live.training.prior import trainer as training_module
from distill_live.training.prior.judging import judged_windows, window_perplexity
from distill_live.training.prior.last_pass import LastCrops
from distill_live.training.prior.loss import prior_loss
from distill_live.training.prior.trainer import (
    PriorTrainingConfig,
    TrainedPrior,
    train_prior_on_codes,
)
from distill_live.training.run.checkpoint import Checkpoints, Fingerprint

CONTEXT, FIRST = 8, 24
TINY = PriorTrainingConfig(
    prior=ColumnPriorConfig(
        codebook_size=8, context_columns=CONTEXT, num_quantizers=1, bands=1, hidden_size=16,
        num_layers=1, num_heads=2, depth_size=16,
    ),
    epochs=2, steps_per_epoch=10, batch_columns=64, rate=1e-2, averaging=0.5, last_pass=1.0,
)  # fmt: skip


def recording(shift: int) -> Grid:
    """Codes that count up, and down in its end."""
    steps = np.concatenate([np.arange(FIRST), FIRST - np.arange(16)])
    return ((steps + shift) % 8).reshape(-1, 1, 1).astype(np.int16)


@pytest.fixture(scope="module")
def sequences() -> CodeSequences:
    recordings = [recording(shift) for shift in range(8)]
    return CodeSequences([one[:FIRST] for one in recordings], [(one, FIRST) for one in recordings])


@pytest.fixture(scope="module")
def trained(sequences: CodeSequences) -> TrainedPrior:
    return train_prior_on_codes(sequences, TINY)


def new(kept: TrainedPrior, sequences: CodeSequences) -> float:
    """The perplexity of what was held out."""
    return window_perplexity(kept.prior, judged_windows(sequences.validation, CONTEXT))


def test_the_prior_knows_what_was_held_out_and_tells_how_good_it_was_before(
    sequences: CodeSequences, trained: TrainedPrior
) -> None:
    without = train_prior_on_codes(sequences, dataclasses.replace(TINY, last_pass=0.0))
    assert new(without, sequences) == pytest.approx(without.perplexity.validation)
    assert trained.perplexity == without.perplexity
    assert new(trained, sequences) < 0.7 * trained.perplexity.validation


def test_it_forgets_nothing(sequences: CodeSequences, trained: TrainedPrior) -> None:
    known = judged_windows([(grid, 0) for grid in sequences.training], CONTEXT)
    assert window_perplexity(trained.prior, known) < 1.1 * trained.perplexity.training


def test_crops_are_from_the_ends_and_from_what_is_known(sequences: CodeSequences) -> None:
    crops = LastCrops(sequences, CONTEXT, np.random.default_rng(0))
    drawn = [crops.draw(4).codes for _ in range(100)]
    downwards = [bool(((one.diff() % 8) == 7).any()) for one in drawn]
    assert 10 < sum(downwards) < 90
    # An end begins half a context before it: no crop of ends has nothing new.
    assert all(((one.diff() % 8) == 7).any() for one in ends(sequences))


def ends(sequences: CodeSequences) -> list[Tensor]:
    crops = LastCrops(sequences, CONTEXT, np.random.default_rng(0))
    return [row for _ in range(50) for row in crops._ends.draw(4).codes]


def test_without_anything_held_out_there_is_no_last_pass() -> None:
    short = [recording(shift) for shift in range(4)]
    told: list[None] = []
    config = dataclasses.replace(TINY, epochs=1)
    sequences = CodeSequences(short, [(one, 0) for one in short])
    kept = train_prior_on_codes(sequences, config, on_last_pass=lambda: told.append(None))
    assert new(kept, sequences) == pytest.approx(kept.perplexity.validation)
    assert not told


def interrupted() -> None:
    raise KeyboardInterrupt


def test_an_interrupted_last_pass_leaves_the_best_epoch_and_can_be_resumed(
    sequences: CodeSequences, trained: TrainedPrior, tmp_path: Path
) -> None:
    first = checkpoints(tmp_path, resume=False)
    kept = train_prior_on_codes(sequences, TINY, checkpoints=first, on_last_pass=interrupted)
    assert kept.ending.interrupted
    assert new(kept, sequences) == pytest.approx(kept.perplexity.validation)
    second = checkpoints(tmp_path, resume=True)
    resumed = train_prior_on_codes(sequences, TINY, checkpoints=second)
    for one, other in zip(resumed.prior.parameters(), trained.prior.parameters(), strict=True):
        assert torch.equal(one, other)


def checkpoints(folder: Path, *, resume: bool) -> Checkpoints:
    found = Checkpoints(folder / "mine.distill", resume=resume)
    found.begin("prior", Fingerprint({}, {}))
    return found


def test_a_last_pass_that_fails_leaves_the_best_epoch(
    sequences: CodeSequences, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = False

    def breaking(*arguments: object) -> tuple[Tensor, Tensor]:
        mean, whole = prior_loss(*arguments)  # type: ignore[arg-type]
        return mean, whole * math.nan if broken else whole

    def begin() -> None:
        nonlocal broken
        broken = True

    monkeypatch.setattr(training_module, "prior_loss", breaking)
    kept = train_prior_on_codes(sequences, TINY, on_last_pass=begin)
    assert new(kept, sequences) == pytest.approx(kept.perplexity.validation)
