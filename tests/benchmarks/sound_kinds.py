"""How close each kind of sound is to the recordings: the vocoder, with and without clarity, grains.

    python -m tests.benchmarks.sound_kinds MODEL FOLDER [--clarity 0 1] [--reach 7]
        [--seconds 60]

Encodes the recordings of a folder and decodes them in each way. Those that the model was trained on
are `seen`, the others `held out`. `generated` are new sounds of 15 s each, `--seconds` in all, the
same codes for each way. Prints, for each group, a row for the vocoder with each amount of
`--clarity`, and for each `--reach`, if the model has grains, one for grains alone and one for half
of them:

    mel_db, sc, env  how far the decoded sounds are from the recordings, see train_and_measure; not
                     for generated sound, which cannot be compared moment by moment
    texture          how far the fine texture of the decoded sounds is from that of the recordings,
                     and that of generated sound from that of the seen recordings
    frechet          the same for the mels of single frames, as a Frechet distance

Of a stereo model, all of that is measured on the middle; see `stereo_image` for the rest.

and, for comparison, how far apart the textures of the two halves of the seen recordings are: no
closer match can be expected. What grains make of a recording that they hold is that recording, so
`seen` says how well they are found and joined. If clarity was not measured for the model, it is
measured on the seen recordings first.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.audio.dataset import Recording, Recordings, load_recordings
from distill_live.audio.distances.reconstruction import measure_all
from distill_live.audio.distances.texture import Texture
from distill_live.audio.stereo.channels import mixed_down
from distill_live.codes.grid import CodeGrid
from distill_live.inference.codes import decode, encode
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.models.file.library import find_model
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.sound_settings import USUAL_SOUND, SoundSettings
from distill_live.training.codec.clarity import measure_clarity
from tests.benchmarks.mel_statistics import distances, mel_frames

Sounds = Sequence[NDArray[np.float32]]
#: The ways to make sound, each with what it is called.
Ways = Sequence[tuple[str, SoundSettings]]

#: The length of one generated sound.
SECONDS = 15.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clarity", type=float, nargs="+", default=[0.0, 1.0])
    parser.add_argument("--reach", type=float, nargs="+", default=[USUAL_SOUND.reach])
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    loaded = load_model_v2(find_model(options.model))
    rate = loaded.spectrogram.config.sample_rate
    recordings = load_recordings(options.folder, rate, stereo=loaded.channels > 1)
    known = set(loaded.metadata.get("dataset_files") or [])
    seen = [one for one in recordings.recordings if one.name in known]
    held_out = [one for one in recordings.recordings if one.name not in known]
    loaded = with_clarity(loaded, replace(recordings, recordings=seen))
    if loaded.grains is None:
        print(f"no grains: {loaded.grains_problem or 'none are beside the model'}")
    ways = all_ways(loaded, options.clarity, options.reach)
    print(f"{'':10} {'':22} {'mel_db':>7} {'sc':>6} {'env':>6} {'texture':>8} {'frechet':>8}")
    for group, members in (("seen", seen), ("held out", held_out)):
        if members:
            compare(group, loaded, members, ways)
    if seen and loaded.prior is not None:
        judge_generated(loaded, [one.samples for one in seen], ways, options.seconds)


def with_clarity(loaded: LoadedVQModel, seen: Recordings) -> LoadedVQModel:
    """The model with its clarity measured."""
    if loaded.clarity.is_measured:
        return loaded
    if not seen.recordings:
        raise SystemExit("clarity was not measured for the model, and none of its recordings is in "
                         "the folder to measure it on")  # fmt: skip
    found = measure_clarity(loaded.require_trainable(), loaded.spectrogram, seen)
    return replace(loaded, clarity=found)


def all_ways(loaded: LoadedVQModel, amounts: list[float], reaches: list[float]) -> Ways:
    """The rows of each group."""
    ways = [
        (f"{loaded.vocoder.kind}, clarity {amount:g}", SoundSettings(amount, grain=0.0))
        for amount in amounts
    ]
    for reach in reaches if loaded.grains else ():
        for name, amount in (("grains", 1.0), ("half grains", 0.5)):
            sound = SoundSettings(grain=amount, reach=reach)
            ways.append((f"{name}, reach {reach:g} dB", sound))
    return ways


def compare(group: str, loaded: LoadedVQModel, recordings: Sequence[Recording], ways: Ways) -> None:
    """How far recordings are from what is decoded of them."""
    grids = [encode(loaded, one.middle_and_side) for one in recordings]
    for name, sound in ways:
        pairs = [
            (one.samples, mixed_down(decode(loaded, grid, sound=sound))[: len(one.samples)])
            for one, grid in zip(recordings, grids, strict=True)
        ]
        found = measure_all(pairs, loaded.spectrogram.config.sample_rate)
        texture = " " * 8 if found.texture is None else f"{found.texture:8.2f}"
        apart = statistics(loaded, [one for one, _ in pairs], [other for _, other in pairs])
        print(f"{group:10} {name:22} {found.mel_db:7.2f} {found.sc:6.3f} {found.env:6.3f} "
              f"{texture} {apart:8.2f}", flush=True)  # fmt: skip


def statistics(loaded: LoadedVQModel, one: Sounds, other: Sounds) -> float:
    """The Frechet distance of the frames of two sets of mono sounds."""
    spectrogram = loaded.spectrogram
    frames = ([mel_frames(spectrogram, sound) for sound in sounds] for sounds in (one, other))
    return distances(*frames)["frames"]


def judge_generated(loaded: LoadedVQModel, recordings: Sounds, ways: Ways, seconds: float) -> None:
    """How far the texture of new sound is from that of the recordings."""
    rate = loaded.spectrogram.config.sample_rate
    reference = Texture.of(recordings, rate)
    grids = [draw(loaded, seed) for seed in range(max(round(seconds / SECONDS), 1))]
    for name, sound in ways:
        made = (mixed_down(decode(loaded, grid, sound=sound)) for grid in grids)
        sounds = [one[: round(SECONDS * rate)] for one in made]
        found = reference.distance_of(Texture.of(sounds, rate))
        texture = " " * 8 if found is None else f"{found.whole:8.2f}"
        apart = statistics(loaded, recordings, sounds)
        print(f"{'generated':10} {name:22} {'':7} {'':6} {'':6} {texture} {apart:8.2f}", flush=True)
    halves = [np.array_split(sound, 2) for sound in recordings]
    one, other = (Texture.of(each, rate) for each in zip(*halves, strict=True))
    print(f"texture, halves of the recordings: {one.distance_of(other)}")


def draw(loaded: LoadedVQModel, seed: int) -> CodeGrid:
    """The codes of one new sound."""
    columns: list[NDArray[np.int64]] = []
    plain = SoundSettings(clarity=0.0, grain=0.0)
    generate_audio_from_prior(
        loaded, seed=seed, duration_s=SECONDS, sound=plain, on_column=columns.append
    )
    return loaded.grid_of(np.stack(columns))


if __name__ == "__main__":
    main()
