"""Runs our own commands for the API: what needs torch or a sound file is done in their process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from collections.abc import Sequence
from typing import Any

from distill_live.errors import RequestError

#: How our command line is started. -P: a file in the working folder is never taken for a module.
PROGRAM = (sys.executable, "-P", "-m", "distill_live")

# The command line draws a frame around what is wrong with an option.
_FRAMED = re.compile(r"^│(.*)│$", re.MULTILINE)


class Commands:
    """Runs commands, a few at a time, each in a session of its own; all methods are for one event
    loop."""

    def __init__(self, program: Sequence[str] = PROGRAM, most: int = 2) -> None:
        self._program, self._most = tuple(program), most
        self._free: asyncio.Semaphore | None = None

    async def run(self, *arguments: str, seconds: float = 60.0) -> Any:
        """What a command prints as JSON.

        Raises RequestError with what it says on standard error when it fails, and when it takes
        longer than `seconds`.
        """
        if self._free is None:
            self._free = asyncio.Semaphore(self._most)
        async with self._free:
            code, out, err = await self._run(arguments, seconds)
        if code:
            raise RequestError(409, complaint(err) or f"{arguments[0]} ended with code {code}")
        return json.loads(out)

    async def _run(self, arguments: Sequence[str], seconds: float) -> tuple[int, str, str]:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *self._program, *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe,
            start_new_session=True,
        )  # fmt: skip
        try:
            out, err = await asyncio.wait_for(process.communicate(), seconds)
        except TimeoutError:
            raise RequestError(
                504, f"{arguments[0]} took longer than {seconds:g} seconds and was ended"
            ) from None
        finally:
            if process.returncode is None:
                _kill(process)
                await process.wait()
        return process.returncode or 0, out.decode(errors="replace"), err.decode(errors="replace")


def complaint(text: str) -> str:
    """What a command says at the end on standard error: its last line, or what is in a frame."""
    framed = [line.strip() for line in _FRAMED.findall(text)]
    if framed:
        return " ".join(framed)
    told = [line.strip() for line in text.splitlines() if line.strip()]
    return told[-1].removeprefix("error: ") if told else ""


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
