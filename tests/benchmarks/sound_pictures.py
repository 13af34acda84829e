"""Draws what grains do to the sound: the same codes through the vocoder and through grains.

    python -m tests.benchmarks.sound_pictures [MODEL] [--seed 0] [--seconds 8] [--folder FOLDER]

Writes two spectrograms, sound-vocoder.png and sound-grains.png: time across, 0 to 9 kHz upwards,
lighter is louder; of a stereo model, the middle. The grains reach 14 dB, so that no column of them
is the vocoder's.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.audio.stereo.channels import middle_of
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.models.file.library import find_model
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.sound_settings import SoundSettings
from distill_live.views.png import values_png

#: The transform's length, its hop, and the bins that are shown: up to 9 kHz at 48 kHz.
SIZE, HOP, BINS = 2048, 640, 384
#: From dark to light, in dB.
QUIETEST, LOUDEST = -50.0, 30.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--folder", type=Path, default=Path("docs/images"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    loaded = load_model_v2(find_model(options.model))
    for name, amount in (("vocoder", 0.0), ("grains", 1.0)):
        sound, _ = generate_audio_from_prior(
            loaded, duration_s=options.seconds, seed=options.seed,
            sound=SoundSettings(grain=amount, reach=14.0),
        )  # fmt: skip
        path = options.folder / f"sound-{name}.png"
        path.write_bytes(values_png(brightness(middle_of(sound))))
        print(path)


def brightness(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """A spectrogram `[BINS, T]`, 0 dark to 1 light, the highest frequency first."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, SIZE)[::HOP] * np.hanning(SIZE)
    level = 20 * np.log10(np.abs(np.fft.rfft(frames))[:, :BINS] + 1e-6)
    shown = (level - QUIETEST) / (LOUDEST - QUIETEST)
    return np.clip(shown.T[::-1], 0, 1).astype(np.float32)


if __name__ == "__main__":
    main()
