"""Runs the command line in a terminal that is not one: a pair of pseudo terminals."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from typing import NamedTuple


class Shown(NamedTuple):
    """What a command has written to a terminal, with and without the codes for colours."""

    coloured: str
    plain: str


def in_terminal(arguments: list[str], columns: int) -> Shown:
    """Run `distill-live` in a process of its own, in a terminal so many characters wide."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    for name in ("NO_COLOR", "COLUMNS"):
        environment.pop(name, None)
    environment["PYTHONIOENCODING"] = "utf-8"
    process = subprocess.Popen(
        [sys.executable, "-m", "distill_live", *arguments],
        stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    os.close(theirs)
    content = b""
    try:
        while part := os.read(ours, 65_536):
            content += part
    except OSError:
        # Linux says that the other end is closed.
        pass
    finally:
        os.close(ours)
    assert process.wait(timeout=300) == 0
    text = content.decode().replace("\r\n", "\n")
    return Shown(text, re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", text))
