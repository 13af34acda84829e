"""The live history: every state of the edit chain and of what was painted, to go back to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from distill_live.codes.history.history import HistoryEntry
from distill_live.codes.history.overlay import Overlay
from distill_live.codes.rack.settings import Held
from distill_live.control.history.entries import Entries
from distill_live.control.history.fader_moves import FaderMoves
from distill_live.control.history.live_chain import LiveChain
from distill_live.control.history.overlay_book import Record, Send
from distill_live.control.history.state import State
from distill_live.control.namespace.address import Sender
from distill_live.errors import CodesError, ParameterError
from distill_live.parameters import ParameterStore

#: How many seconds a change waits for whoever may name it: a panic or a preset, which change the
#: store before they are noted.
CLAIM_SECONDS = 0.25

#: The most steps that are named when several are undone or redone at once.
MOST_TOLD = 4


class LiveHistory:
    """Notes what happens to the codes, and takes it back: edits and overlays, and nothing else.

    `send` takes requests for the engine. A change of an edit's parameter is an entry if a sender
    has touched it lately (see `touched`); what LFOs and morphs move belongs to the present state.
    All methods may be called from any thread. Those that a performer asks for return a line about
    it, and raise ParameterError when it cannot be done.
    """

    def __init__(
        self,
        store: ParameterStore,
        send: Send,
        labels: Callable[[], Sequence[str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._labels, self._clock = labels, clock
        self._lock = threading.RLock()
        self._chain = LiveChain(store, send, lambda slot, name: self.on_clip(slot, name))
        self._moves = FaderMoves(self._chain.parameters.names)
        self._entries = Entries(self._chain.now, send, on_drop=self._moves.end)
        self._history = self._entries.history
        #: Since when the chain has been different from that of the present state.
        self._unclaimed: float | None = None
        #: Called with a slot, and the clip for it or "", that an undo brings back. Whoever carries
        #: that out answers with `note_restored`.
        self.on_clip: Callable[[str, str], None] = lambda slot, name: None
        #: Called with what a performer has asked for, and the number of the overlay, just before
        #: the engine is asked for it.
        self.on_paint: Callable[[str, int], None] = lambda asked, number: None

    def touched(self, sender: Sender, name: str) -> None:
        """Note that somebody moves a parameter NAME, or NAME/LEVEL; without a sender, it moves by
        itself."""
        self._moves.touch(sender, name, self._clock())

    def follow_touches(self) -> None:
        """Note what somebody has moved just now; it costs next to nothing if that was nothing."""
        if self._moves.fresh:
            self._moves.fresh = False
            self.look()

    def look(self, name: str = "", force: bool = False) -> None:
        """Note what has changed: with a `name`, as an entry of that name, which is made even
        without a change if it is only beginning (`force`)."""
        with self._lock:
            state = self._history.state
            if self._has_changed() or force:
                chain = self._chain.now
                moved = self._moves.touched(state.chain.changes(chain), self._clock())
                if name:
                    self._entries.add(name, state.after(chain=chain))
                elif moved:
                    self._note_moves(state, moved)

    def concerns(self, names: Iterable[str]) -> bool:
        """Whether one of these parameters is one of an edit."""
        return not set(names).isdisjoint(self._chain.parameters.names)

    def tick(self) -> None:
        """Note what has changed for some time, and what nobody has made an entry of."""
        with self._lock:
            if not self._has_changed():
                self._unclaimed = None
            elif self._unclaimed is None:
                self._unclaimed = self._clock()
            elif self._clock() - self._unclaimed >= CLAIM_SECONDS:
                self._settle()

    def forget_before(self, column: int) -> None:
        """Forget the overlays of columns before this one."""
        with self._lock:
            self._entries.book.forget_before(column)

    def paint(
        self,
        asked: str,
        request: str,
        arguments: tuple[object, ...],
        name: str,
        stroke: int | None = None,
    ) -> None:
        """Have the engine make an overlay by a request, whose first argument will be its number;
        `asked` is what the performer has asked for. Overlays of the same `stroke` are one entry."""
        with self._lock:
            self._settle()
            book = self._entries.book
            number = book.add(Record(request, arguments), asked)
            self.on_paint(asked, number)
            book.send(number)
            self._entries.add_overlay(name, number, stroke)

    def set_order(self, names: Sequence[str]) -> str:
        """Run the edits in this order, then all others by name."""
        with self._lock:
            self._settle()
            self.use_order(names)
            self.look(" ".join(["edit/order", *self.chosen_order]))
            return f"edits run in this order: {', '.join(self.order)}"

    def use_order(self, names: Sequence[str]) -> None:
        """The same as part of something else, which makes the entry."""
        with self._lock:
            self._chain.use_order(names)

    def note_clip(self, slot: str, name: str) -> None:
        """A clip was chosen for a slot, or ("") none."""
        with self._lock:
            if self._chain.is_undone(slot):
                return
            self._settle()
            self._chain.note_clip(slot, name)
            self.look(f"{slot}/clip {name or 'off'}")

    def note_restored(self, slot: str, name: str) -> None:
        """A clip is in a slot again, or ("") none is: the outcome of `on_clip`, which may differ
        from what was asked for, because clips can be deleted."""
        with self._lock:
            self._chain.note_restored(slot, name)

    @property
    def order(self) -> tuple[str, ...]:
        """All edits in the order in which they run."""
        return self._chain.order

    @property
    def chosen_order(self) -> tuple[str, ...]:
        """The edits whose order was chosen; all others run after them."""
        return self._chain.now.order

    def panic(self) -> None:
        """Take all overlays away; edits are off already."""
        with self._lock:
            laid = self._entries.book.laid
            self.look("panic", force=bool(laid))
            if laid:
                self._entries.book.lay((), laid)
                self._entries.amend(self._history.position, removed=laid)

    def undo(self, steps: int = 1) -> str:
        """Go back to the state before the present one, or by more `steps`, as far as there are."""
        with self._lock:
            start, end = self._move(lambda: self._history.undo(steps))
            return self._told("undone", steps, range(start, end, -1))

    def redo(self, steps: int = 1) -> str:
        """Go forward to the state that was undone last, or by more `steps`."""
        with self._lock:
            start, end = self._move(lambda: self._history.redo(steps))
            return self._told("redone", steps, range(start + 1, end + 1))

    def go_to(self, place: str) -> str:
        """Go to a state by its number, or by the name that it was given."""
        with self._lock:
            number = int(place) if place.isdecimal() else self._entries.named.position(place)
            if number is None:
                self._return_to(place)
            else:
                self._move(lambda: self._history.go_to(number))
            return f"now at state {self._entries.place}: {self._history.entry.described}"

    def rename(self, name: str) -> str:
        """Give the present state a name."""
        with self._lock:
            self._settle()
            return self._entries.named.rename(name)

    def entries(self, count: int) -> list[tuple[int, HistoryEntry[State]]]:
        """The newest states with their numbers, oldest first."""
        with self._lock:
            first = max(len(self._history) - count, 0)
            return list(enumerate(self._history.entries[first:], first))

    @property
    def kept_names(self) -> tuple[str, ...]:
        """The names of states that have no number any more, and can only be gone to by name."""
        return self._entries.named.kept

    @property
    def position(self) -> tuple[int, int, str]:
        """The number of the present state, that of the last one, and the present one's name."""
        with self._lock:
            number = self._history.position
            return number, len(self._history) - 1, self._history[number].shown

    def note_made(self, overlay: Overlay, text: str) -> str:
        """An overlay was made; returns the name by which it was asked for, "" if it has been
        answered."""
        with self._lock:
            return self._entries.note_made(overlay, text)

    def note_refused(self, number: int) -> str:
        """An overlay cannot be made: its entry is dropped, as if it had not been asked for, unless
        it is a stroke that has others. Returns as `note_made`."""
        with self._lock:
            return self._entries.note_refused(number)

    def note_held(self, held: Mapping[str, Held]) -> None:
        """The edits that are on hold this now."""
        with self._lock:
            self._chain.note_held(held, self._history)

    def begin_segment(self, newest: int | None = None, same_model: bool = True) -> None:
        """The stream continues from other codes, or with another model: overlays up to this number,
        or all, are gone, and with another model what was held, too."""
        with self._lock:
            self._entries.begin_segment(newest, same_model)
            if not same_model:
                self._chain.change_model()

    def resend(self) -> None:
        """Tell a new engine, which continues after one that failed, what it cannot know."""
        with self._lock:
            self._entries.book.lay_again()

    def _has_changed(self) -> bool:
        """Whether the chain is not what it is in the present state."""
        return self._chain.refresh() != self._history.state.chain

    def _note_moves(self, state: State, moved: Sequence[str]) -> None:
        """Make an entry of parameters that somebody has moved, or add them to one."""
        now, parameters = self._clock(), self._chain.parameters
        changed = state.chain.changes(self._chain.now)
        title = parameters.describe(moved, state.chain, self._labels())
        begun = self._moves.going_on(moved, self._history.position, now)
        if begun is None or not parameters.is_gradual(moved):
            self._entries.add(title, state.after(chain=self._chain.now))
            begun = self._history.position
        else:
            self._history.amend(begun, title, self._history[begun].state)
            for at in range(begun, self._history.position + 1):
                chain = self._history[at].state.chain.with_rows(self._chain.now, changed)
                self._entries.amend(at, chain=chain)
        self._moves.note(moved, begun, now)

    def _settle(self) -> None:
        """Note what has changed, before something else happens; what nobody has moved belongs to
        the present state."""
        self.look()
        if self._has_changed():
            self._entries.amend(self._history.position, chain=self._chain.now)
        self._unclaimed = None

    def _told(self, done: str, steps: int, positions: range) -> str:
        """What was `done` with the entries at these positions, of so many `steps` that were asked
        for."""
        entries = [self._history[at] for at in positions[:MOST_TOLD]]
        lost = done == "undone"
        told = [
            f"{one.described}, which was not made yet"
            if lost and self._entries.is_awaited(one.state)
            else one.described
            for one in entries
        ]
        count = len(positions)
        if count > len(told):
            told.append(f"and {count - len(told)} more")
        which = f" {count} steps" if count > 1 else ""
        which += ", all that there are" if count < steps else ""
        return f"{done}{which}: {'; '.join(told)} (now at {self._entries.place})"

    def _move(self, move: Callable[[], State]) -> tuple[int, int]:
        """Move along the history; returns the positions left and reached."""
        self._settle()
        start = self._history.position
        try:
            move()
        except CodesError as error:
            raise ParameterError(str(error)) from None
        self._moves.end()
        end = self._history.position
        self._chain.restore(self._history.state)
        self._entries.lay_between(start, end)
        return start, end

    def _return_to(self, name: str) -> None:
        """Go to a state that the history has dropped. Raises ParameterError if there is none of
        that name."""
        kept = self._entries.named.find(name)
        self._settle()
        laid, removed = self._entries.return_to(name, kept)
        self._moves.end()
        self._chain.restore(self._history.state)
        self._entries.book.lay(laid, removed)
