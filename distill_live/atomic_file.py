"""Replaces a file atomically: readers find the old content or the new, never half of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Give a temporary path (same folder, same suffix) to write to; it becomes `path` at the end.

    The content is on the disk before the name changes. When the block raises, the temporary file
    is removed and `path` is as it was. Raises OSError when the folder cannot be written.
    """
    path = path.resolve()
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield temporary
        _flush_to_disk(temporary, os.O_RDWR)
        replace_file(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def replace_file(source: Path, path: Path) -> None:
    """Give a file that is on the disk as a whole the name of another one, in the same folder."""
    os.replace(source, path)
    # Windows cannot open a folder; there the rename itself is all that can be asked for.
    with contextlib.suppress(OSError):
        _flush_to_disk(path.parent, os.O_RDONLY)


def _flush_to_disk(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
