"""The web server of `serve`, and its announcement to other programs on the network."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.namespace.streams import STREAMS
from distill_live.errors import DeviceError
from distill_live.inputs.osc import (
    AllowedHosts,
    MalformedPacketError,
    Message,
    ReachedAt,
    SharedPort,
    TimeTagMode,
    TimeTags,
    build_message,
    parse_endpoint,
    read_packet,
)
from distill_live.web.app import WebApp
from distill_live.web.discovery import Announcement, Service
from distill_live.web.instrument import NAME, Instrument
from distill_live.web.server import WebServer
from distill_live.web.socket.documents import Documents
from distill_live.web.trust import LINK

if TYPE_CHECKING:
    from distill_live.codes.edit import Edit
    from distill_live.control.feedback.feedback import Feedback
    from distill_live.control.namespace.address import Reply, Sender
    from distill_live.control.routing.router import Router
    from distill_live.parameters import ParameterStore
    from distill_live.web.api.routes import Api
    from distill_live.web.socket.feed import PageFeed

OFF = "off"
#: The default address: the port of OSC, or any free port if another program has that one.
_HOST, _PORT = "127.0.0.1", 9000


class Site:
    """Serves the instrument's clients over HTTP: `start` it after OSC, then `stop` it.

    `option` is HOST:PORT, "off", or None for the default; `allow` holds the networks whose clients
    are answered, besides this machine; `labels` gives the labels of the levels in play. Raises
    DeviceError for any other option, and for a network that is not valid.
    """

    def __init__(
        self,
        option: str | None,
        allow: Iterable[str],
        labels: Callable[[], Sequence[str]],
        router: Router,
        feedback: Feedback,
        store: ParameterStore,
        log: Callable[[str], None],
    ) -> None:
        self._off, self._anywhere = option == OFF, option is None
        self._host, self._port = (_HOST, _PORT) if self._off or option is None else _parse(option)
        self._allowed = AllowedHosts(allow)
        self._labels, self._router, self._feedback = labels, router, feedback
        self._time_tags = TimeTags(router.schedule, router.tell)
        self._store, self._log = store, log
        # What clients of other machines must know to use the page.
        self._token = secrets.token_urlsafe(24)
        #: What the page shows besides values; set the others before `start`.
        self.documents = Documents()
        self.edits: Sequence[Edit] = ()
        self.feed: PageFeed | None = None
        self.api: Api | None = None
        self.plays_live = True
        # The page's link must work in a browser on this machine, too.
        self._own_host: str | None = None
        self._app: WebApp | None = None
        self._web: WebServer | None = None
        self._announcement: Announcement | None = None

    @property
    def address(self) -> str | None:
        """The address for a browser on this machine; None while the server does not run."""
        return self._web.address if self._web else None

    @property
    def link(self) -> str | None:
        """The address of the page: with the token, if the server listens beyond this machine."""
        if self._web is None or not self._web.is_reached_from_elsewhere:
            return self.address
        return f"{self._web.outside_address}/?{LINK}={self._token}"

    def shared_port(self, osc: tuple[str, int]) -> SharedPort | None:
        """How OSC over TCP, which listens at `osc`, hands over the web's clients if both use the
        same port; else None."""
        hosts = {self._host, osc[0]}
        one_port = not self._off and osc[1] == self._port != 0
        if one_port and (len(hosts) == 1 or any(ReachedAt(host).is_everywhere for host in hosts)):
            return SharedPort(self._host, self._adopt)
        return None

    def start(self, osc: tuple[str, int] | None, shares: bool = False) -> None:
        """Begin to serve and to announce; `osc` is where OSC is received. With `shares`, OSC
        listens at the port and hands over the web's clients. Without OSC there is nothing to play,
        so nothing is announced.

        Raises DeviceError when the port that was asked for cannot be used, or when no allowed host
        could reach it.
        """
        if not self._off:
            self._app = WebApp(self._instrument(osc), self.api)
            self._web = self._serve(self._app, shares)
            self._own_host = self._web.outside_host
        if osc is not None:
            self._announce(osc)

    def stop(self) -> None:
        """Stop serving and announcing; nothing happens when it is not running."""
        if self._announcement:
            self._announcement.stop()
        if self._web:
            self._web.stop()
        if self.api:
            self.api.close()
        self._announcement = self._web = self._app = None

    def use(self, time_tags: TimeTagMode) -> None:
        """Follow a patch: treat time tags as it says."""
        self._time_tags.mode = time_tags

    def answer(self, sender: Sender, messages: Sequence[Reply]) -> None:
        """Send messages to a client, later than its own messages."""
        if self._app:
            self._app.answer(sender, messages)

    def note_levels(self) -> None:
        """Tell clients if the levels of the model in play have changed."""
        if self._app:
            self._app.note_levels()

    def _announce(self, osc: tuple[str, int]) -> None:
        services = [Service("_osc._udp", *osc)]
        if self._web:
            services.append(Service("_oscjson._tcp", self._web.host, self._web.port))
        self._announcement = Announcement(NAME, services, self._log)
        self._announcement.start()

    def _instrument(self, osc: tuple[str, int] | None) -> Instrument:
        return Instrument(
            store=self._store,
            requests=REQUESTS if self.plays_live else {},
            levels=self._labels,
            feedback=self._feedback,
            receive_packet=self._receive_packet,
            build_packet=build_message,
            osc=osc,
            streams=STREAMS.values(),
            allows=self._allows,
            receive=self._receive,
            edits=self.edits,
            documents=self.documents,
            incoming=self._router.incoming,
            feed=self.feed,
            plays_live=self.plays_live,
            token=self._token,
        )

    def _allows(self, host: str) -> bool:
        return host == self._own_host or self._allowed.allows(host)

    def _adopt(self, client: socket.socket) -> None:
        if self._web:
            self._web.adopt(client)
        else:
            client.close()

    def _serve(self, app: WebApp, shares: bool) -> WebServer:
        web = WebServer(app.asgi, self._host, self._port, self._log, self._allowed.require_for)
        try:
            web.start(listens=not shares)
        except DeviceError:
            if not self._anywhere:
                raise
            web = WebServer(app.asgi, self._host, 0, self._log)
            web.start()
        return web

    def _receive(
        self, messages: Sequence[tuple[str, Sequence[object]]], sender: Sender
    ) -> list[Reply]:
        return self._router.receive_osc(messages, sender).replies

    def _receive_packet(self, packet: bytes, sender: Sender) -> list[Reply]:
        try:
            changes = read_packet(packet)
        except MalformedPacketError as error:
            self._router.count_malformed(f"web client {sender}", str(error))
            return []
        for time_tag, messages in changes:
            self._time_tags.carry_out(time_tag, partial(self._apply, messages, sender), sender)
        return []

    def _apply(self, messages: Sequence[Message], sender: Sender) -> None:
        self.answer(sender, self._router.receive_osc(messages, sender).replies)


def _parse(option: str) -> tuple[str, int]:
    try:
        return parse_endpoint(option)
    except DeviceError:
        raise DeviceError(
            f"--web takes HOST:PORT, such as 127.0.0.1:9000, or {OFF}; not {option!r}"
        ) from None
