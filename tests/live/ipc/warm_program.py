"""Programs for the tests of process sources: each starts processes and prints what it sees.

    python -m tests.live.ipc.warm_program NAME

A program has one fork server, so these cannot run in the tests' own process.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
from multiprocessing.connection import Connection

from distill_live.commands.serving.torch_processes import torch_processes
from distill_live.live.ipc import process_source
from distill_live.live.ipc.process_source import STOP_SIGNALS, ProcessSource, warm_processes
from distill_live.shared_memory import SharedArray
from tests.tools import wait_until

#: A module that nothing else imports.
MODULE = "mailbox"


def tell(channel: Connection, memory: SharedArray) -> None:
    """Say what the process began with, share its id, and wait for the end of the channel."""
    memory.array[0] = os.getpid()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    channel.send((MODULE in sys.modules, blocked >= set(STOP_SIGNALS), os.getppid()))
    with contextlib.suppress(EOFError):
        channel.recv()


def ask(source: ProcessSource) -> tuple[bool, bool, int]:
    """What a process from the source says."""
    ours, theirs = multiprocessing.Pipe()
    memory = SharedArray((1,), "i8")
    process = source.start("told", tell, theirs, memory)
    theirs.close()
    told: tuple[bool, bool, int] = ours.recv()
    assert memory.array[0] == process.pid
    ours.close()
    process.join(60)
    assert process.exitcode == 0
    return told


def forks() -> None:
    """A fork has imported the modules, and stop signals do not reach it."""
    source = warm_processes([MODULE])
    wait_until(source.ready, "the modules")
    imported, blocked, parent = ask(source)
    print(imported, blocked, parent != os.getpid())


def killed() -> None:
    """The fork server is killed: its fork ends with it, and later ones come from another."""
    source = warm_processes([MODULE])
    wait_until(source.ready, "the modules")
    ours, theirs = multiprocessing.Pipe()
    process = source.start("told", tell, theirs, SharedArray((1,), "i8"))
    _, _, server = ours.recv()
    os.kill(server, signal.SIGKILL)
    process.join(60)
    print(process.exitcode)
    # In the meantime, processes are fresh ones.
    wait_until(
        lambda: source.ready() and ask(source)[2] not in (server, os.getpid()), "another one"
    )
    print(*ask(source)[:2])


def broken() -> None:
    """The modules cannot be imported: processes are fresh ones."""
    source = warm_processes(["tests.live.ipc.broken_module"])
    wait_until(source.ready, "the failure")
    imported, blocked, parent = ask(source)
    print(imported, blocked, parent == os.getpid())


def hung() -> None:
    """The fork server stops: it is killed after a while, and the process is a fresh one."""
    source = warm_processes([MODULE])
    wait_until(source.ready, "the modules")
    os.kill(ask(source)[2], signal.SIGSTOP)
    setattr(process_source, "_FORK_SECONDS", 0.5)  # noqa: B010
    imported, blocked, parent = ask(source)
    print(imported, blocked, parent == os.getpid())


def endless() -> None:
    """The modules take too long to import: processes are fresh ones."""
    source = warm_processes(["tests.live.ipc.slow_module"], patience=0.5)
    assert not source.ready()
    imported, blocked, parent = ask(source)
    print(source.ready(), imported, blocked, parent == os.getpid())


def describe(channel: Connection) -> None:
    """Say what a process of `serve` began with."""
    torch = sys.modules.get("torch")
    channel.send((torch is not None and not torch.cuda.is_initialized(), os.getppid()))


def served() -> None:
    """Processes of `serve` have torch, which has no thread yet and has not looked for a GPU."""
    ours, theirs = multiprocessing.Pipe()
    torch_processes().start("told", describe, theirs)
    ready, server = ours.recv()
    print(ready, len(os.listdir(f"/proc/{server}/task")))


def stays() -> None:
    """Print the ids of the fork server and of a fork, and wait."""
    source = warm_processes([MODULE])
    ours, theirs = multiprocessing.Pipe()
    process = source.start("told", tell, theirs, SharedArray((1,), "i8"))
    print(ours.recv()[2], process.pid, flush=True)
    signal.pause()


def leaves() -> None:
    """End while the fork server still imports."""
    warm_processes(["tests.live.ipc.slow_module"])


if __name__ == "__main__":
    globals()[sys.argv[1]]()
