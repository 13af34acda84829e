"""Reloads a patch when it is saved, unless it is broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from distill_live.control.patch.files import learned_path, load_patch
from distill_live.control.patch.schema import Patch
from distill_live.errors import PatchError
from distill_live.parameters import Table

#: How often the files are checked, in seconds.
LOOK_S = 1.0

#: What changes when a file is saved: its time, its length, and which file it is.
_Mark = tuple[int, int, int] | None


class PatchWatch:
    """Checks each second whether the patch at `path`, or its learned mappings, have changed.

    `use` is called with each new patch, `say` with a line for the user about it. A broken patch is
    reported to `say`, and the one in use is kept.
    """

    def __init__(
        self, path: Path, table: Table, use: Callable[[Patch], None], say: Callable[[str], None]
    ) -> None:
        self.path = self._wanted = path
        self._table = table
        self._use, self._say = use, say
        #: What is wrong with the file, if it is not the one in use; "" for nothing.
        self.fault = ""
        self._due = float("-inf")
        self._marks = self._look()

    def follow(self, path: Path) -> None:
        """Watch the patch at `path` from the next tick on, which also uses it; from any thread."""
        self._wanted = path

    def tick(self, now: float) -> None:
        """Check the files, if it is time to; `now` is in seconds."""
        if self._wanted != self.path:
            self.path, self._marks, self._due = self._wanted, (), now
        if now < self._due:
            return
        self._due = now + LOOK_S
        marks = self._look()
        if marks == self._marks:
            return
        self._marks = marks
        if marks[0] is None:
            self.fault = f"the patch {self.path} no longer exists; it stays in use unchanged"
            self._say(self.fault)
        else:
            self._load()

    def _load(self) -> None:
        try:
            patch = load_patch(self.path, self._table)
        except PatchError as error:
            self.fault = f"the patch in use stays unchanged: {error}"
            self._say(self.fault)
            return
        self.fault = ""
        self._use(patch)
        self._say(f"the patch {self.path} was reloaded")

    def _look(self) -> tuple[_Mark, ...]:
        return _mark(self.path), _mark(learned_path(self.path))


def _mark(path: Path) -> _Mark:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
