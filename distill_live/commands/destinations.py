"""Where commands write their files: `--output` names a file or a folder.

No file that is there is replaced: a number follows the name of the new one.

A folder that exists is a folder, whatever its name. Otherwise, for commands that can write several
files, a name that ends like a sound or codes is a file, and any other name is a new folder. For
commands that write one file, it is a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from distill_live.commands.output import free_path
from distill_live.errors import OutputError

#: Endings that mean a file with a sound or with codes; whether a command can write such a file is
#: checked later.
_FILE_SUFFIXES = frozenset(
    "aac aif aifc aiff au caf flac json m4a mp3 mp4 npz oga ogg opus rf64 w64 wav wma".split()
)


def named_file(output: Path, name: str) -> Path:
    """`output` itself, or the file called `name` in it where it is a folder."""
    return output / name if output.is_dir() else output


def single_file(output: Path | None, name: str) -> Path:
    """Where a command writes its one file: a free path like `output`, or where that is an existing
    folder, one like `name` in it.

    Without `output` the folder is the current one. `name` is the usual file name, with a suffix.
    """
    return free_file(named_file(output or Path(), name))


def free_file(path: Path) -> Path:
    """The path, with a number after its stem if a file is there already."""
    free, number = path, 2
    while free.is_file():
        free, number = path.with_name(f"{path.stem}_{number}{path.suffix}"), number + 1
    return free


@dataclass(frozen=True)
class ConvertedFiles:
    """Where a command that converts files writes its results: `named` itself, or files in `folder`
    called after those that they are made of. `suffix` is without the dot, as the user wrote it."""

    folder: Path
    suffix: str
    named: Path | None = None

    @classmethod
    def at(cls, output: Path | None, format: str | None, usual: str, count: int) -> Self:
        """What `--output` and `--format` say together about `count` files; `usual` is the format
        when neither names one. Without an output, the folder is the current one.

        Raises OutputError when the two contradict each other, for several files in one, and for a
        file that ends like neither a sound nor codes.
        """
        output = output or Path()
        if not _names_file(output):
            return cls(output, format or usual)
        suffix = output.suffix.removeprefix(".")
        if count > 1:
            raise OutputError(
                f"--output {output} is one file, but there are {count} to write: give a folder"
            )
        if format not in (None, suffix.lower()):
            raise OutputError(_contradiction(output, format))
        return cls(output.parent, suffix, output)

    @property
    def format(self) -> str:
        """The suffix in lower case."""
        return self.suffix.lower()

    def path(self, source: Path) -> Path:
        """Where the file made of `source` goes: a free path."""
        if self.named:
            return free_file(self.named)
        return free_path(self.folder, source.stem, self.suffix)


@dataclass(frozen=True)
class SoundSeries:
    """Where `generate` writes `count` sounds of one format.

    `stem` is the name of the files without a number, None where each sound has a name of its own;
    `suffix` is theirs, without the dot, as the user wrote it.
    """

    folder: Path
    suffix: str
    stem: str | None
    count: int

    @property
    def format(self) -> str:
        """As `write_audio` takes it."""
        return self.suffix.lower()

    @classmethod
    def at(cls, output: Path, format: str | None, count: int) -> Self:
        """What `--output` and `--format` say together; wav when neither names a format.

        Raises OutputError when the two contradict each other, and for a file that ends like
        neither a sound nor codes.
        """
        if not _names_file(output):
            return cls(output, format or "wav", None, count)
        suffix = output.suffix.removeprefix(".")
        if format not in (None, suffix.lower()):
            raise OutputError(_contradiction(output, format))
        return cls(output.parent, suffix, output.stem, count)

    def path(self, index: int, own_name: str, *beside: str) -> Path:
        """A free path for sound `index` (0..count-1), whose own name is `own_name`.

        The paths with the suffixes `beside` are free, too.
        """
        stem = own_name
        if self.stem is not None:
            stem = self.stem if self.count == 1 else f"{self.stem}_{index + 1}"
        return free_path(self.folder, stem, self.suffix, *beside)


def _names_file(output: Path) -> bool:
    """Whether an output is a file, for commands that can write several. Raises OutputError for a
    file that does not end like a sound or codes."""
    if output.is_dir():
        return False
    if output.suffix.removeprefix(".").lower() in _FILE_SUFFIXES:
        return True
    if output.exists():
        raise OutputError(
            f"--output {output} is a file, but it does not end like a sound or codes: give a "
            "folder, or a name that ends in .wav or .json, for example"
        )
    return False


def _contradiction(output: Path, format: str | None) -> str:
    return (
        f"--output {output} and --format {format} contradict each other: leave --format out, or "
        f"give a name that ends in .{format}"
    )
