"""Codes from control to an engine: control writes them into a file, the engine maps it.

A message as large as a clip would keep the engine waiting while control writes it into the pipe.
"""

from __future__ import annotations

import itertools
import tempfile
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError

#: How many files are kept after they were retired, for engines that have not read them yet.
KEPT_FILES = 64


@dataclass(frozen=True)
class SharedCodes:
    """Codes in a file: `shape` is (columns, bands, levels)."""

    path: Path
    shape: tuple[int, int, int]

    def read(self) -> Codes:
        """The codes [T, F, Q]. Raises CodesError when the file is gone."""
        try:
            mapped = np.memmap(self.path, np.uint16, "r", shape=self.shape)
        except (OSError, ValueError) as error:
            raise CodesError("its codes are no longer there: ask again") from error
        return mapped.astype(np.int64)


class CodeFiles:
    """Writes codes into files of a temporary folder, which `close` removes."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._numbers = itertools.count()
        self._retired: deque[SharedCodes] = deque()

    def share(self, codes: Codes) -> SharedCodes:
        """Write codes [T, F, Q], T at least 1, into a file, which stays until it is retired.

        Raises CodesError when that is impossible.
        """
        try:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="distill-codes")
            path = Path(self._folder.name) / f"{next(self._numbers)}.codes"
            codes.astype(np.uint16).tofile(path)
        except OSError as error:
            folder = self._folder.name if self._folder else tempfile.gettempdir()
            raise CodesError(
                f"cannot write codes to {folder}: {error.strerror or error}"
            ) from error
        columns, bands, levels = codes.shape
        return SharedCodes(path, (columns, bands, levels))

    def share_once(self, codes: Codes) -> SharedCodes:
        """As `share`, for codes that an engine reads once."""
        shared = self.share(codes)
        self.retire(shared)
        return shared

    def retire(self, shared: SharedCodes) -> None:
        """Let a file go, once `KEPT_FILES` others have been retired after it."""
        self._retired.append(shared)
        while len(self._retired) > KEPT_FILES:
            self._retired.popleft().path.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove all files."""
        if self._folder is not None:
            self._folder.cleanup()
