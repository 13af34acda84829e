"""Training the codec: recordings in, an autoencoder with living codebooks out."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch
from torch import Tensor

from distill_live.audio.dataset import Recordings
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.errors import TrainingError
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.codec.crops import MelCrops
from distill_live.training.codec.health import LevelHealth
from distill_live.training.codec.judging import judge_codec
from distill_live.training.codec.losses import latent_movement, reconstruction_loss
from distill_live.training.codec.mels import TrainingMels
from distill_live.training.codec.previews import Previews
from distill_live.training.data.rehearsal import Rehearsal
from distill_live.training.run.checkpoint import Checkpoints, State
from distill_live.training.run.ending import Ending, keeping_the_best
from distill_live.training.run.muon import Muon, is_matrix
from distill_live.training.run.pace import Pace
from distill_live.training.run.precision import Precision, choose_precision
from distill_live.training.run.processes import Processes
from distill_live.training.run.randomness import random_state, seeded, set_random_state
from distill_live.training.run.step import mean_loss, rate_factor
from distill_live.training.run.suspects import Suspect, bad_loss, find_suspect

_MAX_GRADIENT = 1.0


@dataclass(frozen=True)
class CodecEpoch:
    """What one epoch came to.

    `loss` is the mean training loss; `training_db` and `validation_db` are mean absolute
    differences of log mels in dB, over the recordings' training parts and held-out ends.
    `health` is per level, coarse to fine.
    """

    epoch: int
    epochs: int
    loss: float
    training_db: float
    validation_db: float
    health: list[LevelHealth]


@dataclass(frozen=True)
class TrainedCodec:
    """The best model that the training saw, on the CPU's or the given device, ready to use.

    `history` has every finished epoch, `best_epoch` (from 1) is the one that `model` and `health`
    are of. `ending` says what ended it early, `warning` which recording spoiled it, if one did.
    """

    model: ConvVQVAE
    spectrogram: AudioSpectrogram
    history: list[CodecEpoch]
    best_epoch: int
    ending: Ending
    warning: str

    @property
    def health(self) -> list[LevelHealth]:
        """Codebook health of the kept model, per level."""
        return self.history[self.best_epoch - 1].health


def train_codec(
    recordings: Recordings,
    config: CodecTrainingConfig,
    device: torch.device | str = "cpu",
    on_epoch: Callable[[CodecEpoch], None] | None = None,
    checkpoints: Checkpoints | None = None,
    processes: Processes | None = None,
    rehearsal: Rehearsal | None = None,
    previews: Previews | None = None,
    on_pace: Callable[[float], None] | None = None,
) -> TrainedCodec:
    """Train a codec; the epoch with the smallest validation error is kept.

    `on_pace` gets, once, after the first steps, how many seconds the training will take.

    `checkpoints` save every epoch, and say where to go on. `processes` are the processes that train
    together; they bring their devices. `rehearsal` is an earlier codec that learns the recordings
    in addition to its own. `previews` listen to it now and then. Once an
    epoch has ended, Ctrl-C, a full disk and full memory end the training with the best so far;
    before that they raise. Raises TrainingError when the loss is no longer a number and no epoch
    has ended.
    """
    processes = processes or Processes(device)
    with seeded(config.seed, processes.device):
        trainer = _CodecTrainer(recordings, config, processes, rehearsal, previews)
        with keeping_the_best(lambda: len(trainer.history)) as ending:
            trainer.run(on_epoch, checkpoints, on_pace)
    return trainer.result(ending)


class _CodecTrainer:
    def __init__(
        self,
        recordings: Recordings,
        config: CodecTrainingConfig,
        processes: Processes,
        rehearsal: Rehearsal | None,
        previews: Previews | None = None,
    ) -> None:
        self.previews = previews
        self.batch_crops = processes.batch(config.batch_crops)
        steps = processes.steps(config.steps_per_epoch, config.batch_crops)
        self.config = replace(config, steps_per_epoch=steps)
        self.processes, self.device = processes, processes.device
        self.mels = mels = TrainingMels.of(recordings, config, rehearsal)
        self.spectrogram, self.judged = mels.spectrogram.to(self.device), mels.judged
        # Every process draws all crops of a batch, which takes little time, and trains on some.
        self.random = np.random.default_rng(config.seed)
        self.crops = MelCrops(
            mels.learned, config.crop_columns * config.codec.column_frames,
            self.spectrogram.config, config.augmentation, self.random, mels.shares,
        )  # fmt: skip
        if rehearsal:
            self.model = copy.deepcopy(rehearsal.model).requires_grad_(True)
        else:
            self.model = ConvVQVAE(config.codec)
        self.model.to(self.device)
        self.model.quantizer.start_learning(
            config.learning,
            self.batch_crops * config.crop_columns * config.codec.bands,
            rehearsal.usage if rehearsal else None,
        )
        self.optimizers = _optimizers(self.model, config)
        self._compute_in(choose_precision(processes))
        if not processes.is_first:
            # The weights begin alike; what is drawn from now on differs.
            torch.manual_seed(config.seed + processes.number)
        self.history: list[CodecEpoch] = []
        self.best_epoch = 0
        self._best_weights: dict[str, Tensor] = {}
        self._suspect: Suspect | None = None
        self._warning = ""

    def run(
        self,
        on_epoch: Callable[[CodecEpoch], None] | None,
        checkpoints: Checkpoints | None,
        on_pace: Callable[[float], None] | None = None,
    ) -> None:
        if checkpoints and checkpoints.state:
            self._resume(checkpoints.state)
        epochs_to_come = self.config.epochs - len(self.history)
        self.pace = Pace(epochs_to_come * self.config.steps_per_epoch, on_pace, self.device)
        for epoch in range(len(self.history) + 1, self.config.epochs + 1):
            loss = self.processes.mean(self._train_epoch(epoch))
            if not (math.isfinite(loss) and self._judge(epoch, loss)):
                self._warning = bad_loss("codec", epoch, self.processes.gather(self._suspect))
                if not self.history:
                    raise TrainingError(self._warning)
                return
            if self.previews:
                self.previews.listen(epoch, self.model, self.spectrogram)
            if checkpoints:
                checkpoints.save(self._state())
            if on_epoch:
                on_epoch(self.history[-1])

    def result(self, ending: Ending) -> TrainedCodec:
        self.model.quantizer.finish_learning()
        self.model.load_state_dict(self._best_weights)
        self.model.eval().requires_grad_(False)
        return TrainedCodec(
            self.model, self.spectrogram, self.history, self.best_epoch, ending, self._warning
        )

    def _state(self) -> State:
        return {
            "model": self.model.state_dict(),
            "best": self._best_weights,
            "best_epoch": self.best_epoch,
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "precision": asdict(self.precision),
            "history": [asdict(epoch) for epoch in self.history],
            "random": random_state(self.random, self.processes),
            "previews": self.previews.state() if self.previews else [],
        }

    def _resume(self, state: State) -> None:
        self.model.load_state_dict(state["model"])
        for optimizer, its_state in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(its_state)
        self._compute_in(choose_precision(self.processes, Precision(**state["precision"])))
        self._best_weights, self.best_epoch = state["best"], state["best_epoch"]
        if self.previews:
            self.previews.resume(state["previews"])
        self.history = [
            CodecEpoch(**epoch | {"health": [LevelHealth(**level) for level in epoch["health"]]})
            for epoch in state["history"]
        ]
        set_random_state(state["random"], self.random, self.processes)

    def _compute_in(self, precision: Precision) -> None:
        self.precision = precision
        self.optimizers[0].dtype = torch.bfloat16 if precision.matrices else torch.float32

    def _train_epoch(self, epoch: int) -> float:
        self.model.train()
        steps = self.config.steps_per_epoch
        losses: list[Tensor] = []
        drawn = []
        for step in range(steps):
            _set_rates(self.optimizers, self.config, (epoch - 1) * steps + step)
            mel = self.processes.own(self.crops.draw(self.batch_crops)).to(self.device)
            drawn.append(self.crops.drawn)
            with self.precision.passes(self.device):
                latent = self.model.encoder(mel)
                reconstruction, _, commitment = self.model.through_codes(latent)
                moved = latent_movement(self.model, mel, latent)
            deviation = self.spectrogram.config.deviation
            loss = reconstruction_loss(reconstruction.float(), mel, deviation) + commitment
            loss = loss + self.config.consistency * moved
            self.model.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            self.processes.average_gradients(self.model.parameters(), len(mel) / self.batch_crops)
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), _MAX_GRADIENT)
            for optimizer in self.optimizers:
                optimizer.step()
            losses.append(loss.detach())
            self.pace.step()
        self._suspect = find_suspect(losses, drawn, self.mels.names, self.mels.loudest_db)
        return mean_loss(losses)

    def _judge(self, epoch: int, loss: float) -> bool:
        """Judge an epoch; False if the result is not a number: then the epoch does not count."""
        self.model.eval()
        self.model.quantizer.sync()
        judged = judge_codec(self.model, self.judged, self.spectrogram.config, self.precision)
        ended = self.processes.from_first(CodecEpoch(epoch, self.config.epochs, loss, *judged))
        if not math.isfinite(ended.validation_db):
            return False
        # The weights first: a Ctrl-C while they are copied must leave no epoch without them.
        history = [*self.history, ended]
        best = min(history, key=lambda one: one.validation_db)
        weights = self._weights() if best is ended else self._best_weights
        self.best_epoch, self._best_weights, self.history = best.epoch, weights, history
        return True

    def _weights(self) -> dict[str, Tensor]:
        return {
            name: tensor
            for name, tensor in copy.deepcopy(self.model.state_dict()).items()
            if not name.startswith("quantizer.learner.")
        }


def _optimizers(model: ConvVQVAE, config: CodecTrainingConfig) -> tuple[Muon, torch.optim.AdamW]:
    weights = list(model.parameters())
    matrices = [weight for weight in weights if is_matrix(weight)]
    others = [weight for weight in weights if not is_matrix(weight)]
    return (
        Muon(matrices, lr=config.hidden_rate, weight_decay=config.weight_decay),
        torch.optim.AdamW(others, lr=config.rate, betas=(0.9, 0.95), weight_decay=0.0),
    )


def _set_rates(
    optimizers: Iterable[torch.optim.Optimizer], config: CodecTrainingConfig, step: int
) -> None:
    done = step / (config.epochs * config.steps_per_epoch)
    factor = rate_factor(done, config.warmup, start=0.01)
    for optimizer, rate in zip(optimizers, (config.hidden_rate, config.rate), strict=True):
        for group in optimizer.param_groups:
            group["lr"] = rate * factor
