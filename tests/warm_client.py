"""Runs a command in a fork of the warm process, see `warm`; as a program.

    DISTILL_TESTS_WARM=SOCKET python -I -S warm_client.py PROGRAM ARGUMENTS...

The fork has this process's standard streams, folder, environment and nice value, but no other file
descriptors. Stop signals are passed on to it, it is killed if this process is, and this process
ends as it does.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import struct
import sys

#: How the length of an order and an exit code are sent.
LENGTH, CODE = struct.Struct("!I"), struct.Struct("!i")
#: The variable of the environment that says where the warm process listens.
SOCKET = "DISTILL_TESTS_WARM"
#: What this program is started with, but for the arguments.
CLIENT = (sys.executable, "-I", "-S", __file__)
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Order a run, wait for its end, and end the same way."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(os.environ[SOCKET])
    # A signal that comes too early must not get into the middle of the order.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    for number in _STOPS:
        signal.signal(number, lambda number, _frame: _pass_on(connection, number))
    order = json.dumps({
        "program": sys.argv[1],
        "arguments": sys.argv[2:],
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
    }).encode()  # fmt: skip
    socket.send_fds(connection, [LENGTH.pack(len(order))], [0, 1, 2])
    connection.sendall(order)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
    answer = connection.recv(CODE.size)
    if not answer:
        sys.exit("the warm process has ended")
    code: int = CODE.unpack(answer)[0]
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    sys.exit(code)


def _pass_on(connection: socket.socket, number: int) -> None:
    # The run may have just ended.
    with contextlib.suppress(OSError):
        connection.sendall(bytes([number]))


if __name__ == "__main__":
    main()
