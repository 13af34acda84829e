"""What clarity does to the sound of a model, for several amounts.

    python -m tests.benchmarks.clarity_amounts MODEL FOLDER [--amounts 0 0.5 0.75 1 1.25 1.5]
        [--seconds 60]

Encodes the recordings of a folder and decodes them with each amount. Those that the model was
trained on are `seen`, the others `held out`. `generated` are new sounds of 15 s each, `--seconds`
in all, from the same seeds for each amount. Prints, for each group and amount:

    mel_db, sc, env  how far the decoded sounds are from the recordings, see train_and_measure; not
                     for generated sound, which cannot be compared moment by moment
    texture          how far the fine texture of the decoded sounds is from that of the recordings,
                     and that of generated sound from that of the seen recordings

and, for comparison, how far apart the textures of the two halves of the seen recordings are: no
closer match can be expected. If clarity was not measured for the model, it is measured on the seen
recordings first.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.audio.dataset import Recording, load_recordings
from distill_live.audio.distances.reconstruction import measure_all
from distill_live.audio.distances.texture import Texture
from distill_live.inference.codes import decode, encode
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.models.file.library import find_model
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.sound_settings import SoundSettings
from distill_live.training.codec.clarity import measure_clarity

Sounds = Sequence[NDArray[np.float32]]

AMOUNTS = (0.0, 0.5, 0.75, 1.0, 1.25, 1.5)
#: The length of one generated sound.
SECONDS = 15.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--amounts", type=float, nargs="+", default=AMOUNTS)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    loaded = load_model_v2(find_model(options.model))
    recordings = load_recordings(options.folder, loaded.spectrogram.config.sample_rate)
    known = set(loaded.metadata.get("dataset_files") or [])
    seen = [one for one in recordings.recordings if one.name in known]
    held_out = [one for one in recordings.recordings if one.name not in known]
    if not loaded.clarity.is_measured:
        if not seen:
            raise SystemExit("clarity was not measured for the model, and none of its recordings "
                             "is in the folder to measure it on")  # fmt: skip
        training = replace(recordings, recordings=seen)
        found = measure_clarity(loaded.require_trainable(), loaded.spectrogram, training)
        loaded = replace(loaded, clarity=found)
    gains = loaded.clarity.gains
    print(f"gains {min(gains):.2f}..{max(gains):.2f}, {np.mean(gains):.2f} on average")
    print(f"{'':10} {'amount':>7} {'mel_db':>7} {'sc':>6} {'env':>6} {'texture':>8}")
    for group, members in (("seen", seen), ("held out", held_out)):
        if members:
            compare(group, loaded, members, options.amounts)
    if seen and loaded.prior is not None:
        judge_generated(loaded, [one.samples for one in seen], options.amounts, options.seconds)


def compare(
    group: str, loaded: LoadedVQModel, recordings: list[Recording], amounts: list[float]
) -> None:
    """How far recordings are from what is decoded of them."""
    grids = [encode(loaded, one.samples) for one in recordings]
    for amount in amounts:
        pairs = [
            (
                one.samples,
                decode(loaded, grid, sound=SoundSettings(amount, grain=0.0))[: len(one.samples)],
            )
            for one, grid in zip(recordings, grids, strict=True)
        ]
        found = measure_all(pairs, loaded.spectrogram.config.sample_rate)
        texture = "" if found.texture is None else f"{found.texture:8.2f}"
        print(f"{group:10} {amount:7.2f} {found.mel_db:7.2f} {found.sc:6.3f} {found.env:6.3f} "
              f"{texture}", flush=True)  # fmt: skip


def judge_generated(
    loaded: LoadedVQModel, recordings: Sounds, amounts: list[float], seconds: float
) -> None:
    """How far the texture of new sound is from that of the recordings."""
    rate = loaded.spectrogram.config.sample_rate
    reference = Texture.of(recordings, rate)
    for amount in amounts:
        sounds = [
            generate_audio_from_prior(
                loaded, seed=seed, duration_s=SECONDS, sound=SoundSettings(amount)
            )[0]
            for seed in range(round(seconds / SECONDS))
        ]
        found = reference.distance_of(Texture.of(sounds, rate))
        texture = "" if found is None else f"{found.whole:8.2f}"
        print(f"{'generated':10} {amount:7.2f} {'':7} {'':6} {'':6} {texture}", flush=True)
    halves = [np.array_split(sound, 2) for sound in recordings]
    one, other = (Texture.of(each, rate) for each in zip(*halves, strict=True))
    print(f"texture, halves of the recordings: {one.distance_of(other)}")


if __name__ == "__main__":
    main()
