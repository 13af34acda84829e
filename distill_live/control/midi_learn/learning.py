"""MIDI learn: from the first move of a control to its mapping in a file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from distill_live.control.midi.event import MidiEvent
from distill_live.control.midi_learn.detection import Learned, Learner
from distill_live.control.midi_learn.learned_file import add_learned
from distill_live.control.namespace.address import Sender
from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.namespace.targets import find_target
from distill_live.errors import DistillError, ParameterError
from distill_live.parameters import Table

#: How many seconds to wait for a first move.
PATIENCE_S = 30.0
#: How many seconds it may take, after a control was learned, until the patch with its mapping is in
#: use. Until then its messages are not mapped.
SETTLING_S = 2.0

#: What a press can do to a parameter: the values of `mode` in a patch.
MODES = {
    "gate": "on while held",
    "toggle": "on, then off with the next press",
    "trigger": "on when pressed",
    "velocity": "as strong as the velocity",
}
#: The modes that make sense for each source that is pressed.
_MODES_OF = {"note": tuple(MODES), "cc": ("gate", "toggle", "trigger"),
             "program": ("toggle", "trigger")}  # fmt: skip


@dataclass
class _Attempt:
    name: str
    arguments: tuple[object, ...]
    sender: Sender
    began: float
    learner: Learner = field(default_factory=Learner)
    #: Listens to program changes, which count only if no other control is moved.
    programs: Learner = field(default_factory=Learner)

    def is_ready(self, now: float) -> bool:
        return self.learner.is_ready(now) or self.programs.is_ready(now)


class Learning:
    """Learns one control at a time and writes its mapping into the file beside `patch`.

    A control can be learned for a parameter of `table` or for a request. `done` and `failed` are
    called with whoever asked and a line of text. Times are in seconds of one clock. May be used
    from several threads.
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
        self._settled = float("-inf")

    @property
    def name(self) -> str | None:
        """The parameter or request that a control is being learned for; None when idle."""
        attempt = self._attempt
        return attempt.name if attempt else None

    def is_busy(self, now: float) -> bool:
        """Whether a control is being learned, or has just been learned."""
        return self._attempt is not None or now < self._settled

    def begin(
        self, name: str, now: float, sender: Sender = None, arguments: Sequence[object] = ()
    ) -> str:
        """Begin to learn a control for a parameter, a level or a request; returns a line for the
        performer.

        `arguments` are those of the request, or for a parameter one word of MODES. A control that
        is still being learned is given up. Raises ParameterError for an unknown name, and for
        arguments that are not legal.
        """
        if name in REQUESTS:
            _check_request(name, arguments)
        else:
            find_target(name, self._table)
            if arguments and (len(arguments) > 1 or arguments[0] not in MODES):
                raise ParameterError(
                    f"{name} takes no argument, or one that says what a press does: "
                    f"{', '.join(MODES)}"
                )
        with self._lock:
            self._attempt = _Attempt(name, tuple(arguments), sender, now)
        return f"move the control for {name}: turn it both ways, or press it once"

    def hear(self, event: MidiEvent, now: float) -> None:
        """Note an event of a control."""
        with self._lock:
            attempt = self._attempt
            if attempt:
                learner = attempt.programs if event.kind == "program" else attempt.learner
                learner.hear(event, now)

    def tick(self, now: float) -> None:
        """Write the mapping down once the control is still again; give up after PATIENCE_S."""
        with self._lock:
            attempt = self._attempt
            if attempt is None:
                return
            if not attempt.is_ready(now) and now - attempt.began < PATIENCE_S:
                return
            self._attempt, self._settled = None, now + SETTLING_S
            found = attempt.learner.guess() or attempt.programs.guess()
        try:
            self._finish(attempt, found)
        except DistillError as error:
            self._failed(attempt.sender, str(error))

    def _finish(self, attempt: _Attempt, found: Learned | None) -> None:
        if found is None:
            raise ParameterError(
                f"no MIDI control was moved for {attempt.name}: learn {attempt.name} again, then "
                "move a control"
            )
        mapping, remark = self._mapping(attempt, found)
        path = add_learned(self._patch, mapping)
        self._done(
            attempt.sender, f"{attempt.name} is now mapped to {found.text}{remark}, see {path}"
        )

    def _mapping(self, attempt: _Attempt, found: Learned) -> tuple[dict[str, object], str]:
        """The mapping, with the keys of patches, and a remark on what a press does."""
        source, name = dict(found.source), attempt.name
        if name in REQUESTS:
            if "note" in source:
                source["mode"] = "trigger"
            arguments = {"arguments": list(attempt.arguments)} if attempt.arguments else {}
            return {"from": source, "do": name, **arguments}, ""
        key = next((key for key in _MODES_OF if key in source), "")
        pressed = found.is_pressed
        mode = attempt.arguments[0] if attempt.arguments else self._usual_mode(name, key)
        if attempt.arguments and not (pressed and mode in _MODES_OF[key]):
            raise ParameterError(f"{found.text} cannot be used as {mode}: learn {name} without it")
        if not pressed or not mode:
            return {"from": source, "to": name}, ""
        others = [other for other in _MODES_OF[key] if other != mode]
        remark = (
            f" as {mode} ({MODES[str(mode)]}; `learn {name} {others[0]}` makes it "
            f"{MODES[others[0]]})"
        )
        return {"from": source | {"mode": mode}, "to": name}, remark

    def _usual_mode(self, name: str, key: str) -> str:
        """What a press does to a parameter by default; "" for a CC button, which sends a value of
        its own when it is released."""
        switch = find_target(name, self._table).parameter.kind == "bool"
        if key == "program" and not switch:
            raise ParameterError(
                f"a program change is only a press and cannot control {name}: move a knob or a "
                "fader, or learn a request or a preset instead, such as `learn preset NAME`"
            )
        usual = {"note": "toggle" if switch else "velocity", "program": "toggle"}
        return usual.get(key, "")


def _check_request(name: str, arguments: Sequence[object]) -> None:
    try:
        REQUESTS[name].check(arguments)
    except ParameterError as error:
        raise ParameterError(f"{error}; add them after the name: `learn {name} ...`") from None
