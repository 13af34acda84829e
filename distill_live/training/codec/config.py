"""The settings of a codec's training."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from distill_live.audio.dataset import HOLDOUT
from distill_live.models.codec.quantizer import LearningConfig
from distill_live.models.codec.vqvae import VQVAEConfig
from distill_live.training.data.augmentation import AugmentationConfig, get_adaptive_augmentation

# The factor for the learning rates of a trained codec that learns more.
_CONTINUED_RATE = 0.3
# The share of the epochs and the factor for the learning rates of a codec that starts from one that
# has learned other sounds.
_STARTED_EPOCHS, _STARTED_RATE = 0.25, 0.5


@dataclass(frozen=True)
class CodecTrainingConfig:
    """Everything that `train_codec` needs besides the recordings.

    An epoch is `steps_per_epoch` batches of `batch_crops` crops, each `crop_columns` columns long
    and starting at any frame. `hidden_rate` is the learning rate of the matrices (Muon), `rate` of
    everything else (AdamW); both rise during the fraction `warmup` of the training and fall along a
    cosine. `augmentation` says how crops differ from the recordings. `consistency` is the weight of
    how far latents move when the sound moves by a few frames: codes that move less are easier to
    predict. The last `holdout` (0..1) of each recording is for validation.
    """

    codec: VQVAEConfig = field(default_factory=VQVAEConfig)
    learning: LearningConfig = field(default_factory=LearningConfig)
    epochs: int = 40
    steps_per_epoch: int = 50
    batch_crops: int = 8
    crop_columns: int = 32
    hidden_rate: float = 0.02
    rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.03
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)
    consistency: float = 0.3
    holdout: float = HOLDOUT
    seed: int = 0


def get_adaptive_codec_config(codec: VQVAEConfig, columns: int) -> CodecTrainingConfig:
    """Settings for recordings of so many columns: an epoch covers at least that many."""
    defaults = CodecTrainingConfig(codec=codec)
    batch_columns = defaults.batch_crops * defaults.crop_columns
    steps = max(defaults.steps_per_epoch, math.ceil(columns / batch_columns))
    augmentation = get_adaptive_augmentation(columns * codec.column_frames)
    return CodecTrainingConfig(codec=codec, steps_per_epoch=steps, augmentation=augmentation)


def get_continued_codec_config(codec: VQVAEConfig, columns: int) -> CodecTrainingConfig:
    """Settings for a trained codec that learns more: fewer epochs and smaller steps. `columns`
    counts those of old and new recordings together."""
    new = get_adaptive_codec_config(codec, columns)
    return _slower(replace(new, epochs=new.epochs // 2), _CONTINUED_RATE)


def get_started_codec_config(new: CodecTrainingConfig) -> CodecTrainingConfig:
    """The settings of a new codec, changed for one that starts from a codec that has learned other
    sounds: fewer epochs and smaller steps."""
    fewer = replace(new, epochs=max(1, round(new.epochs * _STARTED_EPOCHS)))
    return _slower(fewer, _STARTED_RATE)


def _slower(config: CodecTrainingConfig, factor: float) -> CodecTrainingConfig:
    hidden_rate, rate = config.hidden_rate * factor, config.rate * factor
    return replace(config, hidden_rate=hidden_rate, rate=rate)
