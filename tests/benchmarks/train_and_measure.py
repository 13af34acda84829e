"""Train on a folder at the defaults and measure what encode and decode lose.

    python -m tests.benchmarks.train_and_measure FOLDER [--held-out NAME ...] [--model NAME]

Trains with `distill-live train` in a data folder of its own (`--no-prior` when files are held out),
encodes and decodes the training files, or the held-out ones, and prints per file and for all:

    mel_db  mean |difference| of 80-band log-mel spectra in dB (floor -80), FFT 512, 1024, 2048
    sc      spectral convergence, the same FFT sizes
    env     correlation of 10 ms RMS envelopes; 1 is best
    texture how far partials are from being as clear, and attacks from being as steep, as in the
            recordings: a Frechet distance, 0 is alike; for all of them

then the texture of a minute that the model generates, and how far two halves of the recordings are
apart; the training time, codebook utilisation and the prior's perplexities. `--model` measures a
trained model instead. The machine should have nothing else to do.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from distill_live.audio.dataset import find_recordings
from distill_live.audio.distances.reconstruction import Distances, measure_all, measure_distances
from distill_live.audio.distances.texture import Texture
from distill_live.audio.reading.sound import read_mono
from distill_live.models.file.header import read_header
from distill_live.models.file.library import find_model

RATE = 48_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--held-out", nargs="*", default=[], metavar="NAME", help="file stems")
    parser.add_argument("--model")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        os.environ["XDG_DATA_HOME"] = work
        seen, unseen = split(options.folder, set(options.held_out), Path(work) / "recordings")
        model = options.model or train(seen, "--no-prior" if options.held_out else None)
        measure(unseen or find_recordings(seen), model, Path(work))
        report(model)
        if read_header(find_model(model)).metadata["prior"]:
            judge_generated(find_recordings(options.folder), model, Path(work) / "generated")


def split(folder: Path, held_out: set[str], training: Path) -> tuple[Path, list[Path]]:
    """A folder without the held-out files, and those files."""
    if not held_out:
        return folder, []
    training.mkdir()
    unseen = []
    found = find_recordings(folder)
    unknown = held_out - {path.stem for path in found}
    if unknown:
        raise SystemExit(f"no recording is called {', '.join(sorted(unknown))}")
    for path in found:
        if path.stem in held_out:
            unseen.append(path)
        else:
            shutil.copy(path, training)
    return training, unseen


def train(folder: Path, *options: str | None) -> str:
    """Train; returns the model's name."""
    began = time.monotonic()
    run("train", str(folder), "--name", "measured", *filter(None, options))
    print(f"trained in {time.monotonic() - began:.0f} s")
    return "measured"


def measure(paths: list[Path], model: str, work: Path) -> None:
    """Encode, decode and compare each file."""
    print(f"{'file':28} {'mel_db':>7} {'sc':>6} {'env':>6} {'texture':>8}")
    pairs = []
    for number, path in enumerate(paths):
        # A command does not write over a file that is there.
        codes, sound = work / f"codes_{number}.npz", work / f"decoded_{number}.wav"
        run("encode", str(path), "--model", model, "--output", str(codes))
        run("decode", str(codes), "--model", model, "--output", str(sound))
        pairs.append((read_mono(path), read_mono(sound)))
        print(row(path.stem, measure_distances(*pairs[-1], RATE)))
    print(row(f"all {len(pairs)}", measure_all(pairs, RATE)))


def judge_generated(recordings: list[Path], model: str, folder: Path) -> None:
    """How far the texture of four generated sounds of 15 s is from that of the recordings, and how
    far one half of each recording is from the other."""
    run("generate", model, "--count", "4", "--duration", "15", "--seed", "1",
        "--output", str(folder))  # fmt: skip
    sounds = [read_mono(path) for path in recordings]
    generated = Texture.of(map(read_mono, find_recordings(folder)), RATE)
    print(f"texture, generated: {Texture.of(sounds, RATE).distance_of(generated)}")
    halves = [np.array_split(sound, 2) for sound in sounds]
    one, other = (Texture.of(each, RATE) for each in zip(*halves, strict=True))
    print(f"texture, halves of the recordings: {one.distance_of(other)}")


def report(model: str) -> None:
    """Utilisation of each level and the prior's perplexities, from the model's header."""
    metadata = read_header(find_model(model)).metadata
    used = [f"{level['utilisation']:.0%}" for level in metadata["codebook_health"]]
    print(f"codebook utilisation per level: {', '.join(used)}")
    if metadata["prior"]:
        print(f"held-out perplexity: {metadata['training']['prior_perplexity']}")


def row(name: str, one: Distances) -> str:
    texture = "" if one.texture is None else f"{one.texture:8.2f}"
    return f"{name:28} {one.mel_db:7.2f} {one.sc:6.3f} {one.env:6.3f} {texture}"


def run(*arguments: str) -> None:
    """Run a command of distill-live; its output goes to standard error."""
    command = [sys.executable, "-m", "distill_live", *arguments]
    subprocess.run(command, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    main()
