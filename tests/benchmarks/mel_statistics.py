"""How far two sounds are apart by their mel statistics: Frechet distances of mel frames."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.audio.spectrogram import AudioSpectrogram

Frames = NDArray[np.float64]


def mel_frames(spectrogram: AudioSpectrogram, samples: NDArray[np.float32]) -> Frames:
    """The normalised mels `[T, M]` of mono samples `[N]`."""
    with torch.inference_mode():
        mel = spectrogram.waveform_to_mel(torch.from_numpy(samples)[None, None])[0, 0]
    return mel.T.double().cpu().numpy()


def frechet_distance(one: Frames, other: Frames) -> float:
    """Of two sets of vectors, as if both were Gaussian (Dowson and Landau 1982)."""
    root = _square_root(np.cov(one.T))
    cross = _square_root(root @ np.cov(other.T) @ root)
    gap = one.mean(0) - other.mean(0)
    return float(
        gap @ gap + np.trace(np.cov(one.T)) + np.trace(np.cov(other.T)) - 2 * np.trace(cross)
    )


def distances(one: list[Frames], other: list[Frames]) -> dict[str, float]:
    """Frechet distances of the frames of two sets of sounds, and of their changes."""

    def changes(sounds: list[Frames]) -> Frames:
        return np.concatenate([np.diff(sound, axis=0) for sound in sounds])

    return {
        "frames": round(frechet_distance(np.concatenate(one), np.concatenate(other)), 2),
        "changes": round(frechet_distance(changes(one), changes(other)), 2),
    }


def _square_root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    root: NDArray[np.float64] = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    return root
