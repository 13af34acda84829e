"""`/distill/learn`: MIDI learn, started by a message while the server plays."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distill_live.control.midi_learn.learning import Learning
from distill_live.control.namespace.address import ROOT, Reply, Sender
from distill_live.control.namespace.streams import SAID
from distill_live.errors import ParameterError

if TYPE_CHECKING:
    from distill_live.control.feedback.feedback import Feedback
    from distill_live.control.feedback.outcomes import Outcomes
    from distill_live.control.midi.event import MidiEvent
    from distill_live.parameters import Table

LEARN = "learn"


class LearnService:
    """Learns a control of `midi` for the patch at `patch`: a service of the router.

    `table` has the parameters that a control can be learned for. `outcomes` tells whoever asked,
    and `say` people, what came of it. Call `tick` often.
    """

    def __init__(
        self,
        patch: Path,
        table: Table,
        midi: Any,
        feedback: Feedback,
        outcomes: Outcomes,
        say: Callable[[str], None],
    ) -> None:
        self._midi, self._feedback, self._outcomes, self._say = midi, feedback, outcomes, say
        self.learning = Learning(patch, table, self._note_learned, self._note_not_learned)
        midi.listeners.append(self._hear)

    def __call__(self, arguments: Sequence[object], sender: Sender) -> list[Reply]:
        """Begin to learn. Raises ParameterError for arguments that cannot be learned, and where
        there is no MIDI."""
        if not arguments or not isinstance(arguments[0], str):
            raise ParameterError("learn takes the name of a parameter, or a request and its "
                                 "arguments, such as `learn rewind 4`")  # fmt: skip
        if not self._midi.is_available:
            raise ParameterError(self._midi.status)
        name = arguments[0].removeprefix(f"{ROOT}/")
        text = self.learning.begin(name, time.monotonic(), sender, arguments[1:])
        self._outcomes.asked(LEARN, sender)
        # A sender that hears every line need not be told twice.
        hears = self._feedback.listens(sender, SAID)
        self._say(text)
        return [] if hears else [(SAID, (text,))]

    def is_busy(self) -> bool:
        """Whether a control is being learned, or has just been learned."""
        return self.learning.is_busy(time.monotonic())

    def tick(self, now: float) -> None:
        """Write down what was learned."""
        self.learning.tick(now)

    def _hear(self, event: MidiEvent) -> None:
        self.learning.hear(event, time.monotonic())

    def _note_learned(self, _sender: Sender, text: str) -> None:
        self._say(text)
        self._outcomes.tell(LEARN, text)

    def _note_not_learned(self, _sender: Sender, text: str) -> None:
        self._say(text)
        self._outcomes.tell(LEARN, text, failed=True)
