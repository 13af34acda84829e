"""A real server on the clock that writes a session log, from which tests read what it has done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.commands.server_process import ServerProcess
from tests.tools import wait_until

SECOND = 48_000


class Session:
    """A server that writes a log and records; what it has done is read from the log."""

    def __init__(self, server: ServerProcess, folder: Path) -> None:
        self.server, self.osc = server, server.osc
        self.log, self.recording = folder / "session.log", folder / "recording.wav"
        self.recordings = folder / "recordings"
        self._entries: list[dict[str, Any]] = []
        self._seen = 0

    def entries(self, op: str) -> list[dict[str, Any]]:
        """All entries of one kind so far."""
        with self.log.open("rb") as file:
            file.seek(self._seen)
            whole = file.read().rpartition(b"\n")[0]
        if whole:
            self._seen += len(whole) + 1
            self._entries += map(json.loads, whole.splitlines())
        return [entry for entry in self._entries if entry.get("op") == op]

    def ask(self, address: str, *arguments: object) -> None:
        """Send a request, and wait until the log has it."""
        before = len(self.entries("request"))
        self.osc.send(f"/distill/{address}", *arguments)
        wait_until(lambda: len(self.entries("request")) > before, address)

    def set(self, address: str, value: float) -> None:
        """Move a parameter, and wait until an engine has seen it."""
        before = len(self.entries("set"))
        self.osc.send(f"/distill/{address}", value)
        wait_until(lambda: len(self.entries("set")) > before, address)

    def swap(self, model: Path) -> None:
        """Ask for a model, and wait until it sounds alone."""
        before = len(self.entries("swap"))
        self.osc.send("/distill/model", str(model))
        wait_until(lambda: len(self.entries("swap")) > before, f"the swap to {model.stem}")

    def hear(self, seconds: float) -> None:
        """Wait until so much more has been played by the deck that plays."""
        start = self.heard()
        wait_until(lambda: self.heard() >= start + seconds * SECOND, "sound")

    def heard(self) -> int:
        """How much of the deck that plays was heard when its engine last played a column."""
        deck = next((entry["deck"] for entry in reversed(self.entries("swap"))), 0)
        return max((e["heard"] for e in self.entries("push") if e["deck"] == deck), default=0)

    def end(self) -> dict[str, float]:
        """Stop the server; returns what went wrong, as the log has it."""
        assert self.server.end() == 0, self.server.errors
        assert "Traceback" not in self.server.errors
        (last,) = self.entries("end")
        counts: dict[str, float] = last["counts"]
        return counts


@contextmanager
def session(model: Path, folder: Path, *options: str) -> Iterator[Session]:
    arguments = (
        str(model), "--output", "clock", "--log", str(folder / "session.log"),
        "--recordings", str(folder / "recordings"), "--clips", str(folder.parent),
        "--clip-library", str(folder / "clip-library"), *options,
    )  # fmt: skip
    with ServerProcess(*arguments) as server:
        yield Session(server, folder)
