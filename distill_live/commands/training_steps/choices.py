"""The options of the training commands, and the settings that follow from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from distill_live.audio.dataset import Recordings
from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.commands.training_steps.material import Material
from distill_live.errors import ModelFileError, ModelNotFoundError, TrainingError
from distill_live.models.codec.network import MELS_PER_IMAGE_GROUP
from distill_live.models.codec.vqvae import VQVAEConfig, get_adaptive_vqvae_config
from distill_live.models.file.library import BASE, find_model
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.prior.column_prior import PriorSize, get_adaptive_prior_config
from distill_live.training.codec.config import (
    CodecTrainingConfig,
    get_adaptive_codec_config,
    get_started_codec_config,
)
from distill_live.training.codec.start import differences
from distill_live.training.prior.trainer import PriorTrainingConfig, get_adaptive_prior_training
from distill_live.training.vocoder.trainer import VocoderTrainingConfig

if TYPE_CHECKING:
    from distill_live.commands.options import TimeLimit, VocoderChoice

#: What `--from` is called to start with random weights.
NONE = "none"


@dataclass(frozen=True)
class Choices:
    """What the user has chosen; None keeps the usual setting.

    `codebook_size`, `rvq_levels` and `column_frames` shape a new codec; with `mono` it has one
    channel, whatever the recordings have. `start` names the model whose encoder and decoder it
    begins with, if they fit; "none" is none. Without `keep_codes` the model file contains nothing
    of the recordings, neither codes nor previews, and there is no file of grains; without `grains`,
    that file alone is left out. If `vocoder` is "phase", none is trained. If `adversarial` is None,
    discriminators are used only on a GPU. If there is a `time`, the numbers of epochs fit into it.
    """

    codebook_size: int | None = None
    rvq_levels: int = 3
    column_frames: int = 8
    start: str | None = None
    mono: bool = False
    codec_epochs: int | None = None
    commitment_weight: float | None = None
    keep_codes: bool = True
    grains: bool = True
    no_prior: bool = False
    prior_size: PriorSize | None = None
    prior_epochs: int | None = None
    vocoder: VocoderChoice = "phase"
    vocoder_epochs: int | None = None
    adversarial: bool | None = None
    time: TimeLimit | None = None

    @property
    def keep_grains(self) -> bool:
        """Whether a file of grains is wanted."""
        return self.grains and self.keep_codes

    def of_codec(self, config: CodecTrainingConfig) -> CodecTrainingConfig:
        """The settings of a codec's training, with the user's choices."""
        if self.commitment_weight is not None:
            learning = replace(config.learning, commitment_weight=self.commitment_weight)
            config = replace(config, learning=learning)
        return config if self.codec_epochs is None else replace(config, epochs=self.codec_epochs)

    def of_vocoder(self, config: VocoderTrainingConfig) -> VocoderTrainingConfig:
        """The settings of a vocoder's training, with the user's choices."""
        if self.vocoder_epochs is not None:
            config = replace(config, epochs=self.vocoder_epochs)
        if self.adversarial is None:
            return config
        return replace(config, adversarial=self.adversarial)


def new_codec_config(recordings: Recordings, choices: Choices) -> CodecTrainingConfig:
    """Settings for a new codec, by the number of recordings and the user's choices."""
    chosen = {"num_quantizers": choices.rvq_levels, "column_frames": choices.column_frames}
    if choices.codebook_size is not None:
        chosen["codebook_size"] = choices.codebook_size
    if recordings.has_stereo:
        chosen["image_groups"] = SpectrogramConfig().n_mels // MELS_PER_IMAGE_GROUP
    codec = get_adaptive_vqvae_config(len(recordings.recordings), **chosen)
    column_samples = SpectrogramConfig().hop_length * choices.column_frames
    columns = round(recordings.seconds * recordings.sample_rate / column_samples)
    return get_adaptive_codec_config(codec, columns)


def prior_config(
    choices: Choices, material: Material, codec: VQVAEConfig, hop_length: int
) -> PriorTrainingConfig:
    """Settings for training a prior on a codec's codes, with the user's choices. It has the shape
    of the prior that it continues, if there is one. `hop_length` is in samples."""
    size, epochs = choices.prior_size, choices.prior_epochs
    start, recordings = material.first_prior(size), material.recordings
    shape = start.config if start else get_adaptive_prior_config(
        size or len(material.names), codec.codebook_size, codec.num_quantizers, codec.bands
    )  # fmt: skip
    frames = recordings.seconds * recordings.sample_rate / hop_length
    config = get_adaptive_prior_training(shape, round(frames))
    return config if epochs is None else replace(config, epochs=epochs)


def started(
    choices: Choices, config: CodecTrainingConfig, say: Callable[[str], object]
) -> tuple[LoadedVQModel | None, CodecTrainingConfig]:
    """The model that a new codec starts from, and the settings that go with it; without one, None
    and the settings as they are. `say` is told which.

    If the user has chosen none, it is the base, as long as that is there and fits the codec. Raises
    ModelNotFoundError, ModelFileError, and TrainingError if a chosen model does not fit.
    """
    if choices.start == NONE:
        return None, config
    try:
        loaded = _fitting(choices.start or BASE, config)
    except (ModelNotFoundError, ModelFileError, TrainingError) as error:
        if choices.start is not None:
            raise
        say(f"the codec starts from nothing: {error}")
        return None, config
    say(f"the codec starts from {loaded.metadata['name']}")
    return loaded, get_started_codec_config(config)


def _fitting(name: str, config: CodecTrainingConfig) -> LoadedVQModel:
    """The model called `name`; raises TrainingError if a codec cannot start from it."""
    loaded = load_model_v2(find_model(name))
    differ = differences(loaded.require_trainable().config, config.codec)
    if differ:
        raise TrainingError(
            f"a codec of this shape cannot start from {loaded.metadata['name']}: its {differ[0]}; "
            f"train one of the same shape, or add --from {NONE}"
        )
    return loaded
