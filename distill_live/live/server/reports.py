"""What the workers report, and their failures, handed on to whoever deals with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distill_live.codes.edit_parameters import switch_edit_off
from distill_live.live.ipc.messages import (
    Captured,
    EditFailed,
    EditReport,
    EditsHold,
    Failed,
    InputAway,
    InputOpened,
    Message,
    Notice,
    OutputAway,
    OutputBroken,
    OutputFinished,
    OutputOpened,
    OverlayMade,
    OverlayRefused,
    RegionToDraw,
    RequestDone,
    SegmentBegan,
)
from distill_live.live.listening.listening import Listening
from distill_live.live.server.audio_output import AudioOutput
from distill_live.live.server.clips import Clips
from distill_live.live.server.deck import Deck
from distill_live.live.server.recovery import Recovery
from distill_live.live.server.worker import Worker, WorkerFailure
from distill_live.parameters import ParameterStore


class Reports:
    """Hears the workers of a server, for its supervisor.

    `playing` gives the deck that plays. `hear_edits` gets what its engine reports for the history
    of edits, `tell` the outcome of a request or a parameter (see `Server.on_outcome`), and `say` a
    line of text for the user.
    """

    def __init__(
        self,
        output: AudioOutput,
        recovery: Recovery,
        listening: Listening,
        clips: Clips,
        parameters: ParameterStore,
        playing: Callable[[], Deck],
        hear_edits: Callable[[EditReport], None],
        tell: Callable[[str, str, bool, tuple[Any, ...] | None], None],
        say: Callable[[str], None],
    ) -> None:
        self._output, self._recovery = output, recovery
        self._listening, self._clips, self._parameters = listening, clips, parameters
        self._playing, self._hear_edits = playing, hear_edits
        self._tell, self._say = tell, say
        self._engine_lost = False
        #: How often a process failed and had to be started again.
        self.restarts = 0

    def take_lost_engine(self) -> bool:
        """Whether the engine that plays has failed since the last call."""
        lost, self._engine_lost = self._engine_lost, False
        return lost

    def hear(self, worker: Worker, message: Message) -> None:
        """Hand on what a worker reports."""
        match message:
            case Notice(line):
                self._say(line)
            case EditFailed(switch, text):
                # Only control writes parameters; this way every surface shows that it is off.
                switch_edit_off(self._parameters, switch)
                self._refuse(switch, text, None)
            case RequestDone((name, arguments), ""):
                self._tell(name, "", False, arguments)
            case RequestDone((name, arguments), reason):
                self._refuse(name, reason, arguments)
            case OverlayMade() | OverlayRefused() | RegionToDraw() | EditsHold() | SegmentBegan():
                # An engine that has been faded out says no more about what is heard.
                if worker is self._playing().worker:
                    self._hear_edits(message)
            case Captured():
                deck = self._recovery.deck_of(worker)
                if deck is not None:
                    self._clips.take_captured(message, deck)
            case OutputOpened() | OutputAway() | OutputFinished() | OutputBroken():
                self._output.hear(message)
            case Failed() if worker is self._output.worker:
                self._output.hear(message)
            case InputOpened() | InputAway():
                self._listening.hear(worker, message)
            case Failed() if self._listening.owns(worker):
                self._listening.hear(worker, message)
            case _:
                self._recovery.hear(worker, message)

    def note_failure(self, worker: Worker, failure: WorkerFailure) -> None:
        """Prepare the successor of a worker that must be replaced."""
        if worker is self._output.worker and not self._output.prepare(failure.reason):
            return
        self._listening.prepare(worker)
        self.restarts += 1
        self._say(f"the {worker.name} process {failure.reason}; restarting it")
        deck = self._recovery.deck_of(worker)
        if deck is not None:
            self._recovery.prepare(deck, failure)
        # Only once its successor is planned can requests be sent to that.
        self._engine_lost = self._engine_lost or deck is self._playing()

    def give_up(self, worker: Worker) -> None:
        """Do without a worker that fails again and again, or with another one."""
        deck = self._recovery.deck_of(worker)
        if deck is not None:
            self._recovery.give_up(deck)
        elif worker is self._output.worker:
            self._output.give_up()
        else:
            self._listening.give_up(worker)

    def _refuse(self, name: str, reason: str, arguments: tuple[Any, ...] | None) -> None:
        """Say why a request or a parameter is not what was asked for, and tell whoever asked."""
        self._say(reason)
        self._tell(name, reason, True, arguments)
