"""A web server over a real router, and a UDP input beside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from distill_live.codes.edit_parameters import parameter_table
from distill_live.control.feedback.feedback import Feedback
from distill_live.control.namespace.address import Reply, Sender
from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.routing.router import Router
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


TABLE = parameter_table([Freeze(), Mask()])


@dataclass
class Studio:
    """The instrument's store and everything around it, with its web server."""

    store: ParameterStore = field(default_factory=lambda: ParameterStore(TABLE))
    requests: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    labels: tuple[str, ...] = ("Structure", "Timbre", "Detail")

    def __post_init__(self) -> None:
        self.router = Router(
            self.store, lambda *request: self.requests.append(request), None, self.lines.append
        )
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
            )
        )
        self.server = WebServer(self.app.asgi, "127.0.0.1", 0, self.lines.append)
        self.server.start()
        self._stopping = threading.Event()
        self._ticking = threading.Thread(target=self._tick)
        self._ticking.start()

    def _tick(self) -> None:
        while not self._stopping.wait(0.005):
            self.feedback.tick(time.monotonic())

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
