"""Training the codec on recordings."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor

from distill_live.audio.dataset import Recordings
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.codes.codebook_health import LevelHealth
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.codec.crops import MelCrops
from distill_live.training.codec.judging import judge_codec
from distill_live.training.codec.losses import latent_movement, reconstruction_loss
from distill_live.training.codec.mels import TrainingMels, first_of
from distill_live.training.codec.previews import Previews
from distill_live.training.codec.start import take_over
from distill_live.training.data.rehearsal import Rehearsal
from distill_live.training.run.checkpoint import Checkpoints, State
from distill_live.training.run.ending import Ending
from distill_live.training.run.epoch_trainer import Epoch, EpochTrainer
from distill_live.training.run.muon import Muon, is_matrix
from distill_live.training.run.pace import Expected, seconds_of
from distill_live.training.run.precision import Precision, choose_precision
from distill_live.training.run.processes import Processes
from distill_live.training.run.randomness import seeded
from distill_live.training.run.step import clip_gradients, mean_loss, rate_factor
from distill_live.training.run.suspects import Suspect, bad_loss, find_suspect

# Judging so many columns tells how long all of them take.
_TIMED_COLUMNS = 256


@dataclass(frozen=True)
class CodecEpoch(Epoch):
    """The result of one epoch.

    `loss` is the mean training loss; `training_db` and `validation_db` are mean absolute
    differences of log mels in dB, for the training parts and for the held-out ends of the
    recordings. `health` has an entry for each level, coarse to fine.
    """

    loss: float
    training_db: float
    validation_db: float
    health: list[LevelHealth]

    @property
    def error(self) -> float:
        """The error on held-out sound."""
        return self.validation_db

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        """An epoch from a checkpoint."""
        return cls(**stored | {"health": [LevelHealth(**level) for level in stored["health"]]})


@dataclass(frozen=True)
class TrainedCodec:
    """The best codec of a training run, on the device that trained it, ready to use.

    `history` has every completed epoch; `model` and `health` are those of `best_epoch`, counted
    from 1. `ending` says whether training ended early, and `warning` names the recording that
    spoiled it, if one did.
    """

    model: ConvVQVAE
    spectrogram: AudioSpectrogram
    history: list[CodecEpoch]
    best_epoch: int
    ending: Ending
    warning: str

    @property
    def health(self) -> list[LevelHealth]:
        """The codebook health of `model`, for each level."""
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
    on_pace: Callable[[Expected], None] | None = None,
    start: ConvVQVAE | None = None,
) -> TrainedCodec:
    """Train a codec; the epoch with the smallest validation error is kept.

    `checkpoints` save every epoch, and resume an earlier run. `processes` are those that train
    together, each on its own device. `rehearsal` is an earlier codec that learns the recordings in
    addition to its own. `previews` are made at some of the epochs. `on_pace` is called once, after
    the first steps, with what the whole training will take. `start` is a codec of the same shape
    whose encoder and decoder a new one begins with.

    Once an epoch has ended, Ctrl-C, a full disk or full memory end the training and the best epoch
    is kept; before that they raise. Raises TrainingError when the loss is not a number and no epoch
    has ended.
    """
    processes = processes or Processes(device)
    with seeded(config.seed, processes.device):
        trainer = _CodecTrainer(recordings, config, processes, rehearsal, previews, start)
        ending = trainer.run(on_epoch, checkpoints, on_pace)
    return trainer.result(ending)


class _CodecTrainer(EpochTrainer[CodecEpoch]):
    config: CodecTrainingConfig

    def __init__(
        self,
        recordings: Recordings,
        config: CodecTrainingConfig,
        processes: Processes,
        rehearsal: Rehearsal | None,
        previews: Previews | None,
        start: ConvVQVAE | None,
    ) -> None:
        steps = processes.steps(config.steps_per_epoch, config.batch_crops)
        super().__init__(CodecEpoch, config.seed, processes)
        self.config = replace(config, steps_per_epoch=steps)
        self.previews = previews
        self.batch_crops = processes.batch(config.batch_crops)
        self.mels = mels = TrainingMels.of(recordings, config, rehearsal)
        self.spectrogram, self.judged = mels.spectrogram.to(self.device), mels.judged
        # Every process draws the whole batch, which takes little time, and trains on its share.
        self.crops = MelCrops(
            mels.learned, config.crop_columns * config.codec.column_frames,
            self.spectrogram.config, config.augmentation, self.random, mels.shares,
        )  # fmt: skip
        if rehearsal:
            self.model = copy.deepcopy(rehearsal.model).requires_grad_(True)
        else:
            self.model = ConvVQVAE(config.codec)
            if start:
                take_over(start, self.model)
        self.model.to(self.device)
        self.model.quantizer.start_learning(
            config.learning,
            self.batch_crops * config.crop_columns * config.codec.bands,
            rehearsal.usage if rehearsal else None,
        )
        self.optimizers = _optimizers(self.model, config)
        self._compute_in(choose_precision(processes))
        if not processes.is_first:
            # The weights start out the same; the random numbers from here on differ.
            torch.manual_seed(config.seed + processes.number)
        self._suspect: Suspect | None = None

    def result(self, ending: Ending) -> TrainedCodec:
        self.model.quantizer.finish_learning()
        self.model.load_state_dict(self.best_weights)
        self.model.eval().requires_grad_(False)
        return TrainedCodec(
            self.model, self.spectrogram, self.history, self.best_epoch, ending, self.warning
        )

    def _state(self) -> State:
        return {
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "precision": asdict(self.precision),
            "previews": self.previews.state() if self.previews else [],
        }

    def _restore(self, state: State) -> None:
        self.model.load_state_dict(state["model"])
        for optimizer, its_state in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(its_state)
        self._compute_in(choose_precision(self.processes, Precision(**state["precision"])))
        if self.previews:
            self.previews.resume(state["previews"])

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
            settings = self.spectrogram.config
            loss = reconstruction_loss(reconstruction.float(), mel, settings) + commitment
            loss = loss + self.config.consistency * moved
            self.model.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            self.processes.average_gradients(self.model.parameters(), len(mel) / self.batch_crops)
            clip_gradients(self.model)
            for optimizer in self.optimizers:
                optimizer.step()
            losses.append(loss.detach())
            self.pace.step()
        self._suspect = find_suspect(losses, drawn, self.mels.names, self.mels.loudest_db)
        return mean_loss(losses)

    def _train_and_judge(self, number: int) -> CodecEpoch | None:
        loss = self.processes.mean(self._train_epoch(number))
        if not math.isfinite(loss):
            return None
        self.model.eval()
        self.model.quantizer.sync()
        judged = judge_codec(self.model, self.judged, self.spectrogram.config, self.precision)
        return self.processes.from_first(CodecEpoch(number, self.config.epochs, loss, *judged))

    def _judging_seconds(self) -> float:
        some = first_of(self.judged, _TIMED_COLUMNS * self.config.codec.column_frames)
        part, whole = (sum(mel.shape[-1] for mel, _ in each) for each in (some, self.judged))
        settings, precision = self.spectrogram.config, self.precision
        self.model.eval()
        seconds = seconds_of(
            lambda: judge_codec(self.model, some, settings, precision), self.device
        )
        self.model.train()
        return seconds * whole / part

    def _complaint(self, number: int) -> str:
        return bad_loss("codec", number, self.processes.gather(self._suspect))

    def _epoch_kept(self) -> None:
        if self.previews:
            self.previews.listen(self.history[-1].epoch, self.model, self.spectrogram)

    def _weights(self) -> dict[str, Tensor]:
        return {
            name: tensor
            for name, tensor in self.model.state_dict().items()
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
