"""A real `distill-live serve` in a process of its own, and an OSC client to play it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from tests.tools import read_line, wait_until
from tests.warm import WARM_SERVE
from tests.warm_client import SOCKET


class ServerProcess:
    """`with ServerProcess(...)` waits until it plays; leaving kills what is still there.

    `python` is the interpreter that runs it; else the one that runs the tests. With the fixture
    `warm` it starts at once, in a fork of the warm process, unless it is to be `plain`.
    """

    def __init__(
        self,
        *arguments: str,
        environment: dict[str, str] | None = None,
        python: str = sys.executable,
        plain: bool = False,
    ) -> None:
        usual = python == sys.executable and not plain
        self._warm = usual and SOCKET in os.environ and bool(WARM_SERVE)
        program = WARM_SERVE if self._warm else (python, "-m", "distill_live")
        self._command = [*program, "serve", "--osc", "127.0.0.1:0", *arguments]
        self._environment = environment
        #: The process id of control.
        self.pid = 0
        self.errors = ""

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self._command, env=self._environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdout is not None
        first = read_line(self.process.stdout) if self._warm else ""
        self.pid = int(first or self.process.pid)
        self.announcement = read_line(self.process.stdout)
        match = re.search(r"OSC on [\d.]+:(\d+)", self.announcement)
        if match is None:
            self.end()
            raise AssertionError(f"no sound: {self.announcement!r} {self.errors}")
        self.osc = OscClient(int(match[1]))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        told = self.osc.close()
        self.end()
        if error is not None:
            error.add_note(f"the server said: {self.errors or 'nothing'}; and told: {told}")

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal unless it has ended; returns the exit code and fills `errors`."""
        if self.process.stderr is None or self.process.stderr.closed:
            return self.process.returncode
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            _, errors = self.process.communicate(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, errors = self.process.communicate()
            errors += "killed, because it did not end"
        except ValueError:
            errors = ""
        self.errors += errors
        return self.process.returncode

    def children(self) -> list[int]:
        """Ids of all processes that the server has started, or that they have."""
        processes, found = _processes(), [self.pid]
        for parent in found:
            found += [pid for pid, its_parent in processes if its_parent == parent]
        return found[1:]

    def child(self, name: str) -> int:
        """The child of that name, such as "engine" or "audio"; waits until there is one."""
        found: list[int] = []

        def look() -> bool:
            found[:] = [pid for pid in self.children() if _name(pid) == f"distill-{name}"[:15]]
            return bool(found)

        wait_until(look, f"a process {name}")
        return found[0]


#: A server that is started as a user starts it.
plain_server = partial(ServerProcess, plain=True)


def run_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `distill-live` with these arguments to its end."""
    return subprocess.run(
        [sys.executable, "-m", "distill_live", *arguments],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def run_warm_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The same in a fork of the warm process, if there is one."""
    if SOCKET not in os.environ or not WARM_SERVE:
        return run_command(*arguments)
    ended = subprocess.run(
        [*WARM_SERVE, *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    # The first line is the process id.
    ended.stdout = ended.stdout.partition("\n")[2]
    return ended


# Long enough for every process of a server to notice, on a machine that is ten times too busy.
_END_SECONDS = 150.0
#: A subscription ends after a minute. A machine that is busy enough stands still for longer, but a
#: client that still listens then has asked again.
RENEWAL_S = 20.0


class OscClient:
    """Sends to the server and hears its answers; what came of its requests is in `told`.

    As long as it listens, it renews the subscription that it has asked for last.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.told: list[tuple[str, list[object]]] = []
        self._subscription: bytes | None = None
        self._renewed = 0.0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(0.5)
        self._socket.connect(("127.0.0.1", port))

    def send(self, address: str, *arguments: object) -> None:
        builder = OscMessageBuilder(address)
        for argument in arguments:
            builder.add_arg(argument)
        packet = builder.build().dgram
        if address == "/distill/subscribe":
            self._subscription, self._renewed = packet, time.monotonic()
        elif address == "/distill/unsubscribe":
            self._subscription = None
        self.send_packet(packet)

    def send_packet(self, packet: bytes) -> None:
        self._socket.send(packet)

    def ask(self, address: str, *arguments: object) -> list[object]:
        """Send until an answer comes; returns the answer's arguments."""
        for _ in range(240):
            self.send(address, *arguments)
            try:
                while (message := self.hear())[0] in ("/distill/done", "/distill/error"):
                    self.told.append(message)
                return message[1]
            except TimeoutError:
                continue
        raise AssertionError(f"no answer to {address}")

    def hear(self) -> tuple[str, list[object]]:
        """The next message that comes by itself, within half a second."""
        [message] = self.hear_all()
        return message

    def hear_all(self) -> list[tuple[str, list[object]]]:
        """The messages of the next packet that comes, within half a second."""
        if self._subscription and time.monotonic() > self._renewed + RENEWAL_S:
            self._renewed = time.monotonic()
            self.send_packet(self._subscription)
        packet = self._socket.recv(65_536)
        bundle = packet.startswith(b"#bundle\0")
        messages = list(OscBundle(packet)) if bundle else [OscMessage(packet)]
        return [(message.address, list(message.params)) for message in messages]

    def await_told(self, address: str, first: object) -> str:
        """Wait until a message of that address, done or error, says something of `first`."""
        found: list[str] = []

        def look() -> bool:
            with contextlib.suppress(TimeoutError):
                self.told.append(self.hear())
            found[:] = [str(v[1]) for a, v in self.told if a == address and v[0] == first]
            return bool(found)

        wait_until(look, f"{address} {first}")
        return found[0]

    def close(self) -> list[tuple[str, list[object]]]:
        """Close it; returns what it was told, with what it had not heard yet."""
        self._socket.settimeout(0.0)
        with contextlib.suppress(OSError):
            while True:
                self.told += self.hear_all()
        self._socket.close()
        return self.told


def is_running(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    return any(running == pid for running, _ in _processes())


def parent_of(pid: int) -> int:
    """The process that has started another one."""
    return dict(_processes())[pid]


def _processes() -> list[tuple[int, int]]:
    """(id, parent's id) of every living process."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            stat = _read(Path("/proc") / entry / "stat").rpartition(")")[2].split()
            if stat and stat[0] != "Z":
                found.append((int(entry), int(stat[1])))
    return found


def _name(pid: int) -> str:
    return _read(Path(f"/proc/{pid}/comm")).strip()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
