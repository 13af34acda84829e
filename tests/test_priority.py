"""Priorities, asked for in processes of their own, because a change outlasts the test."""

import subprocess
import sys

import pytest

from distill_live.priority import ENGINE_NICE, OFFLINE_NICE, Grant

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells what was granted")

_BEGIN = "import os, threading, time\nfrom distill_live import priority\n"


def run_python(code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", _BEGIN + code], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.fixture(scope="module")
def granted() -> Grant:
    """The priorities that the system grants to these tests; without rights, nothing may change."""
    sound, engine = run_python("print(*priority.probe())")
    return Grant(sound == "True", engine == "True")


def test_the_asking_thread_and_those_begun_since_run_in_real_time(granted: Grant) -> None:
    told = run_python("""
rest, policies = threading.Event(), {}
def sleep(): rest.wait()
def play(): print(threads.run_in_real_time())
old = threading.Thread(target=sleep); old.start()
threads = priority.SoundThreads(lambda: None)
new = threading.Thread(target=sleep); new.start()
callback = threading.Thread(target=play); callback.start(); callback.join()
for thread in (threading.main_thread(), new, old):
    print(os.sched_getscheduler(thread.native_id) & os.SCHED_RR)
rest.set()
""")
    assert told == (["True", "2", "2", "0"] if granted.sound else ["False", "0", "0", "0"])


def test_what_a_real_time_process_starts_is_as_all_programs_are() -> None:
    told = run_python("""
import subprocess, sys
priority.SoundThreads(lambda: None).run_in_real_time()
show = "import os; print(os.sched_getscheduler(0))"
print(subprocess.run([sys.executable, "-c", show], capture_output=True, text=True).stdout)
""")
    assert told == ["0"]


def test_a_real_time_thread_that_does_not_rest_is_made_a_normal_one(granted: Grant) -> None:
    told = run_python("""
lost = []
priority._RESTLESS = (100_000, 20_000_000)
granted = priority.SoundThreads(lambda: lost.append(1)).run_in_real_time()
end = time.monotonic() + 15
while granted and not lost and time.monotonic() < end:
    pass
print(lost, os.sched_getscheduler(0))
""")
    assert told == ["[1]" if granted.sound else "[]", "0"]


def test_the_engine_runs_before_other_programs_and_offline_commands_behind(
    granted: Grant,
) -> None:
    told = run_python("print(priority.raise_engine(), os.nice(0))")
    assert told == (["True", str(ENGINE_NICE)] if granted.engine else ["False", "0"])
    assert run_python("priority.lower(); print(os.nice(0))") == [str(OFFLINE_NICE)]


def test_the_engine_has_a_share_of_the_machine_of_its_own_whoever_runs_it() -> None:
    assert run_python("priority.raise_engine(); print(os.getsid(0) == os.getpid())") == ["True"]


def test_what_runs_behind_already_is_not_raised() -> None:
    assert run_python("os.nice(15); priority.lower(); print(os.nice(0))") == ["15"]


def test_who_may_not_raise_anything_continues_as_before() -> None:
    told = run_python("""
import resource
os.environ["PATH"] = ""  # no rtkit
for limit in (resource.RLIMIT_RTPRIO, resource.RLIMIT_NICE):
    resource.setrlimit(limit, (0, 0))
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534)
print(*priority.probe(), priority.SoundThreads(lambda: None).run_in_real_time())
print(priority.raise_engine(), os.nice(0), os.sched_getscheduler(0))
""")
    assert told == ["False", "False", "False", "False", "0", "0"]


@pytest.mark.parametrize("sound", [True, False])
@pytest.mark.parametrize("engine", [True, False])
def test_one_line_says_what_was_granted_and_how_to_get_what_was_not(
    sound: bool, engine: bool
) -> None:
    line = Grant(sound, engine).describe()
    assert line.startswith("priority: ") and "\n" not in line
    assert ("to raise it, install rtkit" in line) == (not (sound and engine))
    assert len({Grant(a, b).describe() for a in (True, False) for b in (True, False)}) == 4
