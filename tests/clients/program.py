"""Runs a program while a test talks to it, and reads what it prints."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from tests.tools import wait_until


class Program:
    """`with Program(...)` starts it; leaving ends it. `lines` is what it has printed so far."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        self._command, self._environment = command, environment
        self.lines: list[str] = []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, env=self._environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def await_start(self, start: str) -> str:
        """The next line that begins like this; it and the lines before it are dropped."""
        return self.await_starts(start)[0]

    def await_starts(self, *starts: str) -> list[str]:
        """The next lines that begin so, in whatever order they come; they and those before them
        are forgotten."""
        places: list[int] = []

        def look() -> bool:
            found = [self._find(start) for start in starts]
            places[:] = [place for place in found if place is not None]
            return len(places) == len(starts)

        wait_until(look, f"{starts} among {self.lines}")
        lines = [self.lines[place] for place in places]
        del self.lines[: max(places) + 1]
        return lines

    def _find(self, start: str) -> int | None:
        assert self._process.poll() is None, f"it has ended: {self.lines}"
        return next((n for n, line in enumerate(self.lines) if line.startswith(start)), None)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\n"))
