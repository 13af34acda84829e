"""What the OSC benchmarks share: a socket with many answers, and a server that must end well."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

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


def end_and_check(server: ServerProcess, log: Path) -> None:
    """End a server; exits when it ended badly, was restarted or failed in its own code."""
    code = server.end()
    failed = [line for line in server.errors.splitlines() if " failed: " in line]
    if code or "Traceback" in server.errors or failed:
        raise SystemExit(f"the server ended with {code}:\n{server.errors[-5000:]}")
    last = json.loads(log.read_text().splitlines()[-1])
    print(f"ended well; counts: {last['counts']}")
    if last["counts"]["restarts"]:
        raise SystemExit("a process was restarted")
