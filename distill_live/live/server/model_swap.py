"""Changes the model while playing: the new one loads on the other deck, then they crossfade."""

from __future__ import annotations

from collections.abc import Callable

from distill_live.errors import DistillError
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.ipc.messages import Failed, Notice
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.live.playback.deck_mixer import DeckControl
from distill_live.live.server.deck import CPU, Deck
from distill_live.live.server.supervisor import Supervisor
from distill_live.models.file.library import find_playable
from distill_live.parameters import ParameterStore

#: Sound that a new engine must have made before the fade begins, in seconds.
_READY_SECONDS = 0.5
#: How long an engine may take to end by itself, in seconds.
_END_SECONDS = 1.0


class ModelSwap:
    """Brings one model after another onto the free deck; `poll` is called many times a second.

    A model that cannot be loaded changes nothing; `say` tells why. Of several models that are
    asked for while one is loading, only the last one counts. `on_begin` and `on_end` are called
    with the new deck when a fade begins to be heard and when it is over, `on_load` before its
    engine is started, `on_failure` with the text about a model that cannot be played and what was
    asked for, and `on_overtaken` with the outcome of a request that another one has overtaken: a
    text, whether it failed, and its arguments.
    """

    def __init__(
        self,
        decks: tuple[Deck, Deck],
        control: DeckControl,
        supervisor: Supervisor,
        parameters: ParameterStore,
        say: Callable[[str], None],
    ) -> None:
        self._decks, self._control, self._supervisor = decks, control, supervisor
        self._parameters, self._say = parameters, say
        self.on_load: Callable[[Deck], None] = lambda deck: None
        self.on_begin: Callable[[Deck], None] = lambda deck: None
        self.on_end: Callable[[Deck], None] = lambda deck: None
        self.on_failure: Callable[[str, str], None] = lambda text, asked: None
        self.on_overtaken: Callable[[str, bool, tuple[str]], None] = lambda *outcome: None
        #: What was asked for: the model that is coming, or the one that came last.
        self.asked = ""
        # Of the model that played first: a chain of models does not drift away from it.
        self._loudness = decks[0].loudness
        self._wanted: str | None = None
        # The device for a model that could not be loaded on the usual one.
        self._device: str | None = None
        self._coming: Deck | None = None
        self._fade_asked = self._fading = False
        self.deck = decks[0]

    def ask(self, name: str) -> None:
        """Let the model called `name` play next."""
        if self._wanted is not None:
            # One that is to be tried again, on the CPU, is wanted by its path.
            before = self._wanted if self._device is None else self.asked
            if before != name:
                text = f"{before} was not loaded: {name} was asked for instead"
                self._say(text)
                self.on_overtaken(text, True, (before,))
        self._wanted, self._device = name, None

    def poll(self, device: str, settings: EngineSettings) -> None:
        """Take the next step of a swap, if it is time for it."""
        if self._coming is None:
            if self._free.worker.is_gone(_END_SECONDS) and self._wanted is not None:
                name, self._wanted = self._wanted, None
                self._load(name, self._device or device, settings)
        elif self._fade_asked:
            self._follow_fade(self._coming)
        else:
            self._await(self._coming)

    def end(self) -> None:
        """Report a fade that was heard, and end the engines that the supervisor does not know.

        To be called when nothing is heard any more.
        """
        if self._coming is not None and self._fade_asked:
            self._follow_fade(self._coming)
            if self._fading:
                self.on_end(self.deck)
        if not self._fade_asked:
            self._free.worker.end(_END_SECONDS)

    @property
    def loading(self) -> bool:
        """Whether a model is loading that is not heard yet."""
        coming = self._coming is not None and not self._fading
        return coming or self._wanted is not None

    @property
    def _free(self) -> Deck:
        """The deck that does not play: it is free for a model once its last engine is gone."""
        return self._decks[1 - self.deck.number]

    def _load(self, name: str, device: str, settings: EngineSettings) -> None:
        deck = self._free
        if self._device is None:
            self.asked = name
        try:
            deck.put(find_playable(name), device, settings)
        except DistillError as error:
            self._fail(str(error))
            return
        self._say(f"loading {deck.name}")
        self.on_load(deck)
        deck.worker.start()
        self._coming = deck

    def _await(self, deck: Deck) -> None:
        """Wait until the new engine has made sound, or has failed."""
        deck.worker.start_if_due()
        failure = deck.worker.failure()
        reason = failure.reason if failure else None
        for message in deck.worker.messages():
            deck.note(message)
            match message:
                case Failed(why):
                    reason = why
                case Notice(line):
                    self._say(line)
        if reason is not None:
            deck.worker.leave()
            self._coming = None
            self._fail_or_retry(deck, reason)
        elif deck.ready_seconds >= _READY_SECONDS and not self._control.busy:
            fade = round(self._parameters["model_fade"] * SAMPLE_RATE)
            gain = deck.loudness.gain_to_match(self._loudness)
            self._control.fade_to(deck.number, fade, gain)
            self._supervisor.add(deck.worker)
            self._fade_asked = True

    def _fail_or_retry(self, deck: Deck, reason: str) -> None:
        """Try a model on the CPU if its device has failed, unless another model is wanted now."""
        if not deck.device_failed or self._wanted is not None:
            self._fail(f"cannot load {deck.name}: {reason}")
            return
        self._say(f"cannot load {deck.name} on {deck.device}: {reason}; trying the CPU")
        self._wanted, self._device = str(deck.path), CPU

    def _fail(self, reason: str) -> None:
        text = f"{self.deck.name} keeps playing: {reason}"
        self._say(text)
        self.on_failure(text, self.asked)

    def _follow_fade(self, deck: Deck) -> None:
        """The new deck plays from the fade's first sample on; the old one ends after its last."""
        if not self._fading and self._control.playing == deck.number:
            self._fading = True
            self.deck = deck
            self.on_begin(deck)
        if self._fading and not self._control.busy:
            self.on_end(deck)
            old = self._free.worker
            self._supervisor.remove(old)
            old.leave()
            self._coming, self._fade_asked, self._fading = None, False, False
