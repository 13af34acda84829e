"""What all trainers share, with one that trains nothing: its errors are given."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import Tensor

from distill_live.errors import TrainingError
from distill_live.training.run import pace
from distill_live.training.run.checkpoint import Checkpoints, Fingerprint, State
from distill_live.training.run.epoch_trainer import Epoch, EpochTrainer
from distill_live.training.run.pace import Expected
from distill_live.training.run.processes import Processes

WEIGHTS = 10_000


@dataclass(frozen=True)
class GivenEpoch(Epoch):
    value: float
    drawn: float

    @property
    def error(self) -> float:
        return self.value


@dataclass(frozen=True)
class GivenConfig:
    epochs: int
    steps_per_epoch: int = 3


class GivenTrainer(EpochTrainer[GivenEpoch]):
    """All its weights are the number of the epoch, its errors are those that are given."""

    def __init__(self, errors: list[float], patience: int = 99) -> None:
        super().__init__(GivenEpoch, 0, Processes())
        self.config = GivenConfig(len(errors))
        self._errors, self._patience = errors, patience
        self.steps = 0
        self.weights = torch.zeros(WEIGHTS)

    def _train_and_judge(self, number: int) -> GivenEpoch | None:
        for _ in range(self.config.steps_per_epoch):
            self.steps += 1
            self.pace.step()
        self.weights.fill_(number)
        return GivenEpoch(
            number, self.config.epochs, self._errors[number - 1], self.random.random()
        )

    def _weights(self) -> dict[str, Tensor]:
        return {"number": self.weights}

    def _complaint(self, number: int) -> str:
        return f"epoch {number} is no number"

    def _state(self) -> State:
        return {"steps": self.steps, "weights": self.weights}

    def _restore(self, state: State) -> None:
        self.steps = state["steps"]
        self.weights.copy_(state["weights"])

    def _is_over(self) -> bool:
        return bool(self.history) and len(self.history) - self.best_epoch >= self._patience


def checkpoints(folder: Path, *, resume: bool = False) -> Checkpoints:
    found = Checkpoints(folder / "mine.distill", resume=resume)
    found.begin("prior", Fingerprint({}, {}))
    return found


def test_the_epoch_with_the_smallest_error_is_kept() -> None:
    trainer = GivenTrainer([3.0, 1.0, 2.0])
    trainer.run(None, None)
    assert (trainer.best_epoch, int(trainer.best_weights["number"][0])) == (2, 2)
    assert [(one.epoch, one.epochs, one.value) for one in trainer.history] == [
        (1, 3, 3.0), (2, 3, 1.0), (3, 3, 2.0),
    ]  # fmt: skip


@pytest.mark.parametrize("ended", [1, 2, 3])
def test_a_resumed_training_continues_as_if_it_had_not_been_interrupted(
    ended: int, tmp_path: Path
) -> None:
    def interrupt(epoch: GivenEpoch) -> None:
        if epoch.epoch == ended:
            raise KeyboardInterrupt

    whole = GivenTrainer([3.0, 1.0, 2.0, 4.0])
    whole.run(None, None)
    begun = GivenTrainer([3.0, 1.0, 2.0, 4.0])
    assert begun.run(interrupt, checkpoints(tmp_path)).interrupted
    resumed = GivenTrainer([3.0, 1.0, 2.0, 4.0])
    assert not resumed.run(None, checkpoints(tmp_path, resume=True)).interrupted
    assert resumed.history == whole.history
    assert (resumed.best_epoch, resumed.steps) == (whole.best_epoch, whole.steps) == (2, 12)
    assert torch.equal(resumed.best_weights["number"], whole.best_weights["number"])


@pytest.mark.parametrize(("errors", "copies"), [([2.0, 1.0], 1), ([1.0, 2.0], 2)])
def test_a_checkpoint_holds_the_best_weights_once(
    errors: list[float], copies: int, tmp_path: Path
) -> None:
    GivenTrainer(errors).run(None, checkpoints(tmp_path))
    size = checkpoints(tmp_path, resume=True).path.stat().st_size
    assert round(size / (4 * WEIGHTS)) == copies


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_an_error_that_is_not_a_number_ends_the_training_with_the_best_before_it(
    bad: float,
) -> None:
    trainer = GivenTrainer([2.0, bad, 1.0])
    trainer.run(None, None)
    assert (len(trainer.history), trainer.best_epoch) == (1, 1)
    assert trainer.warning == "epoch 2 is no number"
    with pytest.raises(TrainingError, match="epoch 1 is no number"):
        GivenTrainer([bad, 1.0]).run(None, None)


def test_a_trainer_can_end_before_its_last_epoch() -> None:
    trainer = GivenTrainer([2.0, 1.0, 3.0, 3.0, 0.5], patience=2)
    trainer.run(None, None)
    assert len(trainer.history) == 4


def test_what_is_told_covers_the_epochs_that_are_to_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(epoch: GivenEpoch) -> None:
        if epoch.epoch == 2:
            raise KeyboardInterrupt

    clock = itertools.count(10.0)
    monkeypatch.setattr(pace, "now", lambda _: next(clock))
    told: list[Expected] = []
    GivenTrainer([1.0] * 5).run(interrupt, checkpoints(tmp_path), told.append)
    GivenTrainer([1.0] * 5).run(None, checkpoints(tmp_path, resume=True), told.append)
    # Four steps took a second.
    assert told == [Expected(0.25, 0.0, 3, 5), Expected(0.25, 0.0, 3, 3)]
