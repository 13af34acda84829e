"""Listening as control sees it: the input, and the listener that encodes what comes in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from distill_live.audio.level import loudness_db
from distill_live.codes.timeline import Codes
from distill_live.errors import DistillError, LiveError
from distill_live.live.ipc.heard_columns import KEPT_COLUMNS
from distill_live.live.ipc.listening_memory import ListeningMemory
from distill_live.live.ipc.messages import Asked, Failed, InputReport, Request
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.live.listening.audio_input import AudioInput
from distill_live.live.listening.follower import InputFollower
from distill_live.live.listening.phrase import REST_DB, last_phrase
from distill_live.live.listening.process import ListenerJob, run_listener
from distill_live.live.server.settings import ServerSettings
from distill_live.live.server.worker import Worker

NO_INPUT = (
    "there is no input to listen to: start with `serve --input NAME`; `distill-live devices` lists "
    "audio inputs"
)


class Passage(NamedTuple):
    """A passage of the live input: its codes [T, F, Q], how long it lasted, and its RMS level in
    dBFS, -inf for silence."""

    codes: Codes
    seconds: float
    loudness_db: float


class Listening:
    """What comes in from the input of a server, if its settings name one.

    `say` takes a line of text for the user. `on_outcome` is called with the name of a request, what
    came of it, whether it failed, and its arguments; `on_prime` with codes [T, F, Q] to continue
    from, and the request; `on_clip` with the name of a clip and what to keep in it; it returns what
    there is to say of it. Both may raise DistillError.
    """

    def __init__(self, settings: ServerSettings, say: Callable[[str], None]) -> None:
        self.memory, self._say = ListeningMemory(), say
        self.on_outcome: Callable[[str, str, bool, tuple[Any, ...]], None] = lambda *outcome: None
        self.on_prime: Callable[[Codes, Asked], None] = lambda codes, asked: None
        #: Says when what `on_prime` gets will be heard, such as " in 0.2 s".
        self.when: Callable[[], str] = lambda: ""
        self.on_clip: Callable[[str, Passage], str] = lambda name, passage: ""
        self.follow = InputFollower(self.memory.tap, self.memory.status).follow
        self._input = None
        if settings.run_input is not None:
            self._input = AudioInput(
                settings.run_input, settings.input_options, self.memory.tap, self.memory.status, say
            )
        self._listener = Worker(
            "listener", run_listener, self._job(settings.model),
            lambda: self.memory.status["listener_beat"], settings.processes,
        )  # fmt: skip
        # As for an engine: another model may take long to load.
        self._listener.patience, self._listener.start_patience = 10.0, 180.0

    @property
    def workers(self) -> list[Worker]:
        """The processes to look after from the start: the input's."""
        return [] if self._input is None else [self._input.worker]

    def begin(self, look_after: Callable[[Worker], None]) -> None:
        """Start the listener, if there is an input: only once the music plays, because a process
        that loads a model slows down the engine that does the same."""
        if self._input is not None:
            self._listener.start()
            look_after(self._listener)

    def owns(self, worker: Worker) -> bool:
        """Whether a process is the input's or the listener."""
        return worker is self._listener or worker in self.workers

    @property
    def on(self) -> bool:
        """Whether the server listens to the input."""
        return bool(self.memory.status["on"])

    def hear(self, worker: Worker, report: InputReport | Failed) -> None:
        """Take in what one of the processes reports. Raises LiveError if the input is missing at
        the start."""
        if self._input is not None and worker is self._input.worker:
            self._input.hear(report)
        elif isinstance(report, Failed):
            self._say(f"{worker.name}: {report.reason}")

    def prepare(self, worker: Worker) -> None:
        """Prepare the next process, if the input's or the listener has failed."""
        if self._input is not None and worker is self._input.worker:
            self._input.prepare()
        elif worker is self._listener:
            # Else the last column would be blended in until the next listener is there.
            self.memory.columns.forget()

    def give_up(self, worker: Worker) -> None:
        """Stop listening if the listener fails again and again, or an input that never opened."""
        if self._input is not None and worker is self._input.worker:
            text = self._input.give_up()
            if text:
                self._end("listen", text, True, (True,))
        elif worker is self._listener:
            self.memory.status["on"] = 0.0
            worker.give_up()
            text = (
                "the listener keeps failing right after it starts: listening is off; "
                "/distill/listen 1 tries again"
            )
            self._end("listen", text, True, (True,))

    def use_model(self, model: Path) -> None:
        """Encode with the codec of another model from now on."""
        self._listener.arguments = self._job(model)
        self._listener.send(Request("model", (model,)))

    def takes(self, name: str) -> bool:
        """Whether a request is one of these."""
        return name == "listen" or name.startswith("listen/")

    def carry_out(self, name: str, arguments: tuple[Any, ...], codec_sha256: str) -> None:
        """Carry out a request, for the codec of the model in play."""
        try:
            if self._input is None:
                raise LiveError(NO_INPUT)
            text = (
                self._listen(*arguments) if name == "listen"
                else self._use(name, arguments, codec_sha256)
            )  # fmt: skip
        except DistillError as error:
            self._end(name, str(error), True, arguments)
        else:
            self._end(name, text, False, arguments)

    def _listen(self, on: bool) -> str:
        if on and self._listener.done:
            # It was given up: try again.
            self._listener.take_up()
        self.memory.status["on"] = on
        return "listening to the input" if on else "no longer listening to the input"

    def _use(self, name: str, arguments: tuple[Any, ...], codec_sha256: str) -> str:
        """Continue from a passage of the live input, or make a clip of it."""
        *names, seconds = arguments
        passage = self._passage(seconds, codec_sha256)
        if name == "listen/clip":
            return self.on_clip(names[0], passage) + _tell_less(seconds, passage)
        self.on_prime(passage.codes, (name, arguments))
        text = f"continuing from the last {passage.seconds:.1f} s you played{self.when()}"
        return text + _tell_less(seconds, passage)

    def _passage(self, seconds: float | None, codec_sha256: str) -> Passage:
        """The last seconds, or (None) the last phrase, of the live input.

        Raises LiveError if there is no such passage.
        """
        if not self.on:
            raise LiveError("not listening: send /distill/listen 1 first")
        heard = self.memory.columns.read(KEPT_COLUMNS, codec_sha256)
        if heard is None:
            raise LiveError(
                "nothing heard yet: the listener has only just started, or is still loading the "
                "model; try again in a few seconds"
            )
        column_seconds = heard.column_samples / SAMPLE_RATE
        if seconds is None:
            part = last_phrase(heard.loudness, column_seconds)
        else:
            part = slice(-max(round(seconds / column_seconds), 1), None)
        if part is None:
            raise LiveError(
                f"nothing louder than {REST_DB:g} dB has come in yet: play something, or check "
                "the input's level"
            )
        codes, power = heard.codes[part], 10.0 ** (heard.loudness[part] / 10.0)
        return Passage(codes, len(codes) * column_seconds, loudness_db(float(power.mean())))

    def _end(self, name: str, text: str, failed: bool, arguments: tuple[Any, ...]) -> None:
        self._say(text)
        self.on_outcome(name, text, failed, arguments)

    def _job(self, model: Path) -> tuple[ListenerJob]:
        return (ListenerJob(model, self.memory),)


def _tell_less(seconds: float | None, passage: Passage) -> str:
    """What to say if a passage is shorter than what was asked for."""
    missing = 0.0 if seconds is None else seconds - passage.seconds
    if missing < passage.seconds / len(passage.codes):
        return ""
    return f"; you asked for {seconds:g} s, but no more had been heard"
