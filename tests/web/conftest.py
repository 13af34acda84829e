"""A web server over a real router, and a UDP input beside it; a page's WebSocket to it."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
from websockets.sync.client import ClientConnection, connect

from distill_live.codes.edit_parameters import parameter_table
from distill_live.control.feedback.feedback import Feedback
from distill_live.control.namespace.address import Reply, Sender
from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.patch.schema import Patch
from distill_live.control.routing.hooks import Hooks
from distill_live.control.routing.router import Router
from distill_live.control.routing.waiting import Message
from distill_live.edits.freeze import Freeze
from distill_live.edits.mask import Mask
from distill_live.inputs.osc import MalformedPacketError, OscInput, build_message, read_packet
from distill_live.parameters import ParameterStore
from distill_live.web.app import WebApp
from distill_live.web.instrument import Instrument
from distill_live.web.server import WebServer


@dataclass(frozen=True)
class Level:
    """A stream like those of the instrument."""

    address: str = "/distill/stream/level"
    types: str = "ff"
    doc: str = "How loud it is."


EDITS = (Freeze(), Mask())
TABLE = parameter_table(EDITS)


class Reels:
    """A feed that gives the frames which a test puts on it to every reader of their kind."""

    def __init__(self) -> None:
        self.opened: list[tuple[frozenset[str], int]] = []
        self.readers: list[Reel] = []

    def open(self, kinds: frozenset[str], audio_rate: int) -> Reel:
        self.opened.append((kinds, audio_rate))
        self.readers.append(Reel(kinds))
        return self.readers[-1]


class Reel:
    def __init__(self, kinds: frozenset[str]) -> None:
        self.kinds, self.closed, self.calls = kinds, False, 0
        self.due: list[bytes] = []

    def frames(self) -> list[bytes]:
        self.calls += 1
        due, self.due = self.due, []
        return due

    def close(self) -> None:
        self.closed = True


@dataclass
class Studio:
    """The instrument's store and everything around it, with its web server."""

    store: ParameterStore = field(default_factory=lambda: ParameterStore(TABLE))
    requests: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    labels: tuple[str, ...] = ("Structure", "Timbre", "Detail")
    feed: Reels = field(default_factory=Reels)
    patch: Patch | None = None

    def __post_init__(self) -> None:
        # What a request does besides being noted.
        self.on_request: Callable[[str], None] = lambda name: None
        hooks = Hooks(on_touch=lambda sender, name: self.feedback.touched(sender, name))
        self.router = Router(self.store, self._request, self.patch, self.lines.append, hooks=hooks)
        self.feedback = Feedback(self.store, lambda: self.labels, time.monotonic)
        self.osc = OscInput("127.0.0.1", 0, self.router)
        self.osc.start()
        self.app = WebApp(
            Instrument(
                store=self.store,
                requests=REQUESTS,
                levels=lambda: self.labels,
                feedback=self.feedback,
                receive_packet=self._receive_packet,
                build_packet=build_message,
                osc=(self.osc.host, self.osc.port),
                streams=[Level()],
                receive=self._receive,
                edits=EDITS,
                incoming=self.router.incoming,
                feed=self.feed,
            )
        )
        self.documents = self.app._instrument.documents
        self.server = WebServer(self.app.asgi, "127.0.0.1", 0, self.lines.append)
        self.server.start()
        self._stopping = threading.Event()
        self._ticking = threading.Thread(target=self._tick)
        self._ticking.start()

    def _tick(self) -> None:
        while not self._stopping.wait(0.005):
            self.feedback.tick(time.monotonic())

    def serve(self, host: str = "127.0.0.1", **changes: Any) -> WebServer:
        """Another server, of the same instrument with some changes; the caller stops it."""
        app = WebApp(dataclasses.replace(self.app._instrument, **changes))
        server = WebServer(app.asgi, host, 0, self.lines.append)
        server.start()
        return server

    def _request(self, name: str, arguments: tuple[object, ...]) -> None:
        self.requests.append((name, arguments))
        self.on_request(name)

    def _receive(self, messages: Sequence[Message], sender: Sender) -> list[Reply]:
        return self.router.receive_osc(messages, sender).replies

    def _receive_packet(self, packet: bytes, sender: Sender) -> list[Reply]:
        try:
            changes = read_packet(packet)
        except MalformedPacketError as error:
            self.router.count_malformed(f"{sender}", str(error))
            return []
        return [
            reply
            for _, messages in changes
            for reply in self.router.receive_osc(messages, sender).replies
        ]

    def close(self) -> None:
        self._stopping.set()
        self._ticking.join()
        self.server.stop()
        self.osc.stop()


@pytest.fixture
def studio() -> Iterator[Studio]:
    made = Studio()
    yield made
    made.close()


class Page:
    """A page's end of the WebSocket: `with Page(address) as page`; hello has been read then."""

    def __init__(self, address: str, **options: Any) -> None:
        self._url = address.replace("http", "ws") + "/page/socket"
        self._options = options

    def __enter__(self) -> Self:
        self._connecting = connect(self._url, **self._options)
        self.socket: ClientConnection = self._connecting.__enter__()
        self.hello = self.receive()
        return self

    def __exit__(self, *_: object) -> None:
        self._connecting.__exit__(None, None, None)

    def send(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def play(self, *messages: list[Any]) -> None:
        self.send(type="send", messages=list(messages))

    def ask(self, *messages: list[Any]) -> list[Any]:
        """Send messages and return the replies."""
        self.send(type="send", id=7, messages=list(messages))
        replies: list[Any] = self.await_type("answer")["replies"]
        return replies

    def receive(self, timeout: float = 20) -> Any:
        """The next message, decoded, or the next frame."""
        message = self.socket.recv(timeout=timeout)
        return json.loads(message) if isinstance(message, str) else message

    def await_type(self, kind: str) -> Any:
        """The next message of a type; what comes before is dropped."""
        return self.await_one(lambda message: message["type"] == kind)

    def await_value(self, name: str, value: object) -> None:
        """Wait until a value is told."""
        self.await_one(lambda one: one.get("values", {}).get(name) == value)

    def await_all(self, *wanted: Callable[[Any], bool]) -> None:
        """Wait until each of them has been true of a message, in any order."""
        missing = list(wanted)

        def is_complete(message: Any) -> bool:
            missing[:] = [is_wanted for is_wanted in missing if not is_wanted(message)]
            return not missing

        self.await_one(is_complete)

    def await_one(self, wanted: Callable[[Any], bool]) -> Any:
        """The next message, not a frame, of which `wanted` is true."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            message = self.receive()
            if not isinstance(message, bytes) and wanted(message):
                return message
        raise AssertionError("it did not come")


@pytest.fixture
def page(studio: Studio) -> Iterator[Page]:
    with Page(studio.server.address) as opened:
        yield opened
