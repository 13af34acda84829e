"""The control side of `serve`: all that steers a server, joined to it and to each other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distill_live.commands.serving.site import Site
from distill_live.commands.serving.streams import ServerStreams
from distill_live.control.feedback.outcomes import Answer, Outcomes
from distill_live.control.midi.lights import MidiFeedback
from distill_live.control.midi_learn.learning import Learning
from distill_live.control.namespace.address import ROOT
from distill_live.control.namespace.streams import SAID
from distill_live.control.namespace.targets import Levels, find_target
from distill_live.control.patch.files import find_patch, load_patch, presets_path
from distill_live.control.patch.watch import PatchWatch
from distill_live.control.presets.presets import Presets
from distill_live.control.routing.allowed_files import AllowedFiles
from distill_live.control.routing.control_requests import ControlRequests
from distill_live.control.routing.patch_lights import lights
from distill_live.control.routing.router import Router
from distill_live.control.timing.schedule import Schedule
from distill_live.control.timing.tempo import Tempo
from distill_live.control.timing.tempo_parameters import TempoParameters
from distill_live.control.timing.ticker import Ticker
from distill_live.errors import ParameterError
from distill_live.inputs.link import LinkInput
from distill_live.inputs.osc import parse_endpoint
from distill_live.inputs.plugin import InputThread
from distill_live.plugins import load_plugin

if TYPE_CHECKING:
    from distill_live.control.feedback.feedback import Feedback
    from distill_live.control.namespace.address import Reply, Sender
    from distill_live.control.patch.schema import Patch
    from distill_live.live.server.server import Server
    from distill_live.parameters import ParameterStore

_LEARN = "learn"


@dataclass(frozen=True)
class ControlOptions:
    """What the command line says of controls.

    `osc` and `web` are HOST:PORT (`web` also "off", or None for the usual place), `osc_allow`
    networks that OSC and the web are taken from, `midi` parts of ports' names (none: all),
    `folders` those whose files messages may name, `values` NAME=VALUE what to begin with.
    """

    patch: str
    osc: str
    osc_allow: Sequence[str] = ()
    midi: Sequence[str] = ()
    link: bool = False
    web: str | None = None
    folders: Sequence[Path] = ()
    values: Sequence[str] = ()


class Controls:
    """Steers a server: `start` before it starts, `open_devices` after, then `tick` many times a
    second on the main thread; `close_devices` before it ends, `stop` after.

    `feedback` tells clients what happens, `say` people; `inputs` are the classes of inputs that
    plugins bring. Raises PatchError, DeviceError and ParameterError for options that cannot be
    used.
    """

    def __init__(
        self,
        server: Server,
        store: ParameterStore,
        feedback: Feedback,
        options: ControlOptions,
        inputs: Iterable[Any],
        say: Callable[[str], None],
    ) -> None:
        path = find_patch(options.patch)
        patch = load_patch(path, store.table)
        self._server, self._store, self._feedback, self._say = server, store, feedback, say
        self._answers: dict[str, Answer] = {}
        self._outcomes = Outcomes(feedback, self._answers)
        self._allowed_files = AllowedFiles(lambda: options.folders)
        tempo = Tempo(log=say)
        schedule = Schedule(say)
        self._tempo = TempoParameters(tempo, store, feedback.publish)
        self._presets = Presets(store, {}, presets_path(path), say)
        requests = ControlRequests(self._request, self._tempo, self._presets, self._note_done)
        self.router = Router(store, requests, None, say, tempo=tempo, schedule=schedule)
        self._learning = Learning(path, store.table, self._note_learned, self._note_not_learned)
        host, port = parse_endpoint(options.osc)
        self.osc = load_plugin("inputs", "osc")(
            host, port, self.router, feedback, schedule, options.osc_allow
        )
        self._midi = load_plugin("inputs", "midi")(self.router, options.midi)
        self._lights = MidiFeedback(self._midi.send)
        link = LinkInput(tempo, say)
        self.site = Site(
            options.web, options.osc_allow, lambda: server.deck.level_labels, self.router, feedback,
            store, say,
        )  # fmt: skip
        self._devices = [self._midi, *(InputThread(one, self.router, store, say) for one in inputs)]
        if options.link:
            self._devices.append(link)
        self._opened = ExitStack()
        self._watch = PatchWatch(path, store.table, self._use, say)
        self._ticker = Ticker(log=say)
        for tick in (
            schedule.tick, link.tick, self._tempo.tick, self.router.tick, self._presets.tick,
            ServerStreams(server, feedback).tick, feedback.tick, self._lights.tick,
        ):  # fmt: skip
            self._ticker.add(tick)
        self._join(server, link)
        self._use(patch)
        self._use_levels(server.deck.level_labels)
        for value in options.values:
            self._set(value)

    def start(self) -> None:
        """Listen to OSC and the web. Raises DeviceError when a port cannot be had."""
        self.osc.shared = self.site.shared_port((self.osc.host, self.osc.port))
        self.osc.start()
        shares = self.osc.shared is not None and self.osc.takes_tcp
        self.site.start((self.osc.host, self.osc.port), shares)
        self._ticker.start()

    def open_devices(self) -> None:
        """Listen to MIDI, Link and the inputs of plugins."""
        for device in self._devices:
            device.start()
            self._opened.callback(device.stop)

    def tick(self) -> None:
        """Look after what may take a moment: files."""
        now = time.monotonic()
        self._watch.tick(now)
        self._learning.tick(now)

    def close_devices(self) -> None:
        """Listen no more to what `open_devices` has opened."""
        self._opened.close()

    def stop(self) -> None:
        """End all threads and free the ports; also what was only begun to start."""
        self._ticker.stop()
        self.site.stop()
        self.osc.stop()
        self._presets.close()

    def _join(self, server: Server, link: LinkInput) -> None:
        """Let everybody hear of what concerns them."""
        self._answers |= {"osc": self.osc.answer, "web": self.site.answer}
        server.on_model, server.on_outcome = self._use_levels, self._outcomes.tell
        hooks = self.router.hooks
        hooks.on_touch, hooks.on_reply = self._feedback.touched, self._outcomes.answer
        hooks.loudness = lambda: server.status["rms"]
        hooks.latency = lambda: server.latency
        hooks.learns = lambda: self._learning.is_busy(time.monotonic())
        self.router.add_verb(_LEARN, self._learn)
        link.follows_transport = lambda: bool(self._store["link_start_stop"])
        link.on_playing = self._follow_link
        self._midi.listeners += [
            self._lights.hear,
            lambda event: self._learning.hear(event, time.monotonic()),
        ]
        self._midi.on_device = self._lights.refresh

    def _set(self, text: str) -> None:
        """Set a parameter as NAME=VALUE says, as a message would. Raises ParameterError."""
        name, equals, value = text.partition("=")
        if not equals:
            raise ParameterError(f"--set takes NAME=VALUE, such as temperature=0.8, not {text!r}")
        # Only parameters: a request would be made before there is a sound.
        find_target(name, self._store.table)
        for _, (_, reason) in self.router.receive_osc([(f"{ROOT}/{name}", (value,))]).replies:
            raise ParameterError(f"--set {text}: {reason}")

    def _use(self, patch: Patch) -> None:
        """Take a patch into use, in place of the one before."""
        self.router.use_patch(patch)
        self._presets.use(patch.presets)
        self._lights.use(lights(patch, self.router.travel))
        self.osc.use(patch.osc.targets, patch.osc.timetags)
        self.site.use(patch.osc.timetags)

    def _use_levels(self, labels: Sequence[str]) -> None:
        """Go by the levels of the model that now plays."""
        self.router.use_levels(labels)
        self._presets.levels = Levels(labels)
        self.site.note_levels()

    def _follow_link(self, plays: bool) -> None:
        """Play or stop with the Link session; it starts with a bar."""
        message = (f"{ROOT}/at", ("bar", f"{ROOT}/play")) if plays else (f"{ROOT}/stop", ())
        self.router.receive_osc([message], ("link", "session"))

    def _request(self, name: str, arguments: tuple[object, ...]) -> None:
        """Hand a request on to the server. Raises ParameterError for a file elsewhere."""
        checked = self._allowed_files.check(name, arguments)
        # First, lest it is answered before.
        self._outcomes.asked(name, self.router.sender)
        self._server.request(name, checked)

    def _note_done(self, name: str, text: str) -> None:
        """Confirm what control itself has done, to the sender and to all listeners."""
        self._outcomes.asked(name, self.router.sender)
        self._say(text)
        self._outcomes.tell(name, text)

    def _learn(self, arguments: Sequence[object], sender: Sender) -> list[Reply]:
        if not arguments or not isinstance(arguments[0], str):
            raise ParameterError("learn takes the name of a parameter, or a request and its "
                                 "arguments, such as `learn rewind 4`")  # fmt: skip
        if self._midi.status.startswith("MIDI unavailable"):
            raise ParameterError(self._midi.status)
        name = arguments[0].removeprefix(f"{ROOT}/")
        text = self._learning.begin(name, time.monotonic(), sender, arguments[1:])
        self._outcomes.asked(_LEARN, sender)
        # A sender that hears every line need not be told twice.
        hears = self._feedback.listens(sender, SAID)
        self._say(text)
        return [] if hears else [(SAID, (text,))]

    def _note_learned(self, _sender: Sender, text: str) -> None:
        self._say(text)
        self._outcomes.tell(_LEARN, text)

    def _note_not_learned(self, _sender: Sender, text: str) -> None:
        self._say(text)
        self._outcomes.tell(_LEARN, text, failed=True)
