"""A process that has imported all that commands need, and forks another one for every run.

Most of a tiny training is spent on importing torch. `WARM_TINY` is `tiny_training` without that:
a command line for processes in whose environment `warm_process` has put the way to the fork.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distill_live.math_threads import spare_threads
from tests.tools import read_line
from tests.warm_client import CODE, LENGTH

ROOT = Path(__file__).parents[1]
#: Runs `tiny_training` with the arguments that follow.
WARM_TINY = (sys.executable, "-I", "-S", str(Path(__file__).with_name("warm_client.py")),
             "tests.commands.tiny_training")  # fmt: skip

# What the first use of an optimizer and of a loudness meter import, which takes as long as torch.
_LATE = ("torch._dynamo", "pyloudnorm", "tests.commands.tiny_training")
_LOOK_SECONDS = 0.02


@contextmanager
def warm_process() -> Iterator[None]:
    """Runs what is started with `WARM_TINY`."""
    # Not pytest's folder: the path of a socket may have no more than a hundred characters.
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder, "warm"))
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, place], cwd=ROOT, text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        assert read_line(process.stdout) == "ready\n"
        os.environ["WARM"] = place
        yield
        del os.environ["WARM"]
        process.communicate()


def main() -> None:
    """Fork until standard input closes; a fork goes on as the program that was ordered."""
    spare_threads()
    for name in _LATE:
        importlib.import_module(name)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(sys.argv[1])
        door.listen()
        print("ready", flush=True)
        # Nobody waits for those that keep the runs company.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while sys.stdin not in select.select([door, sys.stdin], [], [])[0]:
            line, _ = door.accept()
            if not os.fork():
                break
            line.close()
        else:
            return
    program = _begin_run(line)
    importlib.import_module(program).main()


def _begin_run(line: socket.socket) -> str:
    """Fork a run; in that process, take over what was ordered, and return the program's name."""
    head, streams, _, _ = socket.recv_fds(line, LENGTH.size, 3)
    with line.makefile("rb", buffering=0) as rest:
        text, length = b"", LENGTH.unpack(head)[0]
        while len(text) < length:
            text += rest.read(length - len(text))
    order = json.loads(text)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    run = os.fork()
    if not run:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
    for stream in streams:
        os.close(stream)
    if run:
        _keep_company(line, run)
    line.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    os.setpriority(os.PRIO_PROCESS, 0, order["priority"])
    sys.argv[1:] = order["arguments"]
    return str(order["program"])


def _keep_company(line: socket.socket, run: int) -> None:
    """Pass signals on to a run, and tell how it has ended; kill it if nobody asks any more."""
    ended = 0
    while not ended:
        if select.select([line], [], [], _LOOK_SECONDS)[0]:
            for number in line.recv(16) or [signal.SIGKILL]:
                os.kill(run, number)
        ended, status = os.waitpid(run, os.WNOHANG)
    try:
        line.sendall(CODE.pack(os.waitstatus_to_exitcode(status)))
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
