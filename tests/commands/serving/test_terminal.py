"""Writing lines for people never blocks the writer."""

from __future__ import annotations

import contextlib
import os
import re
import select
from collections.abc import Iterator

import pytest

from distill_live.commands.serving.terminal import KEPT_LINES, Terminal


class Pipe:
    """A pipe for standard output and standard error, which only `drain` empties."""

    def __init__(self, reader: int, writer: int) -> None:
        self._reader, self.writer = reader, writer
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
        yield Pipe(reader, writer)


@pytest.mark.parametrize("err", [False, True])
def test_a_full_pipe_holds_nobody_up_and_loses_only_what_is_too_much(err: bool) -> None:
    terminal, lines = Terminal(), [f"line {number} {'x' * 500}" for number in range(500)]
    with pipe() as end:
        for line in lines:
            terminal.write(line, err=err)
        for _ in range(9):
            terminal.write("a status line", nl=False, err=err)
        taken = end.drain()
        assert 0 < len(taken) < len(lines) - KEPT_LINES
        while more := (terminal.flush(), end.drain())[1]:
            taken = join(taken, more)
        kept = len(taken) - 1
        assert taken[:kept] == lines[:kept]
        assert taken[kept] == f"({len(lines) - kept} lines left out)"
        terminal.write("there again", err=err)
        assert end.drain() == ["there again"]


def join(lines: list[str], more: list[str]) -> list[str]:
    """Lines, and what came after them; the last one may have come in parts."""
    if re.fullmatch(r"line \d+ x{500}", lines[-1]):
        return lines + more
    return [*lines[:-1], lines[-1] + more[0], *more[1:]]


def test_a_line_that_was_not_taken_needs_no_other_line_to_be_written() -> None:
    terminal = Terminal()
    with pipe() as end:
        while select.select([], [end.writer], [], 0)[1]:
            os.write(end.writer, b"x" * 4096)
        terminal.write("the one message", err=True)
        assert "the one message" not in end.drain()
        terminal.flush()
        assert end.drain() == ["the one message"]


def test_a_long_text_is_written_as_a_whole() -> None:
    with pipe() as end:
        Terminal().write("x" * 5000)
        assert end.drain() == ["x" * 5000]
