"""How much louder a model is than the one before, after `/distill/model` has matched them.

    python -m tests.benchmarks.swap_loudness MODEL MODEL [--seconds 30] [--seeds 8]

Lets both models play `--seconds` with each of `--seeds` seeds, which are others than those by which
their loudness was measured, and gives the second one the gain that it gets at a swap. Prints, for
each seed and for all of them together, the integrated loudness of the first model in LUFS, and how
much louder the second one is:

    as it is       without a gain
    by recordings  with the gain that the level of both models' recordings suggests
    as swapped     with the gain that it gets
    levelled       the same, both with `/distill/leveler` at 1

Loud passages go through the limiter, as they do live.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.audio.limiter import within_full_scale
from distill_live.audio.loudness import integrated_loudness
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.live.playback.last_mile import LONGEST_PIECE
from distill_live.live.playback.leveler import Leveler
from distill_live.models.file.library import find_model
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.loudness import ModelLoudness
from distill_live.models.file.persistence import load_model_v2

Sound = NDArray[np.float32]

#: Far from the seeds of the measurement in the file.
FIRST_SEED = 1_000
RATE = 48_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs=2, metavar="MODEL")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seeds", type=int, default=8)
    options = parser.parse_args()
    torch.set_num_threads(1)
    loaded = [load_model_v2(find_model(name)) for name in options.models]
    told = [ModelLoudness.of_header(one.metadata) for one in loaded]
    for one, own in zip(loaded, told, strict=True):
        print(f"{one.metadata['name']}: {own.lufs} LUFS according to its file, recordings "
              f"{own.recordings_db} dBFS")  # fmt: skip
    gain = told[1].gain_to_match(told[0])
    gains = {
        "as it is": 1.0,
        "by recordings": replace(told[1], lufs=None).gain_to_match(told[0]),
        "as swapped": gain,
    }
    print(
        "gains:", ", ".join(f"{name} {20 * np.log10(one):+.1f} dB" for name, one in gains.items())
    )
    first, second = (
        [played(one, FIRST_SEED + number, options.seconds) for number in range(options.seeds)]
        for one in loaded
    )
    print(f"{'seed':>6} {'first':>8}   louder: {'  '.join([*gains, 'levelled'])}")
    for number in range(options.seeds):
        tell(
            str(FIRST_SEED + number), first[number : number + 1], second[number : number + 1], gains
        )
    tell("all", first, second, gains)


def played(loaded: LoadedVQModel, seed: int, seconds: float) -> Sound:
    """What a model plays [N, 2]; a mono one the same on both channels."""
    sound, _ = generate_audio_from_prior(loaded, duration_s=seconds, seed=seed)
    return np.broadcast_to(sound.reshape(len(sound), -1), (len(sound), 2))


def tell(
    label: str, first: Sequence[Sound], second: Sequence[Sound], gains: dict[str, float]
) -> None:
    """Print a row: how loud the first sounds are, and how much louder the second ones."""
    reference = loudness(first)
    found = {
        name: loudness([one * np.float32(gain) for one in second]) - reference
        for name, gain in gains.items()
    }
    swapped = [one * np.float32(gains["as swapped"]) for one in second]
    found["levelled"] = loudness(map(levelled, swapped)) - loudness(map(levelled, first))
    cells = "  ".join(f"{value:+{len(name)}.2f}" for name, value in found.items())
    print(f"{label:>6} {reference:8.2f}           {cells}")


def loudness(sounds: Iterable[Sound]) -> float:
    """The loudness of sounds [N, 2] together, in LUFS; -inf for silence."""
    found = integrated_loudness((within_full_scale(one, RATE)[0] for one in sounds), RATE, 2)
    return -np.inf if found is None else found


def levelled(sound: Sound) -> Sound:
    """A sound [N, 2] as the leveler gives it out at 1."""
    leveler, pair = Leveler(), sound.T.copy()
    for start in range(0, len(sound), LONGEST_PIECE):
        leveler.process(pair[:, start : start + LONGEST_PIECE], 1.0)
    return pair.T


if __name__ == "__main__":
    main()
