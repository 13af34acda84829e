"""How well a model keeps the stereo image of recordings.

    python -m tests.benchmarks.stereo_image MODEL FOLDER [--grain 0]

Encodes the stereo recordings of a folder, not its mono ones, and decodes them again. For each of
them, and for each group of mel bins, it compares how much louder left is than right, and how
coherent they are, in each second. Cells softer than the loudest one of their second by 40 dB do not
count. Recordings that the model was trained on count from their held-out end only. Prints for each,
and together:

    level      the mean difference of how much louder left is, in dB
    coherence  the mean difference of the coherences
    sum        by how much left + right of the decoded sound is at least louder than the louder of
               the two in any second, in dB: below 0 they would cancel
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.audio.dataset import Recording, load_recordings, training_columns
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.audio.stereo.channels import left_and_right
from distill_live.inference.codes import decode, encode
from distill_live.models.file.library import find_model
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.sound_settings import SoundSettings

Numbers = NDArray[np.float64]
_RANGE_DB = 40.0


class Image(NamedTuple):
    """Level differences in dB, coherences and powers of both, `[G, seconds]`."""

    level: Numbers
    coherence: Numbers
    power: Numbers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--grain", type=float, default=0.0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    loaded = load_model_v2(find_model(options.model))
    rate = loaded.spectrogram.config.sample_rate
    found_there = load_recordings(options.folder, rate, stereo=True).recordings
    recordings = [one for one in found_there if one.side is not None]
    known = set(loaded.metadata.get("dataset_files") or [])
    print(f"{'':40} {'level dB':>9} {'coherence':>10} {'sum dB':>7}")
    found = []
    for one in recordings:
        errors, least = compare(loaded, one, one.name in known, options.grain)
        found.append(errors)
        print(f"{one.name:40} {errors[0].mean():9.2f} {errors[1].mean():10.3f} {least:7.2f}")
    level, coherence = (np.concatenate([one[part] for one in found]).mean() for part in (0, 1))
    print(f"{'together':40} {level:9.2f} {coherence:10.3f}")


def compare(
    loaded: LoadedVQModel, one: Recording, known: bool, grain: float
) -> tuple[tuple[Numbers, Numbers], float]:
    """The errors of all cells, and the least gain of the sum."""
    both = one.middle_and_side
    sound = decode(loaded, encode(loaded, both), sound=SoundSettings(grain=grain))
    columns = -(-len(both) // loaded.column_samples)
    first = training_columns(columns) * loaded.column_samples if known else 0
    original = left_and_right(both)[first:]
    real = measure(loaded.spectrogram, original)
    made = measure(loaded.spectrogram, sound[first : first + len(original)])
    loud = real.power > real.power.max(axis=0) * 10 ** (-_RANGE_DB / 10)
    errors = (
        np.abs(np.clip(made.level, -30, 30) - np.clip(real.level, -30, 30))[loud],
        np.abs(made.coherence - real.coherence)[loud],
    )
    return errors, least_sum(sound, loaded.spectrogram.config.sample_rate)


def measure(spectrogram: AudioSpectrogram, sound: NDArray[np.float32]) -> Image:
    """The image of left and right `[N, 2]`, second by second."""
    config = spectrogram.config
    left, right = (
        torch.stft(torch.from_numpy(np.ascontiguousarray(channel)), config.n_fft,
                   config.hop_length, window=spectrogram.window, return_complex=True)
        for channel in sound.T
    )  # fmt: skip
    parts = []
    for power in (left.abs() ** 2, right.abs() ** 2, (left * right.conj()).real):
        grouped = (spectrogram.image_bank.cpu() @ power).double().numpy()
        size = round(config.sample_rate / config.hop_length)
        starts = np.arange(0, grouped.shape[1], size)
        parts.append(np.add.reduceat(grouped, starts, axis=1) + 1e-9)
    one, other, across = parts
    return Image(10 * np.log10(one / other), across / np.sqrt(one * other), one + other)


def least_sum(sound: NDArray[np.float32], rate: int) -> float:
    """By how many dB left + right is at least louder than the louder one, in any second."""
    found = []
    for start in range(0, len(sound), rate):
        left, right = sound[start : start + rate].T.astype(np.float64)
        louder = max(np.square(left).sum(), np.square(right).sum())
        if louder > 1e-4:
            found.append(10 * np.log10(np.square(left + right).sum() / louder))
    return min(found, default=0.0)


if __name__ == "__main__":
    main()
