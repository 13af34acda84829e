"""Runs a job's command, and notes how it ended; as a program, in a session of its own.

    python -m distill_live.web.work.keeper FOLDER COMMAND...

It outlives the server that starts it. In the job's folder, it holds the lock `running` as long as
the command runs, and writes `result.json` at the end. Once there is a file `stop`, it interrupts
the command as Ctrl-C does, or kills it if the file says so.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from distill_live import priority
from distill_live.atomic_file import atomic_file
from distill_live.errors import RequestError
from distill_live.web.work.lock import is_locked, take_lock

LOCK, STOP, RESULT = "running", "stop", "result.json"
OUTPUT, ERRORS = "output.txt", "errors.txt"
#: What the file `stop` says.
KEEP, KILL = "keep", "kill"

_LOOK_SECONDS = 0.1
# A server may look at the lock at this very moment, which takes it for an instant.
_PATIENCE_SECONDS = 5.0
_START_SECONDS = 30.0


def launch(folder: Path, command: Sequence[str]) -> None:
    """Start a keeper for a command. When this returns, the command runs or has run.

    Raises RequestError when it cannot be started.
    """
    arguments = [sys.executable, "-P", "-m", __name__, str(folder), *command]
    with (folder / "keeper.txt").open("ab") as told:
        try:
            _start(arguments, told.fileno(), folder)
        except (OSError, subprocess.SubprocessError) as error:
            raise RequestError(500, f"cannot start the job: {error}") from error


def _start(arguments: Sequence[str], told: int, folder: Path) -> None:
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
        subprocess.Popen(arguments, stdout=told, stderr=told, creationflags=flags)  # noqa: S603
        end = time.monotonic() + _START_SECONDS
        while not (is_locked(folder / LOCK) or (folder / RESULT).exists()):
            if time.monotonic() > end:
                raise OSError("its process does not start")
            time.sleep(_LOOK_SECONDS)
        return
    # The keeper goes on in a fork, so that no server has to wait for its end.
    subprocess.run(  # noqa: S603 - our own command line
        arguments, stdin=subprocess.DEVNULL, stdout=told, stderr=told, start_new_session=True,
        check=True, timeout=_START_SECONDS,
    )  # fmt: skip


def main() -> None:
    """Lock the job's folder, then keep its command company."""
    folder, command = Path(sys.argv[1]), sys.argv[2:]
    held = take_lock(folder / LOCK, _PATIENCE_SECONDS)
    if held is None:
        sys.exit("this job runs already")
    if sys.platform != "win32" and os.fork():
        os._exit(0)
    # What a shell starts in the background ignores Ctrl-C, and all its children inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    priority.lower_session()
    # The command holds the lock, too: whoever kills this process does not end the job.
    code = _keep(folder, command, held.fileno())
    stop = _wanted(folder)
    result = {"code": code, "stop": stop, "ended": time.time()}
    with atomic_file(folder / RESULT) as temporary:
        temporary.write_text(json.dumps(result), encoding="utf-8")
    held.close()


def _keep(folder: Path, command: Sequence[str], lock: int) -> int:
    """Run the command to its end; returns its exit code. It inherits the descriptor `lock`."""
    inherited = () if sys.platform == "win32" else (lock,)
    with (folder / OUTPUT).open("ab") as out, (folder / ERRORS).open("ab") as err:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, pass_fds=inherited
        )
    obeyed = ""
    while process.poll() is None:
        wanted = _wanted(folder)
        if wanted not in ("", obeyed):
            _stop(process, wanted)
            obeyed = wanted
        time.sleep(_LOOK_SECONDS)
    return process.returncode


def _wanted(folder: Path) -> str:
    try:
        return (folder / STOP).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _stop(process: subprocess.Popen[bytes], how: str) -> None:
    if how == KILL:
        process.kill()
    elif sys.platform == "win32":
        process.terminate()
    else:
        process.send_signal(signal.SIGINT)


if __name__ == "__main__":
    main()
