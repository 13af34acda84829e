"""Recordings as grids of codes from a finished codec, at every alignment, split by time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.audio.dataset import HOLDOUT, Recordings, training_columns
from distill_live.audio.descriptors import DescriptorRanks, describe_columns
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.training.data.augmentation import at_speeds
from distill_live.training.data.coding import (
    Grid,
    code_mel,
    recording_mel,
    require_rate,
    sound_mel,
)

Ranks = NDArray[np.float32]

#: Training recordings are coded at these gains, so that their codes cover more than one loudness.
GAINS_DB = (0.0, -3.0)

# More frames than this, an hour at every alignment and gain, take long to code and teach little
# that is new, so large sets are not coded at every alignment.
_MOST_FRAMES = 5_500_000
# Whole recordings are coded for validation at so many alignments.
_WHOLE = 2


@dataclass(frozen=True)
class CodeSequences:
    """Grids `[T, F, Q]` of whole recordings.

    `training` has the training part of each recording at every alignment and gain; of large sets,
    at some of the alignments. None of its codes depends on what is held out. `validation` has pairs
    of a whole recording's grid and the number of its first held-out column, at the alignments 0 and
    half a column. `training_ranks` `[T, 4]` rank the columns of each training grid among all of
    them by how they sound, as `ranks` measures it; both are empty where that is not known.
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
    """Turn every recording into codes.

    A column can begin at any of its `column_frames` frames: each is an alignment. Of more than an
    hour of sound, not all of them are used. The last
    `holdout` (0..1) of a recording's columns is held out. `rehearsed` are normalised mels `[M, T]`
    that count as recordings. Raises TrainingError when the recordings' sample rate is not the
    model's.
    """
    require_rate(recordings, spectrogram)
    frames = codec.config.column_frames
    codec.eval()
    total = recordings.seconds * recordings.sample_rate / spectrogram.config.hop_length
    total += sum(mel.shape[-1] for mel in rehearsed)
    offsets = _alignments(total, frames, gains_db)
    mels = (recording_mel(one, spectrogram, frames) for one in recordings.recordings)
    learned: list[tuple[Grid, NDArray[np.float32]]] = []
    validation = []
    for one in at_speeds(recordings, speeds, holdout):
        copy = sound_mel(one, spectrogram, frames)
        learned += _at_alignments(codec, spectrogram, copy, offsets)
    for mel in chain(mels, (mel.to(spectrogram.device) for mel in rehearsed)):
        end = training_columns(mel.shape[-1] // frames, holdout) * frames
        for part in _gained(mel[:, :end], spectrogram, gains_db):
            learned += _at_alignments(codec, spectrogram, part, offsets)
        for offset in (0, frames // 2):
            grid = code_mel(codec, mel[:, offset:])
            validation.append((grid, math.ceil((end - offset) / frames)))
    held_out = [(grid, first) for grid, first in validation if first < len(grid)]
    ranks = DescriptorRanks.of(np.concatenate([told for _, told in learned])) if learned else None
    return CodeSequences(
        training=[grid for grid, _ in learned],
        # If no recording is long enough to hold anything out, all of it serves for both.
        validation=held_out or [(grid, 0) for grid, _ in validation if len(grid)],
        training_ranks=[ranks.ranks(told) for _, told in learned] if ranks else [],
        ranks=ranks,
    )


def times_coded(
    frames: float,
    column_frames: int,
    gains_db: tuple[float, ...],
    speeds: tuple[float, ...],
) -> int:
    """How many times recordings of so many frames are coded: at each alignment, gain and speed, and
    as a whole."""
    alignments = len(_alignments(frames, column_frames, gains_db))
    return alignments * (len(gains_db) + len(speeds)) + _WHOLE


def _alignments(frames: float, column_frames: int, gains_db: tuple[float, ...]) -> range:
    """The frames at which columns begin, if there are so many frames altogether."""
    spacing = math.ceil(frames * len(gains_db) * column_frames / _MOST_FRAMES)
    return range(0, column_frames, min(max(spacing, 1), column_frames))


def _at_alignments(
    codec: ConvVQVAE, spectrogram: AudioSpectrogram, part: Tensor, offsets: Iterable[int]
) -> Iterator[tuple[Grid, NDArray[np.float32]]]:
    """A training part `[M, T]` as codes, at each alignment that has at least one column, with the
    descriptors of its columns `[columns, 4]`."""
    frames = codec.config.column_frames
    for offset in offsets:
        grid = code_mel(codec, part[:, offset:])
        if len(grid):
            mels = spectrogram.mels(part)[:, offset:]
            told = describe_columns(mels, spectrogram.config, frames)
            yield grid, told.cpu().numpy()


def _gained(
    mel: Tensor, spectrogram: AudioSpectrogram, gains_db: tuple[float, ...]
) -> Iterator[Tensor]:
    """Normalised mels `[M, T]` as if the recording had been louder or softer."""
    config = spectrogram.config
    for gain in gains_db:
        other = mel.clone()
        mels = spectrogram.mels(other)
        mels.add_(gain * config.per_db).clamp_(min=config.silence)
        yield other
