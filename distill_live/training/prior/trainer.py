"""Training the prior on the codes of a frozen codec."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
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
from distill_live.training.run.ending import Ending, keeping_the_best
from distill_live.training.run.pace import Pace
from distill_live.training.run.processes import Processes
from distill_live.training.run.randomness import random_state, seeded, set_random_state
from distill_live.training.run.step import mean_loss, rate_factor
from distill_live.training.run.suspects import bad_loss

_MAX_GRADIENT = 1.0


@dataclass(frozen=True)
class PriorTrainingConfig:
    """Everything that `train_prior_on_codes` needs besides the codes.

    An epoch is `steps_per_epoch` batches of about `batch_columns` columns. `rate` is AdamW's; it
    rises over `warmup` of the training and falls along a cosine. Of each crop's input codes a part,
    `corruption` on average, is replaced by random ones. `blind` weighs the loss of predicting the
    same codes without the past, told how they sound, by which the prior is steered. `averaging` is
    the decay of the moving average of weights that is judged and kept. Training ends early after
    `patience` epochs without a better one. The recordings are coded at each of `gains_db`, and at
    each of `speeds` beside their own. The last `holdout` of each recording is kept for
    validation.
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
    """Settings for recordings of so many mel frames; few are coded at other speeds, too."""
    return PriorTrainingConfig(prior=prior, speeds=get_adaptive_augmentation(frames).speeds)


@dataclass(frozen=True)
class PriorEpoch:
    """What one epoch came to: perplexities per code, 1..V.

    `training` is over the epoch's crops while it trained, with dropout; `validation` over the
    held-out columns, each continued from what comes before it, as in playing.
    """

    epoch: int
    epochs: int
    training: float
    validation: float


@dataclass(frozen=True)
class TrainedPrior:
    """The best prior that the training saw, ready to use.

    `history` has every finished epoch, `best_epoch` (from 1) is the one that `prior` and
    `perplexity` are of. `ending` says what ended it early, `warning` that the loss was no longer a
    number.
    """

    prior: Prior
    history: list[PriorEpoch]
    best_epoch: int
    perplexity: PriorPerplexity
    ending: Ending
    warning: str


def train_prior_on_codes(
    sequences: CodeSequences,
    config: PriorTrainingConfig,
    device: torch.device | str = "cpu",
    on_epoch: Callable[[PriorEpoch], None] | None = None,
    checkpoints: Checkpoints | None = None,
    processes: Processes | None = None,
    start: Prior | None = None,
    on_pace: Callable[[float], None] | None = None,
) -> TrainedPrior:
    """Train a prior; the epoch with the smallest validation perplexity is kept.

    `on_pace` gets, once, after the first steps, how many seconds the training can take at most.

    `checkpoints` save every epoch, and say where to go on. `processes` are the processes that train
    together; they bring their devices. `start` is a prior of the same shape to begin with. Once an
    epoch has ended, Ctrl-C, a full disk and full memory end the training with the best so far;
    before that they raise. Raises TrainingError when there are no codes, or the loss is no longer a
    number and no epoch has ended.
    """
    if not sequences.training:
        raise TrainingError("the recordings are shorter than one column each: nothing to learn")
    baselines = measure_baselines(sequences, config.prior.codebook_size)
    processes = processes or Processes(device)
    with seeded(config.seed, processes.device):
        trainer = _PriorTrainer(sequences, config, processes, start)
        with keeping_the_best(lambda: len(trainer.history)) as ending:
            trainer.run(on_epoch, checkpoints, on_pace)
    return trainer.result(baselines, ending)


