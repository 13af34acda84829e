"""Learning a control for a parameter or a request, from the first move to the file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from distill_live.control.learn import Learned, Learner
from distill_live.control.learned_file import add_learned
from distill_live.control.midi_event import MidiEvent
from distill_live.control.requests import REQUESTS
from distill_live.control.sender import Sender
from distill_live.control.targets import find_target
from distill_live.errors import DistillError
from distill_live.parameters import Table

#: Seconds for which a first move is waited for.
PATIENCE_S = 30.0


@dataclass
class _Attempt:
    name: str
    sender: Sender
    began: float
    learner: Learner = field(default_factory=Learner)


class Learning:
    """Learns one control at a time and writes it into the file beside `patch`.

    `table` has the parameters that a control can be learned for; a request that needs no arguments
    can be as well. `done` and `failed` are called with who asked and a line of text. Times are in
    seconds of one clock. May be used from several threads.
    """

    def __init__(
        self,
        patch: Path,
        table: Table,
        done: Callable[[Sender, str], None],
        failed: Callable[[Sender, str], None],
    ) -> None:
        self._patch, self._table = patch, table
        self._done, self._failed = done, failed
        self._lock = threading.Lock()
        self._attempt: _Attempt | None = None

    @property
    def name(self) -> str | None:
        """For what a control is looked for; None when for nothing."""
        attempt = self._attempt
        return attempt.name if attempt else None

    def begin(self, name: str, now: float, sender: Sender = None) -> None:
        """Look for the control of a parameter, a level of one, or a request, from now on.

        It takes the place of an earlier one that is not found yet. Raises ParameterError for a name
        that is none of these, and for a request that needs arguments.
        """
        if name in REQUESTS:
            REQUESTS[name].check(())
        else:
            find_target(name, self._table)
        with self._lock:
            self._attempt = _Attempt(name, sender, now)

    def hear(self, event: MidiEvent, now: float) -> None:
        """Take what a control says."""
        with self._lock:
            attempt = self._attempt
            # A program change has no way that could move a parameter.
            if attempt and (event.kind != "program" or attempt.name in REQUESTS):
                attempt.learner.hear(event, now)

    def tick(self, now: float) -> None:
        """Write down what was found, once the control is still again; give up after PATIENCE_S."""
        with self._lock:
            attempt = self._attempt
            if attempt is None:
                return
            ready = attempt.learner.is_ready(now)
            if not ready and now - attempt.began < PATIENCE_S:
                return
            self._attempt = None
            found = attempt.learner.guess()
        self._finish(attempt, found)

    def _finish(self, attempt: _Attempt, found: Learned | None) -> None:
        if found is None:
            self._failed(
                attempt.sender,
                f"no MIDI control was moved for {attempt.name}: choose it again, then move one",
            )
            return
        try:
            path = add_learned(self._patch, self._mapping(attempt.name, found))
        except DistillError as error:
            self._failed(attempt.sender, str(error))
        else:
            self._done(attempt.sender, f"{attempt.name} has learned {found.text}, see {path}")

    def _mapping(self, name: str, found: Learned) -> dict[str, object]:
        source = dict(found.source)
        if name in REQUESTS:
            if "note" in source:
                source["mode"] = "trigger"
            return {"from": source, "do": name}
        if "note" in source:
            kind = find_target(name, self._table).parameter.kind
            source["mode"] = "toggle" if kind == "bool" else "velocity"
        return {"from": source, "to": name}
