"""Whether what is generated follows the steering, and what steering costs.

    python -m tests.benchmarks.steer MODEL [--seconds 8] [--steered brightness ...]

For each of loudness, brightness, noisiness and density: sounds at nine settings from -1 to 1, two
seeds each, and the rank correlation (Spearman) of the setting with what is then measured. Prints a
line of JSON for each; `ends` says how far all four are moved from the lowest settings to the
highest (dB, mel bins, dB, onsets per second). If all are steered, the last line has the `ranges`,
how far each is moved by its own setting, and `moved`: how far each is moved by the settings of the
others, as a share of its range.
"""

from __future__ import annotations

import argparse
import json

import numpy as np
import torch

from distill_live.audio.descriptors import describe_columns
from distill_live.audio.stereo.channels import middle_of
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.models.file.library import find_model
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.prior.steering import STEERED, Steering
from distill_live.parameters import PARAMETERS

SETTINGS = np.linspace(-1.0, 1.0, 9)
SEEDS = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--steered", nargs="*", default=STEERED, choices=STEERED)
    parser.add_argument("--guidance", type=float, default=PARAMETERS["steer/guidance"].default)
    options = parser.parse_args()
    loaded = load_model_v2(find_model(options.model))
    ends = []
    for name in options.steered:
        number = STEERED.index(name)
        settings, told = [], []
        for setting in SETTINGS:
            for seed in range(SEEDS):
                steering = Steering(**{name: float(setting)}, guidance=options.guidance)
                settings.append(setting)
                told.append(measured(loaded, steering, seed, options.seconds))
        found = [one[number] for one in told]
        means = np.reshape(told, (len(SETTINGS), SEEDS, len(STEERED))).mean(1)
        ends.append(means[-2:].mean(0) - means[:2].mean(0))
        middle = np.reshape(found, (len(SETTINGS), SEEDS)).mean(1).round(1).tolist()
        print(
            json.dumps(
                {
                    "steered": name,
                    "correlation": correlation(settings, found),
                    "measured": middle,
                    "ends": dict(zip(STEERED, ends[-1].round(1).tolist(), strict=True)),
                }
            ),
            flush=True,
        )
    if tuple(options.steered) == STEERED:
        print(json.dumps(moved(np.stack(ends))))


def moved(ends: np.ndarray) -> dict[str, dict[str, object]]:
    """By the settings (rows) from their lower end to their upper one, how far each descriptor
    (columns) is moved `[4, 4]`."""
    ranges = ends.diagonal()
    shares = ends / np.where(ranges == 0, 1, ranges)
    return {
        "ranges": {name: round(float(one), 2) for name, one in zip(STEERED, ranges, strict=True)},
        "moved": {
            by: {
                name: round(float(shares[row, column]), 2)
                for column, name in enumerate(STEERED)
                if column != row
            }
            for row, by in enumerate(STEERED)
        },
    }


def measured(loaded: LoadedVQModel, steering: Steering, seed: int, seconds: float) -> list[float]:
    """The mean of each descriptor over what is generated, the first second left out."""
    audio, _ = generate_audio_from_prior(loaded, duration_s=seconds, seed=seed, steering=steering)
    frames = loaded.model.config.column_frames
    with torch.inference_mode():
        middle = torch.from_numpy(middle_of(audio))[None, None]
        mel = loaded.spectrogram.mels(loaded.spectrogram.waveform_to_mel(middle, frames))
        told = describe_columns(mel[0, 0], loaded.spectrogram.config, frames)
    return [float(value) for value in told[12:].nanmean(0)]


def correlation(one: list[float], other: list[float]) -> float:
    """Spearman's rank correlation; of equal values each has the middle rank."""

    def ranks(values: list[float]) -> np.ndarray:
        array = np.asarray(values)
        return np.array([(array < value).sum() + (array == value).sum() / 2 for value in array])

    return round(float(np.corrcoef(ranks(one), ranks(other))[0, 1]), 3)


if __name__ == "__main__":
    main()
