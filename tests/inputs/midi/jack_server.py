"""A JACK server for the tests, and a controller in another process that plays into it."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.tools import read_line, require_program, wait_until


class JackServer:
    """Start with `with`; programs given `environment` find it. It runs on a dummy driver, in blocks
    of `period` samples at 48 kHz."""

    def __init__(self, period: int = 1024) -> None:
        self._jackd, self._period = require_program("jackd"), period
        for program in ("jack_lsp", "jack_connect"):
            require_program(program)
        self.name = f"distill-{os.getpid()}-{secrets.token_hex(4)}"
        self.variables = {
            "JACK_DEFAULT_SERVER": self.name,
            "JACK_NO_START_SERVER": "1",
            "JACK_NO_AUDIO_RESERVATION": "1",
        }
        self.environment = {**os.environ, **self.variables}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server.returncode is not None:
            # The machine has room for eight names, and that of a killed server stays taken until a
            # server of the same name ends in peace.
            self.start()
        self._server.terminate()
        self._server.wait()
        for left in Path("/dev/shm").glob(f"jack_sem.*_{self.name}_*"):  # noqa: S108 - JACK's own
            left.unlink()

    def end(self) -> None:
        """End the server normally."""
        self._server.terminate()
        self._server.wait()

    def kill(self) -> None:
        """Kill the server, as if it crashed."""
        self._server.kill()
        self._server.wait()

    def ports(self) -> list[str]:
        """The names of all ports; empty while the server is not ready."""
        assert self._server.poll() is None, "jackd did not start"
        listing = subprocess.run(
            ["jack_lsp"], env=self.environment, capture_output=True, text=True, check=False
        )
        return listing.stdout.splitlines() if listing.returncode == 0 else []

    def start(self) -> None:
        """Start the server, also after it was killed."""
        self._server = subprocess.Popen(
            [
                self._jackd, "-n", self.name, "-r", "-d", "dummy", "-r", "48000",
                "-p", str(self._period),
            ],
            env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until(self.ports, "jackd")

    def connect(self, source: str, target: str) -> None:
        """Connect two ports, as soon as both are there."""
        wait_until(lambda: {source, target} <= set(self.ports()), f"{source} and {target}")
        subprocess.run(["jack_connect", source, target], env=self.environment, check=True)


class Controller:
    """A MIDI controller: a process of its own with the JACK ports NAME:out and NAME:in.

    Use with `with`. `received` is what came to it, as hexadecimal text, and `arrivals` when, in
    seconds of time.time().
    """

    def __init__(self, server: JackServer, name: str) -> None:
        self._server, self._name = server, name
        self.received: list[str] = []
        self.arrivals: list[float] = []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "jack_controller.py"), self._name],
            env=self._server.environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        assert read_line(self._process.stdout) == "ready\n"
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.arrivals.append(time.time())
            self.received.append(line.strip())

    def send(self, *message: int, until: Callable[[], object]) -> None:
        """Send one MIDI message again and again until it has had its effect.

        JACK drops what a client that is late should have had in that cycle.
        """

        def send_once() -> bool:
            self.send_once(*message)
            return bool(until())

        wait_until(send_once, f"the effect of {bytes(message).hex()}")

    def send_once(self, *message: int) -> None:
        """Send the bytes of a MIDI message."""
        assert self._process.stdin is not None
        print(bytes(message).hex(), file=self._process.stdin, flush=True)