class _PriorTrainer:
    def __init__(
        self,
        sequences: CodeSequences,
        config: PriorTrainingConfig,
        processes: Processes,
        start: Prior | None,
    ) -> None:
        self.processes, self.device = processes, processes.device
        # Every process draws all crops of a batch, which takes little time, and trains on some.
        self.random = np.random.default_rng(config.seed)
        context = config.prior.context_columns
        self.crops = CodeCrops(sequences.training, context, self.random, sequences.training_ranks)
        crops = config.batch_columns / self.crops.mean_columns
        self.batch_crops = processes.batch(crops)
        self.config = replace(
            config, steps_per_epoch=processes.steps(config.steps_per_epoch, crops)
        )
        self.judged = judged_windows(sequences.validation, context)
        self.familiar = judged_windows([(grid, 0) for grid in sequences.training], context)
        self.prior = make_prior(config.prior).to(self.device)
        if start:
            self.prior.load_state_dict(start.state_dict())
        self.average = copy.deepcopy(self.prior).eval().requires_grad_(False)
        self.optimizer = _optimizer(self.prior, config)
        self.steps = 0
        self.history: list[PriorEpoch] = []
        self.best_epoch = 0
        self._best_weights: dict[str, Tensor] = {}
        self._warning = ""
        if not processes.is_first:
            # The weights begin alike; what is dropped and corrupted differs.
            torch.manual_seed(config.seed + processes.number)

    def run(
        self,
        on_epoch: Callable[[PriorEpoch], None] | None,
        checkpoints: Checkpoints | None,
        on_pace: Callable[[float], None] | None = None,
    ) -> None:
        if checkpoints and checkpoints.state:
            self._resume(checkpoints.state)
        epochs_to_come = self.config.epochs - len(self.history)
        self.pace = Pace(epochs_to_come * self.config.steps_per_epoch, on_pace, self.device)
        for epoch in range(len(self.history) + 1, self.config.epochs + 1):
            if self.history and len(self.history) - self.best_epoch >= self.config.patience:
                return
            loss = self.processes.mean(self._train_epoch())
            if not (math.isfinite(loss) and self._judge(epoch, loss)):
                # Codes are always numbers, so no recording can be blamed.
                self._warning = bad_loss("prior", epoch, ())
                if not self.history:
                    raise TrainingError(self._warning)
                return
            if checkpoints:
                checkpoints.save(self._state())
            if on_epoch:
                on_epoch(self.history[-1])

    def result(self, baselines: Baselines, ending: Ending) -> TrainedPrior:
        self.average.load_state_dict(self._best_weights)
        perplexity = PriorPerplexity(
            training=window_perplexity(self.average, self.familiar),
            validation=self.history[self.best_epoch - 1].validation,
            baselines=baselines,
        )
        return TrainedPrior(
            self.average, self.history, self.best_epoch, perplexity, ending, self._warning
        )

    def _state(self) -> State:
        return {
            "prior": self.prior.state_dict(),
            "average": self.average.state_dict(),
            "best": self._best_weights,
            "best_epoch": self.best_epoch,
            "optimizer": self.optimizer.state_dict(),
            "steps": self.steps,
            "history": [asdict(epoch) for epoch in self.history],
            "random": random_state(self.random, self.processes),
        }

    def _resume(self, state: State) -> None:
        self.prior.load_state_dict(state["prior"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self._best_weights, self.best_epoch = state["best"], state["best_epoch"]
        self.steps = state["steps"]
        self.history = [PriorEpoch(**epoch) for epoch in state["history"]]
        set_random_state(state["random"], self.random, self.processes)

    def _train_epoch(self) -> float:
        """Train for an epoch; its mean loss, in nats per code."""
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
            torch.nn.utils.clip_grad_norm_(self.prior.parameters(), _MAX_GRADIENT)
            self.optimizer.step()
            self.steps += 1
            self._follow()
            losses.append(loss.detach())
            self.pace.step()
        return mean_loss(losses)

    def _set_rate(self) -> None:
        done = self.steps / (self.config.epochs * self.config.steps_per_epoch)
        rate = self.config.rate * rate_factor(done, self.config.warmup, start=0.1)
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    @torch.no_grad()
    def _follow(self) -> None:
        """Move the average a little towards the weights; faster while it is young."""
        decay = min(self.config.averaging, self.steps / (self.steps + 9))
        pairs = zip(self.average.parameters(), self.prior.parameters(), strict=True)
        for average, weight in pairs:
            average.lerp_(weight, 1.0 - decay)

    def _judge(self, epoch: int, loss: float) -> bool:
        """Judge an epoch; False if the result is not a number: then the epoch does not count."""
        validation = self.processes.from_first(window_perplexity(self.average, self.judged))
        ended = PriorEpoch(epoch, self.config.epochs, math.exp(loss), validation)
        if not math.isfinite(ended.validation):
            return False
        # The weights first: a Ctrl-C while they are copied must leave no epoch without them.
        history = [*self.history, ended]
        best = min(history, key=lambda one: one.validation)
        weights = self._best_weights
        if best is ended:
            weights = copy.deepcopy(self.average.state_dict())
        self.best_epoch, self._best_weights, self.history = best.epoch, weights, history
        return True


def _optimizer(prior: Prior, config: PriorTrainingConfig) -> torch.optim.Optimizer:
    """AdamW; norms and the heads' biases do not decay."""
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
