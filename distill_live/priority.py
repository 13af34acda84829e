"""Asks the system for priority, so that other programs do not interrupt the sound.

The threads that fill the sound card's blocks ask for real time, the engine for a higher priority
than normal; commands that play nothing live take a lower one. A system may refuse; then everything
runs as it is. Nothing here can lock up a machine: a real-time thread that never rests is stopped.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

#: Nice values of the engine and of commands that play nothing live. Beside a busy program of normal
#: priority, the latter still get a quarter of a core.
ENGINE_NICE, OFFLINE_NICE = -10, 5
#: Real-time priority on Linux: below sound servers, and within what rtkit grants.
_REALTIME = 10
#: For how many microseconds a real-time thread may compute without a rest, until it is made a
#: normal one, and until its process is killed; the second pair is what rtkit demands.
_RESTLESS, _RESTLESS_RTKIT = (500_000, 1_000_000), (150_000, 200_000)

_HOW_ON_LINUX = (
    "install rtkit; or write '@audio - rtprio 20' and '@audio - nice -10' to "
    "/etc/security/limits.d/audio.conf, join the group audio and log in again"
)


class Grant(NamedTuple):
    """What was granted: real time to the sound, a raised priority to the engine."""

    sound: bool
    engine: bool

    def describe(self) -> str:
        """One line: what was granted, and how to get what was not."""
        if all(self):
            return "priority: the sound runs in real time, the engine ahead of other programs"
        if self.sound:
            line = "priority: the sound runs in real time, the engine at normal priority"
        elif self.engine:
            line = "priority: the engine runs ahead of other programs, the sound not in real time"
        else:
            line = "priority: normal, so a busy machine can interrupt the sound"
        return f"{line}; to raise it, {_HOW_ON_LINUX}" if sys.platform == "linux" else line


def probe() -> Grant:
    """What would be granted, tried out in a thread that then ends."""
    found: list[bool] = []

    def ask() -> None:
        # Both change this thread alone on Linux. Elsewhere the engine's share is the process's.
        found.append(_raise_thread(threading.get_native_id()))
        found.append(_renice(ENGINE_NICE, [threading.get_native_id()]))

    thread = threading.Thread(target=ask, name="probe-priority")
    thread.start()
    thread.join()
    return Grant(*found)


def raise_engine() -> bool:
    """Let this process run before programs of normal priority; whether that was granted.

    Only for a process that is not in the foreground of a terminal: on Linux it leaves its parent's
    session.
    """
    if sys.platform == "linux":
        _weigh_alone()
    return _renice(ENGINE_NICE, _threads())


def lower() -> None:
    """Let this process, and what it starts, run behind programs of normal priority."""
    _renice(OFFLINE_NICE, [0])


def lower_session() -> None:
    """As `lower`, for a process that leads a session of its own: Linux shares its time out among
    sessions first, and nice values count only within one."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(OFFLINE_NICE))
    lower()


class SoundThreads:
    """The audio process's threads, to be made real-time ones; for its main thread to create.

    Threads that run when it is created take no part in the sound. `on_loss` is called when a thread
    has not rested for so long that all were made normal ones.
    """

    def __init__(self, on_loss: Callable[[], None]) -> None:
        self._idle = _threads() - {threading.get_native_id()}
        self._on_loss = on_loss
        if sys.platform == "linux":
            signal.signal(signal.SIGXCPU, lambda number, frame: self._give_up())

    def run_in_real_time(self) -> bool:
        """Raise the calling thread, and those that it may have to wait for; whether that was
        granted.

        A sound server's library has a thread of its own, and the main thread at times holds the
        interpreter's lock. To be called again by each new thread that makes blocks.
        """
        mine = threading.get_native_id()
        granted = _raise_thread(mine)
        if granted and sys.platform == "linux":
            for thread in _threads() - self._idle - {mine}:
                _raise_thread(thread)
        return granted

    def _give_up(self) -> None:
        if sys.platform == "linux":
            for thread in _threads():
                with contextlib.suppress(OSError):
                    os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))
        self._on_loss()


def _threads() -> set[int]:
    """All threads of this process where each has its own priority; elsewhere {0}, the process."""
    return set(map(int, os.listdir("/proc/self/task"))) if sys.platform == "linux" else {0}


def _raise_thread(thread: int) -> bool:
    """Make a thread, or elsewhere than on Linux the calling one, run in real time."""
    if sys.platform == "linux":
        return _raise_on_linux(thread)
    if sys.platform == "darwin":
        return _raise_on_macos()
    if sys.platform == "win32":
        return _raise_on_windows()
    return False


def _renice(nice: int, threads: Iterable[int]) -> bool:
    """Set the priority of threads of this process, 0 being the calling one; whether it was allowed.

    Never raises it when it is to be lowered.
    """
    if sys.platform == "win32":
        return _set_class_on_windows(nice)
    for thread in threads:
        try:
            before = os.getpriority(os.PRIO_PROCESS, thread)
            wanted = max(nice, before) if nice > 0 else min(nice, before)
            os.setpriority(os.PRIO_PROCESS, thread, wanted)
        except ProcessLookupError:
            continue  # it has just ended
        except OSError:
            return sys.platform == "linux" and _ask_rtkit_for_nice(nice)
    return True


