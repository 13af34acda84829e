"""Encoding and decoding whole recordings in pieces, so that they need not fit into memory."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from distill_live.audio.dataset import Recording, Recordings
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.errors import TrainingError
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.encoding import PIECE_COLUMNS
from distill_live.models.layers.causal_conv import Past, Tails

#: Codes `[T, F, Q]`.
Grid = NDArray[np.int16]
Samples = NDArray[np.float32]

_DECODED_COLUMNS = 256


def require_rate(recordings: Recordings, spectrogram: AudioSpectrogram) -> None:
    """Raise TrainingError unless the recordings have the model's sample rate."""
    rate = spectrogram.config.sample_rate
    if recordings.sample_rate != rate:
        raise TrainingError(
            f"the recordings are at {recordings.sample_rate} Hz and the model at {rate}: read them "
            "at the model's rate"
        )


def recording_mel(
    recording: Recording, spectrogram: AudioSpectrogram, column_frames: int
) -> Tensor:
    """A recording's normalised mel `[M, T]`, of whole columns, on the spectrogram's device. Here
    and in all of the training, the mels of a stereo spectrogram have the image below them.

    Raises TrainingError with the recording's name when it is so loud that the mel is not finite.
    """
    mel = sound_mel(recording, spectrogram, column_frames)
    if not torch.isfinite(mel).all():
        samples = recording.samples
        raise TrainingError(
            f"cannot train on {recording.name}: its samples reach "
            f"{max(samples.max(), -samples.min()):.3g}, where 1 is full scale; leave it out, or "
            "turn it down"
        )
    return mel


def sound_mel(recording: Recording, spectrogram: AudioSpectrogram, column_frames: int) -> Tensor:
    """As `recording_mel`, finite or not."""
    stereo = spectrogram.config.channels > 1 and recording.has_side

    def read(start: int, end: int) -> Tensor:
        part = recording.part(start, end)
        return torch.from_numpy(part.middle_and_side if stereo else part.samples[:, None]).T[None]

    return spectrogram.sound_to_mel(read, (1, len(recording.samples)), column_frames)[0, 0]


@torch.inference_mode()
def code_mel(codec: ConvVQVAE, mel: Tensor) -> Grid:
    """Encode a normalised mel `[M, T]`; frames at the end that do not fill a column are dropped."""
    frames, margin = codec.config.column_frames, codec.config.encoder_columns
    columns = mel.shape[-1] // frames
    pieces = [np.zeros((0, codec.config.bands, codec.config.num_quantizers), dtype=np.int16)]
    for start in range(0, columns, PIECE_COLUMNS):
        first = max(start - margin, 0)
        last = min(start + PIECE_COLUMNS + margin, columns)
        indices, shape = codec.encode(mel[None, None, :, first * frames : last * frames])
        grid = indices[0].view(shape[1], shape[0], -1).to(torch.int16).cpu().numpy()
        pieces.append(grid[start - first :][:PIECE_COLUMNS])
    return np.concatenate(pieces)


@torch.no_grad()
def decode_grid(codec: ConvVQVAE, grid: Grid) -> Tensor:
    """Decode a whole grid `[T, F, Q]` to normalised mels `[M, frames]` on the CPU, the same as from
    a stream of the codec except for rounding."""
    device = codec.quantizer.codebooks.device
    vectors = codec.quantizer.lookup(torch.from_numpy(grid.astype(np.int64)).to(device))
    # The last columns are decoded as at the end of a stream.
    vectors = functional.pad(vectors, (0, 0, 0, 0, 0, codec.config.lookahead_columns))
    parts, tails = [torch.zeros(codec.config.rows, 0)], Tails()
    for start in range(0, len(vectors) if len(grid) else 0, _DECODED_COLUMNS):
        past, piece = Past(tails), vectors[start : start + _DECODED_COLUMNS]
        parts.append(codec.decoder(piece.permute(2, 1, 0)[None], past)[0, 0].float().cpu())
        tails = past.tails
    return torch.cat(parts, dim=-1)
