"""One page on a WebSocket: carries out what it sends, and collects what it is to be sent."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from distill_live.control.namespace.address import Reply, Sender
from distill_live.control.routing.incoming import IncomingReader
from distill_live.errors import ParameterError
from distill_live.web.instrument import EVERY_ADDRESS, Instrument
from distill_live.web.socket.feed import AUDIO, AUDIO_RATES, SOUND, FeedReader
from distill_live.web.socket.outbox import Outbox
from distill_live.web.socket.requests import INCOMING, SendRequest, WatchRequest, read_request

#: How often a page is sent something, in seconds; sound in the browser comes more often.
PERIOD, AUDIO_PERIOD = 1 / 30, 1 / 100
#: How often a page is told what comes in, in seconds.
INCOMING_PERIOD = 0.1
#: The most frames of sound that are sent at once to a page that has not read for a while: of what
#: is shown, all of the past that it gets at first; of what is played, a second.
MAX_FRAMES = {SOUND: 200, AUDIO: 50}


class PageConnection:
    """Follows the instrument for one page.

    Create it in the event loop whose tasks use it. Only `tell` may be called from any thread. `key`
    is the page's name as a sender and a subscriber.
    """

    def __init__(self, number: int, instrument: Instrument) -> None:
        self.key: Sender = ("web", number)
        self._instrument = instrument
        self._loop = asyncio.get_running_loop()
        self._outbox = Outbox()
        self._turn = self._texts_due = self._incoming_due = self._loop.time()
        # What is watched, with the readers of it: sound in the browser has one of its own, because
        # it is asked more often.
        self._watched, self._audio_rate = frozenset({"meters"}), AUDIO_RATES[0]
        self._views: FeedReader | None = None
        self._audio: FeedReader | None = None
        self._incoming: IncomingReader | None = None

    def open(self) -> None:
        """Begin to follow. Raises ParameterError when too many clients follow already."""
        instrument, key = self._instrument, self.key
        instrument.feedback.subscribe(
            key, self._offer, 1 / PERIOD, EVERY_ADDRESS, ttl=None, echo=True
        )
        instrument.documents.follow(
            key, lambda name, message: self._soon(self._outbox.note_document, name, message)
        )
        self._open_readers()

    def close(self) -> None:
        """Follow nothing more."""
        self._instrument.feedback.unsubscribe(self.key)
        self._instrument.documents.leave(self.key)
        self._close_readers()

    def tell(self, replies: Sequence[Reply]) -> None:
        """Send what answers the page's own messages, but comes later than they do."""
        for reply in replies:
            self._soon(self._outbox.say, *reply)

    def obey(self, text: str | None) -> None:
        """Carry out what the page sends; a fault is answered."""
        try:
            request = read_request(text)
        except ParameterError as error:
            self._outbox.add({"type": "error", "text": str(error)})
            return
        if isinstance(request, SendRequest):
            self._send(request)
        else:
            self._watch(request)

    async def wait(self) -> None:
        """Wait until it is time to send again, and until there may be something to send."""
        period = AUDIO_PERIOD if self._audio else PERIOD
        await asyncio.sleep(self._turn + period - self._loop.time())
        if not (self._views or self._audio or self._incoming):
            await self._outbox.ready.wait()
        # Keep an even pace, but do not catch up after a pause.
        self._turn = max(self._turn + period, self._loop.time() - 0.5 * period)

    def texts(self) -> list[str]:
        """The texts that are due."""
        now = self._loop.time()
        if self._audio and now < self._texts_due:
            return []
        self._texts_due = now + PERIOD - AUDIO_PERIOD / 2
        if self._incoming and now >= self._incoming_due:
            self._incoming_due = now + INCOMING_PERIOD
            entries = self._incoming.take()
            if entries:
                shown = [asdict(entry) for entry in entries]
                self._outbox.add({"type": "incoming", "entries": shown})
        return self._outbox.take()

    def frames(self) -> list[bytes]:
        """The binary frames that are due.

        A page that does not read is not asked for: what it has missed is then dropped, oldest
        first, or, if the frames are changes of what is shown, sent as one change.
        """
        readers = [reader for reader in (self._views, self._audio) if reader]
        frames = [frame for reader in readers for frame in reader.frames()]
        dropped: set[int] = set()
        for kind, most in MAX_FRAMES.items():
            dropped |= set([at for at, frame in enumerate(frames) if frame[0] == kind][:-most])
        return [frame for at, frame in enumerate(frames) if at not in dropped]

    def _send(self, request: SendRequest) -> None:
        replies = self._instrument.receive(request.messages, self.key)
        if request.id is None:
            for reply in replies:
                self._outbox.say(*reply)
            return
        shown = [[address, list(arguments)] for address, arguments in replies]
        self._outbox.add({"type": "answer", "id": request.id, "replies": shown})

    def _watch(self, request: WatchRequest) -> None:
        if (request.what, request.audio_rate) != (self._watched, self._audio_rate):
            self._watched, self._audio_rate = request.what, request.audio_rate
            self._close_readers()
            self._open_readers()
            # The wait in progress may be one for texts alone.
            self._outbox.ready.set()

    def _open_readers(self) -> None:
        feed, watched = self._instrument.feed, self._watched
        views = watched - {INCOMING, "audio"}
        if feed is not None and views:
            self._views = feed.open(views, self._audio_rate)
        if feed is not None and "audio" in watched:
            self._audio = feed.open(frozenset({"audio"}), self._audio_rate)
        if INCOMING in watched:
            self._incoming = self._instrument.incoming.open()

    def _close_readers(self) -> None:
        for reader in (self._views, self._audio, self._incoming):
            if reader is not None:
                reader.close()
        self._views = self._audio = self._incoming = None

    def _offer(self, replies: Sequence[Reply]) -> None:
        self._soon(self._outbox.note, list(replies))

    def _soon(self, method: Callable[..., None], *arguments: Any) -> None:
        # The loop is closed when the server has just ended.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(method, *arguments)
