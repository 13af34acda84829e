"""States that were given a name: they stay, even where the history drops them."""

from __future__ import annotations

from collections.abc import Iterable

from distill_live.codes.history.history import History
from distill_live.control.history.state import State, changes_between
from distill_live.errors import ParameterError
from distill_live.spelling import nearest_name

#: The longest name of a state, in characters, and the most names that are kept apart.
MAX_NAME, MAX_KEPT = 64, 256
#: The most names that are listed when there is none of that name.
_MAX_LISTED = 8


class NamedStates:
    """The names in a history, and the named states that it has dropped.

    A kept state has in `laid` all overlays that lie there, and nothing in `removed`.
    """

    def __init__(self, history: History[State]) -> None:
        self._history = history
        self._kept: dict[str, State] = {}

    @property
    def kept(self) -> tuple[str, ...]:
        """The names of the states that the history has dropped, oldest first."""
        return tuple(self._kept)

    @property
    def overlays(self) -> set[int]:
        """The numbers of all overlays that kept states need."""
        return {number for state in self._kept.values() for number in state.laid}

    def rename(self, name: str) -> str:
        """Give the present state a name, which no other one has then; returns a line about it.

        Raises ParameterError for a name that is not legal.
        """
        check_state_name(name)
        history, before = self._history, self.position(name)
        note = ""
        if name in self._kept:
            del self._kept[name]
            note = "; the earlier state of that name is gone"
        elif before not in (None, history.position):
            history.rename("", before)
            note = f"; state {before} has lost that name"
        history.rename(name)
        return f"state {history.position} is now called {name}{note}"

    def position(self, name: str) -> int | None:
        """The number of the state of that name; None if the history has none."""
        entries = self._history.entries
        return next((at for at, entry in enumerate(entries) if entry.given == name), None)

    def find(self, name: str) -> State:
        """The kept state of that name. Raises ParameterError, which lists the names there are."""
        if name in self._kept:
            return self._kept[name]
        names = [*self._kept, *(entry.given for entry in self._history.entries if entry.given)]
        if not names:
            raise ParameterError(
                f"no state is called {name!r}; /distill/history/name NAME gives the current one a "
                "name"
            )
        shown = ", ".join(names[-_MAX_LISTED:])
        raise ParameterError(
            f"no state is called {name!r}{nearest_name(name, names)}; named: {shown}"
        )

    def keep(self, positions: Iterable[int], without: int | None = None) -> None:
        """Keep the named ones of these states, which the history is about to drop; `without` is an
        overlay that will not be made."""
        for at in positions:
            entry = self._history[at]
            if entry.given:
                lying, _ = changes_between(self._history, -1, at)
                laid = tuple(number for number in lying if number != without)
                self._kept[entry.given] = entry.state.after(laid=laid)
        while len(self._kept) > MAX_KEPT:
            del self._kept[next(iter(self._kept))]

    def drop(self, names: Iterable[str]) -> None:
        """Forget kept states, because the history has them again."""
        for name in names:
            self._kept.pop(name, None)

    def begin_segment(self, newest: int | None, same_model: bool) -> None:
        """Overlays up to a number, or (None) all, are gone, and so is more with another model."""
        self._kept = {name: state.without(newest, same_model) for name, state in self._kept.items()}


def check_state_name(name: str) -> None:
    """Raise ParameterError unless a state can be called so."""
    if not name.isprintable() or not 0 < len(name.strip()) == len(name) <= MAX_NAME:
        raise ParameterError(
            f"a state's name has 1..{MAX_NAME} printable characters, no spaces at its ends; this "
            f"one has {len(name)}"
        )
    if name.isdecimal():
        raise ParameterError(f"a state cannot be called {name}: that is the number of a state")
