"""A process that imports torch once, and forks itself for every command.

Importing torch takes most of the time of a tiny training, and of the start of a server. Commands
that begin with `WARM_TINY` run `tiny_training` in such a fork, and those that begin with
`WARM_SERVE` `warm_serve`; a variable of the environment tells them where to connect. Where a
process that has imported torch cannot be forked safely, `WARM_TINY` runs it as it is, and
`WARM_SERVE` is empty.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import importlib.util
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from distill_live.math_threads import spare_threads
from tests.tools import read_line
from tests.warm_client import CLIENT, CODE, LENGTH, SOCKET
from tests.warm_serve import USED

ROOT = Path(__file__).parents[1]
_FORKS = sys.platform == "linux"
_TINY = "tests.commands.tiny_training"
_PLAIN = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from {_TINY} import main; main()"
#: Runs `tiny_training` with the arguments that follow, from any folder.
WARM_TINY = (
    (*CLIENT, _TINY) if _FORKS
    else (sys.executable, "-c", _PLAIN)
)  # fmt: skip
#: Runs a module of the tests, whose name and arguments follow.
WARM = CLIENT if _FORKS else (sys.executable, "-m")
#: Runs `distill-live` with the arguments that follow, see `warm_serve`.
WARM_SERVE = (*CLIENT, "tests.warm_serve") if _FORKS else ()

# The first three are otherwise imported when an optimizer, a loudness meter or a codebook is first
# used, which takes as long as importing torch.
_IMPORTED = (
    "torch._dynamo", "pyloudnorm", "vector_quantize_pytorch", "distill_live.commands.train",
    _TINY, "tests.warm_serve", *USED,
)  # fmt: skip
#: Where Lightning Fabric decides how the other processes of a training are started.
_LAUNCHER = "lightning_fabric.strategies.launchers.subprocess_script"
_LOOK_SECONDS = 0.02


@contextmanager
def warm_process() -> Iterator[None]:
    """While this lasts, commands that begin with `WARM_TINY` run in forks of a warm process."""
    if not _FORKS:
        yield
        return
    # Not in pytest's folder: the path of a socket may have about a hundred characters.
    with tempfile.TemporaryDirectory() as folder:
        address = str(Path(folder, "warm"))
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, address], cwd=ROOT, text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        try:
            assert read_line(process.stdout) == "ready\n"
            os.environ[SOCKET] = address
            yield
        finally:
            os.environ.pop(SOCKET, None)
            process.stdin.close()
            process.wait(timeout=60)
            process.stdout.close()


def main() -> None:
    """Fork for each order, until standard input closes; a fork goes on as what was ordered."""
    spare_threads()
    for name in _IMPORTED:
        importlib.import_module(name)
    if importlib.util.find_spec("lightning_fabric"):
        importlib.import_module(_LAUNCHER)
    _measure_machine()
    # Otherwise every collection in a fork looks through all of it.
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen()
        print("ready", flush=True)
        # The system reaps the forks; nothing waits for them.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            if not os.fork():
                break
            connection.close()
        else:
            return
    program = _begin_run(connection)
    if launcher := sys.modules.get(_LAUNCHER):
        # They are forks too, of the same program with the same arguments.
        others = (*CLIENT, program, *sys.argv[1:])
        setattr(launcher, "_basic_subprocess_cmd", lambda: others)  # noqa: B010
    _run(program)


def _run(program: str) -> NoReturn:
    """Call the main function of a module and end as Python does, but leave what is imported as it
    is: taking all of torch apart takes a second."""
    code: object = 0
    try:
        importlib.import_module(program).main()
    except SystemExit as end:
        code = end.code or 0
        if not isinstance(code, int):
            print(code, file=sys.stderr)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    # In Python's own order: it waits for threads first.
    getattr(threading, "_shutdown")()  # noqa: B009
    getattr(atexit, "_run_exitfuncs")()  # noqa: B009
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


def _measure_machine() -> None:
    """Measure how fast bfloat16 is, once for all forks."""
    from distill_live.training.run.precision import choose_precision
    from distill_live.training.run.processes import Processes

    choose_precision(Processes())


def _begin_run(connection: socket.socket) -> str:
    """Fork a run. The parent watches it and never returns; the run takes over what was ordered, and
    returns the program's name."""
    head, streams, _, _ = socket.recv_fds(connection, LENGTH.size, 3)
    length = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else 0
    text = connection.recv(length, socket.MSG_WAITALL)
    if not length or len(text) < length:
        # The client has ended before it had ordered anything.
        os._exit(1)
    order = json.loads(text)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    run = os.fork()
    kept = [os.open(os.devnull, os.O_RDWR)] * 3 if run else streams
    for number, stream in enumerate(kept):
        os.dup2(stream, number)
    for stream in {*streams, *kept}:
        os.close(stream)
    if run:
        _watch(connection, run)
    connection.close()
    # The warm process may have been started with Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Signals to the group of the run must not reach the warm process.
    os.setsid()
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    os.setpriority(os.PRIO_PROCESS, 0, order["nice"])
    _heed_environment()
    sys.argv[1:] = order["arguments"]
    return str(order["program"])


def _heed_environment() -> None:
    """Do what Python does with these variables when it starts."""
    path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [folder for folder in path if folder and folder not in sys.path]
    if encoding := os.environ.get("PYTHONIOENCODING"):
        sys.stdout = open(1, "w", encoding=encoding, closefd=False)
        sys.stderr = open(2, "w", 1, encoding, "backslashreplace", closefd=False)


def _watch(connection: socket.socket, run: int) -> None:
    """Pass signals on to the run and report how it ended; kill it if the client is gone. Never
    returns."""
    ended = 0
    while not ended:
        if select.select([connection], [], [], _LOOK_SECONDS)[0]:
            for number in connection.recv(16) or [signal.SIGKILL]:
                os.kill(run, number)
        ended, status = os.waitpid(run, os.WNOHANG)
    try:
        connection.sendall(CODE.pack(os.waitstatus_to_exitcode(status)))
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
