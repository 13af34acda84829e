"""The control side of `serve`: everything that controls a server, connected."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from distill_live.commands.serving.clip_list import CLIP_LIST, ClipList
from distill_live.commands.serving.control_options import ControlOptions
from distill_live.commands.serving.devices import Devices
from distill_live.commands.serving.learn_service import LEARN, LearnService
from distill_live.commands.serving.live_edits import HISTORY, PRESET_REQUESTS, LiveEdits
from distill_live.commands.serving.page.documents import ServerDocuments
from distill_live.commands.serving.page.feed import LiveFeed
from distill_live.commands.serving.page.work import JobDocuments, open_api
from distill_live.commands.serving.remarks import Remarks
from distill_live.commands.serving.site import Site
from distill_live.commands.serving.streams import ServerStreams
from distill_live.control.feedback.outcomes import Answer, Outcomes
from distill_live.control.namespace.address import ROOT
from distill_live.control.namespace.targets import Levels, find_target
from distill_live.control.patch.editing import PatchEditor
from distill_live.control.patch.files import describe_patch, find_patch, load_patch, presets_path
from distill_live.control.patch.watch import PatchWatch
from distill_live.control.presets.presets import Presets
from distill_live.control.routing.allowed_files import AllowedFiles
from distill_live.control.routing.control_requests import ControlRequests
from distill_live.control.routing.hooks import Hooks
from distill_live.control.routing.router import Router
from distill_live.control.timing.schedule import Schedule
from distill_live.control.timing.tempo import Tempo
from distill_live.control.timing.tempo_parameters import TempoParameters
from distill_live.control.timing.ticker import Ticker
from distill_live.errors import ParameterError
from distill_live.inputs.osc import parse_endpoint
from distill_live.plugins import load_plugin
from distill_live.web.api.patch import PatchRoutes

if TYPE_CHECKING:
    from distill_live.control.feedback.feedback import Feedback
    from distill_live.control.namespace.address import Sender
    from distill_live.control.patch.schema import Patch
    from distill_live.live.ipc.messages import Asked
    from distill_live.live.server.server import Server
    from distill_live.parameters import ParameterStore
    from distill_live.web.api.routes import Api


class Controls:
    """Steers a server: `start` before it starts, `open_devices` after, then `tick` many times a
    second on the main thread; `close_devices` before it ends, `stop` after.

    `feedback` tells clients what happens, `say` tells people; `inputs` are the classes of inputs
    that plugins bring. Raises PatchError, DeviceError and ParameterError for options that cannot be
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
        self._server, self._store, self._say = server, store, say
        self._allowed_files = AllowedFiles(lambda: options.folders)
        # Outcomes go to whoever has asked; `_answers` has what sends to the clients of each input.
        self._answers: dict[str, Answer] = {}
        self._outcomes = Outcomes(feedback, self._answers)

        self._tempo = TempoParameters(Tempo(log=say), store, feedback.publish)
        self._presets = Presets(store, {}, presets_path(path), say)
        #: The patch at the start, in words.
        holds = describe_patch(patch, len(self._presets.stored_names))
        self.patch_summary = f"patch {patch.name}: {holds}"
        self._edits = LiveEdits(
            server, store, feedback, self._outcomes, self._presets, lambda: self.router.sender, say
        )
        self._remarks = Remarks(
            server, store, self._edits.edits.values(), self._tempo.tempo, self._presets,
            options.link, self._outcomes, say,
        )  # fmt: skip
        self.router = self._make_router(feedback)

        self._watch = PatchWatch(path, store.table, self._use, say)
        self.osc = self._make_osc(options, feedback)
        editor = PatchEditor(path, store.table, self._watch.follow)
        api = open_api(
            options.work, options.upload_limit, options.recordings, lambda: server.deck.path,
            PatchRoutes(editor).operations(), server.processes,
        )  # fmt: skip
        self.site = self._make_site(options, feedback, api)
        self._answers |= {"osc": self.osc.answer, "web": self.site.answer}
        self._devices = Devices(self.router, store, options.midi, options.link, inputs, say)
        self._learn = LearnService(
            path, store.table, self._devices.midi, feedback, self._outcomes, say
        )
        self.router.hooks.learns = self._learn.is_busy
        self.router.add_service(HISTORY, self._edits.list)
        self.router.add_service(LEARN, self._learn)
        self.router.add_service(CLIP_LIST, ClipList(server))

        self._ticker = self._make_ticker(feedback)
        self._documents = ServerDocuments(
            self.site.documents, server, self.router, self._presets, self._edits.history,
            self._watch, options.recordings, self._facts,
        )  # fmt: skip
        self._jobs = JobDocuments(self.site.documents, api)

        server.on_model = self._use_levels
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
        self._devices.open()

    def tick(self) -> None:
        """Look after files, which may take a moment."""
        now = time.monotonic()
        self._watch.tick(now)
        self._learn.tick(now)
        self._remarks.tick()
        self._documents.tick(now)
        self._jobs.tick(now)

    def close_devices(self) -> None:
        """Stop listening to what `open_devices` has opened."""
        self._devices.close()

    def stop(self) -> None:
        """End all threads and free the ports, also after a `start` that failed."""
        self._ticker.stop()
        self.site.stop()
        self.osc.stop()
        self._presets.close()

    def _make_router(self, feedback: Feedback) -> Router:
        """The router, with the requests that control carries out itself."""
        server, say = self._server, self._say
        requests = ControlRequests(
            self._request, self._tempo, self._presets, self._edits.handlers,
            self._note_done, self._note_act,
        )  # fmt: skip
        hooks = Hooks(
            on_touch=lambda sender, name: self._note_touch(feedback, sender, name),
            on_change=self._note_change,
            on_reply=self._outcomes.answer,
            follow=server.follow,
            latency=lambda: server.latency,
            explain=self._edits.requests.explain,
        )
        return Router(
            self._store, requests, None, say,
            tempo=self._tempo.tempo, schedule=Schedule(say), hooks=hooks,
        )  # fmt: skip

    def _make_osc(self, options: ControlOptions, feedback: Feedback) -> Any:
        """The OSC input. Raises DeviceError for an address or a network that is not valid."""
        host, port = parse_endpoint(options.osc)
        make = load_plugin("inputs", "osc")
        return make(host, port, self.router, feedback, self.router.schedule, options.osc_allow)

    def _make_site(self, options: ControlOptions, feedback: Feedback, api: Api) -> Site:
        """The web server with all that the page shows. Raises DeviceError for an address or a
        network that is not valid."""
        server = self._server
        site = Site(
            options.web, options.osc_allow, lambda: server.deck.level_labels, self.router, feedback,
            self._store, self._say,
        )  # fmt: skip
        site.edits = tuple(self._edits.requests.edits.values())
        site.feed = LiveFeed(server, self._tempo.tempo)
        site.api = api
        return site

    def _make_ticker(self, feedback: Feedback) -> Ticker:
        """Everything that is called many times a second, in this order."""
        ticker = Ticker(log=self._say)
        for tick in (
            self.router.schedule.tick,
            self._devices.link.tick,
            self._tempo.tick,
            self.router.tick,
            self._presets.tick,
            self._edits.tick,
            ServerStreams(self._server, feedback).tick,
            feedback.tick,
            self._devices.lights.tick,
        ):
            ticker.add(tick)
        return ticker

    def _use(self, patch: Patch) -> None:
        """Use a patch in place of the one before."""
        self.router.use_patch(patch)
        self._presets.use(patch.presets)
        self._edits.use_order(patch.order)
        self._devices.use(patch)
        self.osc.use(patch.osc.targets, patch.osc.timetags)
        self.site.use(patch.osc.timetags)
        self._documents.use(patch.name, patch)

    def _use_levels(self, labels: Sequence[str]) -> None:
        """Use the levels of the model that plays now."""
        self.router.use_levels(labels)
        self._presets.levels = Levels(labels)
        self._edits.use_model()
        self.site.note_levels()

    def _facts(self) -> dict[str, Any]:
        """Where messages are received, and what a control is being learned for."""
        midi = self._devices.midi
        osc = f"{self.osc.host}:{self.osc.port}"
        learning = self._learn.learning.name
        return {"osc": osc, "web": self.site.address, "midi": midi.status, "learning": learning}

    def _set(self, text: str) -> None:
        """Set a parameter by NAME=VALUE, as a message would. Raises ParameterError."""
        name, equals, value = text.partition("=")
        if not equals:
            raise ParameterError(f"--set takes NAME=VALUE, such as temperature=0.8, not {text!r}")
        # Only parameters: a request would be made before there is any sound.
        try:
            parameter = find_target(name, self._store.table).parameter
        except ParameterError as error:
            raise ParameterError(f"--set {text}: {error}") from None
        with suppress(ValueError):
            if not parameter.minimum <= float(value) <= parameter.maximum:
                raise ParameterError(f"--set {text}: {name} takes {parameter.legal()}")
        replies = self.router.receive_osc([(f"{ROOT}/{name}", (value,))]).replies
        for _, (_, reason) in replies:
            raise ParameterError(f"--set {text}: {reason}")

    def _request(self, name: str, arguments: tuple[object, ...], asked: Asked) -> None:
        """Hand a request on to the server. Raises ParameterError for a file elsewhere."""
        checked = self._allowed_files.check(name, arguments)
        if asked == (name, arguments):
            asked = (name, checked)
        # First, because the server may answer at once.
        self._outcomes.asked(asked[0], self.router.sender, asked[1])
        self._server.request(name, checked, asked)

    def _note_touch(self, feedback: Feedback, sender: Sender, name: str) -> None:
        """Note that a parameter is moved."""
        feedback.touched(sender, name)
        self._edits.history.touched(sender, name)
        self._remarks.touched(sender, name)

    def _note_change(self) -> None:
        """Note that all parameters of a message are moved, and all requests are made."""
        self._edits.history.follow_touches()
        self._remarks.settle()

    def _note_act(self, name: str, arguments: Sequence[object]) -> None:
        """Note that a request was carried out."""
        self._edits.note_act(name, arguments)
        if name in PRESET_REQUESTS:
            self._remarks.recalled(self.router.sender)

    def _note_done(self, name: str, text: str) -> None:
        """Confirm what control itself has done, to the sender and to all listeners."""
        self._outcomes.asked(name, self.router.sender)
        self._say(text)
        self._outcomes.tell(name, text)
