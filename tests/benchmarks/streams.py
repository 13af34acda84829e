"""How close a prior's streams stay to its recordings, for each of some sampling settings.

    python -m tests.benchmarks.streams MODEL FOLDER [--seconds 60] [--seeds 5]
        [--settings "" "temperature=1,0.9,0.8" "temperature=0.9 top_p=0.95"]

FOLDER has the recordings that the model was made of. `frames` and `changes` are Frechet distances
of mel frames and of their changes from the recordings. `drone` is the share of the time in which
the sound hardly changes: for over two seconds the median change of a frame is below a tenth of the
recordings' own; `longest` is the longest such time in seconds. `coarse` and `near` are the shares
of passages that occur in the training codes, see `measure_overlap`. Prints a line of JSON for two
halves of the recordings (every other file), for the recordings themselves, whose `coarse` and
`near` are those of what was held out, and for each setting.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.dataset import load_recordings
from distill_live.audio.stereo.channels import middle_of
from distill_live.codes.training_codes import WINDOW_COLUMNS
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.models.file.library import find_model
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from distill_live.training.data.sequences import CodeSequences, extract_code_sequences
from distill_live.training.prior.memorisation import measure_overlap
from tests.benchmarks.mel_statistics import Frames, distances, mel_frames

#: A drone: for so many seconds, the median change is less than this share of the recordings'.
DRONE_SECONDS, DRONE_SHARE = 2.0, 0.1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--settings", nargs="*", default=[""])
    options = parser.parse_args()
    loaded = load_model_v2(find_model(options.model))
    recordings = load_recordings(options.folder)
    known = [mel_frames(loaded.spectrogram, one.samples) for one in recordings.recordings]
    sequences = extract_code_sequences(loaded.model, loaded.spectrogram, recordings)
    usual = float(np.median(np.concatenate([changes_of(one) for one in known])))
    seconds = loaded.spectrogram.config.hop_length / loaded.spectrogram.config.sample_rate
    print(json.dumps({"halves": distances(known[::2], known[1::2])}))
    held_out = [grid[first:] for grid, first in sequences.validation if first]
    own = drones(known, usual, seconds) | copied(held_out, sequences)
    print(json.dumps({"recordings": own}), flush=True)
    for text in options.settings:
        settings = dict(map(read_setting, text.split()))
        played = [play(loaded, options.seconds, seed, settings) for seed in range(options.seeds)]
        mels = [mel for mel, _ in played]
        found = distances(known, mels) | drones(mels, usual, seconds)
        found |= copied([grid for _, grid in played], sequences)
        print(json.dumps({"settings": text} | found), flush=True)


def read_setting(text: str) -> tuple[str, float | tuple[float, ...]]:
    """ "top_p=0.9" or, for each level, "temperature=1,0.9,0.8"."""
    name, _, values = text.partition("=")
    numbers = tuple(int(one) if name == "top_k" else float(one) for one in values.split(","))
    return name, numbers if len(numbers) > 1 else numbers[0]


def play(
    loaded: LoadedVQModel, seconds: float, seed: int, settings: dict[str, object]
) -> tuple[Frames, NDArray[np.int64]]:
    """The mels `[T, M]` of a stream, and its codes `[T, F, Q]`."""
    columns: list[NDArray[np.int64]] = []
    audio, _ = generate_audio_from_prior(
        loaded, duration_s=seconds, seed=seed, on_column=columns.append,
        **settings,  # type: ignore[arg-type]
    )  # fmt: skip
    grid = np.stack([column.reshape(columns[0].shape[-2:]) for column in columns])
    return mel_frames(loaded.spectrogram, middle_of(audio)), grid


def changes_of(mel: Frames) -> NDArray[np.float64]:
    """How far each frame of mels `[T, M]` is from the one before it `[T - 1]`."""
    found: NDArray[np.float64] = np.abs(np.diff(mel, axis=0)).mean(axis=1)
    return found


def drones(mels: Iterable[Frames], usual: float, seconds: float) -> dict[str, float]:
    """The share of drones in sounds, and the longest; a frame has so many `seconds`."""
    wide = round(DRONE_SECONDS / seconds)
    within, frames, longest = 0, 0, 0
    for mel in mels:
        changes = changes_of(mel)
        frames += len(changes)
        if len(changes) < wide:
            continue
        windows = np.lib.stride_tricks.sliding_window_view(changes, wide)
        still = np.zeros(len(changes), dtype=bool)
        for start in np.flatnonzero(np.median(windows, axis=1) < DRONE_SHARE * usual):
            still[start : start + wide] = True
        within += int(still.sum())
        edges = np.flatnonzero(np.diff(np.concatenate([[0], still, [0]])))
        longest = max([longest, *(edges[1::2] - edges[::2]).tolist()])
    return {"drone": round(within / max(frames, 1), 3), "longest": round(longest * seconds, 1)}


def copied(grids: list[NDArray[np.int64]], sequences: CodeSequences) -> dict[str, float]:
    """The shares of passages of some grids that occur in what was trained on."""
    passages = [
        grid[start : start + WINDOW_COLUMNS]
        for grid in grids
        for start in range(0, len(grid) - WINDOW_COLUMNS + 1, WINDOW_COLUMNS // 2)
    ]
    found = measure_overlap(passages, sequences.training)
    return {"coarse": round(found.coarse, 3), "near": round(found.near, 3)}


if __name__ == "__main__":
    main()
