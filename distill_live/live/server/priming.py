"""Encodes a recording while the engine plays, so that the prior can continue from it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from distill_live.codes.grid_file import load_grid
from distill_live.codes.timeline import Codes
from distill_live.errors import DistillError, LiveError
from distill_live.live.server.long_request import LongRequest

#: How many columns of a recording the prior is given, the last ones: more than any context.
_COLUMNS = 512


class Priming(LongRequest):
    """Encodes one recording at a time: the one asked for last."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(say)
        self._encoding: Encoding | None = None

    def ask(self, audio: Path, model: Path) -> None:
        """Begin to encode a recording with a model's codec."""
        if self._encoding is not None:
            self._say(f"{self._encoding.audio} was dropped in favour of {audio}")
        self.close()
        if not audio.is_file():
            self._end(f"cannot prime {audio}: no such file", failed=True)
            return
        try:
            self._encoding = Encoding(audio, model)
        except OSError as error:
            self._end(f"cannot prime {audio}: {error}", failed=True)
        else:
            self._say(f"encoding {audio}")

    def poll(self, model: Path) -> Codes | None:
        """The recording's codes [T, F, Q], once, if they were made for `model`."""
        if self._encoding is None:
            return None
        try:
            codes = self._encoding.poll()
            if codes is not None and self._encoding.model != model:
                raise LiveError(f"the model has changed: prime {self._encoding.audio} again")
        except LiveError as error:
            self._end(str(error), failed=True)
            self.close()
            return None
        if codes is not None:
            for line in self._encoding.notes():
                self._say(line)
            self._end(f"continuing from {self._encoding.audio}", failed=False)
            self.close()
        return codes

    def close(self) -> None:
        """Stop encoding."""
        if self._encoding is not None:
            self._encoding.close()
            self._encoding = None


class Encoding:
    """`distill-live encode` in a process of its own, so that it does not slow down the engine.

    Raises OSError when the process cannot be started.
    """

    def __init__(self, audio: Path, model: Path) -> None:
        self.audio, self.model = audio, model
        with ExitStack() as files:
            folder = files.enter_context(tempfile.TemporaryDirectory(prefix="distill-prime"))
            self._grid = Path(folder) / "codes.npz"
            self._errors = files.enter_context(
                tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
            )
            self._process = subprocess.Popen(  # noqa: S603 - our own command line
                [
                    sys.executable, "-m", "distill_live", "encode", str(audio.absolute()),
                    "--model", str(model), "--output", str(self._grid), "--device", "cpu",
                ],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._errors,
                env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
            )  # fmt: skip
            self._files = files.pop_all()

    def poll(self) -> Codes | None:
        """The codes [T, F, Q] of the last columns, as soon as they are there.

        Raises LiveError when the recording cannot be encoded.
        """
        if self._process.poll() is None:
            return None
        try:
            if self._process.returncode:
                lines = self.notes() or ["it stopped without an error message"]
                reason = lines[-1].removeprefix("error: ")
                raise LiveError(f"cannot prime {self.audio}: {reason}")
            return load_grid(self._grid).codes[-_COLUMNS:]
        except DistillError as error:
            raise LiveError(str(error)) from error

    def notes(self) -> list[str]:
        """What the process has printed about the recording: notes, and last an error, if any."""
        self._errors.seek(0)
        return self._errors.read().strip().splitlines()

    def close(self) -> None:
        """End the process if it still works, and remove its files."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._files.close()
