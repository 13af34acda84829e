"""Training a prior, on codes made by a rule that counting cannot see."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch

from distill_live.errors import TrainingError
from distill_live.models.kinds import open_session
from distill_live.models.prior.column_prior import ColumnPrior, ColumnPriorConfig
from distill_live.models.prior.sampling import Sampling
from distill_live.training.data.sequences import CodeSequences, Grid
from distill_live.training.prior import trainer as training_module
from distill_live.training.prior.judging import judged_windows, window_perplexity
from distill_live.training.prior.trainer import (
    PriorEpoch,
    PriorTrainingConfig,
    TrainedPrior,
    train_prior_on_codes,
)
from distill_live.training.prior.windows import CodeCrops

TINY = PriorTrainingConfig(
    prior=ColumnPriorConfig(
        codebook_size=8, context_columns=8, num_quantizers=2, bands=2, hidden_size=32, num_layers=1,
        num_heads=2, depth_size=32, dropout=0.1,
    ),
    epochs=4, steps_per_epoch=20, batch_columns=128, rate=1e-2, averaging=0.9,
)  # fmt: skip


def periodic(columns: int, phase: int) -> Grid:
    """Columns of 2 bands and 2 levels that repeat after 6, one code in twenty at random.

    The same code comes twice in a period and goes on differently, so that the column before says
    little; the one before that says it all.
    """
    bar = np.array([0, 1, 2, 0, 2, 1])
    times = (np.arange(columns) + phase) % 6
    grid = np.stack([bar[times], bar[times] + 3, 5 - bar[times], bar[(times + 2) % 6]], axis=1)
    random = np.random.default_rng(phase)
    noise = random.integers(0, 8, grid.shape)
    noisy = np.where(random.random(grid.shape) < 0.05, noise, grid)
    return noisy.reshape(columns, 2, 2).astype(np.int16)


@pytest.fixture(scope="module")
def sequences() -> CodeSequences:
    return CodeSequences(
        [periodic(60, phase) for phase in range(6)],
        [(periodic(60, phase + 6), 40) for phase in range(3)],
    )


@pytest.fixture(scope="module")
def trained(sequences: CodeSequences) -> TrainedPrior:
    return train_prior_on_codes(sequences, TINY)


def test_a_prior_predicts_what_counting_cannot(trained: TrainedPrior) -> None:
    perplexity = trained.perplexity
    assert perplexity.beats_counting
    assert perplexity.validation < 0.8 * perplexity.baselines.previous_column
    assert perplexity.baselines.previous_column < perplexity.baselines.unigram


def test_the_kept_prior_is_the_one_of_the_best_epoch(
    sequences: CodeSequences, trained: TrainedPrior
) -> None:
    windows = judged_windows(sequences.validation, 8)
    best = min(one.validation for one in trained.history)
    assert trained.history[trained.best_epoch - 1].validation == best
    assert window_perplexity(trained.prior, windows) == pytest.approx(best)
    assert trained.perplexity.validation == best


def test_what_is_judged_and_kept_is_the_average_of_the_weights(sequences: CodeSequences) -> None:
    config = dataclasses.replace(TINY, epochs=1, steps_per_epoch=12)
    averaged, last = (
        train_prior_on_codes(sequences, dataclasses.replace(config, averaging=averaging))
        for averaging in (0.99, 0.0)
    )
    assert averaged.history[0].training == last.history[0].training
    assert averaged.history[0].validation != last.history[0].validation
    pairs = zip(averaged.prior.parameters(), last.prior.parameters(), strict=True)
    assert not any(torch.equal(one, other) for one, other in pairs)


def test_a_trained_prior_plays(trained: TrainedPrior) -> None:
    assert open_session(trained.prior, 0).step(Sampling()).shape == (1, 2, 2)
    assert not any(parameter.requires_grad for parameter in trained.prior.parameters())


def test_the_same_seed_trains_the_same_prior_and_each_epoch_is_reported_as_it_ends(
    sequences: CodeSequences, trained: TrainedPrior
) -> None:
    torch.manual_seed(99)
    heard: list[PriorEpoch] = []
    again = train_prior_on_codes(sequences, TINY, on_epoch=heard.append)
    for one, other in zip(again.prior.parameters(), trained.prior.parameters(), strict=True):
        assert torch.equal(one, other)
    assert [(one.epoch, one.epochs) for one in heard] == [(n, 4) for n in range(1, 5)]
    assert heard == trained.history


def test_the_rate_follows_its_schedule_from_the_first_step_to_the_last(
    sequences: CodeSequences, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []

    def stand_still(part: float, warmup: float, start: float) -> float:
        done.append(part)
        return 0.0

    monkeypatch.setattr(training_module, "rate_factor", stand_still)
    config = dataclasses.replace(TINY, epochs=2, steps_per_epoch=3)
    history = train_prior_on_codes(sequences, config).history
    assert done == pytest.approx([step / 6 for step in range(6)])
    assert history[0].validation == history[1].validation


def test_training_leaves_other_random_numbers_alone(sequences: CodeSequences) -> None:
    before = torch.get_rng_state()
    train_prior_on_codes(sequences, dataclasses.replace(TINY, epochs=1, steps_per_epoch=1))
    assert torch.equal(torch.get_rng_state(), before)


def test_an_interrupt_keeps_the_best_so_far(sequences: CodeSequences) -> None:
    def interrupt(epoch: PriorEpoch) -> None:
        if epoch.epoch == 2:
            raise KeyboardInterrupt

    kept = train_prior_on_codes(sequences, TINY, on_epoch=interrupt)
    assert kept.ending.interrupted
    assert len(kept.history) == 2
    assert kept.perplexity.validation == min(one.validation for one in kept.history)


def test_an_interrupt_before_the_first_epochs_end_goes_through(
    sequences: CodeSequences, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_crops: CodeCrops, _count: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(CodeCrops, "draw", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train_prior_on_codes(sequences, TINY)


def test_an_interrupt_while_the_best_is_copied_leaves_no_epoch_without_weights(
    sequences: CodeSequences, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: ColumnPrior) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ColumnPrior, "state_dict", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train_prior_on_codes(sequences, dataclasses.replace(TINY, epochs=1))


def test_training_ends_when_it_has_not_become_better_for_long(
    sequences: CodeSequences, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = iter([8.0, 2.0, 5.0, 4.0, 3.0, 1.5])
    monkeypatch.setattr(training_module, "window_perplexity", lambda *_: next(judged))
    config = dataclasses.replace(TINY, epochs=9, steps_per_epoch=1, patience=3)
    kept = train_prior_on_codes(sequences, config)
    assert len(kept.history) == 5
    assert (kept.best_epoch, kept.ending.interrupted) == (2, False)


@pytest.mark.parametrize(
    ("judged", "has_peaked"),
    [([3.0, 2.0, 1.0], False), ([3.0, 1.0, 2.0], False), ([1.0, 3.0, 2.0], True)],
)
def test_a_single_epoch_that_is_worse_is_no_peak(
    sequences: CodeSequences,
    monkeypatch: pytest.MonkeyPatch,
    judged: list[float],
    has_peaked: bool,
) -> None:
    # The last one is of the codes that it knows.
    figures = iter([*judged, 1.0])
    monkeypatch.setattr(training_module, "window_perplexity", lambda *_: next(figures))
    config = dataclasses.replace(TINY, epochs=3, steps_per_epoch=1)
    assert train_prior_on_codes(sequences, config).has_peaked == has_peaked


def test_a_loss_that_is_no_number_keeps_the_best_before_it(
    sequences: CodeSequences, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = iter([1.0, math.nan])
    monkeypatch.setattr(training_module._PriorTrainer, "_train_epoch", lambda _: next(losses))
    assert len(train_prior_on_codes(sequences, TINY).history) == 1


def test_a_loss_that_is_no_number_from_the_start_is_an_error(sequences: CodeSequences) -> None:
    with pytest.raises(TrainingError, match="stopped being a number"):
        train_prior_on_codes(sequences, dataclasses.replace(TINY, rate=math.inf))


def test_recordings_without_a_single_column_are_refused() -> None:
    with pytest.raises(TrainingError, match="shorter than one column"):
        train_prior_on_codes(CodeSequences([], []), TINY)
