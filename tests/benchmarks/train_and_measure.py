"""Train on a folder at the defaults and measure what encode and decode lose.

    python -m tests.benchmarks.train_and_measure FOLDER [--held-out NAME ...] [--model NAME]

Trains with `distill-live train` in a data folder of its own (`--no-prior` when files are held out),
encodes and decodes the training files, or the held-out ones, and prints per file and on average:

    mel_db  mean |difference| of 80-band log-mel spectra in dB (floor -80), FFT 512, 1024, 2048
    sc      spectral convergence, the same FFT sizes
    env     correlation of 10 ms RMS envelopes; 1 is best

then the training time, codebook utilisation and the prior's perplexities. `--model` measures a
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
from scipy.signal import stft

from distill_live.audio.dataset import find_recordings
from distill_live.audio.files import read_mono
from distill_live.models.header import read_header
from distill_live.models.library import find_model

RATE = 48_000
SIZES = (512, 1024, 2048)


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


def split(folder: Path, held_out: set[str], training: Path) -> tuple[Path, list[Path]]:
    """A folder without the held-out files, and those files."""
    if not held_out:
        return folder, []
    training.mkdir()
    unseen = []
    for path in find_recordings(folder):
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
    print(f"{'file':28} {'mel_db':>7} {'sc':>6} {'env':>6}")
    rows = []
    for path in paths:
        codes, sound = work / "codes.npz", work / "decoded.wav"
        run("encode", str(path), "--model", model, "--output", str(codes))
        run("decode", str(codes), "--model", model, "--output", str(sound))
        rows.append(distances(read_mono(path), read_mono(sound)))
        print(row(path.stem, rows[-1]))
    print(row(f"mean of {len(rows)}", np.mean(rows, axis=0)))


def report(model: str) -> None:
    """Utilisation of each level and the prior's perplexities, from the model's header."""
    metadata = read_header(find_model(model)).metadata
    used = [f"{level['utilisation']:.0%}" for level in metadata["codebook_health"]]
    print(f"codebook utilisation per level: {', '.join(used)}")
    if metadata["prior"]:
        print(f"held-out perplexity: {metadata['training']['prior_perplexity']}")


def distances(reference: np.ndarray, decoded: np.ndarray) -> tuple[float, float, float]:
    """(mel_db, sc, env) of two mono signals at 48 kHz, cut to the shorter one."""
    count = min(len(reference), len(decoded))
    a, b = reference[:count].astype(np.float64), decoded[:count].astype(np.float64)
    mel_db, convergence = [], []
    for size in SIZES:
        left, right = magnitudes(a, size), magnitudes(b, size)
        bank = mel_bank(size)
        mel_db.append(np.abs(decibels(bank @ left**2) - decibels(bank @ right**2)).mean())
        convergence.append(np.linalg.norm(left - right) / max(np.linalg.norm(left), 1e-9))
    correlation = np.corrcoef(envelope(a), envelope(b))[0, 1]
    return float(np.mean(mel_db)), float(np.mean(convergence)), float(np.nan_to_num(correlation))


def magnitudes(samples: np.ndarray, size: int) -> np.ndarray:
    """Short-time spectrum [bins, frames], so that noise has the same level at every size."""
    _, _, spectrum = stft(samples, RATE, nperseg=size, noverlap=size * 3 // 4)
    return np.abs(spectrum) * np.sqrt(size) / 2


def mel_bank(size: int, bands: int = 80) -> np.ndarray:
    """Triangular filters [bands, bins] on the HTK mel scale from 30 Hz on, each with sum 1."""
    hertz = np.linspace(0, RATE / 2, size // 2 + 1)
    low, high = (2595 * np.log10(1 + f / 700) for f in (30, RATE / 2))
    edges = 700 * (10 ** (np.linspace(low, high, bands + 2) / 2595) - 1)
    bank = np.zeros((bands, len(hertz)))
    for band, (left, middle, right) in enumerate(zip(edges, edges[1:], edges[2:], strict=False)):
        rising, falling = (hertz - left) / (middle - left), (right - hertz) / (right - middle)
        bank[band] = np.clip(np.minimum(rising, falling), 0, None)
        if not bank[band].any():
            bank[band, np.argmin(np.abs(hertz - middle))] = 1
    return bank / bank.sum(axis=1, keepdims=True)


def decibels(power: np.ndarray) -> np.ndarray:
    return 10 * np.log10(np.maximum(power, 1e-8))


def envelope(samples: np.ndarray) -> np.ndarray:
    """RMS of each 10 ms."""
    blocks = samples[: len(samples) // 480 * 480].reshape(-1, 480)
    return np.sqrt((blocks**2).mean(axis=1) + 1e-12)


def row(name: str, values: tuple[float, float, float] | np.ndarray) -> str:
    return f"{name:28} {values[0]:7.2f} {values[1]:6.3f} {values[2]:6.3f}"


def run(*arguments: str) -> None:
    """Run a command of distill-live; its output goes to standard error."""
    command = [sys.executable, "-m", "distill_live", *arguments]
    subprocess.run(command, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    main()
