"""Finds the sound files below a folder, and says why others are left out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from distill_live.audio.files import SoundFileReader
from distill_live.audio.reading.parts import split_parts
from distill_live.errors import AudioFileError

# If a file with such a suffix cannot be read, the reason is reported. Files with other suffixes are
# taken, too, if libsndfile reads them.
_READ = frozenset(
    f".{name}"
    for name in "wav wave bwf rf64 w64 flac ogg oga opus mp3 mp2 aiff aif aifc caf au snd".split()
)
_NOT_READ = frozenset(
    f".{name}"
    for name in (
        "m4a m4b mp4 aac alac wma ape wv mpc tta dsf dff mka mkv webm mov ac3 amr ra spx 3gp oma"
    ).split()
)


@dataclass(frozen=True)
class FolderContent:
    """The sound files below a folder, sorted; (path, reason) of what could not be looked at; and
    a line for each kind of sound file that libsndfile does not read."""

    paths: list[Path]
    unreadable: list[tuple[Path, str]]
    left_out: list[str]


def look_through(folder: Path) -> FolderContent:
    """Everything below a folder. Links are followed, and no file is taken twice.

    Hidden files and folders are skipped, and so, silently, are files that hold no sound.
    """
    found, unreadable, foreign = list[Path](), list[tuple[Path, str]](), Counter[str]()
    for path in _each_once(folder, unreadable):
        suffix = path.suffix.lower()
        if not path.exists():
            if suffix in _READ | _NOT_READ:
                unreadable.append((path, "broken link"))
        elif not path.is_file():
            # A device or a pipe may give bytes without end.
            continue
        elif suffix in _READ or _is_read(path):
            found.append(path)
        elif suffix in _NOT_READ:
            foreign[suffix] += 1
    left_out = [_left_out(suffix, count) for suffix, count in sorted(foreign.items())]
    return FolderContent(sorted(found), unreadable, left_out)


def _each_once(folder: Path, unreadable: list[tuple[Path, str]]) -> Iterator[Path]:
    """Every file below a folder: first its own files, then those that links lead to."""
    seen = set[str]()
    links: list[os.DirEntry[str]] = []
    for entry in _entries(folder, seen, links, unreadable):
        seen.add(os.path.realpath(entry.path))
        yield Path(entry.path)
    while links:
        link = links.pop(0)
        inside = _entries(link.path, seen, links, unreadable) if link.is_dir() else iter([link])
        for entry in inside:
            if (real := os.path.realpath(entry.path)) not in seen:
                seen.add(real)
                yield Path(entry.path)


def _entries(
    folder: str | Path, seen: set[str], links: list[os.DirEntry[str]],
    unreadable: list[tuple[Path, str]],
) -> Iterator[os.DirEntry[str]]:  # fmt: skip
    """The files of a folder and of those in it that were not `seen`; links are added to `links`."""
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        unreadable.append((Path(folder), error.strerror or str(error)))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_symlink():
            links.append(entry)
        elif entry.is_dir():
            yield from _entries(entry.path, seen, links, unreadable)
        else:
            yield entry


def _is_read(path: Path) -> bool:
    """Whether libsndfile reads a file as sound, whatever its name is."""
    try:
        with path.open("rb") as file, SoundFileReader(split_parts(file).streams[0]):
            return True
    except (OSError, AudioFileError):
        return False


def _left_out(suffix: str, count: int) -> str:
    files, them = ("file", "it") if count == 1 else ("files", "them")
    return f"{count} {suffix} {files} left out: convert {them} to wav or flac"
