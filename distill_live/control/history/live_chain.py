"""The edit chain as it is now, and the way back to what it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from distill_live.codes.history.history import History
from distill_live.codes.rack.settings import Held
from distill_live.control.history.chain import Chain, ChainParameters
from distill_live.control.history.clip_choices import ClipChoices
from distill_live.control.history.held_codes import HeldCodes
from distill_live.control.history.overlay_book import Send
from distill_live.control.history.state import State
from distill_live.control.namespace.targets import edit_names, find_order
from distill_live.parameters import ParameterStore


class LiveChain:
    """Knows what edits do now: `now` has their parameters, as they were when `refresh` was called
    last, their order, and their clips.

    `send` takes requests for the engine. `on_clip` is called with a slot, and the clip for it or
    "", that `restore` brings back; `note_restored` is the answer.
    """

    def __init__(
        self, store: ParameterStore, send: Send, on_clip: Callable[[str, str], None]
    ) -> None:
        self._send, self._on_clip = send, on_clip
        self._table, self._edits = store.table, edit_names(store.table)
        #: The parameters of edits in the store.
        self.parameters = ChainParameters(store)
        self._choices, self._held = ClipChoices(), HeldCodes()
        self.now = Chain(self.parameters.read())

    def refresh(self) -> Chain:
        """Look at the parameters again; returns the chain."""
        if self.parameters.refresh():
            self.now = replace(self.now, rows=self.parameters.read())
        return self.now

    @property
    def order(self) -> tuple[str, ...]:
        """All edits in the order in which they run."""
        first = self.now.order
        return (*first, *(name for name in self._edits if name not in first))

    def use_order(self, names: Sequence[str]) -> None:
        """Run the edits in this order, then all others by name. Raises ParameterError for a name
        that no edit has."""
        order = find_order(names, self._table)
        if order != self.now.order:
            self.now = replace(self.now, order=order)
            self._send("order", (order,))

    def is_undone(self, slot: str) -> bool:
        """Whether the clip that was chosen for a slot was asked for before an undo that chooses
        another one next."""
        return self._choices.is_undone(slot)

    def note_clip(self, slot: str, name: str) -> None:
        """A clip was chosen for a slot, or ("") none."""
        self.now = self.now.with_clip(slot, name)

    def note_restored(self, slot: str, name: str) -> None:
        """A clip is in a slot again, or ("") none is: the outcome of `on_clip`, which may differ
        from what was asked for, because clips can be deleted."""
        if self._choices.note_restored(slot):
            self.now = self.now.with_clip(slot, name)

    def note_held(self, held: Mapping[str, Held], history: History[State]) -> None:
        """The edits that are on hold this now: note what is new of it in their states."""
        self._held.note(held, history)

    def change_model(self) -> None:
        """Another model plays: no clips are chosen, and nothing is held."""
        self.now = self.now.without_clips()
        self._held.forget()

    def restore(self, state: State) -> None:
        """Make the chain what it was in a state."""
        before, self.now = self.now, state.chain
        if state.chain.order != before.order:
            self._send("order", (state.chain.order,))
        for slot in dict.fromkeys([*before.clips, *state.chain.clips]):
            if state.chain.clips.get(slot) != before.clips.get(slot):
                self._choices.restore(slot)
                self._on_clip(slot, state.chain.clips.get(slot, ""))
        held = self._held.recall(state, before)
        # First, so that edits that are about to be switched on find what they held.
        if held is not None:
            self._send("recall", (held,))
        if state.chain.rows != before.rows:
            self.parameters.write(state.chain.rows)
            self.parameters.refresh()
