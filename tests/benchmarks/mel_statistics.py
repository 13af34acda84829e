"""How far two sounds are apart by their mel statistics: Frechet distances of mel frames."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.audio.distances.frechet import frechet_distance
from distill_live.audio.spectrogram import AudioSpectrogram

Frames = NDArray[np.float64]


def mel_frames(spectrogram: AudioSpectrogram, samples: NDArray[np.float32]) -> Frames:
    """The normalised mels `[T, M]` of mono samples `[N]`."""
    with torch.inference_mode():
        mel = spectrogram.waveform_to_mel(torch.from_numpy(samples)[None, None])[0, 0]
    return spectrogram.mels(mel).T.double().cpu().numpy()


def distances(one: list[Frames], other: list[Frames]) -> dict[str, float]:
    """Frechet distances of the frames of two sets of sounds, and of their changes."""

    def changes(sounds: list[Frames]) -> Frames:
        return np.concatenate([np.diff(sound, axis=0) for sound in sounds])

    return {
        "frames": round(frechet_distance(np.concatenate(one), np.concatenate(other)), 2),
        "changes": round(frechet_distance(changes(one), changes(other)), 2),
    }
