"""The server: it starts and watches the engines and the audio process, and passes requests on.

It belongs to the control process but knows nothing of controls; commands/serve.py joins the two.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from distill_live.codes.timeline import Codes
from distill_live.live.clips.encodings import Encodings
from distill_live.live.clips.waiting_regions import WaitingRegions
from distill_live.live.drawing.region_drawing import RegionDrawing
from distill_live.live.drawing.region_requests import RegionRequests
from distill_live.live.ipc.messages import Asked, EditReport
from distill_live.live.ipc.process_source import ProcessSource
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.live.ipc.status import LiveStatus, Transport
from distill_live.live.ipc.tap import TapRing
from distill_live.live.listening.listening import Listening
from distill_live.live.pacing.output_pace import OutputPace
from distill_live.live.pacing.overload_notice import OverloadNotice
from distill_live.live.playback.deck_mixer import DeckControl
from distill_live.live.playback.memory import AudioMemory
from distill_live.live.recording.gaps import gap_words
from distill_live.live.recording.recordings import Recordings
from distill_live.live.server.audio_output import AudioOutput
from distill_live.live.server.clips import Clips
from distill_live.live.server.deck import Deck
from distill_live.live.server.interruptions import BridgeWatch, GapWatch
from distill_live.live.server.log_collector import LogCollector
from distill_live.live.server.model_swap import ModelSwap
from distill_live.live.server.priming import Priming
from distill_live.live.server.recovery import Recovery
from distill_live.live.server.reports import Reports
from distill_live.live.server.requests import Requests
from distill_live.live.server.settings import ServerSettings
from distill_live.live.server.supervisor import Supervisor
from distill_live.parameters import ParameterStore
from distill_live.priority import Grant

#: Longest wait for the fade when the server stops, in seconds.
_FADE_SECONDS = 0.5


class Server:
    """Plays one model, then another. `start`, then `poll` many times a second until it returns
    False, then `end`.

    `log` takes one line of text for the user.
    """

    def __init__(
        self, settings: ServerSettings, parameters: ParameterStore, log: Callable[[str], None]
    ) -> None:
        self._settings, self._log = settings, log
        #: Called with the level labels of each model that begins to play.
        self.on_model: Callable[[tuple[str, ...]], None] = lambda labels: None
        #: Called with the outcome of a request that takes its time: its name, a text, whether it
        #: failed; and its arguments, or None for all requests of that name. Without a text, it was
        #: done and needs no answer. Also called with a parameter that has no effect any more.
        self.on_outcome: Callable[[str, str, bool, tuple[Any, ...] | None], None] = (
            lambda name, text, failed, arguments: None
        )
        #: Called with the name of a request and a text when something that was done fails later.
        self.on_late_failure: Callable[[str, str], None] = lambda name, text: None
        #: Called with what the engine that plays reports for the history of edits.
        self.on_edit_report: Callable[[EditReport], None] = lambda report: None
        #: Called when the engine that plays has failed, before its successor begins.
        self.on_engine_lost: Callable[[], None] = lambda: None
        self.status, self.tap = LiveStatus(), TapRing()
        self._deck_control = DeckControl()
        keep = settings.log is not None
        #: The live input.
        self.listening = Listening(settings, log)
        heard = self.listening.memory.columns
        decks = (
            Deck(0, parameters, keep, heard, self.processes),
            Deck(1, parameters, keep, heard, self.processes),
        )
        decks[0].put(settings.model, settings.device, settings.engine)
        rings = (decks[0].ring, decks[1].ring)
        memory = AudioMemory(rings, self._deck_control, parameters, self.status, self.tap)
        #: The audio process, and the devices that it plays on.
        self.output = AudioOutput(settings, memory, log)
        self._supervisor = Supervisor(
            decks[0].worker,
            self.output.worker,
            *self.listening.workers,
            on_message=lambda worker, message: self._reports.hear(worker, message),
            on_failure=lambda worker, failure: self._reports.note_failure(worker, failure),
            on_hopeless=lambda worker: self._reports.give_up(worker),
        )
        self._swap = ModelSwap(decks, self._deck_control, self._supervisor, parameters, log)
        self._recovery = Recovery(decks, self._swap, log, endless=not settings.finite)
        self._bridges, self._gaps = BridgeWatch(self.status), GapWatch(self.tap)
        #: Records the output.
        self.recordings = Recordings(self.tap, settings.recordings, log)
        #: Tells the user what an engine gave up to keep up with real time.
        self.overload = OverloadNotice(log)
        self._output_pace = OutputPace(self.tap, log)
        self._encodings = Encodings(self.processes)
        self._priming = Priming(self._encodings, log)
        #: The clips, and what is in the slots for them.
        self.clips = Clips(settings, self.tap, self._encodings, lambda: self.deck, log)
        self._session_log = LogCollector(decks, log)
        self._regions = self._make_regions()
        self._requests = Requests(
            self.status, decks, self._regions, self._session_log, self._swap, self._priming,
            self.recordings, self.clips, self.listening,
        )  # fmt: skip
        self._reports = Reports(
            self.output, self._recovery, self.listening, self.clips, parameters,
            lambda: self.deck, self._regions.hear, self._tell_outcome, log,
        )  # fmt: skip
        self._sounding_since: float | None = None
        self._connect()

    def _make_regions(self) -> RegionRequests:
        """Make the part that keeps requests for regions."""
        waiting = WaitingRegions()
        drawing = RegionDrawing(
            waiting, lambda: (self.deck.path, self.deck.blank),
            self.clips.send_region_codes, lambda refused: self._regions.hear(refused),
            self.processes,
        )  # fmt: skip
        return RegionRequests(
            waiting, drawing, lambda request: self.deck.worker.send(request),
            self.clips.send_region, lambda report: self.on_edit_report(report),
        )  # fmt: skip

    def _connect(self) -> None:
        """Let the parts tell each other, and whoever has asked, what happens."""
        self._swap.on_load = self.clips.slots.equip
        self._swap.on_begin, self._swap.on_end = self._begin_swap, self._end_swap
        self._swap.on_failure = self._tell_missing_model
        self._swap.on_overtaken = partial(self._tell_outcome, "model")
        self._recovery.on_failure = lambda text: self.on_late_failure("model", text)
        self.clips.when = self._priming.when = self.listening.when = self._when_heard
        self._priming.on_codes = self._prime
        self._priming.on_outcome = partial(self._tell_outcome, "prime")
        self.recordings.on_outcome = partial(self._tell_outcome, "record")
        self.clips.on_outcome = self.listening.on_outcome = self._tell_outcome
        self.clips.on_late_failure = lambda name, text: self.on_late_failure(name, text)
        self.listening.on_prime = self._prime
        self.listening.on_clip = self.clips.keep_passage

    @property
    def deck(self) -> Deck:
        """The deck that plays, or that is being faded to."""
        return self._swap.deck

    @property
    def processes(self) -> ProcessSource:
        """The source of the processes that use torch."""
        return self._settings.processes

    def start(self) -> None:
        """Start the session log, the recording and the workers.

        Raises AudioFileError or SessionLogError if a file cannot be written.
        """
        if self._settings.log:
            self._session_log.begin(self._settings.log)
        if self._settings.record:
            self.recordings.start(self._settings.record)
        self.on_model(self.deck.level_labels)
        self._supervisor.start()

    def poll(self) -> bool:
        """Look after the workers and requests; False once playing is over.

        Raises LiveError when it cannot continue.
        """
        self._supervisor.poll()
        if self._reports.take_lost_engine():
            self.on_engine_lost()
        self._requests.carry_out_waiting()
        self._swap.poll(self._settings.device, self._settings.engine)
        self._encodings.poll()
        self._priming.poll(self.deck.path)
        self.clips.poll()
        self._regions.poll()
        self.recordings.poll()
        self._session_log.poll()
        if self.sounding:
            self.overload.poll(self.deck.status)
            if not self.waits:
                self._output_pace.poll(self.output.name)
        self._note_interruptions()
        if self.sounding and self._sounding_since is None:
            self._sounding_since = time.monotonic()
            self._recovery.note_played(self.deck)
            self.listening.begin(self._supervisor.add)
        return not (self.output.finished or self._is_over())

    def _prime(self, codes: Codes, asked: Asked) -> None:
        """Continue from codes [T, F, Q]. Raises CodesError when they cannot be handed over."""
        self.clips.send_codes("prime", codes, asked=asked)

    def rest(self, seconds: float) -> None:
        """Wait so long, or until there is a request, which is carried out at once."""
        self._requests.wait(seconds)

    def _is_over(self) -> bool:
        duration, since = self._settings.duration, self._sounding_since
        return duration is not None and since is not None and time.monotonic() - since >= duration

    @property
    def sounding(self) -> bool:
        """Whether sound has begun."""
        return self.status["played"] > 0

    @property
    def latency(self) -> float:
        """How long a request usually takes to be heard, in seconds, by the last ones."""
        return self.deck.status["reaction"] + self.status["output_latency"]

    def follow(self, what: str) -> float:
        """What an envelope follower can follow: the RMS of the "output", linear, or something of
        the live input, 0..1."""
        return self.status["rms"] if what == "output" else self.listening.follow(what)

    @property
    def waits(self) -> bool:
        """Whether the output waits for the sound, so that nothing has to be on time."""
        return self._settings.engine.patient

    @property
    def priority(self) -> Grant:
        """Which priorities the system has granted."""
        return Grant(bool(self.status["real_time"]), bool(self.deck.status["raised"]))

    @property
    def counts(self) -> dict[str, float]:
        """How often what has gone wrong; for the engine, since its model was put on the deck."""
        audio = ("underruns", "bridged", "device_faults", "repaired")
        engine = ("futures", "short_lookahead", "short_context", "held_loops")
        return {
            **{name: self.status[name] for name in audio},
            **{name: self.deck.status[name] for name in engine},
            "input_faults": self.listening.memory.status["input_faults"],
            "restarts": self.restarts,
        }

    @property
    def restarts(self) -> int:
        """How often a process failed and had to be started again."""
        return self._reports.restarts

    def request(
        self, name: str, arguments: tuple[Any, ...] = (), asked: Asked | None = None
    ) -> None:
        """Take one of the instrument's requests, on any thread, without waiting for it; `asked` is
        what the performer has asked for, if that is something else."""
        self._requests.take(name, arguments, asked)

    def end(self) -> None:
        """Fade out, finish the recording and the session log, and end the workers."""
        self.status["transport"] = Transport.STOP
        deadline = time.monotonic() + _FADE_SECONDS
        while not self.status["silent"] and self.output.opened and time.monotonic() < deadline:
            time.sleep(0.005)
        self._encodings.close()
        self._regions.close()
        self.recordings.stop()
        self._supervisor.end()
        self._swap.end()
        self.clips.close()
        self._session_log.close(self.deck, self.counts)

    def _tell_outcome(
        self, name: str, text: str, failed: bool, arguments: tuple[Any, ...] | None = None
    ) -> None:
        self.on_outcome(name, text, failed, arguments)

    def _begin_swap(self, new: Deck) -> None:
        """Another deck is beginning to be heard."""
        self._recovery.note_played(new)
        self._log(f"now playing {new.name}")
        self._tell_outcome("model", f"now playing {new.name}", False, (self._swap.asked,))
        # They were asked for while the other model played.
        self._regions.refuse_all("another model began to play meanwhile")
        self.on_model(new.level_labels)
        self.clips.slots.use(new)
        self.listening.use_model(new.path)

    def _end_swap(self, new: Deck) -> None:
        """Only the other deck is heard from now on."""
        control = self._deck_control
        self._session_log.note(
            "swap",
            deck=new.number,
            at=control.began_at,
            fade=control.fade,
            faded=control.faded,
            gain=control.gain(new.number),
        )

    def _when_heard(self) -> str:
        """When a clip or a prime is heard that is asked for now, as the end of a sentence."""
        if self.status["transport"] != Transport.PLAY:
            return " once you send /distill/play"
        if not self.deck.status["engine_beat"]:
            return " as soon as the engine is ready"
        return f" in {self.latency:.1f} s"

    def _note_interruptions(self) -> None:
        """Report a passage that was repeated because there was no new sound, and a time in which
        nothing played."""
        if (bridge := self._bridges.poll(self.deck)) is not None:
            repeated = gap_words(bridge.samples / SAMPLE_RATE)
            self._log(f"the last passage was repeated for {repeated}")
            self._session_log.note("bridge", **bridge._asdict())
        if (gap := self._gaps.poll(self.deck)) is not None:
            self._log(f"nothing played for {gap_words(gap.samples / SAMPLE_RATE)}")
            self._session_log.note("gap", **gap._asdict())

    def _tell_missing_model(self, text: str, asked: str) -> None:
        self._tell_outcome("model", text, True, (asked,))
        self._recovery.retry_given_up()
