"""The error of a codec on the sound that it was trained on, and on held-out sound."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.codes.codebook_health import LevelHealth, codebook_health
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.training.run.precision import Precision

# A long recording is processed in pieces, so that it need not fit into memory as a whole. The
# margin on each side is longer than the networks' reach.
_PIECE_COLUMNS = 4096
_MARGIN_COLUMNS = 32


class CodecJudgement(NamedTuple):
    """Mean absolute differences of log mels in dB, for training parts and for held-out ends; the
    health of each level's codebook, coarse to fine."""

    training_db: float
    validation_db: float
    health: list[LevelHealth]


@torch.no_grad()
def judge_codec(
    model: ConvVQVAE,
    judged: list[tuple[Tensor, int]],
    spectrogram: SpectrogramConfig,
    precision: Precision,
) -> CodecJudgement:
    """Judge a codec in evaluation mode on recordings: normalised mels `[M, T]` of whole columns,
    each with the number of its first held-out frame.

    If no recording is long enough to hold anything out, the training parts stand for both.
    """
    codes, seen, unseen = [], [], []
    for mel, end in judged:
        decoded, indices = _through(model, mel, precision)
        bins = spectrogram.n_mels
        error = (decoded[:bins] - mel[:bins]).abs().mean(dim=0)
        codes.append(indices)
        seen.append(error[:end])
        unseen.append(error[end:])
    training = torch.cat(seen)
    validation = torch.cat(unseen) if sum(map(len, unseen)) else training
    return CodecJudgement(
        float(training.mean()) / spectrogram.per_db,
        float(validation.mean()) / spectrogram.per_db,
        codebook_health(torch.cat(codes).cpu().numpy(), model.config.codebook_size),
    )


def _through(model: ConvVQVAE, mel: Tensor, precision: Precision) -> tuple[Tensor, Tensor]:
    """A recording's mel `[M, T]` passed through a codec: the decoded mel, on the CPU, and the codes
    `[S, Q]`."""
    frames, bands = model.config.column_frames, model.config.bands
    device = model.quantizer.codebooks.device
    decoded, codes = [], []
    for start in range(0, mel.shape[-1] // frames, _PIECE_COLUMNS):
        first, last = max(start - _MARGIN_COLUMNS, 0), start + _PIECE_COLUMNS + _MARGIN_COLUMNS
        piece = mel[:, first * frames : last * frames].to(device)
        with precision.passes(device):
            reconstruction, indices, _ = model(piece[None, None])
        own = reconstruction[0, 0, :, (start - first) * frames :].float().cpu()
        decoded.append(own[:, : _PIECE_COLUMNS * frames])
        codes.append(indices[0, (start - first) * bands :][: _PIECE_COLUMNS * bands])
    return torch.cat(decoded, dim=1), torch.cat(codes)
