"""A Chromium that shows the page while something is measured, and WebSocket clients beside it.

Playwright reads every frame of every WebSocket along, and that would be measured too. So this
browser is driven by DevTools' protocol itself, and asked only what a benchmark wants to know:
https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import itertools
import json
import math
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.commands.server_process import ServerProcess
from tests.tools import read_line, require_browser, wait_until
from tests.web.page.conftest import FLAGS

#: Lets a page play sound that nobody has clicked for.
AUTOPLAY = "--autoplay-policy=no-user-gesture-required"
#: The frames of the page's WebSocket by their first byte.
FRAMES = {1: "timeline", 2: "meters", 3: "sound", 4: "audio"}
#: The longest that a script may run, in seconds.
_PATIENCE = 120.0
#: Whether the Live tab is drawn and follows the instrument.
_IS_LIVE = """(async () => {
  if (document.readyState !== 'complete') return false
  const { connection } = await import('/page/js/core/store.js')
  return connection() === 'open' && !!document.querySelector('[data-name="gain"]')
    && !!document.querySelector('[role=application]')
})()"""


def page_address(server: ServerProcess) -> str:
    """Where a server's page is: it says so in one of its first lines."""
    assert server.process.stdout is not None
    while line := read_line(server.process.stdout):
        if found := re.search(r"http://[\w.:]+", line):
            return found[0]
    raise AssertionError(f"the server has no page: {server.errors}")


class Browser:
    """`with Browser(address) as page`: waits until the Live tab is shown there, if there is an
    address; else the browser is empty, see `go`. Chromium gets `flags` besides the usual ones.

    `events` are those of DevTools' protocol that came before the last answer, if any were enabled.
    """

    def __init__(self, address: str | None = None, *flags: str) -> None:
        self._address, self._flags = address, flags
        self._numbers = itertools.count(1)
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = tempfile.TemporaryDirectory(prefix="browser", ignore_cleanup_errors=True)
            place = Path(stack.enter_context(folder))
            process = subprocess.Popen(
                [
                    require_browser(), *FLAGS, *self._flags, "--window-size=1440,900",
                    f"--user-data-dir={place}", "--remote-debugging-port=0", "about:blank",
                ],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            stack.callback(process.wait)
            # Debian's program is a script that waits for Chromium: both have to end.
            stack.callback(os.killpg, process.pid, signal.SIGTERM)
            self._connect(stack, place / "DevToolsActivePort")
            if self._address is not None:
                self.go(self._address)
            self._open = stack.pop_all()
        return self

    def _connect(self, stack: ExitStack, place: Path) -> None:
        wait_until(lambda: place.exists() and place.read_text().count("\n"), "Chromium")
        port, path = place.read_text().split("\n")[:2]
        url = f"ws://127.0.0.1:{port}{path}"
        self._whole = stack.enter_context(connect(url, max_size=None))
        self._tab = stack.enter_context(connect(_tab_url(port), max_size=None))

    def go(self, address: str) -> None:
        """Show the Live tab of a server; returns when it is drawn."""
        self.ask("Page.navigate", url=address)
        self.until(_IS_LIVE)

    def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """What the tab answers to a method of DevTools' protocol."""
        return self._ask(self._tab, method, parameters)

    def run(self, script: str) -> Any:
        """The value of an expression in the page, or what its promise resolves to."""
        answer = self.ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, script: str) -> None:
        """Wait until an expression is true; while a page is being loaded, nothing is."""
        ends = time.monotonic() + _PATIENCE
        while time.monotonic() < ends:
            try:
                if self.run(script):
                    return
            except RuntimeError as error:
                last = error
            else:
                last = None
            time.sleep(0.05)
        raise AssertionError(f"waited in vain for {script}: {last}")

    @property
    def renderer(self) -> int:
        """The id of the process that draws the page: of all renderers the one that worked most."""
        found = self._ask(self._whole, "SystemInfo.getProcessInfo", {})["processInfo"]
        renderers = [one for one in found if one["type"] == "renderer"]
        return int(max(renderers, key=lambda one: one["cpuTime"])["id"])

    def _ask(self, socket: Any, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(socket.recv(timeout=_PATIENCE))
            if message.get("id") == number:
                break
            if "method" in message:
                self.events.append(message)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        result: dict[str, Any] = message["result"]
        return result

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()


def _tab_url(port: str) -> str:
    """Where the tab of a browser is driven."""
    found: list[str] = []

    def look() -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
            targets = json.load(answer)
        found[:] = [one["webSocketDebuggerUrl"] for one in targets if one["type"] == "page"]
        return bool(found)

    wait_until(look, "a tab of Chromium")
    return found[0]


class Watcher:
    """`with Watcher(address, "meters", ...)`: a client that watches like a page, and reads all.

    `counts` has how many frames of each of FRAMES have come, and how many texts; `ended` is when
    the server closed, in seconds of time.monotonic().
    """

    def __init__(self, address: str, *what: str) -> None:
        self._url, self._what = address.replace("http", "ws", 1) + "/page/socket", what
        self.counts = dict.fromkeys((*FRAMES.values(), "texts"), 0)
        self.ended = math.inf

    def __enter__(self) -> Self:
        self._connecting = connect(self._url, max_size=None)
        self._socket = self._connecting.__enter__()
        self._socket.send(json.dumps({"type": "watch", "what": self._what}))
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        return self

    def _read(self) -> None:
        try:
            for message in self._socket:
                is_text = isinstance(message, str)
                self.counts["texts" if is_text else FRAMES[message[0]]] += 1  # type: ignore[index]
        except ConnectionClosed:
            pass
        self.ended = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._connecting.__exit__(None, None, None)
        self._thread.join()
