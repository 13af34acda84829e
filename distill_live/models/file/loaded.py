"""A model ready to use."""

from __future__ import annotations

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
from distill_live.errors import NoPriorError, TrainingError
from distill_live.models.codec.clarity import (
    UNMEASURED,
    USUAL_CLARITY,
    Clarity,
    ClearStream,
    require_amount,
)
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.file.kept_recordings import Preview
from distill_live.models.kinds import AnyVocoder, Codec
from distill_live.models.prior.base import Prior


@dataclass
class LoadedVQModel:
    """A model ready to use; `metadata` is from its file's header.

    The networks are on `device`, in evaluation mode and without gradients. `training_codes` are
    those of the recordings that it has learned, `previews` are from its training; a file may
    contain neither. `clarity` is what its decoded mels lack, if that was measured.
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

    @property
    def column_samples(self) -> int:
        """The length of one column in samples, up to the beginning of the next one."""
        frames = self.model.config.column_frames
        return frames * self.spectrogram.config.hop_length - self.vocoder.overlap_samples

    def decoder(self, clarity: float = USUAL_CLARITY) -> ClearStream:
        """A new stream of the codec's decoder, with this amount of clarity, as it is heard. Raises
        ParameterError unless it is 0..1.5, the range of the parameter `clarity`."""
        require_amount(clarity)
        return ClearStream(self.model.stream(), self.clarity, clarity)

    @cached_property
    def codebooks(self) -> Codebooks:
        """The vectors `[Q, V, D]` behind the codes, read-only; always the same array, by which what
        is computed of it is remembered (see `once_per_array`). Not for a codec that still learns.
        """
        vectors: Codebooks = self.model.quantizer.codebooks.cpu().numpy()
        vectors.flags.writeable = False
        return vectors

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
