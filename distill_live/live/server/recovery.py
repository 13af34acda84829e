"""What to do when an engine fails: try again, on the CPU, or go back to the previous model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from distill_live.errors import LiveError
from distill_live.live.ipc.messages import EngineReady, EngineReport, Failed
from distill_live.live.server.deck import CPU, Deck
from distill_live.live.server.model_swap import ModelSwap
from distill_live.live.server.worker import Worker, WorkerFailure


class Recovery:
    """Decides how the next engine on a deck is started, and when a model is given up.

    If a model's device fails, the model plays on the CPU from then on. If it fails twice in a row,
    it continues without the hold or the loop in which it failed; after the third failure the
    previous model takes over. If there is none, the server keeps trying while the last
    passage repeats: the performer does not expect to hear a model that they did not choose. `say`
    takes a line of text for the performer, and `on_failure` the one about a model that is given up.
    An output that is not `endless`, such as a file, ends
    with an error instead: nobody is listening to it.
    """

    def __init__(
        self,
        decks: tuple[Deck, Deck],
        swap: ModelSwap,
        say: Callable[[str], None],
        endless: bool = True,
    ) -> None:
        self._decks, self._swap, self._say, self._endless = decks, swap, say, endless
        self._played: list[Path] = []
        self._given_up: set[Path] = set()
        self._last_words: dict[int, str] = {}
        self.on_failure: Callable[[str], None] = lambda text: None

    def deck_of(self, worker: Worker) -> Deck | None:
        """The deck that an engine plays on; None for another worker, or an engine that has left."""
        return next((deck for deck in self._decks if deck.worker is worker), None)

    def note_played(self, deck: Deck) -> None:
        """Note that a deck's model is heard."""
        self._played.append(deck.path)
        self._given_up.discard(deck.path)

    def hear(self, worker: Worker, report: EngineReport) -> None:
        """Note what an engine reports.

        Raises LiveError when the first model of all cannot be loaded: trying again would not help.
        """
        deck = self.deck_of(worker)
        if deck is None:
            return
        loading, other_device = not deck.was_ready, deck.device_failed
        deck.note(report)
        match report:
            case EngineReady() if worker.restarts:
                self._say(f"{deck.name} is playing again")
            case Failed(reason):
                self._last_words[deck.number] = reason
                if loading and not other_device and not self._played:
                    raise LiveError(reason)
                self._say(f"engine: {reason}")

    def prepare(self, deck: Deck, failure: WorkerFailure) -> None:
        """Prepare the next engine on a deck, after the last one has failed."""
        # A failing driver may end the process before it can say why.
        if deck.device != CPU and (deck.device_failed or failure.crashed):
            self._leave_device(deck)
        elif deck.worker.quick_failures:
            deck.retry(plainly=True)

    def give_up(self, deck: Deck) -> None:
        """Replace the model of a deck that fails again and again.

        Raises LiveError if there is no other model, and nothing was heard yet or nobody listens.
        """
        if deck.device != CPU:
            self._leave_device(deck)
        elif deck is not self._swap.deck:
            deck.worker.give_up()
        else:
            self._given_up.add(deck.path)
            self._replace(deck)

    def retry_given_up(self) -> None:
        """Try the next model, or the one given up, when another could not be loaded."""
        if self._swap.deck.worker.done:
            self._replace(self._swap.deck)

    def _replace(self, deck: Deck) -> None:
        if self._swap.loading:
            deck.worker.give_up()
            self._tell(
                f"{deck.name} keeps failing: repeating its last passage until the next model"
            )
            return
        other = self._last_played()
        if other is not None:
            self._tell(f"{deck.name} keeps failing: going back to {other.stem}")
            self._given_up.add(other)
            deck.worker.give_up()
            self._swap.ask(str(other))
            return
        if not (self._played and self._endless):
            why = self._last_words.get(deck.number, "no reason given")
            raise LiveError(f"{deck.name} keeps failing right after it starts: {why}")
        self._tell(
            f"{deck.name} keeps failing: repeating its last passage while trying again; "
            "/distill/model NAME plays another model"
        )
        if deck.worker.done:
            deck.worker.take_up()

    def _tell(self, text: str) -> None:
        self._say(text)
        self.on_failure(text)

    def _last_played(self) -> Path | None:
        """The last model heard that is not given up; each is tried once."""
        return next((path for path in reversed(self._played) if path not in self._given_up), None)

    def _leave_device(self, deck: Deck) -> None:
        self._say(f"{deck.name}: the device {deck.device} failed; playing on the CPU from now on")
        deck.retry(device=CPU)
