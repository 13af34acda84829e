"""What the OSC benchmarks share: a socket with many answers, and a server that must end well."""

from __future__ import annotations

import json
import socket
import threading
import time
from pathlib import Path
from typing import Self

from distill_live.inputs.osc.packets import build_message
from tests.commands.server_process import ServerProcess


class LivePort:
    """Sends to a port and waits for the answer to a ping among whatever else comes back."""

    def __init__(self, port: int) -> None:
        self.pings = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        self._socket.connect(("127.0.0.1", port))
        self._socket.settimeout(1.0)

    def send(self, packet: bytes) -> None:
        self._socket.send(packet)

    def ping(self, patience: float = 60.0) -> float:
        """Seconds until the answer came. Raises TimeoutError when there is none."""
        began = time.monotonic()
        while time.monotonic() - began < patience:
            self.pings += 1
            wanted = build_message("/distill/pong", ["benchmark", self.pings])
            self.send(build_message("/distill/ping", ["benchmark", self.pings]))
            try:
                while self._socket.recv(65_536) != wanted:
                    pass
                return time.monotonic() - began
            except TimeoutError:
                continue
        raise TimeoutError(f"no answer to /distill/ping in {patience:g} s")


class DrainedErrors:
    """Reads a server's standard error all the while: a full pipe would hold it up."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self._lines: list[str] = []
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.process.kill()
        self._thread.join()

    def _read(self) -> None:
        assert self._server.process.stderr is not None
        self._lines += self._server.process.stderr

    def end_and_check(self, log: Path) -> None:
        """End the server; exits when that goes wrong, or it was restarted or failed in its code."""
        self._server.process.terminate()
        code = self._server.process.wait(30)
        self._thread.join()
        failed = [line for line in self._lines if " failed: " in line or "Traceback" in line]
        if code or failed:
            raise SystemExit(f"the server ended with {code}: {failed}, {self._lines[-50:]}")
        last = json.loads(log.read_text().splitlines()[-1])
        print(f"ended well, {len(self._lines)} lines said; counts: {last['counts']}")
        if last["counts"]["restarts"]:
            raise SystemExit("a process was restarted")
