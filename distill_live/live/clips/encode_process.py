"""Encodes one recording, in a process of its own (see encodings.py)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.level import loudness_db
from distill_live.audio.reading.sound import Sound
from distill_live.audio.stereo.channels import by_channel
from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import save_grid

Samples = NDArray[np.float32]

#: The file of the codes in the folder of the process.
GRID = "codes.npz"


def encode_into(folder: Path, audio: Path, model: Path, columns: int, end: bool) -> dict[str, Any]:
    """Write the codes of a recording into a folder; returns the facts. See `encode`."""
    grid, facts = encode(audio, model, columns, end)
    save_grid(folder / GRID, grid)
    return facts


def encode(audio: Path, model: Path, columns: int, end: bool) -> tuple[CodeGrid, dict[str, Any]]:
    """The first or the last columns of a recording, and the other fields of `Encoded`.

    Raises DistillError when the recording or the model cannot be used.
    """
    sound = Sound(audio)
    # Only now: torch takes seconds to load, and a file that is not a sound is refused without it.
    from distill_live.inference.codes import encode_blocks
    from distill_live.models.encoding import margin_columns
    from distill_live.models.file.persistence import load_model_v2

    loaded = load_model_v2(model, "cpu")
    rate, length = loaded.spectrogram.config.sample_rate, loaded.column_samples
    # The last column that is kept must be coded as if the rest followed.
    margin = margin_columns(loaded.model, loaded.spectrogram, length)
    part = _Part(None if end else columns + margin, length)
    blocks = part.read(sound.blocks(rate, loaded.channels))
    grid = encode_blocks(loaded, blocks, audio.name)
    dropped = max(len(grid.codes) - columns, 0)
    kept = grid.codes[dropped:] if end else grid.codes[:columns]
    first = dropped if end else 0
    samples = min(part.samples - first * length, columns * length)
    notes = sound.notes
    if dropped and not end:
        notes.append(
            f"only its first {samples / rate:.0f} s were kept: a clip has at most {columns} columns"
        )
    loudness = loudness_db(part.energy(first, first + columns) / max(samples, 1))
    facts = {"samples": samples, "loudness_db": loudness, "notes": notes}
    return grid.with_codes(kept), facts


class _Part:
    """The beginning of a sound, up to `most` columns of `length` samples, or all of it; `samples`
    is how many were read."""

    def __init__(self, most: int | None, length: int) -> None:
        self._most, self._length = None if most is None else most * length, length
        # The energy of each column, which its blocks add up to.
        self._energies: list[float] = []
        self.samples = 0

    def energy(self, first: int, end: int) -> float:
        """The sum of the squares of all samples in columns `first` to `end`."""
        return sum(self._energies[first:end])

    def read(self, blocks: Iterator[Samples]) -> Iterator[Samples]:
        for block in blocks:
            used = block if self._most is None else block[: self._most - self.samples]
            self._measure(used)
            self.samples += len(used)
            yield used
            if len(used) < len(block):
                return

    def _measure(self, block: Samples) -> None:
        """Add samples that follow those before to the energies of their columns; of stereo, those
        of the middle."""
        block = by_channel(block)[:, 0]
        begun = self.samples % self._length
        columns = np.arange(begun, begun + len(block)) // self._length
        energies = np.bincount(columns, np.square(block, dtype=np.float64)).tolist()
        if begun and energies:
            self._energies[-1] += energies.pop(0)
        self._energies += energies
