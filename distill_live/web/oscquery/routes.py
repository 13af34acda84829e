"""OSCQuery: describes every address over HTTP, and exchanges OSC packets over WebSockets."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Iterator, Sequence
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from distill_live import __version__
from distill_live.control.namespace.address import Reply, Sender
from distill_live.control.namespace.nodes import namespace
from distill_live.errors import ParameterError
from distill_live.web.instrument import NAME, Instrument
from distill_live.web.oscquery.listener import Listener
from distill_live.web.oscquery.tree import ATTRIBUTES, EXTENSIONS, Tree

#: The most WebSockets that may be open at once.
MAX_SOCKETS = 64


class OscQuery:
    """Answers OSCQuery clients of an instrument, at every path; `numbers` gives each its number."""

    def __init__(self, instrument: Instrument, numbers: Iterator[int]) -> None:
        self._instrument, self._numbers = instrument, numbers
        self._labels = tuple(instrument.levels())
        self._tree = self._grow(self._labels)
        self._listeners: set[Listener] = set()

    @property
    def routes(self) -> list[BaseRoute]:
        """Every path: for an application that has looked for its own routes first."""
        return [
            WebSocketRoute("/{path:path}", self._converse),
            Route("/{path:path}", self.answer_http, methods=["GET"]),
        ]

    def note_levels(self) -> None:
        """Tell clients if the names of the levels of the model in play have changed.

        From any thread.
        """
        labels = tuple(self._instrument.levels())
        if labels == self._labels:
            return
        self._labels, self._tree = labels, self._grow(labels)
        notice = json.dumps({"COMMAND": "PATH_CHANGED", "DATA": "/distill"})
        for listener in list(self._listeners):
            listener.tell(notice)

    def answer(self, sender: Sender, messages: Sequence[Reply]) -> None:
        """Send messages to a sender that is a client here; from any thread."""
        for listener in list(self._listeners):
            if listener.key == sender:
                listener.answer(messages)

    async def answer_http(self, request: Request) -> Response:
        """Describe a path, or one attribute of it."""
        path = "/" + request.path_params.get("path", "").strip("/")
        attribute = request.url.query.partition("&")[0].partition("=")[0]
        if attribute == "HOST_INFO":
            return JSONResponse(self._host_info(request))
        if path not in self._tree:
            return PlainTextResponse(f"there is no {path}\n", 404)
        if attribute:
            return self._answer_attribute(path, attribute)
        return JSONResponse(self._tree.describe(path))

    def _grow(self, labels: Sequence[str]) -> Tree:
        instrument = self._instrument
        table, requests = instrument.store.table, instrument.requests
        nodes = namespace(table, requests, labels, instrument.streams)
        return Tree(nodes, instrument.store, f"{NAME} {__version__}")

    def _answer_attribute(self, path: str, attribute: str) -> Response:
        if attribute not in ATTRIBUTES:
            known = ", ".join(("HOST_INFO", *ATTRIBUTES))
            return PlainTextResponse(f"{attribute} is not an attribute; legal: {known}\n", 400)
        value = self._tree.attribute(path, attribute)
        return Response(status_code=204) if value is None else JSONResponse({attribute: value})

    def _host_info(self, request: HTTPConnection) -> dict[str, Any]:
        # The address by which this client has reached us, so one that works for it.
        here, port = request.scope["server"]
        found: dict[str, Any] = {"NAME": NAME, "EXTENSIONS": EXTENSIONS}
        if self._instrument.osc is not None:
            host, osc_port = self._instrument.osc
            found |= {"OSC_IP": here if _is_every(host) else host, "OSC_PORT": osc_port}
            found["OSC_TRANSPORT"] = "UDP"
        return found | {"WS_IP": here, "WS_PORT": port}

    async def _converse(self, socket: WebSocket) -> None:
        if len(self._listeners) >= MAX_SOCKETS:
            await socket.close(1013)
            return
        await socket.accept()
        listener = Listener(next(self._numbers), self._instrument)
        self._listeners.add(listener)
        sending = asyncio.create_task(self._send(socket, listener))
        try:
            while True:
                self._obey(listener, await socket.receive())
        except WebSocketDisconnect:
            return
        except ParameterError as error:
            await socket.close(1013, str(error))
        finally:
            self._listeners.discard(listener)
            listener.close()
            sending.cancel()

    async def _send(self, socket: WebSocket, listener: Listener) -> None:
        try:
            while True:
                notices, messages = await listener.next()
                for notice in notices:
                    await socket.send_text(notice)
                for address, arguments in messages:
                    await socket.send_bytes(self._instrument.build_packet(address, arguments))
        except (WebSocketDisconnect, RuntimeError):
            # The client is gone; reading from it will end too.
            return

    def _obey(self, listener: Listener, message: Any) -> None:
        """Carry out what a client sends: an OSC packet, LISTEN or IGNORE.

        Anything else is ignored, so that clients of a later version of the protocol work. Raises
        ParameterError when too many clients listen.
        """
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        packet, text = message.get("bytes"), message.get("text")
        if packet is not None:
            listener.answer(self._instrument.receive_packet(packet, listener.key))
            return
        command, path = _read_command(text or "")
        if command == "IGNORE":
            listener.ignore(path)
        elif command == "LISTEN" and path in self._tree.nodes:
            listener.listen(self._tree.nodes[path])


def _read_command(text: str) -> tuple[str, str]:
    """Command and path of a message such as {"COMMAND": "LISTEN", "DATA": "/path"}; or ""."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(value, dict):
        return "", ""
    command, path = value.get("COMMAND"), value.get("DATA")
    return (command, path) if isinstance(command, str) and isinstance(path, str) else ("", "")


def _is_every(host: str) -> bool:
    """Whether listening on this host means listening on all addresses."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False
