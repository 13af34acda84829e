"""Recordings as a frozen codec sees them: grids of codes, at every alignment, split by time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.audio.dataset import HOLDOUT, Recordings, training_columns
from distill_live.audio.descriptors import DescriptorRanks, describe_columns
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.errors import TrainingError
from distill_live.models.vqvae import ConvVQVAE
from distill_live.training.augmentation import at_speeds

Grid = NDArray[np.int16]
Ranks = NDArray[np.float32]

#: Training recordings are coded at these levels, so that a code is more than one loudness.
GAINS_DB = (0.0, -3.0)

# A long recording is coded in pieces; the encoder sees less far than the margin on each side.
_PIECE_COLUMNS = 1024
_MARGIN_COLUMNS = 16


@dataclass(frozen=True)
class CodeSequences:
    """Grids `[T, F, Q]` of whole recordings.

    `training` has each recording's training part at every alignment and gain; none of their codes
    depends on what is held out. `validation` has (a whole recording's grid, the number of its first
    column that is held out), at the alignments 0 and half a column. `training_ranks` `[T, 4]` say
    of each training grid's columns how they sound among all of them, as `ranks` measures it; both
    are missing where that is not known.
    """

    training: list[Grid]
    validation: list[tuple[Grid, int]]
    training_ranks: list[Ranks] = field(default_factory=list)
    ranks: DescriptorRanks | None = None


@torch.inference_mode()
def extract_code_sequences(
    codec: ConvVQVAE,
    spectrogram: AudioSpectrogram,
    recordings: Recordings,
    holdout: float = HOLDOUT,
    gains_db: tuple[float, ...] = GAINS_DB,
    rehearsed: Sequence[Tensor] = (),
    speeds: tuple[float, ...] = (),
) -> CodeSequences:
    """Code every recording with a codec as it is.

    A column can begin at any of its `column_frames` frames: each is an alignment. The last
    `holdout` of a recording's columns is held out. `rehearsed` are normalised mels `[M, T]` that
    count as recordings. Raises TrainingError when the recordings have
    another sample rate than the model.
    """
    rate, frames = spectrogram.config.sample_rate, codec.config.column_frames
    if recordings.sample_rate != rate:
        raise TrainingError(
            f"the recordings are at {recordings.sample_rate} Hz, the model is at {rate}: "
            "read them at the model's rate"
        )
    codec.eval()
    training, described, validation = [], [], []
    mels = (
        spectrogram.waveform_to_mel(torch.from_numpy(one.samples)[None, None], frames)[0, 0]
        for one in recordings.recordings
    )

    def learn(part: Tensor) -> None:
        """Code a part for training `[M, T]`, at every alignment."""
        for offset in range(frames):
            grid = code_mel(codec, part[:, offset:])
            if len(grid):
                told = describe_columns(part[:, offset:], spectrogram.config, frames)
                training.append(grid)
                described.append(told.cpu().numpy())

    for samples in at_speeds(recordings, speeds, holdout):
        waveform = torch.from_numpy(samples)[None, None]
        learn(spectrogram.waveform_to_mel(waveform, frames)[0, 0])
    for mel in chain(mels, (mel.to(spectrogram.device) for mel in rehearsed)):
        end = training_columns(mel.shape[-1] // frames, holdout) * frames
        for part in _gained(mel[:, :end], spectrogram, gains_db):
            learn(part)
        for offset in (0, frames // 2):
            grid = code_mel(codec, mel[:, offset:])
            validation.append((grid, math.ceil((end - offset) / frames)))
    held_out = [(grid, first) for grid, first in validation if first < len(grid)]
    ranks = DescriptorRanks.of(np.concatenate(described)) if described else None
    return CodeSequences(
        training=training,
        # Where no recording is long enough to hold something back, all is for both.
        validation=held_out or [(grid, 0) for grid, _ in validation if len(grid)],
        training_ranks=[ranks.ranks(told) for told in described] if ranks else [],
        ranks=ranks,
    )


def _gained(
    mel: Tensor, spectrogram: AudioSpectrogram, gains_db: tuple[float, ...]
) -> Iterator[Tensor]:
    """Normalised mels `[M, T]` as if the recording had been louder or softer."""
    config = spectrogram.config
    silence = (math.log(config.floor) - config.mean) / config.deviation
    for gain in gains_db:
        yield (mel + gain * math.log(10) / 10 / config.deviation).clamp(min=silence)


def code_mel(codec: ConvVQVAE, mel: Tensor) -> Grid:
    """Normalised mel `[M, T]` to a grid; frames that fill no column at the end are dropped."""
    frames = codec.config.column_frames
    columns = mel.shape[-1] // frames
    pieces = [np.zeros((0, codec.config.bands, codec.config.num_quantizers), dtype=np.int16)]
    for start in range(0, columns, _PIECE_COLUMNS):
        first = max(start - _MARGIN_COLUMNS, 0)
        last = min(start + _PIECE_COLUMNS + _MARGIN_COLUMNS, columns)
        indices, shape = codec.encode(mel[None, None, :, first * frames : last * frames])
        grid = indices[0].view(shape[1], shape[0], -1).to(torch.int16).cpu().numpy()
        pieces.append(grid[start - first :][:_PIECE_COLUMNS])
    return np.concatenate(pieces)
