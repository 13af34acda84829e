"""A model learns more without forgetting: its stored codes, decoded, stand for old recordings."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.codes.training_codes import TrainingCodes
from distill_live.models.persistence import LoadedVQModel
from distill_live.models.prior import Prior
from distill_live.models.vqvae import ConvVQVAE
from distill_live.training.sequences import code_mel

# The old recordings' part of what is trained on follows their length, but within these bounds:
# what hardly occurs is forgotten, or not learned.
_LEAST, _MOST = 0.3, 0.7

# The decoder sees less far than this on each side.
_PIECE_COLUMNS = 1024
_MARGIN_COLUMNS = 16


@dataclass(frozen=True)
class Rehearsal:
    """A trained codec to go on from, and what it has learned.

    `mels` `[M, T]` are its old recordings as its codes sound, normalised by its spectrogram, with
    their `names`; `usage` `[Q, V]` says what part of all old codes each code is, level by level.
    `metadata` is its file's header.
    """

    metadata: dict[str, Any]
    model: ConvVQVAE
    prior: Prior | None
    spectrogram: AudioSpectrogram
    names: list[str]
    mels: list[Tensor]
    usage: Tensor

    @classmethod
    def of(cls, loaded: LoadedVQModel, replaced: Container[str] = ()) -> Rehearsal:
        """Of a loaded model with training codes. The recordings called `replaced` are there
        themselves, and need no codes."""
        codec = loaded.require_trainable()
        rehearsed = [one for one in loaded.training_codes if one.name not in replaced]
        return cls(
            loaded.metadata,
            codec,
            loaded.prior,
            loaded.spectrogram,
            [one.name for one in rehearsed],
            [decode_mel(codec, one) for one in rehearsed],
            _usage(loaded.training_codes, loaded.model.config.codebook_size),
        )

    @property
    def columns(self) -> int:
        """Length of the old recordings together, in columns."""
        return sum(mel.shape[-1] for mel in self.mels) // self.model.config.column_frames

    @property
    def seconds(self) -> float:
        """The same in seconds."""
        config = self.spectrogram.config
        frames = sum(mel.shape[-1] for mel in self.mels)
        return frames * config.hop_length / config.sample_rate


@torch.inference_mode()
def code_rehearsed(codec: ConvVQVAE, rehearsal: Rehearsal) -> tuple[TrainingCodes, ...]:
    """What a codec that has learned more keeps of the old recordings: all of them, as it codes what
    stood for them."""
    device = codec.quantizer.codebooks.device
    return tuple(
        TrainingCodes(name, code_mel(codec, mel.to(device)))
        for name, mel in zip(rehearsal.names, rehearsal.mels, strict=True)
    )


@torch.inference_mode()
def decode_mel(codec: ConvVQVAE, codes: TrainingCodes) -> Tensor:
    """The normalised mel `[M, T]` that a recording's codes sound like, on the CPU."""
    frames = codec.config.column_frames
    grid = torch.from_numpy(codes.codes.astype(np.int64)).to(codec.quantizer.codebooks.device)
    pieces = [torch.zeros(codec.config.n_mels, 0)]
    for start in range(0, len(grid), _PIECE_COLUMNS):
        first = max(start - _MARGIN_COLUMNS, 0)
        part = grid[first : start + _PIECE_COLUMNS + _MARGIN_COLUMNS]
        vectors = codec.codes_to_embeddings(part.flatten(0, 1)[None], (part.shape[1], len(part)))
        mel = codec.decode(vectors)[0, 0].cpu()
        pieces.append(mel[:, (start - first) * frames :][:, : _PIECE_COLUMNS * frames])
    # Not of inference mode any more: training keeps it for its gradients.
    return torch.cat(pieces, dim=1).clone()


def rehearsed_share(new: list[Tensor], old: list[Tensor]) -> list[float]:
    """By how much more than its length each mel `[M, T]` counts, new ones first, so that neither
    side is drowned by the other."""
    new_frames, old_frames = (sum(mel.shape[-1] for mel in mels) for mels in (new, old))
    if not old_frames:
        return [1.0] * len(new)
    share = old_frames / (new_frames + old_frames)
    bounded = min(max(share, _LEAST), _MOST)
    factors = (1 - bounded) / (1 - share), bounded / share
    return [factors[0]] * len(new) + [factors[1]] * len(old)


def _usage(codes: Sequence[TrainingCodes], codebook_size: int) -> Tensor:
    together = np.concatenate([one.codes.reshape(-1, one.codes.shape[-1]) for one in codes])
    counts = [np.bincount(level, minlength=codebook_size) for level in together.T]
    return torch.from_numpy(np.stack(counts) / len(together)).float()