if sys.platform == "linux":
    import resource

    def _raise_on_linux(thread: int) -> bool:
        if os.sched_getscheduler(thread) & ~os.SCHED_RESET_ON_FORK in (os.SCHED_RR, os.SCHED_FIFO):
            return True  # JACK's threads are already
        policy, parameters = os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(_REALTIME)
        try:
            os.sched_setscheduler(thread, policy, parameters)
            _limit(_RESTLESS)
            return True
        except OSError:
            _limit(_RESTLESS_RTKIT)
            return _ask_rtkit("MakeThreadRealtimeWithPID", "ttu", thread, _REALTIME)

    def _weigh_alone() -> None:
        """Linux shares its time out among sessions first, and nice values count within one: in a
        session of its own the engine has a share of its own, and may ask for a larger one."""
        with contextlib.suppress(OSError):
            os.setsid()
            Path("/proc/self/autogroup").write_text(str(ENGINE_NICE))

    def _limit(restless: tuple[int, int]) -> None:
        soft, hard = restless
        allowed = resource.getrlimit(resource.RLIMIT_RTTIME)[1]
        hard = hard if allowed == resource.RLIM_INFINITY else min(hard, allowed)
        resource.setrlimit(resource.RLIMIT_RTTIME, (min(soft, hard), hard))

    def _ask_rtkit_for_nice(nice: int) -> bool:
        """For the calling thread, which does the work: rtkit serves few threads of each user."""
        mine = threading.get_native_id()
        return _ask_rtkit("MakeThreadHighPriorityWithPID", "tti", mine, nice)

    def _ask_rtkit(method: str, signature: str, thread: int, priority: int) -> bool:
        """Have rtkit, which has the right to, change a thread of this process."""
        busctl = shutil.which("busctl")
        if busctl is None:
            return False
        service = "org.freedesktop.RealtimeKit1"
        call = [busctl, "--system", "--timeout=1", "call", service, "/org/freedesktop/RealtimeKit1"]
        arguments = [signature, str(os.getpid()), str(thread), "--", str(priority)]
        done = subprocess.run(  # noqa: S603 - our own command line
            [*call, service, method, *arguments], capture_output=True, check=False
        )
        return done.returncode == 0


if sys.platform == "darwin":
    #: THREAD_TIME_CONSTRAINT_POLICY of mach/thread_policy.h, and how many numbers it has.
    _TIME_CONSTRAINT, _NUMBERS = 2, 4

    def _raise_on_macos() -> bool:
        """2 of every 10 ms, within 10 ms; CoreAudio's own threads have such a promise already."""
        system = ctypes.CDLL(None)
        system.pthread_self.restype = ctypes.c_void_p
        system.pthread_mach_thread_np.argtypes = [ctypes.c_void_p]
        thread = system.pthread_mach_thread_np(system.pthread_self())
        numbers, count = (ctypes.c_uint32 * _NUMBERS)(), ctypes.c_uint32(_NUMBERS)
        missing = ctypes.c_int(0)
        system.thread_policy_get(
            thread, _TIME_CONSTRAINT, numbers, ctypes.byref(count), ctypes.byref(missing)
        )
        if not missing.value:
            return True
        timebase = (ctypes.c_uint32 * 2)()
        system.mach_timebase_info(timebase)
        tick = 1e6 * timebase[1] / timebase[0]
        numbers[:] = [round(10 * tick), round(2 * tick), round(10 * tick), 1]
        set_policy: Any = system.thread_policy_set
        return bool(set_policy(thread, _TIME_CONSTRAINT, numbers, _NUMBERS) == 0)


if sys.platform == "win32":
    _ALREADY_IN_TASK = 1552
    _ABOVE_NORMAL, _BELOW_NORMAL = 0x8000, 0x4000

    def _raise_on_windows() -> bool:
        """The scheduler's class "Pro Audio"; PortAudio's threads for WASAPI are in it already."""
        avrt = ctypes.WinDLL("avrt", use_last_error=True)
        avrt.AvSetMmThreadCharacteristicsW.restype = ctypes.c_void_p
        task = ctypes.c_uint32(0)
        granted = avrt.AvSetMmThreadCharacteristicsW("Pro Audio", ctypes.byref(task))
        return bool(granted) or ctypes.get_last_error() == _ALREADY_IN_TASK

    def _set_class_on_windows(nice: int) -> bool:
        kernel = ctypes.WinDLL("kernel32")
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        kernel.SetPriorityClass.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
        wanted = _ABOVE_NORMAL if nice < 0 else _BELOW_NORMAL
        return bool(kernel.SetPriorityClass(kernel.GetCurrentProcess(), wanted))
