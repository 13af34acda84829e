"""Outcomes of requests that take time: sent to whoever asked, and to all who listen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from distill_live.control.feedback.feedback import Feedback
from distill_live.control.namespace.address import ROOT, Reply, Sender

DONE, ERROR = f"{ROOT}/done", f"{ROOT}/error"
#: The addresses of outcomes.
OUTCOMES = (DONE, ERROR)
#: The most requests of one kind, and the most senders of one request, that are remembered: the
#: last ones.
MAX_ASKERS = 1024

Answer = Callable[[Sender, Sequence[Reply]], None]
Arguments = tuple[object, ...]


class Outcomes:
    """Remembers who asked for what, and tells them what came of it.

    `answers` has a function that sends to a sender, by the sender's first item, such as "osc".
    May be called from any thread.
    """

    def __init__(self, feedback: Feedback, answers: Mapping[str, Answer]) -> None:
        self._feedback, self._answers = feedback, answers
        self._lock = threading.Lock()
        #: Who made requests, by the requests' names and arguments.
        self._askers: dict[str, dict[Arguments | None, dict[Sender, None]]] = {}

    def asked(self, name: str, sender: Sender, arguments: Arguments | None = None) -> None:
        """Note that `sender` made a request with these arguments; None if there is nobody to
        answer."""
        if sender is None:
            return
        with self._lock:
            requests = self._askers.setdefault(name, {})
            askers = requests.setdefault(arguments, {})
            askers[sender] = None
            _keep_newest(requests)
            _keep_newest(askers)

    def forget(self, name: str, arguments: Arguments) -> None:
        """Let a request go whose sender need not be told what came of it."""
        with self._lock:
            self._pop(name, arguments)

    def tell(
        self, name: str, text: str, failed: bool = False, arguments: Arguments | None = None
    ) -> None:
        """Tell what came of the requests of that name, or only of those with these arguments, that
        have not been answered yet."""
        message: Reply = (DONE, (name, text))
        if failed:
            message = (ERROR, (f"{ROOT}/{name}", text))
        with self._lock:
            meant = self._pop(name, arguments)
        heard = self._feedback.announce(message[0], *message[1])
        for sender in dict.fromkeys(meant):
            if sender not in heard:
                self.answer(sender, [message])

    def _pop(self, name: str, arguments: Arguments | None) -> list[Sender]:
        """The senders of the requests of that name, or only of those with these arguments, which
        are answered now."""
        if arguments is None:
            found = self._askers.pop(name, {}).values()
            return [sender for askers in found for sender in askers]
        return list(self._askers.get(name, {}).pop(arguments, ()))

    def answer(self, sender: Sender, messages: Sequence[Reply]) -> None:
        """Send messages to a sender, if it is one that can be answered."""
        if isinstance(sender, tuple) and sender and sender[0] in self._answers:
            self._answers[sender[0]](sender, messages)


def _keep_newest(known: dict[Any, Any]) -> None:
    """Drop the oldest item if there are too many."""
    if len(known) > MAX_ASKERS:
        del known[next(iter(known))]
