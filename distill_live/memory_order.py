"""The order in which one process sees what another one writes into memory that they share.

A processor may let loads overtake earlier stores (x86), or any access any other (ARM), and a lock
forbids too little: acquiring one keeps only later accesses behind it, releasing it only earlier
ones before it. So `fence` is a full fence, by whatever guarantees one: C11's `atomic_thread_fence`
or `membarrier` on Linux, `OSMemoryBarrier` on macOS, `FlushProcessWriteBuffers` on Windows, and on
x86 any instruction with a lock prefix, such as the one that takes an uncontended lock.
With a fence on both sides, between the data and the mark that announces it, a process that sees the
mark sees the data, and of two that each write one mark and then look at the other's, one sees it.
"""

from __future__ import annotations

import ctypes
import platform
import sys
import threading
from collections.abc import Callable

from distill_live.errors import LiveError

#: `memory_order_seq_cst` of C11.
_SEQUENTIAL = 5
#: Linux: the number of the system call on all newer architectures, and its commands; see
#: membarrier(2).
_MEMBARRIER, _GLOBAL_EXPEDITED, _REGISTER = 283, 2, 4

_X86 = {"x86_64", "amd64", "i386", "i586", "i686", "x86"}


def fence() -> None:
    """Let all earlier accesses to shared memory happen before all later ones, for every process.

    It waits for no other process, and one that is killed in it holds up no other. It takes 0.1 to
    0.2 us (`membarrier`: 6 us). Raises LiveError on a system without a fence.
    """
    _chosen()


def _choose() -> None:
    """Act as the first fence, and find the one for all later calls."""
    global _chosen
    chosen = _find_fence()
    chosen()
    _chosen = chosen


_chosen: Callable[[], object] = _choose


def _find_fence() -> Callable[[], object]:
    if platform.machine().lower() in _X86:
        return _locked_instruction
    if sys.platform == "darwin":
        return _function(None, "OSMemoryBarrier")
    if sys.platform == "win32":
        return _function("kernel32", "FlushProcessWriteBuffers")
    return _linux_fence()


def _linux_fence() -> Callable[[], object]:
    try:
        atomic_thread_fence = _function("libatomic.so.1", "atomic_thread_fence")
        return lambda: atomic_thread_fence(_SEQUENTIAL)
    except (OSError, AttributeError):
        pass
    system_call = _function(None, "syscall")
    number, flags, cpu = ctypes.c_long(_MEMBARRIER), ctypes.c_uint(0), ctypes.c_int(0)
    if system_call(number, ctypes.c_int(_REGISTER), flags, cpu):
        raise LiveError(
            "processes cannot share memory safely here: the system has no libatomic and forbids "
            "membarrier; install libatomic, on Debian: apt-get install libatomic1"
        )
    command = ctypes.c_int(_GLOBAL_EXPEDITED)
    return lambda: system_call(number, command, flags, cpu)


def _function(library: str | None, name: str) -> Callable[..., int]:
    """A function of a C library that is too quick to give up the interpreter's lock for."""
    found: Callable[..., int] = getattr(ctypes.PyDLL(library), name)
    return found


_lock = threading.Lock()


def _locked_instruction() -> None:
    with _lock:
        pass
