"""What people have marked: their favourites among the files."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from distill_live.atomic_file import atomic_file


class Marks:
    """The favourites, kept in a file; every method may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def favourites(self) -> set[str]:
        """The paths of all favourites, as the API names them. A damaged file has none."""
        try:
            return {str(path) for path in json.loads(self._path.read_text(encoding="utf-8"))}
        except (OSError, ValueError, TypeError):
            return set()

    def set_favourite(self, path: str, marked: bool) -> None:
        """Mark a file as a favourite, or remove the mark. Raises OSError."""
        with self._lock:
            found = self.favourites() - {path} | ({path} if marked else set())
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_file(self._path) as temporary:
                temporary.write_text(json.dumps(sorted(found), indent=1), encoding="utf-8")
