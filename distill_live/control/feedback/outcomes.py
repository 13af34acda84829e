"""Outcomes of requests that take time: sent to whoever asked, and to all who listen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from distill_live.control.feedback.feedback import Feedback
from distill_live.control.namespace.address import ROOT, Reply, Sender

DONE, ERROR = f"{ROOT}/done", f"{ROOT}/error"
#: The addresses of outcomes.
OUTCOMES = (DONE, ERROR)
#: The most requests of one kind whose senders are remembered.
MAX_ASKERS = 64

Answer = Callable[[Sender, Sequence[Reply]], None]
Arguments = tuple[object, ...]
_Asked = tuple[Sender, Arguments | None]


class Outcomes:
    """Remembers who asked for what, and tells them what came of it.

    `answers` has a function that sends to a sender, by the sender's first item, such as "osc".
    May be called from any thread.
    """

    def __init__(self, feedback: Feedback, answers: Mapping[str, Answer]) -> None:
        self._feedback, self._answers = feedback, answers
        self._lock = threading.Lock()
        self._askers: dict[str, dict[_Asked, None]] = {}

    def asked(self, name: str, sender: Sender, arguments: Arguments | None = None) -> None:
        """Note that `sender` made a request with these arguments; None if there is nobody to
        answer."""
        with self._lock:
            askers = self._askers.setdefault(name, {})
            if sender is not None and len(askers) < MAX_ASKERS:
                askers[sender, arguments] = None

    def tell(
        self, name: str, text: str, failed: bool = False, arguments: Arguments | None = None
    ) -> None:
        """Tell what came of the requests of that name, or only of those with these arguments, that
        have not been answered yet."""
        message: Reply = (DONE, (name, text))
        if failed:
            message = (ERROR, (f"{ROOT}/{name}", text))
        with self._lock:
            askers = self._askers.setdefault(name, {})
            meant = [one for one in askers if arguments is None or one[1] == arguments]
            for one in meant:
                del askers[one]
        heard = self._feedback.announce(message[0], *message[1])
        for sender in dict.fromkeys(sender for sender, _ in meant):
            if sender not in heard:
                self.answer(sender, [message])

    def answer(self, sender: Sender, messages: Sequence[Reply]) -> None:
        """Send messages to a sender, if it is one that can be answered."""
        if isinstance(sender, tuple) and sender and sender[0] in self._answers:
            self._answers[sender[0]](sender, messages)
