"""Reads and writes sound files. Only this module imports soundfile."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Protocol, Self

import numpy as np
import soundfile
from numpy.typing import NDArray

from distill_live.atomic_file import atomic_file
from distill_live.audio.blocks import Spool, recut
from distill_live.audio.limiter import RecordingLimiter, within_full_scale
from distill_live.audio.loudness import gain_to
from distill_live.audio.reproducible import make_reproducible
from distill_live.audio.stereo.channels import channel_count, channels_of
from distill_live.errors import AudioFileError
from distill_live.quiet_stderr import quiet_stderr

Samples = NDArray[np.float32]

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
_READ_SAMPLES = 65_536
# The number of frames that libsndfile gives when the header has none.
_UNKNOWN_FRAMES = 2**63 - 1


class ReadableFile(Protocol):
    """The methods of a file that libsndfile needs for reading."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move; returns the position."""

    def tell(self) -> int:
        """The position."""

    def read(self, count: int = -1, /) -> bytes:
        """The next bytes."""


class SoundFileReader:
    """A file's samples, block by block; also a context manager.

    It takes an open file: given a path, libsndfile would also look at the file `._name` beside it,
    which macOS leaves on foreign disks, and could not open a name that is not UTF-8. Raises
    AudioFileError, without the file's name, when it holds no sound that libsndfile reads.
    """

    def __init__(self, file: ReadableFile) -> None:
        try:
            # mpg123 complains on standard error, here and while it decodes.
            with quiet_stderr():
                self._file = soundfile.SoundFile(file)
        except (soundfile.SoundFileError, OSError) as error:
            raise AudioFileError(f"it is damaged or not a sound file ({_reason(error)})") from error
        self.sample_rate, self.channels = int(self._file.samplerate), int(self._file.channels)
        frames = self._file.frames
        #: Samples per channel according to the header; None if it does not say.
        self.promised = int(frames) if frames < _UNKNOWN_FRAMES else None

    def blocks(self) -> Iterator[Samples]:
        """The samples in blocks `[n, channels]`, up to where they can be decoded."""
        block = np.empty((_READ_SAMPLES, self.channels), np.float32)
        while True:
            # Samples decoded before an error are in the block, but nothing says how many they are.
            block.fill(np.nan)
            try:
                with quiet_stderr():
                    count = len(self._file.read(out=block))
            except soundfile.SoundFileError:
                yield block[: int((~np.isnan(block[:, 0])).sum())].copy()
                return
            if count == 0:
                return
            yield block[:count].copy()

    def read_at(self, start: int, count: int) -> Samples:
        """Up to `count` samples from sample `start` on, `[n]` of a mono file, else `[n, channels]`;
        less at its end.

        Raises AudioFileError when they cannot be decoded.
        """
        try:
            with quiet_stderr():
                self._file.seek(start)
                found: Samples = self._file.read(count, dtype="float32")
        except (soundfile.SoundFileError, OSError) as error:
            raise AudioFileError(f"it is damaged ({_reason(error)})") from error
        return found

    def close(self) -> None:
        """Free what libsndfile holds."""
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
    path, format = Path(path), format or _format_of(Path(path))
    channels = channel_count(audio)
    if _subtype(format, bit_depth) != _FLOAT:
        audio, _ = within_full_scale(audio, sample_rate)
    with _written_whole(path, format) as temporary:
        with SoundFileWriter(temporary, sample_rate, channels, bit_depth, format) as writer:
            writer.write(audio.reshape(-1, channels))


@dataclass(frozen=True)
class Written:
    """What was done to a sound to write it: by how many dB the limiter had to turn it down, and, if
    a loudness was wanted, the one that came out, in LUFS; None if the sound has none."""

    reduction_db: float = 0.0
    lufs: float | None = None


