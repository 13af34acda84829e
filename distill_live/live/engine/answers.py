"""Tells the performer what became of what was asked of the engine."""

from __future__ import annotations

from collections.abc import Callable

from distill_live.live.ipc.messages import ENGINE_REQUESTS, Asked, RequestDone


class Answers:
    """Reports through `on_done` what became of what a performer asked for. Of other requests, it
    says only refusals.

    `say` takes a line of text for the performer.
    """

    def __init__(self, say: Callable[[str], None], on_done: Callable[[RequestDone], None]) -> None:
        self._say, self._on_done = say, on_done
        #: What the performer has asked for, while it is being taken.
        self.asked: Asked | None = None
        #: Why the request that is being carried out cannot be done as it was asked for.
        self._reasons: list[str] = []

    def begin(self) -> None:
        """Begin to carry out a request, to which `explain` then refers."""
        self._reasons.clear()

    def explain(self, reason: str) -> None:
        """Note why the request that is being carried out is not done as it was asked for."""
        self._reasons.append(reason)

    def end(self, name: str, asked: Asked | None) -> None:
        """Report what became of the request that was carried out."""
        if self._reasons:
            self.refuse("; ".join(self._reasons), asked)
        else:
            self.confirm(name, asked)

    def refuse(self, reason: str, asked: Asked | None) -> None:
        """Report why what the performer has asked for was not done, or not done in full."""
        if asked is None:
            self._say(reason)
        else:
            self._on_done(RequestDone(asked, reason))

    def confirm(self, name: str, asked: Asked | None) -> None:
        """Report that a request was done, or that a panic has made it pointless."""
        # Control itself confirms all others, before they are asked of the engine.
        if asked is not None and name in ENGINE_REQUESTS:
            self._on_done(RequestDone(asked))
