"""Progress for other programs: JSON lines, appended to a file that they read meanwhile."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

from distill_live.errors import OutputError

#: A line that many others follow is left out if it comes sooner than this after the last one.
_SELDOM_SECONDS = 0.5


class ProgressLines:
    """Appends lines to a file. Each is an object with a `type`, the `time` in seconds since 1970,
    and what that type has.

    Raises OutputError when the file cannot be opened. What cannot be written later, because the
    disk is full, is left out: the work goes on.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("ab").close()
        except OSError as error:
            raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
        self._path = path
        self._due = -math.inf

    def write(self, type: str, **values: Any) -> None:
        """Append a line; numbers that are not finite become null."""
        event = {"type": type, "time": round(time.time(), 2)} | values
        line = json.dumps(_plain(event), ensure_ascii=False) + "\n"
        try:
            # One write of a whole line: whoever reads meanwhile sees all of it or nothing.
            with self._path.open("ab") as file:
                file.write(line.encode(errors="replace"))
        except OSError:
            return

    def write_seldom(self, type: str, **values: Any) -> None:
        """As `write`, but at most twice a second."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + _SELDOM_SECONDS
            self.write(type, **values)


def _plain(value: Any) -> Any:
    """A value as JSON allows it."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
