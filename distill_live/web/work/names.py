"""Names that clients give to files, and folders that no name leads out of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from distill_live.errors import RequestError

#: The longest name of a file or a folder, in bytes of UTF-8; a few more are left for suffixes.
LONGEST = 200

# Separators, control characters, and what some system does not allow.
_ILLEGAL = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
#: The names of devices on Windows, with any suffix.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def check_name(name: str, what: str = "file") -> str:
    """The name, if it can be that of one file or folder on every system. Raises RequestError."""
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        length = 0
    wrong = (
        not 0 < length <= LONGEST
        or _ILLEGAL.search(name)
        or name.startswith((".", " "))
        or name.endswith((".", " "))
        or _DEVICES.fullmatch(name)
    )
    if wrong:
        raise RequestError(
            400,
            f"{name!r} cannot be the name of a {what}: use up to {LONGEST} letters, digits and "
            "signs such as _ - + ( ), without a dot in front",
        )
    return name


class Shelf:
    """A folder whose files clients can name, those in folders below it as well."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, path: str) -> Path:
        """The file of that path below the folder, such as "drums/kick.wav".

        Raises RequestError when there is none, or when a link leads out of the folder.
        """
        place = self.folder.joinpath(*(check_name(part) for part in path.split("/")))
        if not (place.is_file() and self._holds(place)):
            raise RequestError(404, f"there is no file {path!r} here")
        return place

    def new(self, name: str) -> Path:
        """The path of a file that is to be made. Raises RequestError when the name is taken; upper
        and lower case are the same, as they are on some disks."""
        place = self.folder / check_name(name)
        taken = {path.name.casefold() for path in self.folder.glob("*")}
        if name.casefold() in taken:
            raise RequestError(409, f"{name!r} already exists: delete it first, or rename yours")
        return place

    def files(self) -> Iterator[tuple[str, Path]]:
        """Every file with its path below the folder; hidden ones are left out, and so are links
        that lead out."""
        if not self.folder.is_dir():
            return
        for path in sorted(self.folder.rglob("*")):
            parts = path.relative_to(self.folder).parts
            hidden = any(part.startswith(".") for part in parts)
            if not hidden and path.is_file() and self._holds(path):
                yield "/".join(parts), path

    def _holds(self, place: Path) -> bool:
        return place.resolve().is_relative_to(self.folder.resolve())
