"""Training the prior on the codes of a finished codec."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from distill_live.audio.dataset import HOLDOUT
from distill_live.errors import TrainingError
from distill_live.models.kinds import make_prior
from distill_live.models.prior.base import Prior, PriorShape
from distill_live.models.prior.column_prior import ColumnPriorConfig
from distill_live.training.data.augmentation import get_adaptive_augmentation
from distill_live.training.data.sequences import GAINS_DB, CodeSequences
from distill_live.training.prior.baselines import Baselines, measure_baselines
from distill_live.training.prior.judging import PriorPerplexity, judged_windows, window_perplexity
from distill_live.training.prior.loss import prior_loss
from distill_live.training.prior.windows import CodeCrops, Crops
from distill_live.training.run.checkpoint import Checkpoints, State
from distill_live.training.run.ending import Ending
from distill_live.training.run.epoch_trainer import Epoch, EpochTrainer
from distill_live.training.run.pace import Expected, seconds_of
from distill_live.training.run.processes import Processes
from distill_live.training.run.randomness import seeded
from distill_live.training.run.step import clip_gradients, follow, mean_loss, rate_factor
from distill_live.training.run.suspects import bad_loss

# Judging so many contexts tells how long all of them take.
_TIMED_WINDOWS = 4


@dataclass(frozen=True)
class PriorTrainingConfig:
    """Everything that `train_prior_on_codes` needs besides the codes.

    An epoch is `steps_per_epoch` batches of about `batch_columns` columns. `rate` is AdamW's
    learning rate; it rises during the fraction `warmup` of the training and falls along a cosine.
    On average the fraction `corruption` of a crop's input codes is replaced by random ones. `blind`
    is the weight of a second loss, by which the prior learns to be steered: predicting the same
    codes without the past, only from how they sound. `averaging` is the decay of the moving average
    of weights that is judged and kept. Training ends early after `patience` epochs without
    improvement. The recordings are encoded at each of `gains_db`, and at each of `speeds` besides
    their own. The last `holdout` (0..1) of each recording is for validation.
    """

    prior: PriorShape = field(default_factory=ColumnPriorConfig)
    epochs: int = 24
    steps_per_epoch: int = 50
    batch_columns: int = 96
    rate: float = 2e-3
    weight_decay: float = 0.05
    warmup: float = 0.05
    corruption: float = 0.05
    blind: float = 0.5
    averaging: float = 0.99
    patience: int = 6
    gains_db: tuple[float, ...] = GAINS_DB
    speeds: tuple[float, ...] = ()
    holdout: float = HOLDOUT
    seed: int = 0


def get_adaptive_prior_training(prior: PriorShape, frames: int) -> PriorTrainingConfig:
    """Settings for so many mel frames; small sets are encoded at other speeds too."""
    return PriorTrainingConfig(prior=prior, speeds=get_adaptive_augmentation(frames).speeds)


@dataclass(frozen=True)
class PriorEpoch(Epoch):
    """The result of one epoch: perplexities per code, 1..V.

    `training` is measured on the epoch's crops while it trained, with dropout; `validation` on the
    held-out columns, each predicted from the columns before it, as in playing.
    """

    training: float
    validation: float

    @property
    def error(self) -> float:
        """The perplexity of held-out codes."""
        return self.validation


@dataclass(frozen=True)
class TrainedPrior:
    """The best prior of a training run, ready to use.

    `history` has every completed epoch; `prior` and `perplexity` are those of `best_epoch`, counted
    from 1. `ending` says whether training ended early, `warning` whether the loss was no longer a
    number.
    """

    prior: Prior
    history: list[PriorEpoch]
    best_epoch: int
    perplexity: PriorPerplexity
    ending: Ending
    warning: str

    @property
    def has_peaked(self) -> bool:
        """Whether it was getting worse at the end; a single epoch that is worse means little."""
        return len(self.history) - self.best_epoch >= 2


def train_prior_on_codes(
    sequences: CodeSequences,
    config: PriorTrainingConfig,
    device: torch.device | str = "cpu",
    on_epoch: Callable[[PriorEpoch], None] | None = None,
    checkpoints: Checkpoints | None = None,
    processes: Processes | None = None,
    start: Prior | None = None,
    on_pace: Callable[[Expected], None] | None = None,
) -> TrainedPrior:
    """Train a prior; the epoch with the smallest validation perplexity is kept.

    `checkpoints` save every epoch, and resume an earlier run. `processes` are those that train
    together, each on its own device. `start` is a prior of the same shape to begin with. `on_pace`
    is called once, after the first steps, with what the training can take at most.

    Once an epoch has ended, Ctrl-C, a full disk or full memory end the training and the best epoch
    is kept; before that they raise. Raises TrainingError when there are no codes, or when the loss
    is not a number and no epoch has ended.
    """
    if not sequences.training:
        raise TrainingError("every recording is shorter than one column: there is nothing to learn")
    baselines = measure_baselines(sequences, config.prior.codebook_size)
    processes = processes or Processes(device)
    with seeded(config.seed, processes.device):
        trainer = _PriorTrainer(sequences, config, processes, start)
        ending = trainer.run(on_epoch, checkpoints, on_pace)
    return trainer.result(baselines, ending)


class _PriorTrainer(EpochTrainer[PriorEpoch]):
    config: PriorTrainingConfig

    def __init__(
        self,
        sequences: CodeSequences,
        config: PriorTrainingConfig,
        processes: Processes,
        start: Prior | None,
    ) -> None:
        super().__init__(PriorEpoch, config.seed, processes)
        # Every process draws the whole batch, which takes little time, and trains on its share.
        context = config.prior.context_columns
        self.crops = CodeCrops(sequences.training, context, self.random, sequences.training_ranks)
        crops = config.batch_columns / self.crops.mean_columns
        self.batch_crops = processes.batch(crops)
        steps = processes.steps(config.steps_per_epoch, crops)
        self.config = replace(config, steps_per_epoch=steps)
        self.judged = judged_windows(sequences.validation, context)
        self.familiar = judged_windows([(grid, 0) for grid in sequences.training], context)
        self.prior = make_prior(config.prior).to(self.device)
        if start:
            self.prior.load_state_dict(start.state_dict())
        self.average = copy.deepcopy(self.prior).eval().requires_grad_(False)
        self.optimizer = _optimizer(self.prior, config)
        self.steps = 0
        if not processes.is_first:
            # The weights start out the same; dropout and corruption differ.
            torch.manual_seed(config.seed + processes.number)

    def result(self, baselines: Baselines, ending: Ending) -> TrainedPrior:
        self.average.load_state_dict(self.best_weights)
        perplexity = PriorPerplexity(
            training=window_perplexity(self.average, self.familiar),
            validation=self.history[self.best_epoch - 1].validation,
            baselines=baselines,
        )
        return TrainedPrior(
            self.average, self.history, self.best_epoch, perplexity, ending, self.warning
        )

    def _state(self) -> State:
        return {
            "prior": self.prior.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "steps": self.steps,
        }

    def _restore(self, state: State) -> None:
        self.prior.load_state_dict(state["prior"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.steps = state["steps"]

    def _train_epoch(self) -> float:
        """Train for one epoch; returns the mean loss in nats per code."""
        config = self.config
        losses: list[Tensor] = []
        self.prior.train()
        for _ in range(config.steps_per_epoch):
            self._set_rate()
            drawn = self.crops.draw(self.batch_crops)
            crops = Crops(*(self.processes.own(whole).to(self.device) for whole in drawn))
            loss, whole = prior_loss(self.prior, crops, config.corruption, config.blind)
            self.optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(whole)
            part = len(crops.codes) / len(drawn.codes)
            self.processes.average_gradients(self.prior.parameters(), part)
            clip_gradients(self.prior)
            self.optimizer.step()
            self.steps += 1
            follow(self.average, self.prior, self.steps, config.averaging)
            losses.append(loss.detach())
            self.pace.step()
        return mean_loss(losses)

    def _set_rate(self) -> None:
        done = self.steps / (self.config.epochs * self.config.steps_per_epoch)
        rate = self.config.rate * rate_factor(done, self.config.warmup, start=0.1)
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def _train_and_judge(self, number: int) -> PriorEpoch | None:
        loss = self.processes.mean(self._train_epoch())
        if not math.isfinite(loss):
            return None
        validation = self.processes.from_first(window_perplexity(self.average, self.judged))
        return PriorEpoch(number, self.config.epochs, math.exp(loss), validation)

    def _weights(self) -> dict[str, Tensor]:
        return self.average.state_dict()

    def _judging_seconds(self) -> float:
        some = self.judged[:_TIMED_WINDOWS]
        seconds = seconds_of(lambda: window_perplexity(self.average, some), self.device)
        return seconds * len(self.judged) / len(some)

    def _complaint(self, number: int) -> str:
        # Codes are always numbers, so no recording can be the cause.
        return bad_loss("prior", number, ())

    def _is_over(self) -> bool:
        return bool(self.history) and (len(self.history) - self.best_epoch >= self.config.patience)


def _optimizer(prior: Prior, config: PriorTrainingConfig) -> torch.optim.Optimizer:
    """AdamW without weight decay for norms and the biases of the heads."""
    decaying: list[Tensor] = []
    others: list[Tensor] = []
    for name, weight in prior.named_parameters():
        still = weight.ndim == 1 or name.endswith("head_bias")
        (others if still else decaying).append(weight)
    groups: list[dict[str, Any]] = [
        {"params": decaying},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        groups, lr=config.rate, betas=(0.9, 0.98), weight_decay=config.weight_decay
    )
