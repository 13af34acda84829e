"""Make the sounds that the base is trained on.

    python -m tools.base.make_set FOLDER [--minutes 60] [--seed 0]

Half are phrases of soundfonts' instruments, a quarter patterns of recorded one-shots, a quarter
made by formulas; changed, mixed, softer and louder. The same seed gives the same files with the
same versions of the sources. It needs Debian's packages fluidsynth, fluid-soundfont-gm,
musescore-general-soundfont-small and sonic-pi-samples, and `pip install pyfluidsynth`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from tools.base import synthesis
from tools.base.effects import change, level
from tools.base.instruments import Instruments
from tools.base.samples import Samples
from tools.base.sound import RATE, Random, Sound, scaled

#: How long each piece is, in seconds.
PIECE_SECONDS = 10.0
#: The share of pieces in which two are mixed, and how much of a piece may be silent before another
#: is added to it.
MIXED, MOST_SILENCE = 0.2, 0.4
#: Silence is what stays below this, relative to the peak, for so many samples (-50 dB, 50 ms).
_SILENT, _BLOCK = 3e-3, RATE // 20

Player = Callable[[Random, int], Sound]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    instruments, samples = Instruments().play, Samples().play
    players = (instruments, instruments, samples, synthesis.play)
    for number in range(round(options.minutes * 60 / PIECE_SECONDS)):
        random = np.random.default_rng((options.seed, number))
        sound = piece(random, players, round(PIECE_SECONDS * RATE))
        soundfile.write(options.folder / f"{number:04}.flac", sound, RATE)


def piece(random: Random, players: tuple[Player, ...], count: int) -> Sound:
    """One piece of the set, `[count, 2]`."""
    sound = _played(random, players, count)
    while random.random() < MIXED or silent_share(sound) > MOST_SILENCE:
        sound = sound + _played(random, players, count) * random.uniform(0.1, 1.0)
    return level(random, sound)


def silent_share(sound: Sound) -> float:
    """How much of a sound `[N, 2]` is silent, from 0 to 1."""
    loud = np.abs(scaled(sound)).max(axis=1)
    blocks = loud[: len(loud) // _BLOCK * _BLOCK].reshape(-1, _BLOCK).max(axis=1)
    return float((blocks < _SILENT).mean())


def _played(random: Random, players: tuple[Player, ...], count: int) -> Sound:
    player = players[random.integers(len(players))]
    return scaled(change(random, player(random, count)))


if __name__ == "__main__":
    main()
