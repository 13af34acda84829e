"""Listening as control sees it: the input, and the listener that encodes what comes in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from distill_live.codes.timeline import Codes
from distill_live.live.ipc.heard_columns import KEPT_COLUMNS, HeardColumns
from distill_live.live.ipc.messages import Failed, InputReport, Request
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.live.ipc.status import EngineStatus, ListeningStatus
from distill_live.live.ipc.tap import TapRing
from distill_live.live.listening.audio_input import AudioInput
from distill_live.live.listening.follower import InputFollower
from distill_live.live.listening.phrase import SILENCE_DB, last_phrase
from distill_live.live.listening.process import ListenerJob, run_listener
from distill_live.live.server.settings import ServerSettings
from distill_live.live.server.worker import Worker

_NO_INPUT = (
    "there is no input to listen to: start with `serve --input NAME`; `distill-live devices` lists "
    "audio inputs"
)


class Passage(NamedTuple):
    """The codes [T, F, Q] of something that was played in, and how long it lasted."""

    codes: Codes
    seconds: float


class Listening:
    """What comes in from the input of a server, if its settings name one; what is listened to is
    in `columns`.

    `say` takes a line of text for the user. `on_outcome` is called with the name of a request, what
    came of it, and whether it failed.
    """

    def __init__(self, settings: ServerSettings, say: Callable[[str], None]) -> None:
        self.status, self.tap, self.columns = ListeningStatus(), TapRing(1), HeardColumns()
        self._say = say
        self.follow = InputFollower(self.tap, self.status).follow
        self.on_outcome: Callable[[str, str, bool], None] = lambda name, text, failed: None
        self._input = None
        if settings.run_input is not None:
            self._input = AudioInput(
                settings.run_input, settings.input_options, self.tap, self.status, say
            )
        self._listener = Worker(
            "listener", run_listener, self._job(settings.model),
            lambda: self.status["listener_beat"],
        )  # fmt: skip
        # As for an engine: another model may take long to load.
        self._listener.patience, self._listener.start_patience = 10.0, 180.0

    @property
    def workers(self) -> list[Worker]:
        """The processes to look after."""
        return [] if self._input is None else [self._input.worker, self._listener]

    @property
    def on(self) -> bool:
        """Whether what comes in is listened to."""
        return bool(self.status["on"])

    def hear(self, worker: Worker, report: InputReport | Failed) -> None:
        """Take in what one of the processes reports. Raises LiveError if the input is missing at
        the start."""
        if self._input is not None and worker is self._input.worker:
            self._input.hear(report)
        elif isinstance(report, Failed):
            self._say(f"{worker.name}: {report.reason}")

    def prepare(self, worker: Worker) -> None:
        """Prepare the next process, if `worker` is one of `workers` and has failed."""
        if self._input is not None and worker is self._input.worker:
            self._input.prepare()

    def give_up(self, worker: Worker) -> None:
        """Stop listening if the listener fails again and again."""
        if worker is self._listener:
            self.status["on"] = 0.0
            worker.give_up()
            self._say("the listener keeps failing right after it starts: nothing is listened to")

    def use_model(self, model: Path) -> None:
        """Encode with the codec of another model from now on."""
        self._listener.arguments = self._job(model)
        self._listener.send(Request("model", (model,)))

    def carry_out(
        self, name: str, arguments: tuple[Any, ...], engine: EngineStatus
    ) -> Codes | None:
        """Carry out one of the requests that begin with "listen"; the codes [T, F, Q] to prime the
        engine with, if it was to be primed and there are any."""
        if self._input is None:
            self._end(name, _NO_INPUT, failed=True)
        elif name == "listen":
            self._listen(*arguments)
        elif not self.on:
            self._end(name, "nothing is listened to: /distill/listen 1 begins", failed=True)
        else:
            (seconds,) = arguments
            return self._prime(seconds, engine)
        return None

    def _listen(self, on: bool) -> None:
        if on and self._listener.done:
            # It was given up: try again.
            self._listener.take_up()
        self.status["on"] = on
        self._end("listen", "listening to the input" if on else "no longer listening to the input")

    def _prime(self, seconds: float | None, engine: EngineStatus) -> Codes | None:
        passage = self.passage(seconds, engine)
        if passage is None:
            self._end(
                "listen/prime",
                f"nothing louder than {SILENCE_DB:g} dB was played in yet: play something first, "
                "or check the input's level",
                failed=True,
            )
            return None
        self._end("listen/prime", f"continuing from the {passage.seconds:.1f} s played in last")
        return passage.codes

    def passage(self, seconds: float | None, engine: EngineStatus) -> Passage | None:
        """The last seconds, or (None) the last phrase, of what was played in, for the model that
        the engine plays; None if there is no such passage."""
        heard = self.columns.read(KEPT_COLUMNS, int(engine["codec"]))
        if heard is None:
            return None
        column_seconds = heard.column_samples / SAMPLE_RATE
        if seconds is None:
            part = last_phrase(heard.loudness, column_seconds)
        else:
            part = slice(-max(round(seconds / column_seconds), 1), None)
        if part is None:
            return None
        codes = heard.codes[part]
        return Passage(codes, len(codes) * column_seconds)

    def _end(self, name: str, text: str, failed: bool = False) -> None:
        self._say(text)
        self.on_outcome(name, text, failed)

    def _job(self, model: Path) -> tuple[ListenerJob]:
        return (ListenerJob(model, self.tap, self.columns, self.status),)
