import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from distill_live.web.work.lock import is_locked, take_lock

HOLD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from distill_live.web.work.lock import take_lock
held = take_lock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lock_lasts_as_long_as_the_process_that_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_locked(path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert is_locked(path)
        assert take_lock(path) is None
        holder.kill()
        holder.wait()
        assert not is_locked(path)


def test_several_may_look_at_a_lock_at_once(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.touch()
    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(lambda _: is_locked(path), range(500)))


def test_looking_at_a_lock_does_not_hold_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.touch()
    assert not is_locked(path)
    taken = take_lock(path)
    assert taken is not None
    taken.close()
