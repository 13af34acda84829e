"""What all WebSockets of the page do: send and receive at the same time, until either side ends."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

#: The close codes for "this cannot be asked for", and for "try again later".
ILLEGAL, TRY_LATER = 1008, 1013


async def run_together(*sides: Coroutine[Any, Any, None]) -> None:
    """Run both sides of a conversation until the first ends; raises what went wrong."""
    tasks = [asyncio.create_task(side) for side in sides]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


async def deliver(socket: WebSocket, texts: Iterable[str], frames: Iterable[bytes]) -> bool:
    """Send texts and frames, as fast as the page reads; False if it is gone."""
    try:
        for text in texts:
            await socket.send_text(text)
        for frame in frames:
            await socket.send_bytes(frame)
    except (WebSocketDisconnect, RuntimeError):
        # The second one comes if the server has given it up just now.
        return False
    return True
