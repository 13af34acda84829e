"""Runs a command in a fork of a process that has imported all it needs, see `warm`; as a program.

    WARM=SOCKET python -I -S warm_client.py PROGRAM ARGUMENTS...

It has the standard streams, the folder, the environment and the priority of this one, gets the
stop signals that this one gets, is killed when this one is, and this one ends as it ends.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import sys

#: How the length of an order and an exit code are sent.
LENGTH, CODE = struct.Struct("!I"), struct.Struct("!i")


def main() -> None:
    """Order a run, and wait for its end."""
    line = socket.socket(socket.AF_UNIX)
    line.connect(os.environ["WARM"])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda told, _frame: line.sendall(bytes([told])))
    order = json.dumps({
        "program": sys.argv[1],
        "arguments": sys.argv[2:],
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
    }).encode()  # fmt: skip
    socket.send_fds(line, [LENGTH.pack(len(order))], [0, 1, 2])
    line.sendall(order)
    answer = line.recv(CODE.size)
    if not answer:
        sys.exit("the process that runs commands has ended")
    code: int = CODE.unpack(answer)[0]
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    sys.exit(code)


if __name__ == "__main__":
    main()
