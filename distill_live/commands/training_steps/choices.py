"""The options of the training commands, and the settings that they replace."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distill_live.commands.options import VocoderChoice
    from distill_live.models.prior.column_prior import PriorSize
    from distill_live.training.codec.config import CodecTrainingConfig
    from distill_live.training.vocoder.trainer import VocoderTrainingConfig


@dataclass(frozen=True)
class Choices:
    """What the user has chosen; None keeps the usual setting.

    `codebook_size`, `rvq_levels` and `column_frames` shape a new codec; with `mono` it has one
    channel, whatever the recordings have. Without `keep_codes` the model file contains nothing of
    the recordings, neither codes nor previews, and there is no file of grains; without `grains`,
    that file alone is left out. If `vocoder` is "phase", none is trained. If `adversarial` is None,
    discriminators are used only on a GPU.
    """

    codebook_size: int | None = None
    rvq_levels: int = 3
    column_frames: int = 8
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
