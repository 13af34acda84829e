"""How soon the codes of the live input are right.

    python -m tests.benchmarks.listen_agreement FOLDER

Encodes recordings column by column, knowing 0, 1, 2, ... columns after each, and compares the codes
with those of the whole recording. For each number it prints how many codes agree, level by level,
how far the vectors are apart (RMS, relative), and how long a column takes to be encoded.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from distill_live.audio.reading.sound import read_mono
from distill_live.codes.codebook_geometry import cell_vectors
from distill_live.models.file.library import find_playable
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2

#: Columns of a recording that are compared, at most.
COLUMNS = 120


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="demo")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    loaded = load_model_v2(find_playable(arguments.model))
    sounds = [read(path, loaded) for path in sorted(arguments.folder.iterdir())]
    reach = loaded.model.encoder_reach(loaded.spectrogram, loaded.column_samples)
    print(f"{len(sounds)} recordings, {loaded.metadata['level_labels']}")
    for after in range(reach.after + 1):
        found = [one for sound in sounds for one in compare(loaded, sound, after)]
        agree, apart, seconds = (np.array(part) for part in zip(*found, strict=True))
        levels = "  ".join(f"{share:4.0%}" for share in agree.mean(axis=0))
        print(
            f"{after} columns after: {levels}  vectors {np.sqrt(np.square(apart).mean()):.3f} "
            f"apart, {1e3 * np.median(seconds):.1f} ms a column"
        )


def read(path: Path, loaded: LoadedVQModel) -> torch.Tensor:
    """The beginning of a recording in mono."""
    rate = loaded.spectrogram.config.sample_rate
    return torch.from_numpy(read_mono(path, rate)[: COLUMNS * loaded.column_samples])


@torch.inference_mode()
def compare(
    loaded: LoadedVQModel, sound: torch.Tensor, after: int
) -> Iterator[tuple[np.ndarray, float, float]]:
    """For each column: the share of codes that agree, by level; how far the vectors are apart; and
    the time that it took."""
    codec, spectrogram, column = loaded.model, loaded.spectrogram, loaded.column_samples
    reach = codec.encoder_reach(spectrogram, column)
    whole = codec.encode_columns(spectrogram, sound, column).numpy()
    books = codec.quantizer.codebooks.numpy()
    for number in range(reach.before, len(sound) // column - reach.after - 1):
        first, end = number - reach.before, number + 1 + after
        part = sound[first * column : end * column + reach.samples]
        began = time.perf_counter()
        codes = codec.encode_columns(spectrogram, part, column, end - first)[reach.before].numpy()
        seconds = time.perf_counter() - began
        wanted, got = (cell_vectors(one, books) for one in (whole[number], codes))
        apart = np.linalg.norm(wanted - got) / np.linalg.norm(wanted)
        yield (codes == whole[number]).mean(axis=0), float(apart), seconds


if __name__ == "__main__":
    main()