def write_blocks(
    path: str | Path,
    blocks: Iterable[Samples],
    sample_rate: int,
    bit_depth: int = 24,
    format: str | None = None,
    lufs: float | None = None,
) -> Written:
    """Write a sound in blocks `[n, C]`, or `[n]` of one channel, as `write_audio` does, whatever
    its length; a float file, too, is limited to full scale.

    With `lufs`, the sound is first brought to that loudness. If that needs the limiter, the gain
    makes up for what it takes, as far as possible. A sound that is silent or shorter than 0.4 s has
    no loudness and stays as it is. The whole sound is kept on the disk, in the path's folder, until
    its loudest sample and its loudness are known. Raises AudioFileError as `write_audio` does;
    whatever `blocks` raises leaves no file, and an old one as it was.
    """
    path, format = Path(path), format or _format_of(Path(path))
    _subtype(format, bit_depth)
    channels, blocks = channels_of(blocks)
    limiter = RecordingLimiter(sample_rate, channels)
    with _written_whole(path, format) as temporary, Spool(path.parent, channels) as spool:
        for block in blocks:
            spool.append(block)
        sound, peak, gain = spool.blocks(), spool.peak, None
        if lufs is not None:
            gain = gain_to(lufs, spool.blocks, peak, sample_rate, channels)
        if gain is not None:
            factor = np.float32(gain.factor)
            sound, peak = (block * factor for block in sound), peak * gain.factor
        # A NaN is not within full scale, either.
        if not peak <= 1.0:
            sound = limiter.limit(sound)
        with SoundFileWriter(temporary, sample_rate, channels, bit_depth, format) as writer:
            # Encoders give other bytes when the same samples reach them in other portions.
            for block in recut(sound, _WRITE_SAMPLES):
                writer.write(block)
    return Written(limiter.reduction_db, gain.lufs if gain else None)


@contextmanager
def _written_whole(path: Path, format: str) -> Iterator[Path]:
    """Give a path to write a sound file to, which becomes `path` once it is complete. Raises
    AudioFileError when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as temporary:
            yield temporary
            make_reproducible(temporary, format)
    except OSError as error:
        raise AudioFileError(f"cannot write {path}: {error.strerror or error}") from error


def audio_bytes(audio: Samples, sample_rate: int, format: str, bit_depth: int = 24) -> bytes:
    """What `write_audio` writes for samples `[N]` or `[N, C]`. Raises AudioFileError as it does."""
    channels = channel_count(audio)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"sound.{format}"
        with SoundFileWriter(path, sample_rate, channels, bit_depth, format) as writer:
            writer.write(within_full_scale(audio, sample_rate)[0].reshape(-1, channels))
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
            raise AudioFileError(f"cannot write {self.path}: the folder does not exist")
        try:
            self._file = soundfile.SoundFile(
                _native(self.path), "w", sample_rate, channels, subtype,
                format=WRITTEN_FORMATS[format],
            )  # fmt: skip
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


def unreadable(path: str | Path, error: OSError | AudioFileError) -> AudioFileError:
    """The error for a file that cannot be read: its name, and a reason that does not repeat it."""
    reason = str(error)
    if isinstance(error, FileNotFoundError):
        reason = "no such file"
    elif isinstance(error, OSError):
        reason = (error.strerror or reason).lower()
    return AudioFileError(f"cannot read {path}: {reason}")


def _reason(error: Exception) -> str:
    """What libsndfile says, without the file's name, which it writes in its own way."""
    said = getattr(error, "error_string", "") or str(error).rpartition(": ")[2]
    return said.strip().rstrip(".") or "of an unknown format"


def _format_of(path: Path) -> str:
    return path.suffix.lower().lstrip(".")


def _native(path: Path) -> str | bytes:
    """A path as soundfile takes it, which cannot spell a name that is not UTF-8."""
    return str(path) if os.name == "nt" else os.fsencode(path)


def _subtype(format: str, bit_depth: int) -> str:
    if format not in WRITTEN_FORMATS:
        raise AudioFileError(
            f"cannot write {format!r} files; legal formats: {', '.join(WRITTEN_FORMATS)}"
        )
    if format in _COMPRESSED:
        return _COMPRESSED[format]
    depths = _BIT_DEPTHS[format]
    if bit_depth not in depths:
        legal = ", ".join(map(str, depths))
        raise AudioFileError(f"{format} cannot have bit depth {bit_depth}; legal: {legal}")
    return depths[bit_depth]
