"""One state of the live history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from distill_live.codes.history.history import History, HistoryEntry
from distill_live.codes.rack.settings import Held
from distill_live.control.history.chain import Chain


@dataclass(frozen=True, slots=True)
class State:
    """A state: the chain, what its edits hold, and which overlays this entry, compared with the one
    before it, has laid and taken away. `stroke` is the number of the stroke that has laid them, if
    they are cells of one."""

    chain: Chain
    held: Mapping[str, Held] = field(default_factory=dict)
    laid: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    stroke: int | None = None

    def after(self, **changes: Any) -> Self:
        """A state after this one, which lays and takes away nothing but what `changes` say."""
        return replace(self, **{"laid": (), "removed": (), "stroke": None, **changes})

    def without(self, newest: int | None, same_model: bool) -> State:
        """The same without overlays up to a number, or (None) without any; and without clips and
        what is held if the model is another one."""

        def still(numbers: Iterable[int]) -> tuple[int, ...]:
            return tuple(one for one in numbers if newest is not None and one > newest)

        lasting = self if same_model else replace(self, chain=self.chain.without_clips(), held={})
        return replace(lasting, laid=still(self.laid), removed=still(self.removed))


def amend_state(history: History[State], position: int, **changes: Any) -> None:
    """Correct what is known about a state, by the names of its fields."""
    entry = history[position]
    history.amend(position, entry.name, replace(entry.state, **changes))


def changes_between(history: History[State], start: int, end: int) -> tuple[list[int], list[int]]:
    """The overlays to lay, and those to take away, on the way from one position to another."""
    wanted: dict[int, bool] = {}
    for at in range(start, end, -1):
        state = history[at].state
        wanted |= dict.fromkeys(state.laid, False) | dict.fromkeys(state.removed, True)
    for at in range(start + 1, end + 1):
        state = history[at].state
        wanted |= dict.fromkeys(state.laid, True) | dict.fromkeys(state.removed, False)
    lying = [number for number, lies in wanted.items() if lies]
    return lying, [number for number, lies in wanted.items() if not lies]


def drop_overlays(history: History[State], newest: int | None, same_model: bool) -> None:
    """Drop from all states what `State.without` drops, and entries that then change nothing and
    were not given a name."""
    kept: dict[int, HistoryEntry[State]] = {}
    chain: Chain | None = None
    for position in range(len(history)):
        entry = history[position]
        state = entry.state.without(newest, same_model)
        if chain != state.chain or state.laid or state.removed or entry.given:
            kept[position] = replace(entry, state=state)
            chain = state.chain
    history.keep(kept)
