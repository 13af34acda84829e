"""What the user has chosen for a training, in place of the usual settings."""

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
    """The options of a command that trains; None leaves a setting as it is.

    `codebook_size`, `rvq_levels` and `column_frames` shape a new codec. Without `keep_codes` the
    model file keeps nothing of the recordings, neither codes nor previews. With `vocoder` "phase"
    none is trained; `adversarial` None trains against discriminators where there is a GPU.
    """

    codebook_size: int | None = None
    rvq_levels: int = 3
    column_frames: int = 8
    codec_epochs: int | None = None
    commitment_weight: float | None = None
    keep_codes: bool = True
    no_prior: bool = False
    prior_size: PriorSize | None = None
    prior_epochs: int | None = None
    vocoder: VocoderChoice = "phase"
    vocoder_epochs: int | None = None
    adversarial: bool | None = None

    def of_codec(self, config: CodecTrainingConfig) -> CodecTrainingConfig:
        """A codec's training with the user's choices in it."""
        if self.commitment_weight is not None:
            learning = replace(config.learning, commitment_weight=self.commitment_weight)
            config = replace(config, learning=learning)
        return config if self.codec_epochs is None else replace(config, epochs=self.codec_epochs)

    def of_vocoder(self, config: VocoderTrainingConfig) -> VocoderTrainingConfig:
        """A vocoder's training with the user's choices in it."""
        if self.vocoder_epochs is not None:
            config = replace(config, epochs=self.vocoder_epochs)
        if self.adversarial is None:
            return config
        return replace(config, adversarial=self.adversarial)
