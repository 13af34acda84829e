"""Receives the bytes of a file, no more than allowed, and puts them in place only when complete."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from distill_live.errors import RequestError

# What is written at once: a write for each network packet would take many times as long.
_PART = 1 << 20


@asynccontextmanager
async def received_file(
    request: Request, folder: Path, suffix: str, most: int
) -> AsyncIterator[Path]:
    """The body of a request as a file in `folder` with a hidden name, which is removed at the end
    unless it was moved.

    Raises RequestError when the body is empty or larger than `most` bytes; if the request says so
    itself, nothing is read.
    """
    _check_length(request, most)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f".{secrets.token_hex(8)}{suffix}"
    try:
        await _write(request, path, most)
        yield path
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def put_in_place(received: Path, place: Path) -> None:
    """Give a received file its name. Raises RequestError when the name was taken meanwhile."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        place.open("xb").close()
    except FileExistsError:
        raise RequestError(409, f"{place.name!r} already exists") from None
    received.replace(place)


def _check_length(request: Request, most: int) -> None:
    given = request.headers.get("content-length", "")
    if given.isascii() and given.isdecimal() and int(given) > most:
        raise _too_large(most)


async def _write(request: Request, path: Path, most: int) -> None:
    waiting, size = bytearray(), 0
    with path.open("xb") as file:
        try:
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise _too_large(most)
                waiting += part
                if len(waiting) >= _PART:
                    await run_in_threadpool(file.write, bytes(waiting))
                    waiting.clear()
        except ClientDisconnect:
            raise RequestError(400, "the upload broke off") from None
        await run_in_threadpool(file.write, bytes(waiting))
    if not size:
        raise RequestError(400, "the file is empty")


def _too_large(most: int) -> RequestError:
    return RequestError(413, f"the file is too large: at most {most / 1e6:,.0f} MB are taken")
