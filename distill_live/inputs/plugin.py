"""The contract of an input plugin, and the thread that runs it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from distill_live.control.namespace.address import Reply
from distill_live.control.routing.router import Router
from distill_live.errors import PluginError
from distill_live.parameters import Parameter, ParameterStore
from distill_live.plugins import PluginValues, check_declaration, load_plugins

#: The inputs that `serve` creates itself, each with its own options.
OWN_INPUTS = ("osc", "midi")
#: How long an input may take to end, in seconds.
_END_SECONDS = 1.0


@dataclass(frozen=True)
class InputContext:
    """What an input is given.

    `send(address, *arguments)` plays a message as if it had come over OSC, and returns the answers;
    a refused message does not raise. `values` holds the present values of the input's own
    parameters, by their short names. `log` takes one line of text for the user.
    """

    send: Callable[..., list[Reply]]
    values: Mapping[str, float]
    log: Callable[[str], None]


class Input(Protocol):
    """Brings messages in. Created with an InputContext when the server starts.

    `name` is the name of its entry point, `doc` is one sentence, `parameters` are its own.
    """

    @property
    def name(self) -> str: ...
    @property
    def doc(self) -> str: ...
    @property
    def parameters(self) -> tuple[Parameter, ...]: ...

    def run(self, stopped: Callable[[], bool]) -> None:
        """Send messages until `stopped()` is true; ask it at least 10 times a second."""


def load_inputs(log: Callable[[str], None]) -> dict[str, Callable[[InputContext], Input]]:
    """The classes of the installed inputs, by name, without those that `serve` creates itself.

    An input that fails to load or breaks the contract is left out, and `log` gets a line that says
    why. Raises PluginError when two packages claim the same name.
    """
    found = load_plugins("inputs", check_input, log)
    return {name: plugin for name, plugin in found.items() if name not in OWN_INPUTS}


def check_input(name: str, plugin: Any) -> Any:
    """The class of an input. Raises PluginError if it breaks the contract of `Input`."""
    check_declaration(name, plugin)
    if not callable(plugin):
        raise PluginError("it is not a class that can be called with an InputContext")
    needed = ("start", "stop") if name in OWN_INPUTS else ("run",)
    for method in needed:
        if not callable(getattr(plugin, method, None)):
            raise PluginError(f"it has no method {method!r}")
    return plugin


class InputThread:
    """An input and its thread: `start`, `stop`.

    An input that raises is off from then on, and `log` gets a line; everything else continues.
    """

    def __init__(
        self,
        plugin: Callable[[InputContext], Input],
        router: Router,
        store: ParameterStore,
        log: Callable[[str], None],
    ) -> None:
        self._plugin: Any = plugin
        self._router, self._store, self._log = router, store, log
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Create the input and run it, on its own thread."""
        name = f"input-{self._plugin.name}"
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the input to end; if it does not, leave it behind and log that."""
        if self._thread is None:
            return
        self._stopping.set()
        self._thread.join(_END_SECONDS)
        if self._thread.is_alive():
            self._log(f"the input {self._plugin.name!r} did not stop when asked to")
        self._thread = None

    def _run(self) -> None:
        try:
            values = PluginValues(self._store, "inputs", self._plugin)
            self._plugin(InputContext(self._send, values, self._log)).run(self._stopping.is_set)
        except Exception as error:
            name = self._plugin.name
            self._log(f"the input {name!r} failed and is now off: {error!r}")

    def _send(self, address: str, *arguments: object) -> list[Reply]:
        sender = ("input", self._plugin.name)
        return self._router.receive_osc([(address, arguments)], sender).replies
