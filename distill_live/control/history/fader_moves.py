"""Changes of parameters that belong together: a fader that moves makes one entry, not hundreds."""

from __future__ import annotations

from collections.abc import Collection

from distill_live.control.namespace.address import Sender

#: Changes of the same parameters within so many seconds are one entry, if at most so many entries
#: lie in between.
MERGE_SECONDS, MERGE_ENTRIES = 1.0, 50


class FaderMoves:
    """Remembers who has moved which of these parameters, and which entries may still be going on.

    Times are in seconds.
    """

    def __init__(self, names: Collection[str]) -> None:
        #: Whether one of them was moved since this was last cleared.
        self.fresh = False
        self._names = frozenset(names)
        self._touched: dict[str, float] = {}
        # By the parameters: themselves or those of their levels that were moved.
        self._moved: dict[str, set[str]] = {}
        # By what was moved: the entries' positions, and when that was last.
        self._entries: dict[frozenset[str], tuple[int, float]] = {}

    def touch(self, sender: Sender, name: str, now: float) -> None:
        """Note that a sender moves a parameter NAME, or NAME/LEVEL; without a sender, it moves by
        itself. May be called from any thread."""
        parameter = name if name in self._names else name.rpartition("/")[0]
        if sender is not None and parameter in self._names:
            self._touched[parameter] = now
            self._moved.setdefault(parameter, set()).add(name)
            self.fresh = True

    def touched(self, names: Collection[str], now: float) -> list[str]:
        """Those of the parameters that a sender has moved lately."""
        return [name for name in names if now - self._touched.get(name, -1e9) < MERGE_SECONDS]

    def going_on(self, names: Collection[str], position: int, now: float) -> int | None:
        """The position of the entry to which a change of these parameters belongs; None for a new
        one. `position` is the present one."""
        begun, last = self._entries.get(self._key(names), (0, -1e9))
        if now - last < MERGE_SECONDS and begun <= position <= begun + MERGE_ENTRIES:
            return begun
        return None

    def note(self, names: Collection[str], position: int, now: float) -> None:
        """Note that the entry at this position has changed these parameters, as they were touched:
        what changes them next needs to touch them again."""
        key = self._key(names)
        for name in names:
            self._touched.pop(name, None)
            self._moved.pop(name, None)
        if len(self._entries) > MERGE_ENTRIES:
            self._entries.clear()
        self._entries[key] = position, now

    def end(self) -> None:
        """No entry goes on any more."""
        self._entries.clear()
        self._touched.clear()
        self._moved.clear()

    def _key(self, names: Collection[str]) -> frozenset[str]:
        """What was moved of these parameters: faders of different levels make different entries."""
        return frozenset().union(*(self._moved.get(name, {name}) for name in names))
