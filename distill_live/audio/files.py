"""Reading and writing sound files: the one door to soundfile."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import numpy as np
import soundfile
from numpy.typing import NDArray

from distill_live.atomic_file import atomic_file
from distill_live.audio.limiter import within_full_scale
from distill_live.audio.reproducible import make_reproducible
from distill_live.audio.resample import resample
from distill_live.errors import AudioFileError

Samples = NDArray[np.float32]

#: What `find_recordings` takes for a recording.
AUDIO_SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif")

#: libsndfile's name of each format that can be written, by file suffix without the dot.
WRITTEN_FORMATS = {"wav": "WAV", "flac": "FLAC", "ogg": "OGG", "mp3": "MP3"}

_COMPRESSED = {"ogg": "VORBIS", "mp3": "MPEG_LAYER_III"}
_FLOAT = "FLOAT"
_BIT_DEPTHS = {
    "wav": {16: "PCM_16", 24: "PCM_24", 32: _FLOAT},
    "flac": {16: "PCM_16", 24: "PCM_24"},
}
# libsndfile's Vorbis encoder overflows its stack when it is given minutes at once.
_WRITE_SAMPLES = 65_536


def read_audio(path: str | Path) -> tuple[Samples, int]:
    """All samples `[N, channels]` (full scale is -1..1) of a file, and its sample rate in Hz.

    Raises AudioFileError when it is missing, no sound file, empty or not finite.
    """
    if not Path(path).is_file():
        raise AudioFileError(f"cannot read {path}: there is no such file")
    try:
        samples, sample_rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise AudioFileError(f"cannot read {path}: {error}") from error
    if samples.shape[0] == 0:
        raise AudioFileError(f"cannot read {path}: it holds no samples")
    if not np.isfinite(samples).all():
        raise AudioFileError(f"cannot read {path}: it holds samples that are no finite numbers")
    return samples, int(sample_rate)


def read_mono(path: str | Path, sample_rate: int = 48_000) -> Samples:
    """A file mixed to mono and resampled to `sample_rate`: `[N]`. Raises as `read_audio`."""
    samples, from_rate = read_audio(path)
    return resample(samples.mean(axis=1), from_rate, sample_rate)


def write_audio(
    path: str | Path,
    audio: Samples,
    sample_rate: int,
    bit_depth: int = 24,
    format: str | None = None,
) -> None:
    """Write samples `[N]` or `[N, C]` to a file that appears only when it is complete.

    `format` is wav, flac, ogg or mp3, else the path's suffix says it; `bit_depth` is 16, 24 or 32
    (32 is float, wav only; ogg and mp3 have none). Where a sample is beyond full scale, the sound
    is limited, not clipped; only float keeps it as it is. The same samples and settings give the
    same bytes.

    Raises AudioFileError for an unknown format or depth, and when the file cannot be written.
    """
    path = Path(path)
    channels = 1 if audio.ndim == 1 else audio.shape[1]
    if _subtype(format or _format_of(path), bit_depth) != _FLOAT:
        audio, _ = within_full_scale(audio, sample_rate)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as temporary:
            with SoundFileWriter(temporary, sample_rate, channels, bit_depth, format) as writer:
                writer.write(audio.reshape(-1, channels))
            make_reproducible(temporary, format or _format_of(path))
    except OSError as error:
        raise AudioFileError(f"cannot write {path}: {error}") from error


def audio_bytes(audio: Samples, sample_rate: int, format: str) -> bytes:
    """What `write_audio` writes for samples `[N]`. Raises AudioFileError as it does."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"sound.{format}"
        with SoundFileWriter(path, sample_rate, 1, format=format) as writer:
            writer.write(within_full_scale(audio, sample_rate)[0][:, None])
        make_reproducible(path, format)
        return path.read_bytes()


class SoundFileWriter:
    """A sound file that grows block by block, as a recorder needs it; also a context manager.

    Blocks must not exceed full scale, unless they are written as float: the rest is clipped.
    Format and depth as `write_audio`. Raises AudioFileError when it cannot be opened or written.
    """

    def __init__(
        self,
        path: str | Path,
        sample_rate: int,
        channels: int,
        bit_depth: int = 24,
        format: str | None = None,
    ) -> None:
        self.path = Path(path)
        format = format or _format_of(self.path)
        subtype = _subtype(format, bit_depth)
        if not self.path.parent.is_dir():
            raise AudioFileError(f"cannot write {self.path}: there is no such folder")
        try:
            self._file = soundfile.SoundFile(
                str(self.path), "w", sample_rate, channels, subtype, format=WRITTEN_FORMATS[format]
            )
        except (soundfile.SoundFileError, OSError, ValueError) as error:
            raise AudioFileError(f"cannot write {self.path}: {error}") from error

    def write(self, block: Samples) -> None:
        """Append a block `[n, C]`."""
        try:
            for start in range(0, block.shape[0], _WRITE_SAMPLES):
                self._file.write(block[start : start + _WRITE_SAMPLES])
        except (soundfile.SoundFileError, OSError) as error:
            raise AudioFileError(f"cannot write {self.path}: {error}") from error

    def close(self) -> None:
        """Finish the file; a second call does nothing."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _format_of(path: Path) -> str:
    return path.suffix.lower().lstrip(".")


def _subtype(format: str, bit_depth: int) -> str:
    if format not in WRITTEN_FORMATS:
        raise AudioFileError(f"cannot write {format!r}; formats are {', '.join(WRITTEN_FORMATS)}")
    if format in _COMPRESSED:
        return _COMPRESSED[format]
    depths = _BIT_DEPTHS[format]
    if bit_depth not in depths:
        legal = ", ".join(map(str, depths))
        raise AudioFileError(f"{format} has no bit depth {bit_depth}; legal are {legal}")
    return depths[bit_depth]
