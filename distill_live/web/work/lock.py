"""A lock that a process holds on a file for as long as it runs, however it ends."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO, shared: bool = False) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: BinaryIO, shared: bool = False) -> None:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def take_lock(path: Path, seconds: float = 0.0) -> BinaryIO | None:
    """Lock a file, which is made if it is missing; None if another process holds the lock for all
    of that time. The lock lasts until the file is closed, here and in processes that inherit it."""
    end = time.monotonic() + seconds
    while True:
        file = path.open("ab")
        try:
            _lock(file)
            return file
        except OSError:
            file.close()
        if time.monotonic() >= end:
            return None
        time.sleep(0.02)


def is_locked(path: Path) -> bool:
    """Whether a process holds the lock. Any number of threads and processes may ask at once."""
    try:
        with path.open("rb") as file:
            _lock(file, shared=True)
        return False
    except FileNotFoundError:
        return False
    except OSError:
        return True
