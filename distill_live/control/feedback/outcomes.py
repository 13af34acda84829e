"""Outcomes that come later than the answer to a message: sent to whoever asked, and to all who
listen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    """Remembers who asked for what, and tells them what came of it: also when something that was
    done ends in a failure later, such as a recording on a full disk.

    `answers` has a function that sends to a sender, by the sender's first item, such as "osc".
    May be called from any thread.
    """

    def __init__(self, feedback: Feedback, answers: Mapping[str, Answer]) -> None:
        self._feedback, self._answers = feedback, answers
        self._lock = threading.Lock()
        #: Who made requests, by the requests' names and arguments.
        self._askers: dict[str, dict[Arguments | None, dict[Sender, None]]] = {}
        #: By name, the request that was done last, and who made it; or who moved a parameter last.
        self._last: dict[str, tuple[Arguments | None, list[Sender]]] = {}

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

    def moved(self, name: str, sender: Sender) -> None:
        """Note that `sender` has moved the parameter `name`, about which there may be something to
        tell later."""
        with self._lock:
            self._last[name] = (None, [sender])

    def forget(self, name: str, arguments: Arguments) -> None:
        """Let a request go whose sender need not be told what came of it."""
        with self._lock:
            self._pop(name, arguments)

    def tell(
        self, name: str, text: str, failed: bool = False, arguments: Arguments | None = None
    ) -> None:
        """Tell what came of the requests of that name, or only of those with these arguments, that
        have not been answered yet. Where none is waiting, a failure is one of what was done last:
        whoever asked for that is told, once."""
        message: Reply = (DONE, (name, text))
        if failed:
            message = (ERROR, (f"{ROOT}/{name}", text))
        with self._lock:
            meant = self._pop(name, arguments)
            if meant and not failed:
                self._last[name] = (arguments, meant)
            elif failed and not meant:
                meant = self._pop_last(name, arguments)
        heard = self._feedback.announce(message[0], *message[1])
        for sender in dict.fromkeys(meant):
            if sender not in heard:
                self.answer(sender, [message])

    def fail_pending(self, names: Iterable[str], text: str) -> bool:
        """Tell that all requests of these names that have not been answered yet have failed;
        returns whether there were any."""
        with self._lock:
            pending = [name for name in names if any(self._askers.get(name, {}).values())]
        for name in pending:
            self.tell(name, text, failed=True)
        return bool(pending)

    def _pop_last(self, name: str, arguments: Arguments | None) -> list[Sender]:
        """Who asked for what was done last by that name, if it can have had these arguments."""
        known, senders = self._last.get(name, (None, []))
        if None not in (known, arguments) and known != arguments:
            return []
        self._last.pop(name, None)
        return senders

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
