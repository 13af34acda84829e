"""What is heard of a grid: a region of it, a code alone, and the recording it came from."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.fades import CUT_FADE_SECONDS, fade_ends
from distill_live.audio.files import write_audio
from distill_live.audio.reading.sound import Sound
from distill_live.audio.stereo.channels import left_and_right
from distill_live.codes.codebook_geometry import neutral_codes
from distill_live.codes.selection import Region
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError, RequestError
from distill_live.inference.codes import decode
from distill_live.inference.preview import entry_column, entry_orders
from distill_live.models.file.loaded import LoadedVQModel

Samples = NDArray[np.float32]

#: The longest sound that is made at once, in seconds.
MOST_SECONDS = 600.0


class Sounds:
    """The sounds of one model's codes."""

    def __init__(self, loaded: LoadedVQModel) -> None:
        self._loaded = loaded
        self._quietest = cache(lambda: int(entry_orders(loaded)[0, 0]))

    def region(self, codes: Codes, region: Region, hold: float) -> bytes:
        """A region of codes [T, F, Q] as a WAV file; what is not in the region is not heard.

        Other levels have their neutral codes, other bands the quietest code of the first level. A
        single column is held for `hold` seconds. Raises RequestError when it is too long.
        """
        alone = self._alone(codes[region.start : region.end], region)
        if len(alone) == 1:
            alone = alone.repeat(self._columns(hold), axis=0)
        self._require_short(len(alone))
        return self._play(alone)

    def cell(self, level: int, code: int, band: int | None, hold: float) -> bytes:
        """One code of a level as a WAV file, in one band or in all. Raises CodesError when there is
        no such code."""
        config = self._loaded.model.config
        if not 0 <= level < config.num_quantizers:
            raise CodesError(f"there is no level {level}; legal: 0..{config.num_quantizers - 1}")
        bands = None
        if band is not None:
            if not 0 <= band < config.bands:
                raise CodesError(f"there is no band {band}; legal: 0..{config.bands - 1}")
            bands = np.arange(config.bands) == band
        column = entry_column(self._loaded, level, code, bands)
        return self._play(column[None].repeat(self._columns(hold), axis=0))

    def original(self, sound: Path, start: int, end: int) -> bytes:
        """What a recording has where a grid of it has the columns from `start` to `end`, as a WAV
        file. Raises RequestError when it is too long, AudioFileError when it cannot be read."""
        self._require_short(end - start)
        length, rate = self._loaded.column_samples, self._loaded.spectrogram.config.sample_rate
        first, last = start * length, end * length
        kept, position = [self._loaded.silence(0)], 0
        for given in Sound(sound).blocks(rate, self._loaded.channels):
            block = given if given.ndim == 1 else left_and_right(given)
            kept.append(block[max(first - position, 0) : max(last - position, 0)])
            position += len(block)
            if position >= last:
                break
        return _as_wav(np.concatenate(kept), rate)

    def _alone(self, codes: Codes, region: Region) -> Codes:
        alone = np.where(region.levels, codes, neutral_codes(self._loaded.codebooks))
        if not region.bands.all():
            quiet = neutral_codes(self._loaded.codebooks).copy()
            quiet[0] = self._quietest()
            alone[:, ~region.bands] = quiet
        return alone

    def _columns(self, seconds: float) -> int:
        length, rate = self._loaded.column_samples, self._loaded.spectrogram.config.sample_rate
        return max(round(seconds * rate / length), 1)

    def _require_short(self, columns: int) -> None:
        if columns > self._columns(MOST_SECONDS):
            raise RequestError(
                413, f"that lasts more than {MOST_SECONDS / 60:.0f} minutes; choose fewer columns"
            )

    def _play(self, codes: Codes) -> bytes:
        grid = self._loaded.grid_of(codes)
        samples = decode(self._loaded, grid)
        fade = round(CUT_FADE_SECONDS * grid.sample_rate)
        (faded,) = fade_ends([samples], len(samples), fade)
        return _as_wav(faded, grid.sample_rate)


def _as_wav(samples: Samples, rate: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="distill-sound") as folder:
        path = Path(folder) / "sound.wav"
        write_audio(path, samples, rate, 16)
        return path.read_bytes()
