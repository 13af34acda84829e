"""After as many frames as it needs, a new stream sounds as good as one that began long ago."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
from distill_live.models.vocoder.stereo import StereoMixer, StereoStream
from distill_live.models.vocoder.vocoder import PhaseVocoder, VocoderStream

FRAMES, COLUMN, RATE = 8 * 20, 8 * 512, 48_000
SPECTROGRAM = AudioSpectrogram(SpectrogramConfig(image_groups=16))
MIXER, VOCODER = StereoMixer(SPECTROGRAM), PhaseVocoder(SPECTROGRAM)


def recording() -> Tensor:
    """Two tones, one of which moves from left to right, with pulses and noise, `[1, 2, N]`: the
    middle and the side."""
    time = np.arange(FRAMES * 512) / RATE
    tone = 0.2 * np.sin(2 * np.pi * 220 * time) * (1 + np.sin(2 * np.pi * 3 * time))
    moving = 0.1 * np.sin(2 * np.pi * 1760 * time)
    noise = np.random.default_rng(0).normal(0, 0.05, len(time)) * (np.sin(9 * time) > 0)
    middle = tone + moving + noise
    side = moving * np.sin(2 * np.pi * 0.5 * time)
    return torch.from_numpy(np.stack([middle, side]).astype(np.float32))[None]


@pytest.fixture(scope="module")
def mel() -> Tensor:
    found: Tensor = SPECTROGRAM.waveform_to_mel(recording())[0, 0]
    return found


def error_db(sound: np.ndarray, mel: Tensor, begin: int) -> float:
    """How far a column of sound that begins at a sample is from its mels, dB."""
    whole = torch.zeros(1, 1, FRAMES * 512)
    middle = sound if sound.ndim == 1 else sound.mean(axis=1)
    whole[0, 0, begin : begin + len(middle)] = torch.from_numpy(middle)
    found = SPECTROGRAM.mels(SPECTROGRAM.waveform_to_mel(whole)[0, 0])
    # Frames whose windows lie within the column.
    first, last = math.ceil((begin + 1024) / 512), (begin + len(middle) - 1024) // 512
    part = slice(first, last + 1)
    off = (found[:, part] - SPECTROGRAM.mels(mel)[:, part]).abs().mean()
    return float(off) * SPECTROGRAM.config.deviation * 10 / math.log(10)


@pytest.mark.parametrize(
    ("begin", "warmup", "rows"),
    [
        (VOCODER.stream, VOCODER.warmup_frames, 128),
        (
            lambda: StereoStream(VOCODER.stream(), MIXER),
            VOCODER.warmup_frames + MIXER.warmup_frames,
            160,
        ),
    ],
    ids=["mono", "stereo"],
)
def test_after_its_warmup_a_stream_is_as_close_to_its_mels_as_a_long_one(
    mel: Tensor, begin: Callable[[], VocoderStream], warmup: int, rows: int
) -> None:
    columns = list(mel[:rows].split(8, dim=1))
    long, before = begin(), math.ceil(warmup / 8)
    warmed, settled = [], []
    for number, column in enumerate(columns):
        at = long.emitted
        heard = long.push(column).numpy()
        if number < 8:
            continue
        fresh = begin().push(torch.cat(columns[number - before : number + 1], dim=1)).numpy()
        settled.append(error_db(heard, mel, at))
        warmed.append(error_db(fresh[-COLUMN:], mel, at))
    assert np.mean(warmed) < 1.05 * np.mean(settled)
