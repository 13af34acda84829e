"""How `generate` writes its sounds, and tells how far it is."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distill_live import __version__
from distill_live.atomic_file import atomic_file
from distill_live.audio.fades import fade_ends
from distill_live.commands.destinations import SoundSeries
from distill_live.commands.output import write_sound
from distill_live.commands.progress_lines import ProgressLines

if TYPE_CHECKING:
    from distill_live.inference.many import Made
    from distill_live.models.file.loaded import LoadedVQModel


@dataclass(frozen=True)
class SoundWriter:
    """Writes sounds of `seconds` from a model, and beside each what is known of it.

    `rate` is in Hz; `fade` is in ms, at both ends; with `lufs`, each sound gets that loudness.
    `settings` are what all of them were made with.
    """

    loaded: LoadedVQModel
    series: SoundSeries
    settings: dict[str, Any]
    seconds: float
    rate: int
    bit_depth: int
    fade: float
    lufs: float | None

    def write(self, number: int, seed: int, made: Made) -> Path:
        """Write sound `number` of the series, and return its path. Raises OutputError."""
        from distill_live.audio.resample import resample
        from distill_live.inference.origins import describe_origins

        loaded, own_rate = self.loaded, self.loaded.spectrogram.config.sample_rate
        path = self.series.path(number, f"{loaded.metadata['name']}_{seed}", "json")
        audio = resample(made.audio, own_rate, self.rate)
        faded = fade_ends([audio], len(audio), round(self.fade / 1000 * self.rate))
        write_sound(path, faded, self.rate, self.bit_depth, lufs=self.lufs)
        sounding = made.columns[: math.ceil(self.seconds * own_rate / loaded.column_samples)]
        self._write_sidecar(path, seed, describe_origins(loaded, sounding, made.grains))
        return path

    def _write_sidecar(self, path: Path, seed: int, origins: list[dict[str, Any]] | None) -> None:
        metadata = self.loaded.metadata
        content = {
            "model": {"name": metadata["name"], "weights_sha256": metadata["weights_sha256"]},
            "seed": seed,
            "settings": self.settings,
            "comes_from": origins,
            "version": __version__,
        }
        with atomic_file(path.with_suffix(".json")) as temporary:
            temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


class SeriesProgress:
    """How far `count` sounds are: on the bar of the present one, and, for all of them, in lines for
    other programs, if these are wanted."""

    def __init__(self, count: int, lines: ProgressLines | None) -> None:
        self._count, self._lines = count, lines
        self._number = 0
        self._advance: Callable[[float], None] = lambda done: None

    def begin(self, number: int, advance: Callable[[float], None]) -> None:
        """Sound `number` (0..count-1) is the next one; `advance` moves its bar."""
        self._number, self._advance = number, advance

    def tell(self, done: float) -> None:
        """The part `done` 0..1 of the present sound is made."""
        self._advance(done)
        if self._lines:
            self._lines.write_seldom("progress", done=self._part(done), count=self._count)

    def end(self, path: Path, seed: int) -> None:
        """The present sound is written."""
        if self._lines:
            # After the file, so that whoever reads it finds the file.
            self._lines.write("progress", done=self._part(1.0), count=self._count)
            self._lines.write("file", file=str(path.absolute()), seed=seed)

    def _part(self, done: float) -> float:
        return round((self._number + done) / self._count, 4)
