"""A model ready to use."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.codes.codebook_geometry import Codebooks
from distill_live.codes.grid import CodeGrid
from distill_live.codes.training_codes import TrainingCodes
from distill_live.errors import NoPriorError, ParameterError, TrainingError
from distill_live.models.codec.clarity import UNMEASURED, Clarity, ClearStream
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.file.kept_recordings import Preview
from distill_live.models.grains.corpus import Grains
from distill_live.models.grains.lazy_vocoder import LazyVocoder
from distill_live.models.grains.stream import GrainStream
from distill_live.models.kinds import AnyVocoder, Codec
from distill_live.models.prior.base import Prior
from distill_live.models.prior.sections import Sections
from distill_live.models.sound_settings import USUAL_SOUND, SoundSettings
from distill_live.models.vocoder.stereo import StereoMixer, StereoStream
from distill_live.models.vocoder.vocoder import VocoderStream


@dataclass
class LoadedVQModel:
    """A model ready to use; `metadata` is from its file's header.

    The networks are on `device`, in evaluation mode and without gradients. `training_codes` are
    those of the recordings that it has learned, `previews` are from its training; a file may
    contain neither. `clarity` is what its decoded mels lack, if that was measured; `grains` are
    from the file beside it, if there is one. If that cannot be used, `grains_problem` says why.
    """

    model: Codec
    prior: Prior | None
    vocoder: AnyVocoder
    spectrogram: AudioSpectrogram
    device: torch.device
    metadata: dict[str, Any]
    training_codes: tuple[TrainingCodes, ...] = ()
    previews: tuple[Preview, ...] = ()
    clarity: Clarity = UNMEASURED
    grains: Grains | None = None
    grains_problem: str = ""

    @property
    def column_samples(self) -> int:
        """The length of one column in samples, up to the beginning of the next one."""
        frames = self.model.config.column_frames
        return frames * self.spectrogram.config.hop_length - self.vocoder.overlap_samples

    @property
    def channels(self) -> int:
        """Of the sound that it makes: 1, or 2 for a model of stereo recordings."""
        return self.spectrogram.config.channels

    def silence(self, count: int) -> NDArray[np.float32]:
        """So many silent samples of its sound: `[count]`, or `[count, 2]` with two channels."""
        return np.zeros(count if self.channels == 1 else (count, self.channels), np.float32)

    @property
    def delay_samples(self) -> int:
        """How far its sound is behind its mels, while a stream continues."""
        return self.vocoder.delay_samples + (self._stereo.delay_samples if self._stereo else 0)

    @property
    def settling_frames(self) -> int:
        """How many frames a stream of its sound needs to sound as one that began long ago."""
        return self.vocoder.settling_frames + (self._stereo.settling_frames if self._stereo else 0)

    @cached_property
    def _stereo(self) -> StereoMixer | None:
        return StereoMixer(self.spectrogram) if self.channels > 1 else None

    def decoder(self, sound: SoundSettings = USUAL_SOUND) -> ClearStream:
        """A new stream of the codec's decoder, with its clarity, as it is heard."""
        return ClearStream(self.model.stream(), self.clarity, sound.clarity)

    def sounding(self, sound: SoundSettings = USUAL_SOUND) -> VocoderStream | GrainStream:
        """A new stream that turns the decoder's mels into samples `[n]`, or `[n, 2]` with two
        channels, with grains if there are any, as it is heard."""
        base: VocoderStream = self.vocoder.stream()
        if self._stereo is not None:
            base = StereoStream(base, self._stereo)
        if self.grains is None:
            return base
        hop = self.spectrogram.config.hop_length
        warmup = self.vocoder.warmup_frames + (self._stereo.warmup_frames if self._stereo else 0)
        columns = math.ceil(max(warmup * hop, self.delay_samples) / self.column_samples)
        vocoder = LazyVocoder(base, self.channels, hop, warmup=columns)
        return GrainStream(vocoder, self.grains, sound.grain, sound.reach)

    @cached_property
    def codebooks(self) -> Codebooks:
        """The vectors `[Q, V, D]` behind the codes, read-only; always the same array, by which what
        is computed of it is remembered (see `once_per_array`). Not for a codec that still learns.
        """
        vectors: Codebooks = self.model.quantizer.codebooks.cpu().numpy()
        vectors.flags.writeable = False
        return vectors

    @cached_property
    def sections(self) -> Sections | None:
        """The sections of its recordings; None if it has no codes of them."""
        if not self.training_codes:
            return None
        return Sections.of(self.training_codes, self.codebooks)

    def require_sections(self) -> Sections:
        """The sections; raises ParameterError if the model has none."""
        if self.sections is None:
            raise ParameterError(
                f"the model {self.metadata['name']} has no codes of its recordings, from which "
                "sections are made"
            )
        return self.sections

    def grid_of(self, codes: NDArray[Any], source: str = "") -> CodeGrid:
        """Codes `[T, F, Q]` as a grid of this model. Raises CodesError when they are not in its
        codebooks."""
        return CodeGrid(
            codes=codes,
            model_name=self.metadata["name"],
            model_sha256=self.metadata["codec_sha256"],
            level_labels=tuple(self.metadata["level_labels"]),
            codebook_size=self.model.config.codebook_size,
            column_samples=self.column_samples,
            sample_rate=self.spectrogram.config.sample_rate,
            source=source,
        )

    @property
    def blank_grid(self) -> CodeGrid:
        """A grid of this model without columns."""
        config = self.model.config
        return self.grid_of(np.zeros((0, config.bands, config.num_quantizers), np.int64))

    def require_trainable(self) -> ConvVQVAE:
        """The codec; raises TrainingError for one of Distill v1.1, which only plays."""
        if not isinstance(self.model, ConvVQVAE):
            raise TrainingError(
                f"{self.metadata['name']} is a Distill v1.1 model, which cannot be trained here: "
                "train a new model with `distill-live train FOLDER`"
            )
        return self.model

    def require_prior(self) -> Prior:
        """The prior; raises NoPriorError when the model has none."""
        if self.prior is None:
            raise NoPriorError(self.metadata["name"])
        return self.prior
