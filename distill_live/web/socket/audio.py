"""A WebSocket for the sound alone, so that a player need not share one with all that is shown."""

from __future__ import annotations

import asyncio

from starlette.websockets import WebSocket

from distill_live.web.instrument import Instrument
from distill_live.web.socket.connection import AUDIO_PERIOD
from distill_live.web.socket.exchange import ILLEGAL, TRY_LATER, deliver, run_together
from distill_live.web.socket.feed import AUDIO_RATES, FeedReader

#: The most players that may listen at once.
MAX_PLAYERS = 32


class AudioSockets:
    """Sends what sounds to players in browsers, as frames of the kind AUDIO and nothing else."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._players = 0

    async def converse(self, socket: WebSocket) -> None:
        """Serve one player until it is closed; `rate` in its address is one of AUDIO_RATES."""
        await socket.accept()
        feed, rate = self._instrument.feed, socket.query_params.get("rate", str(AUDIO_RATES[0]))
        if feed is None:
            await socket.close(ILLEGAL, "nothing sounds here: this server has no engine")
        elif rate not in map(str, AUDIO_RATES):
            await socket.close(ILLEGAL, f"rate must be {' or '.join(map(str, AUDIO_RATES))}")
        elif self._players >= MAX_PLAYERS:
            await socket.close(TRY_LATER, f"{MAX_PLAYERS} players listen already: close one")
        else:
            self._players += 1
            reader = feed.open(frozenset({"audio"}), int(rate))
            try:
                await run_together(_send(socket, reader), _wait_for_end(socket))
            finally:
                self._players -= 1
                reader.close()


async def _send(socket: WebSocket, reader: FeedReader) -> None:
    """Send the newest sound at an even pace, without catching up on turns that were missed."""
    loop = asyncio.get_running_loop()
    turn = loop.time()
    while await deliver(socket, [], reader.frames()):
        turn = max(turn + AUDIO_PERIOD, loop.time() - 0.5 * AUDIO_PERIOD)
        await asyncio.sleep(turn - loop.time())


async def _wait_for_end(socket: WebSocket) -> None:
    """A player says nothing; what it sends all the same is ignored."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
