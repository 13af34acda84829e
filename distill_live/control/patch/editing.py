"""The patch in use as a text that people edit: read, checked, and saved with a backup."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from distill_live.control.patch.files import check_patch, shipped_folder
from distill_live.errors import PatchError
from distill_live.parameters import Table
from distill_live.yaml_file import MAX_BYTES, Problem, read_bytes, write_file

__all__ = ["BACKUP", "MAX_BYTES", "PatchEditor", "PatchText", "Problem"]

#: Added to the name of a patch for the text that it had before it was saved last.
BACKUP = ".bak"


@dataclass(frozen=True)
class PatchText:
    """A patch's text. `revision` stands for the text: it changes with it. `saves_to` is where
    saving writes: beside a shipped patch nobody may write. `backup` has the text before it was
    saved last; None before that."""

    path: Path
    text: str
    revision: str
    saves_to: Path
    backup: Path | None


class PatchEditor:
    """Edits the patch in use, which is at `path` at first; from any thread.

    `table` has the parameters that it may name. A shipped patch is saved as a copy in the folder
    `patches` of the working folder, and `follow` is called with the copy's path: it is the patch
    in use from then on.
    """

    def __init__(self, path: Path, table: Table, follow: Callable[[Path], None]) -> None:
        self._path, self._table, self._follow = path, table, follow
        self._lock = threading.Lock()

    def read(self) -> PatchText:
        """The patch as it is on the disk. Raises PatchError when it cannot be read."""
        data = read_bytes(self._path, "patch")
        text = data.decode(errors="replace")
        backup = _backup(self._path)
        found = backup if backup.exists() else None
        return PatchText(self._path, text, _revision(data), self._saves_to(), found)

    def check(self, text: str) -> list[Problem]:
        """What is wrong with a text, each with its line."""
        try:
            check_patch(text, self._path, self._table)
        except PatchError as error:
            return list(error.problems) or [(1, str(error))]
        return []

    def save(self, text: str, revision: str) -> list[Problem]:
        """Save a text whose every byte is kept, comments too; if it has problems, nothing is saved
        and they are returned. The text before it stays in a file beside it.

        `revision` is that of the text which was edited. Raises PatchError when the patch has
        changed since, or cannot be written.
        """
        with self._lock:
            problems = self.check(text)
            if not problems:
                self._write(text, self._unchanged(revision))
            return problems

    def _unchanged(self, revision: str) -> bytes:
        """The bytes of the patch. Raises PatchError if they are not those of `revision`."""
        data = read_bytes(self._path, "patch")
        if _revision(data) != revision:
            raise PatchError(
                f"{self._path} was changed by another program since you opened it: read it again, "
                "then make your changes in the new text"
            )
        return data

    def _write(self, text: str, before: bytes) -> None:
        path = self._saves_to()
        if path != self._path and path.exists():
            raise PatchError(
                f"{path} already exists, and another patch is in use: move it, or start with "
                f"--patch {path}"
            )
        try:
            if path == self._path:
                _backup(path).write_bytes(before)
            write_file(path, text)
        except OSError as error:
            raise PatchError(f"cannot write {path}: {error.strerror}") from None
        if path != self._path:
            self._path = path
            self._follow(path)

    def _saves_to(self) -> Path:
        shipped = self._path.parent.resolve() == shipped_folder().resolve()
        return Path("patches") / self._path.name if shipped else self._path


def _backup(path: Path) -> Path:
    return path.with_name(path.name + BACKUP)


def _revision(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
