"""Training a neural vocoder on the output of a finished codec."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from distill_live.audio.dataset import HOLDOUT
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.models.vocoder.network import NeuralVocoderConfig
from distill_live.models.vocoder.neural import NeuralVocoder
from distill_live.training.run.checkpoint import Checkpoints, State
from distill_live.training.run.ending import Ending
from distill_live.training.run.epoch_trainer import Epoch, EpochTrainer
from distill_live.training.run.pace import Expected, seconds_of
from distill_live.training.run.processes import Processes
from distill_live.training.run.randomness import seeded
from distill_live.training.run.step import clip_gradients, follow, mean_loss, rate_factor
from distill_live.training.run.suspects import Suspect, bad_loss, find_suspect
from distill_live.training.vocoder.discriminators import (
    DiscriminatorConfig,
    Discriminators,
    deceiving_loss,
    discriminator_loss,
    feature_loss,
)
from distill_live.training.vocoder.judging import held_out_loss, judged_parts
from distill_live.training.vocoder.losses import SoundLoss
from distill_live.training.vocoder.pairs import SoundCrops, SoundPairs


@dataclass(frozen=True)
class VocoderTrainingConfig:
    """Everything that `train_vocoder` needs besides the pairs.

    An epoch is `steps_per_epoch` batches of `batch_crops` crops of `crop_frames` frames. `rate` is
    AdamW's learning rate, for the vocoder and for its discriminators; it rises during the fraction
    `warmup` of the training and falls along a cosine. If `adversarial`, discriminators join after
    the fraction `alone` of the training. The vocoder's loss is then the sum of the distance between
    sounds, `deceiving` times how clearly the discriminators tell its sound from a real one, and
    `matching` times the difference of their features. `averaging` is the decay of the moving
    average of weights that is judged and kept. Half of the crops are made louder or softer, by up
    to `gain_db`. The last `holdout` (0..1) of each recording is for validation.
    """

    vocoder: NeuralVocoderConfig = field(default_factory=NeuralVocoderConfig)
    epochs: int = 12
    steps_per_epoch: int = 50
    batch_crops: int = 4
    crop_frames: int = 48
    rate: float = 1e-3
    warmup: float = 0.03
    adversarial: bool = False
    discriminators: DiscriminatorConfig = field(default_factory=DiscriminatorConfig)
    alone: float = 0.1
    deceiving: float = 0.2
    matching: float = 2.0
    averaging: float = 0.99
    gain_db: float = 3.0
    holdout: float = HOLDOUT
    seed: int = 0


def get_adaptive_vocoder_training_config(
    column_frames: int, device: torch.device
) -> VocoderTrainingConfig:
    """Settings for a device: on a GPU a larger network, discriminators and a longer training."""
    if device.type != "cuda":
        return VocoderTrainingConfig(NeuralVocoderConfig(block_frames=column_frames))
    return VocoderTrainingConfig(
        NeuralVocoderConfig(block_frames=column_frames, width=384, blocks=8),
        epochs=60, steps_per_epoch=500, batch_crops=16, crop_frames=64, rate=3e-4,
        adversarial=True, averaging=0.999,
    )  # fmt: skip


@dataclass(frozen=True)
class VocoderEpoch(Epoch):
    """The result of one epoch: the mean loss of the vocoder's sound in training and on held-out
    sound, and that of the discriminators, None while there are none."""

    training: float
    validation: float
    discriminators: float | None

    @property
    def error(self) -> float:
        """The loss on held-out sound."""
        return self.validation


@dataclass(frozen=True)
class TrainedVocoder:
    """The best vocoder of a training run, on the device that trained it, ready to use.

    `history` has every completed epoch; `vocoder` is that of `best_epoch`, counted from 1. `ending`
    says whether training ended early, and `warning` names the recording that spoiled it, if one
    did.
    """

    vocoder: NeuralVocoder
    history: list[VocoderEpoch]
    best_epoch: int
    ending: Ending
    warning: str


def train_vocoder(
    pairs: SoundPairs,
    spectrogram: AudioSpectrogram,
    config: VocoderTrainingConfig,
    on_epoch: Callable[[VocoderEpoch], None] | None = None,
    checkpoints: Checkpoints | None = None,
    on_pace: Callable[[Expected], None] | None = None,
) -> TrainedVocoder:
    """Train a vocoder on the spectrogram's device; the epoch with the smallest held-out loss is
    kept.

    `checkpoints` save every epoch, and resume an earlier run. `on_pace` is called once, after the
    first steps, with what the whole training will take. Once an epoch has ended, Ctrl-C, a
    full disk or full memory end the training and the best epoch is kept; before that they raise.
    Raises TrainingError when the loss is not a number and no epoch has ended.
    """
    with seeded(config.seed, spectrogram.device):
        trainer = _VocoderTrainer(pairs, spectrogram, config)
        ending = trainer.run(on_epoch, checkpoints, on_pace)
    return trainer.result(ending)


class _VocoderTrainer(EpochTrainer[VocoderEpoch]):
    config: VocoderTrainingConfig

    def __init__(
        self, pairs: SoundPairs, spectrogram: AudioSpectrogram, config: VocoderTrainingConfig
    ) -> None:
        super().__init__(VocoderEpoch, config.seed, Processes(spectrogram.device))
        self.config, sound = config, spectrogram.config
        self.pairs = pairs.training
        self.crops = SoundCrops(self.pairs, config.crop_frames, sound, config.gain_db, self.random)
        self.judged = judged_parts(pairs)
        self.vocoder = NeuralVocoder.untrained(config.vocoder, spectrogram)
        network = copy.deepcopy(self.vocoder.network).eval().requires_grad_(False)
        self.average = NeuralVocoder(network, spectrogram)
        self.loss = SoundLoss(sound.sample_rate, self.device)
        self.optimizers = [_optimizer(self.vocoder.network, config)]
        self.discriminators: Discriminators | None = None
        if config.adversarial:
            self.discriminators = Discriminators(config.discriminators).to(self.device)
            self.optimizers.append(_optimizer(self.discriminators, config))
        self.steps = 0
        self._suspect: Suspect | None = None

    def result(self, ending: Ending) -> TrainedVocoder:
        self.average.network.load_state_dict(self.best_weights)
        return TrainedVocoder(self.average, self.history, self.best_epoch, ending, self.warning)

    @property
    def _networks(self) -> list[torch.nn.Module]:
        """The networks that are trained, and the average that is kept."""
        found: list[torch.nn.Module] = [self.vocoder.network, self.average.network]
        return [*found, self.discriminators] if self.discriminators else found

    def _state(self) -> State:
        return {
            "networks": [network.state_dict() for network in self._networks],
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "steps": self.steps,
        }

    def _restore(self, state: State) -> None:
        for network, its_weights in zip(self._networks, state["networks"], strict=True):
            network.load_state_dict(its_weights)
        for optimizer, its_state in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(its_state)
        self.steps = state["steps"]

    def _loudest_db(self, number: int) -> float:
        """The peak of a pair's sound in dB of full scale."""
        return 20 * math.log10(float(self.pairs[number].samples.abs().max()) + 1e-12)

    def _train_epoch(self) -> tuple[float, float | None]:
        """Train for one epoch; returns the mean losses of the sound and of the discriminators."""
        self.vocoder.network.train()
        losses: list[Tensor] = []
        judgements: list[Tensor] = []
        drawn = []
        for _ in range(self.config.steps_per_epoch):
            done = self._set_rate()
            mel, real = (part.to(self.device) for part in self.crops.draw(self.config.batch_crops))
            drawn.append(self.crops.drawn)
            # Every step has different noise, so that the vocoder cannot learn it.
            position = int(torch.randint(2**16, ()))
            made = self.vocoder.waveforms(mel, position)
            loss = sound_loss = self.loss(made, real)
            if self.discriminators and done >= self.config.alone:
                judgements.append(self._teach(self.discriminators, real, made.detach()))
                loss = sound_loss + self._deceive(self.discriminators, real, made)
            self._step(self.optimizers[0], self.vocoder.network, loss)
            self.steps += 1
            follow(self.average.network, self.vocoder.network, self.steps, self.config.averaging)
            self.pace.step()
            losses.append(sound_loss.detach())
        names = [pair.name for pair in self.pairs]
        self._suspect = find_suspect(losses, drawn, names, self._loudest_db)
        return mean_loss(losses), mean_loss(judgements) if judgements else None

    def _teach(self, discriminators: Discriminators, real: Tensor, made: Tensor) -> Tensor:
        """Train the discriminators for one step; returns their loss."""
        discriminators.requires_grad_(True)
        loss = discriminator_loss(discriminators(real), discriminators(made))
        self._step(self.optimizers[1], discriminators, loss)
        return loss.detach()

    def _deceive(self, discriminators: Discriminators, real: Tensor, made: Tensor) -> Tensor:
        """The discriminators' part of the vocoder's loss; they learn nothing from it."""
        discriminators.requires_grad_(False)
        with torch.no_grad():
            expected = discriminators(real)
        found = discriminators(made)
        return self.config.deceiving * deceiving_loss(found) + self.config.matching * feature_loss(
            expected, found
        )

    def _step(
        self, optimizer: torch.optim.Optimizer, network: torch.nn.Module, loss: Tensor
    ) -> None:
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        clip_gradients(network)
        optimizer.step()

    def _set_rate(self) -> float:
        """Set the learning rate of this step; returns the fraction of the training that is done."""
        done = self.steps / (self.config.epochs * self.config.steps_per_epoch)
        rate = self.config.rate * rate_factor(done, self.config.warmup, start=0.1)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
        return done

    def _train_and_judge(self, number: int) -> VocoderEpoch | None:
        loss, discriminators = self._train_epoch()
        if not math.isfinite(loss):
            return None
        validation = held_out_loss(self.average, self.judged, self.loss)
        return VocoderEpoch(number, self.config.epochs, loss, validation, discriminators)

    def _weights(self) -> dict[str, Tensor]:
        return self.average.network.state_dict()

    def _judging_seconds(self) -> float:
        some = self.judged[:1]
        seconds = seconds_of(lambda: held_out_loss(self.average, some, self.loss), self.device)
        part, whole = (sum(mel.shape[-1] for mel, _ in each) for each in (some, self.judged))
        return seconds * whole / part

    def _complaint(self, number: int) -> str:
        return bad_loss("vocoder", number, [self._suspect])


def _optimizer(network: torch.nn.Module, config: VocoderTrainingConfig) -> torch.optim.Optimizer:
    return torch.optim.AdamW(network.parameters(), lr=config.rate, betas=(0.8, 0.99))
