"""Measures how much fine detail a codec's decoder blurs; see models/codec/clarity.py."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import torch
from torch import Tensor

from distill_live.audio.dataset import HOLDOUT, Recordings, training_columns
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.models.codec.clarity import LEAST_GAIN, MOST_GAIN, Clarity, detail
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.training.data.coding import code_mel, decode_grid, recording_mel, require_rate

# About ten minutes of sound: enough for stable gains. Of a large set every k-th recording is taken,
# and of a long recording the beginning.
_MEASURED_FRAMES = 56_000
_DECIMALS = 3


def measure_clarity(
    codec: ConvVQVAE,
    spectrogram: AudioSpectrogram,
    recordings: Recordings,
    rehearsed: Sequence[Tensor] = (),
    holdout: float = HOLDOUT,
) -> Clarity:
    """The clarity that a finished codec needs, measured on the training parts of recordings.

    `rehearsed` are normalised mels `[M, T]` of further recordings. Raises TrainingError when the
    recordings' sample rate is not the model's, or a mel is not finite.
    """
    require_rate(recordings, spectrogram)
    mels = _some_mels(codec, spectrogram, recordings, rehearsed, holdout)
    return compare_detail(codec, mels)


@torch.no_grad()
def compare_detail(codec: ConvVQVAE, mels: Iterable[Tensor]) -> Clarity:
    """The clarity that a codec in evaluation mode needs for these normalised mels `[M, T]`, on its
    device: each gain is the standard deviation of a bin's detail in them, divided by that in the
    mels decoded from their codes, and limited to the legal range."""
    bins = codec.config.n_mels
    real, decoded = _Deviation(bins), _Deviation(bins)
    for mel in mels:
        smooth = decode_grid(codec, code_mel(codec, mel))
        real.add(detail(mel[:bins, : smooth.shape[-1]].cpu()))
        decoded.add(detail(smooth[:bins]))
    # Where the decoder gives no detail at all, there is nothing to enlarge.
    gains = torch.where(decoded.value > 0, real.value / decoded.value, LEAST_GAIN)
    legal = gains.clamp(LEAST_GAIN, MOST_GAIN).tolist()
    return Clarity(tuple(round(gain, _DECIMALS) for gain in legal))


class _Deviation:
    """The standard deviation of each mel bin over all frames."""

    def __init__(self, n_mels: int) -> None:
        self._frames = 0
        self._sum, self._squares = torch.zeros(2, n_mels, dtype=torch.float64)

    def add(self, values: Tensor) -> None:
        """Add frames `[M, T]`."""
        exact = values.double()
        self._frames += exact.shape[-1]
        self._sum = self._sum + exact.sum(dim=-1)
        self._squares = self._squares + exact.square().sum(dim=-1)

    @property
    def value(self) -> Tensor:
        """The deviations `[M]`."""
        count = max(self._frames, 1)
        variance: Tensor = self._squares / count - (self._sum / count).square()
        return variance.clamp(min=0).sqrt()


def _some_mels(
    codec: ConvVQVAE,
    spectrogram: AudioSpectrogram,
    recordings: Recordings,
    rehearsed: Sequence[Tensor],
    holdout: float,
) -> Iterator[Tensor]:
    """The mels `[M, T]` of the training parts, of as many recordings as are needed."""
    column, hop = codec.config.column_frames, spectrogram.config.hop_length
    frames = sum(len(one.samples) // hop for one in recordings.recordings)
    frames += sum(mel.shape[-1] for mel in rehearsed)
    spacing = max(1, math.ceil(frames / _MEASURED_FRAMES))
    chosen = recordings.recordings[::spacing]
    for mel in chain(
        (recording_mel(one, spectrogram, column) for one in chosen), rehearsed[::spacing]
    ):
        end = training_columns(mel.shape[-1] // column, holdout) * column
        yield mel[:, : min(end, _MEASURED_FRAMES)].to(spectrogram.device)
