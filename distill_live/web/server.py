"""The HTTP server: uvicorn, on a thread of the control process."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from distill_live.errors import DeviceError

#: The longest message over a WebSocket, in bytes: the same as for an OSC packet over UDP.
MAX_MESSAGE_BYTES = 64 * 1024
#: The most connections that may be open at once.
MAX_CONNECTIONS = 128

_LOGGERS = ("uvicorn.error", "asyncio")


class WebServer:
    """Serves an application on a TCP port; port 0 is any free one, see `address` after `start`.

    `log` gets a line for each warning of the server, on its thread. `require` is called with the
    host and its IP address before the server listens there, and may raise DeviceError.
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        log: Callable[[str], None],
        require: Callable[[str, str], None] = lambda host, address: None,
    ) -> None:
        self.host, self.port, self._require = host, port, require
        self._log = _LogLines(log)
        config = uvicorn.Config(
            app,
            http="h11",
            ws="websockets-sansio",
            loop="asyncio",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws_max_size=MAX_MESSAGE_BYTES,
            # Sound and meters hardly get smaller, and compressing them costs time.
            ws_per_message_deflate=False,
            limit_concurrency=MAX_CONNECTIONS,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def address(self) -> str:
        """The address for a browser on this machine, such as "http://127.0.0.1:9000"."""
        host = self.host
        with contextlib.suppress(ValueError):
            found = ipaddress.ip_address(host)
            if found.is_unspecified:
                host = "127.0.0.1" if found.version == 4 else "::1"
        return self._url(host)

    @property
    def is_reached_from_elsewhere(self) -> bool:
        """Whether it listens, or another server for it, on more than loopback addresses."""
        try:
            found = socket.getaddrinfo(self.host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return False
        return not all(ipaddress.ip_address(_plain(one[4][0])).is_loopback for one in found)

    @property
    def outside_host(self) -> str:
        """The host by which other machines reach it."""
        with contextlib.suppress(ValueError):
            if ipaddress.ip_address(self.host).is_unspecified:
                return _own_address()
        return self.host

    @property
    def outside_address(self) -> str:
        """The address for browsers on other machines."""
        return self._url(self.outside_host)

    def start(self, listens: bool = True) -> None:
        """Bind the port and begin to answer. Raises DeviceError when the port cannot be used.

        If it does not listen itself, it answers only connections that are handed to `adopt`.
        """
        bound = [_bind(self.host, self.port, self._require)] if listens else []
        for one in bound:
            self.port = int(one.getsockname()[1])
        self._log.attach()
        self._thread = threading.Thread(target=self._run, args=(bound,), name="web", daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.005)

    def stop(self) -> None:
        """Close all connections and the port; nothing happens when it is not running."""
        if self._thread is not None:
            self._server.should_exit = True
            self._thread.join(5.0)
            self._thread = None
            self._log.detach()

    def adopt(self, client: socket.socket) -> None:
        """Answer a client whose connection another server has accepted; from any thread."""
        try:
            if self._loop is None:
                raise RuntimeError("not started")
            asyncio.run_coroutine_threadsafe(self._adopt(client), self._loop)
        except RuntimeError:
            # The server has not started yet, or has just ended.
            client.close()

    def _url(self, host: str) -> str:
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    async def _adopt(self, client: socket.socket) -> None:
        server = self._server
        make = server.config.http_protocol_class
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: make(  # type: ignore[call-arg]
                config=server.config,
                server_state=server.server_state,
                app_state=server.lifespan.state,
            ),
            client,
        )

    def _run(self, bound: list[socket.socket]) -> None:
        asyncio.run(self._serve(bound))

    async def _serve(self, bound: list[socket.socket]) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            await self._server.serve(sockets=bound)
        finally:
            self._loop = None
            for one in bound:
                one.close()


class _LogLines(logging.Handler):
    """Turns warnings of the server into lines for `log`, at most one a second."""

    def __init__(self, log: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._say = log
        self._next = 0.0

    def attach(self) -> None:
        for name in _LOGGERS:
            logging.getLogger(name).addHandler(self)

    def detach(self) -> None:
        for name in _LOGGERS:
            logging.getLogger(name).removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 1.0
        why = f": {record.exc_info[1]!r}" if record.exc_info else ""
        self._say(f"web: {record.getMessage().splitlines()[0]}{why}")


def _plain(address: object) -> str:
    """An address without the name of its network interface."""
    return str(address).partition("%")[0]


def _own_address() -> str:
    """This machine's address on the network that leads to others; loopback without any."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: this only chooses a route. The address is reserved for examples.
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _bind(host: str, port: int, require: Callable[[str, str], None]) -> socket.socket:
    bound: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        require(host, str(address[0]))
        bound = socket.socket(family, kind, protocol)
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        # Two sockets can be bound to one port, but only one can listen: find out at once.
        bound.listen()
        return bound
    except (OSError, UnicodeError) as error:
        if bound is not None:
            bound.close()
        raise DeviceError(
            f"cannot serve the web on {host}:{port}: {error}; quit the program that uses the port, "
            "choose another with --web HOST:PORT, or use --web off"
        ) from error
