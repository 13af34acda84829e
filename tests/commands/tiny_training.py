"""Training with networks and steps that take no time; as a program, killed where it is told to be.

    KILLED_AT=POINT:COUNT python -m tests.commands.tiny_training train FOLDER ...

ends by SIGKILL when it comes to the POINT for the COUNTth time: `draw` a batch of the codec,
`draw-codes` a batch of the prior, `draw-sounds` one of the vocoder, `write` a checkpoint (half of
it is written), `replace` a file by the one written in its place, `replaced` it.
"""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, BinaryIO

import torch

from distill_live import cli
from distill_live.audio.phase import PhaseConfig
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.commands.training_steps import (
    choices,
    estimate,
    more_recordings,
    prior,
    vocoder,
)
from distill_live.inference import loudness
from distill_live.models.codec.vqvae import VQVAEConfig
from distill_live.models.file import persistence
from distill_live.models.kinds import Codec
from distill_live.models.prior.column_prior import ColumnPriorConfig
from distill_live.models.vocoder.network import NeuralVocoderConfig
from distill_live.models.vocoder.vocoder import PhaseVocoder
from distill_live.report import listening
from distill_live.training.codec import previews
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.codec.crops import MelCrops
from distill_live.training.prior.memorisation import measure_memorisation
from distill_live.training.prior.trainer import PriorTrainingConfig
from distill_live.training.prior.windows import CodeCrops
from distill_live.training.vocoder.discriminators import DiscriminatorConfig
from distill_live.training.vocoder.pairs import SoundCrops
from distill_live.training.vocoder.trainer import VocoderTrainingConfig

EPOCHS = 2


def make_tiny(set_attribute: Callable[[Any, str, Any], None]) -> None:
    """The same way through everything, with networks and steps that take no time."""

    def tiny_codec(codec: VQVAEConfig, columns: int) -> CodecTrainingConfig:
        assert columns > 0
        small = replace(codec, code_width=8, width=16, encoder_blocks=1, decoder_blocks=1)
        return CodecTrainingConfig(
            small, epochs=EPOCHS, steps_per_epoch=2, batch_crops=4, crop_columns=8
        )

    def tiny_continued(codec: VQVAEConfig, columns: int) -> CodecTrainingConfig:
        return replace(tiny_codec(codec, columns), codec=codec, rate=3e-4, hidden_rate=6e-3)

    def tiny_prior(
        size: str | int, codebook_size: int, levels: int, bands: int
    ) -> ColumnPriorConfig:
        assert size in (6, "medium")
        return ColumnPriorConfig(codebook_size, 4, levels, bands, 16, 1, 2, 16, 1, dropout=0.1)

    def tiny_prior_training(prior: ColumnPriorConfig, frames: int) -> PriorTrainingConfig:
        assert frames > 0
        return PriorTrainingConfig(prior, epochs=EPOCHS, steps_per_epoch=2, gains_db=(0.0,))

    def tiny_vocoder(column_frames: int, _device: torch.device) -> VocoderTrainingConfig:
        return VocoderTrainingConfig(
            NeuralVocoderConfig(column_frames, width=8, blocks=1),
            epochs=EPOCHS, steps_per_epoch=2, batch_crops=2, crop_frames=8, alone=0.0,
            discriminators=DiscriminatorConfig(periods=(2,), sizes=(256,), width=2),
        )  # fmt: skip

    def quick_vocoder(codec: Codec, spectrogram: AudioSpectrogram) -> PhaseVocoder:
        frames = codec.config.column_frames
        config = PhaseConfig(frames, iterations=2, corrections=1, inversion_steps=1)
        return PhaseVocoder(spectrogram, config)

    set_attribute(persistence, "default_vocoder", quick_vocoder)
    set_attribute(estimate, "default_vocoder", quick_vocoder)
    set_attribute(choices, "get_adaptive_codec_config", tiny_codec)
    set_attribute(more_recordings, "get_continued_codec_config", tiny_continued)
    set_attribute(choices, "get_adaptive_prior_config", tiny_prior)
    set_attribute(choices, "get_adaptive_prior_training", tiny_prior_training)
    for module in (estimate, vocoder):
        set_attribute(module, "get_adaptive_vocoder_training_config", tiny_vocoder)
    brief = partial(measure_memorisation, stream_columns=12)
    set_attribute(prior, "measure_memorisation", brief)
    set_attribute(listening, "SECONDS", 0.5)
    set_attribute(listening, "NEW_SECONDS", 0.3)
    set_attribute(previews, "PREVIEW_SECONDS", 0.5)
    set_attribute(previews, "MEASURED_SECONDS", 1.0)
    set_attribute(loudness, "STREAMS", 2)
    set_attribute(loudness, "STREAM_SECONDS", 0.5)


class _Killer:
    """Counts how often the program comes to a point, and ends it there."""

    def __init__(self, point: str, count: int) -> None:
        self._point, self._left = point, count

    def reach(self, point: str) -> bool:
        """Whether this is the end."""
        self._left -= point == self._point
        return point == self._point and self._left == 0

    def pass_by(self, point: str) -> None:
        if self.reach(point):
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, owner: Any, name: str, point: str, after: str = "") -> None:
        """Pass the point whenever a function is called, and another one when it has returned."""
        plain = getattr(owner, name)

        def watched(*arguments: Any) -> Any:
            self.pass_by(point)
            result = plain(*arguments)
            self.pass_by(after)
            return result

        setattr(owner, name, watched)

    def while_saving(self) -> None:
        plain = torch.save

        def save(content: object, file: BinaryIO, **options: Any) -> None:
            if isinstance(file, io.BufferedWriter) and self.reach("write"):
                whole = io.BytesIO()
                plain(content, whole)
                file.write(whole.getvalue()[: whole.tell() // 2])
                file.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            plain(content, file, **options)

        torch.save = save


def main() -> None:
    point, _, count = os.environ.get("KILLED_AT", "never:0").partition(":")
    make_tiny(setattr)
    killer = _Killer(point, int(count))
    killer.before(MelCrops, "draw", "draw")
    killer.before(CodeCrops, "draw", "draw-codes")
    killer.before(SoundCrops, "draw", "draw-sounds")
    killer.before(os, "replace", "replace", "replaced")
    killer.while_saving()
    cli.main()


if __name__ == "__main__":
    main()
