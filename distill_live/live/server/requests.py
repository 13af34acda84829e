"""The instrument's requests: those that the engine carries out go to it at once, all others wait
for the main thread."""

from __future__ import annotations

import queue
from contextlib import suppress
from typing import Any

from distill_live.live.drawing.region_requests import RegionRequests
from distill_live.live.ipc.messages import ENGINE_REQUESTS, Asked, Request
from distill_live.live.ipc.status import LiveStatus, Transport
from distill_live.live.listening.listening import Listening
from distill_live.live.recording.recordings import Recordings
from distill_live.live.server.clips import Clips
from distill_live.live.server.deck import Deck
from distill_live.live.server.log_collector import LogCollector
from distill_live.live.server.model_swap import ModelSwap
from distill_live.live.server.priming import Priming

#: Longest wait until a request is sent that must arrive before a change of parameters, in seconds.
_FLUSH_SECONDS = 0.05


class Requests:
    """Takes requests on any thread, without waiting for them, and has those of the main thread
    carried out by the parts of a server."""

    def __init__(
        self,
        status: LiveStatus,
        decks: tuple[Deck, Deck],
        regions: RegionRequests,
        session_log: LogCollector,
        swap: ModelSwap,
        priming: Priming,
        recordings: Recordings,
        clips: Clips,
        listening: Listening,
    ) -> None:
        self._status, self._decks, self._regions = status, decks, regions
        self._session_log, self._swap, self._priming = session_log, swap, priming
        self._recordings, self._clips, self._listening = recordings, clips, listening
        # Not a SimpleQueue, although that is quicker: a signal can make its `get` wait for ever,
        # if the timeout is over before it waits again.
        self._waiting: queue.Queue[tuple[str, tuple[Any, ...]]] = queue.Queue()

    def take(self, name: str, arguments: tuple[Any, ...], asked: Asked | None) -> None:
        """Take a request; `asked` is what the performer has asked for, if it is something else."""
        if name in ("play", "stop", "panic"):
            self._status["transport"] = Transport[name.upper()]
        if name == "region" and arguments[-1] is not None:
            # Its clip is in the library, which belongs to the main thread.
            self._regions.wait_for_clip(*arguments)
            self._waiting.put((name, arguments[:1]))
        elif name == "resample":
            self._regions.wait_for_drawing(*arguments)
        elif name == "lay":
            self._regions.lay(*arguments)
        elif name == "order":
            for deck in self._decks:
                deck.set_order(*arguments)
        elif name in ENGINE_REQUESTS:
            worker = self._swap.deck.worker
            worker.send(Request(name, arguments, asked or (name, arguments)))
            if name == "recall":
                # The edits that are about to be switched on must not take hold of other codes.
                worker.flush(_FLUSH_SECONDS)
        else:
            self._waiting.put((name, arguments))

    def carry_out_waiting(self) -> None:
        """Carry out the requests that wait for the main thread."""
        while not self._waiting.empty():
            self._carry_out(*self._waiting.get())

    def wait(self, seconds: float) -> None:
        """Wait so long, or until there is a request, which is carried out at once."""
        with suppress(queue.Empty):
            self._carry_out(*self._waiting.get(timeout=seconds))

    def _carry_out(self, name: str, arguments: tuple[Any, ...]) -> None:
        """Carry out a request, and log it."""
        if name == "region":
            # The engine logs it.
            self._regions.send_with_clip(*arguments)
            return
        deck = self._swap.deck
        heard = deck.ring.read_position
        self._session_log.note(
            "request", deck=deck.number, name=name, arguments=arguments, heard=heard
        )
        if name == "model":
            self._swap.ask(*arguments)
        elif name == "prime":
            self._priming.ask(str(arguments[0]), deck.path)
        elif name == "record":
            (on,) = arguments
            self._recordings.record(on, deck.name)
        elif self._clips.takes(name):
            self._clips.carry_out(name, arguments)
        elif self._listening.takes(name):
            self._listening.carry_out(name, arguments, deck.codec.sha256)
