"""Learning more without forgetting: a model's stored spectrograms stand in for its old recordings,
or its decoded codes if an older version stored no spectrograms."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.codes.training_codes import TrainingCodes
from distill_live.errors import TrainingError
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.file.kept_mels import pack_mel, unpack_mel
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.prior.base import Prior
from distill_live.training.data.coding import code_mel, decode_grid

# Old recordings are trained on in proportion to their length, but within these bounds: whatever is
# too rare is forgotten, or not learned.
_LEAST, _MOST = 0.3, 0.7


@dataclass(frozen=True)
class Rehearsal:
    """A trained codec that learns more, and the recordings that it already knows.

    `mels` `[M, T]` are its old recordings, normalised by its spectrogram, and `kept` is what its
    file contains of each. `usage` `[Q, V]` is the share of each code among the old codes of its
    level. `metadata` is the header of its file.
    """

    metadata: dict[str, Any]
    model: ConvVQVAE
    prior: Prior | None
    spectrogram: AudioSpectrogram
    kept: list[TrainingCodes]
    mels: list[Tensor]
    usage: Tensor

    @classmethod
    def of(cls, loaded: LoadedVQModel, replaced: Container[str] = ()) -> Rehearsal:
        """From a loaded model with training codes. The recordings named in `replaced` are at hand
        themselves and are left out. Raises TrainingError when the file's spectrograms are
        damaged."""
        codec = loaded.require_trainable()
        rehearsed = [one for one in loaded.training_codes if one.name not in replaced]
        return cls(
            loaded.metadata,
            codec,
            loaded.prior,
            loaded.spectrogram,
            rehearsed,
            [_mel(codec, loaded.spectrogram, one) for one in rehearsed],
            _usage(loaded.training_codes, loaded.model.config.codebook_size),
        )

    @property
    def names(self) -> list[str]:
        """The names of the old recordings."""
        return [one.name for one in self.kept]

    @property
    def recorded_mels(self) -> list[Tensor]:
        """The mels whose spectrograms are in the file; the others are decoded from codes."""
        return [mel for one, mel in zip(self.kept, self.mels, strict=True) if one.mel]

    @property
    def columns(self) -> int:
        """The total length of the old recordings, in columns."""
        return sum(mel.shape[-1] for mel in self.mels) // self.model.config.column_frames

    @property
    def seconds(self) -> float:
        """Their total length in seconds."""
        config = self.spectrogram.config
        frames = sum(mel.shape[-1] for mel in self.mels)
        return frames * config.hop_length / config.sample_rate


@torch.inference_mode()
def code_rehearsed(codec: ConvVQVAE, rehearsal: Rehearsal) -> tuple[TrainingCodes, ...]:
    """What a codec that has learned more keeps of the old recordings: their spectrograms
    unchanged, and the same columns of each, encoded again."""
    device, frames = codec.quantizer.codebooks.device, codec.config.column_frames
    return tuple(
        TrainingCodes(
            one.name,
            code_mel(codec, mel[:, : len(one.codes) * frames].to(device)),
            one.mel or pack_mel(mel, rehearsal.spectrogram.config),
        )
        for one, mel in zip(rehearsal.kept, rehearsal.mels, strict=True)
    )


def rehearsed_share(new: list[Tensor], old: list[Tensor]) -> list[float]:
    """The weight of each mel `[M, T]` relative to its length, new ones first, so that neither the
    old nor the new ones are drowned out."""
    new_frames, old_frames = (sum(mel.shape[-1] for mel in mels) for mels in (new, old))
    if not old_frames:
        return [1.0] * len(new)
    share = old_frames / (new_frames + old_frames)
    bounded = min(max(share, _LEAST), _MOST)
    factors = (1 - bounded) / (1 - share), bounded / share
    return [factors[0]] * len(new) + [factors[1]] * len(old)


def _mel(codec: ConvVQVAE, spectrogram: AudioSpectrogram, kept: TrainingCodes) -> Tensor:
    """The mel `[M, T]` of an old recording, on the CPU."""
    if not kept.mel:
        return decode_grid(codec, kept.codes)
    # The stored mel includes the end that was held out.
    most_frames = 2 * (len(kept.codes) + 1) * codec.config.column_frames
    try:
        return unpack_mel(kept.mel, spectrogram.config, most_frames)
    except ValueError as error:
        raise TrainingError(f"cannot continue the model: {error} ({kept.name})") from error


def _usage(codes: Sequence[TrainingCodes], codebook_size: int) -> Tensor:
    together = np.concatenate([one.codes.reshape(-1, one.codes.shape[-1]) for one in codes])
    counts = [np.bincount(level, minlength=codebook_size) for level in together.T]
    return torch.from_numpy(np.stack(counts) / len(together)).float()
