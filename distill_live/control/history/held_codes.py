"""What the edits that are on hold, in every state of the history."""

from __future__ import annotations

from collections.abc import Mapping

from distill_live.codes.history.history import History
from distill_live.codes.rack.settings import Held
from distill_live.control.history.chain import Chain
from distill_live.control.history.state import State, amend_state


class HeldCodes:
    """Follows what the engine says of edits that take hold of codes."""

    def __init__(self) -> None:
        self._now: Mapping[str, Held] = {}

    def forget(self) -> None:
        """Forget everything: another model plays."""
        self._now = {}

    def note(self, held: Mapping[str, Held], history: History[State]) -> None:
        """The edits that are on hold this now: note what is new of it."""
        before, self._now = self._now, held
        for edit, one in held.items():
            if not one.equals(before.get(edit)):
                _note_one(edit, one, history)

    def recall(self, state: State, before: Chain) -> Mapping[str, Held] | None:
        """What the edits must hold again when a state takes the place of the chain `before`; None
        if they do so already."""
        held = {
            edit: one for edit, one in state.held.items() if state.chain.switch_of(edit) is not None
        }
        if all(
            before.switch_of(edit) == state.chain.switch_of(edit)
            and one.equals(self._now.get(edit))
            for edit, one in held.items()
        ):
            return None
        self._now = {**self._now, **held}
        return held


def _note_one(edit: str, held: Held, history: History[State]) -> None:
    """Note what an edit has taken hold of in all states since it was switched on like now."""
    on = history.state.chain.switch_of(edit)
    # States that share what they hold go on sharing it: there are thousands.
    shared: dict[int, Mapping[str, Held]] = {}
    for at in range(history.position, -1, -1):
        state = history[at].state
        if state.chain.switch_of(edit) != on:
            return
        now = shared.setdefault(id(state.held), {**state.held, edit: held})
        amend_state(history, at, held=now)
