"""What all trainers share: each epoch is judged and saved in a checkpoint, and the best is kept."""

from __future__ import annotations

import copy
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

import numpy as np
from torch import Tensor

from distill_live.errors import TrainingError
from distill_live.training.run.checkpoint import Checkpoints, State
from distill_live.training.run.ending import Ending, keeping_the_best
from distill_live.training.run.pace import Expected, Pace
from distill_live.training.run.processes import Processes
from distill_live.training.run.randomness import random_state, set_random_state


@dataclass(frozen=True)
class Epoch(ABC):
    """The result of one epoch: its number from 1 on, and how many there will be at most."""

    epoch: int
    epochs: int

    @property
    @abstractmethod
    def error(self) -> float:
        """The figure by which the best epoch is chosen; smaller is better."""

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        """An epoch from a checkpoint, where it is a dictionary of its fields."""
        return cls(**stored)


class Duration(Protocol):
    """The settings that determine the length of a training run."""

    @property
    def epochs(self) -> int:
        """How many epochs there are at most."""

    @property
    def steps_per_epoch(self) -> int:
        """How many batches an epoch has."""


_Epoch = TypeVar("_Epoch", bound=Epoch)


class EpochTrainer(ABC, Generic[_Epoch]):
    """Trains a network for `config.epochs` epochs, and keeps the weights of the best one.

    `history` has every epoch that has ended, and `best_epoch` is the number of the best, from 1 on;
    `best_weights` are its network's. `warning` says why training ended at a loss that was not a
    number. `random` draws the crops. A subclass sets `config`, and calls `pace.step` after each of
    its steps.
    """

    config: Duration
    pace: Pace

    def __init__(self, kind: type[_Epoch], seed: int, processes: Processes) -> None:
        self.processes, self.device = processes, processes.device
        self.random = np.random.default_rng(seed)
        self.history: list[_Epoch] = []
        self.best_epoch = 0
        self.best_weights: dict[str, Tensor] = {}
        self.warning = ""
        self._kind = kind

    def run(
        self,
        on_epoch: Callable[[_Epoch], None] | None,
        checkpoints: Checkpoints | None,
        on_pace: Callable[[Expected], None] | None = None,
    ) -> Ending:
        """Train until the last epoch, or until something ends it earlier.

        `on_pace` is told, once, what the training will take. Raises what
        `keeping_the_best` raises, and TrainingError when the loss is not a number and no epoch has
        ended.
        """
        with keeping_the_best(lambda: len(self.history)) as ending:
            if checkpoints and checkpoints.state:
                self._resume(checkpoints.state)
            epochs = self.config.epochs - len(self.history)

            def tell(step: float) -> None:
                if on_pace:
                    steps, judging = self.config.steps_per_epoch, self._judging_seconds()
                    on_pace(Expected(step, judging, steps, epochs))

            self.pace = Pace(tell, self.device)
            self._train(on_epoch, checkpoints)
        return ending

    def _train(
        self, on_epoch: Callable[[_Epoch], None] | None, checkpoints: Checkpoints | None
    ) -> None:
        for number in range(len(self.history) + 1, self.config.epochs + 1):
            if self._is_over():
                return
            ended = self._train_and_judge(number)
            if not (ended and math.isfinite(ended.error)):
                self.warning = self._complaint(number)
                if not self.history:
                    raise TrainingError(self.warning)
                return
            self._keep(ended)
            if checkpoints:
                checkpoints.save(self._whole_state())
            if on_epoch:
                on_epoch(ended)

    def _keep(self, ended: _Epoch) -> None:
        # The weights first: a Ctrl-C while they are copied must leave no epoch without them.
        history = [*self.history, ended]
        best = min(history, key=lambda one: one.error)
        weights = copy.deepcopy(self._weights()) if best is ended else self.best_weights
        self.best_epoch, self.best_weights, self.history = best.epoch, weights, history
        self._epoch_kept()

    def _whole_state(self) -> State:
        latest = self.best_epoch == len(self.history)
        return self._state() | {
            # The weights themselves are in the file already, and are not written twice.
            "best": self._weights() if latest else self.best_weights,
            "best_epoch": self.best_epoch,
            "history": [asdict(epoch) for epoch in self.history],
            "random": random_state(self.random, self.processes),
        }

    def _resume(self, state: State) -> None:
        self._restore(state)
        self.best_weights, self.best_epoch = state["best"], state["best_epoch"]
        self.history = [self._kind.read(epoch) for epoch in state["history"]]
        # Last, because restoring may draw random numbers.
        set_random_state(state["random"], self.random, self.processes)

    @abstractmethod
    def _train_and_judge(self, number: int) -> _Epoch | None:
        """Train an epoch and judge the result; None if its loss is not a number."""

    @abstractmethod
    def _weights(self) -> dict[str, Tensor]:
        """The weights, not copied, that are kept if the present epoch is the best. They are among
        the tensors of `_state`."""

    @abstractmethod
    def _complaint(self, number: int) -> str:
        """What to say when the loss of an epoch is not a number."""

    @abstractmethod
    def _state(self) -> State:
        """Networks and optimisers for a checkpoint."""

    @abstractmethod
    def _restore(self, state: State) -> None:
        """Go on from what `_state` has given."""

    def _judging_seconds(self) -> float:
        """How long judging an epoch will take, measured on a part of it; called between steps."""
        return 0.0

    def _is_over(self) -> bool:
        """Whether to end before the last epoch."""
        return False

    def _epoch_kept(self) -> None:
        """Called when another epoch has ended, before its checkpoint is saved."""
