"""The devices that control a server: MIDI, Ableton Link, and the inputs of plugins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from distill_live.control.midi.lights import MidiLights
from distill_live.control.namespace.address import ROOT
from distill_live.control.routing.patch_lights import patch_lights
from distill_live.inputs.link import LinkInput
from distill_live.inputs.plugin import InputThread
from distill_live.plugins import load_plugin

if TYPE_CHECKING:
    from distill_live.control.patch.schema import Patch
    from distill_live.control.routing.router import Router
    from distill_live.parameters import ParameterStore


class Devices:
    """Joins devices to a router: `open` them when the server plays, `close` them before it ends.

    `midi` holds parts of ports' names (none: all ports), `link` says whether to join the Link
    session of the network, and `inputs` are the classes of inputs that plugins bring. Call the
    `tick` of `lights` and of `link` many times a second.
    """

    def __init__(
        self,
        router: Router,
        store: ParameterStore,
        midi: Sequence[str],
        link: bool,
        inputs: Iterable[Any],
        say: Callable[[str], None],
    ) -> None:
        self._router = router
        self.midi: Any = load_plugin("inputs", "midi")(router, midi)
        self.lights = MidiLights(self.midi.send)
        self.midi.listeners.append(self.lights.hear)
        self.midi.on_device = self.lights.refresh
        self.link = LinkInput(router.tempo, say)
        self.link.follows_transport = lambda: bool(store["link_start_stop"])
        self.link.on_playing = self._follow_link
        self._all = [self.midi, *(InputThread(one, router, store, say) for one in inputs)]
        if link:
            self._all.append(self.link)
        self._opened = ExitStack()

    def open(self) -> None:
        """Listen to all devices."""
        for device in self._all:
            device.start()
            self._opened.callback(device.stop)

    def close(self) -> None:
        """Stop listening to the devices that `open` has started."""
        self._opened.close()

    def use(self, patch: Patch) -> None:
        """Show the lights and motor faders of a patch."""
        self.lights.use(patch_lights(patch, self._router.travel))

    def _follow_link(self, plays: bool) -> None:
        """Play, from the next bar on, or stop, as the Link session does."""
        message = (f"{ROOT}/at", ("bar", f"{ROOT}/play")) if plays else (f"{ROOT}/stop", ())
        self._router.receive_osc([message], ("link", "session"))
