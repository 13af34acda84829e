"""What is written for people never holds up who writes it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import pytest

from distill_live.commands.terminal import Terminal


class Pipe:
    """What standard output and standard error lead to, and nobody empties but `drain`."""

    def __init__(self, reader: int) -> None:
        self._reader = reader
        os.set_blocking(reader, False)

    def drain(self) -> list[str]:
        """The lines in it."""
        found = b""
        with contextlib.suppress(BlockingIOError):
            while part := os.read(self._reader, 1 << 20):
                found += part
        return found.decode().splitlines()


@contextlib.contextmanager
def pipe() -> Iterator[Pipe]:
    """Within a test alone: pytest takes the streams back in between."""
    reader, writer = os.pipe()
    with (
        os.fdopen(writer, "w") as streams,
        os.fdopen(reader),
        contextlib.redirect_stdout(streams),
        contextlib.redirect_stderr(streams),
    ):
        yield Pipe(reader)


@pytest.mark.parametrize("err", [False, True])
def test_a_full_pipe_holds_nobody_up_and_what_it_did_not_take_is_counted(err: bool) -> None:
    terminal, lines = Terminal(), [f"line {number} {'x' * 500}" for number in range(500)]
    with pipe() as end:
        for line in lines:
            terminal.write(line, err=err)
        for _ in range(9):
            terminal.write("a status line", nl=False, err=err)
        taken = end.drain()
        assert 0 < len(taken) < len(lines)
        assert taken == lines[: len(taken)]
        terminal.write("there again", err=err)
        lost = len(lines) - len(taken)
        assert end.drain() == [
            f"(lines before this one that were not taken: {lost})",
            "there again",
        ]
        terminal.write("and again", err=err)
        assert end.drain() == ["and again"]


def test_a_long_text_is_written_as_a_whole() -> None:
    with pipe() as end:
        Terminal().write("x" * 5000)
        assert end.drain() == ["x" * 5000]
