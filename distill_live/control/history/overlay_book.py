"""What was painted: every overlay by its number, so that it can be laid again at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from distill_live.codes.history.overlay import Overlay

#: The most overlays whose answers from the engine are awaited: the newest ones.
MAX_UNANSWERED = 1024

#: Takes a request to the engine: its name and its arguments.
Send = Callable[[str, tuple[object, ...]], None]


@dataclass(slots=True)
class Record:
    """An overlay, once it is made, and the request that makes it: its name, its arguments after the
    number."""

    request: str
    arguments: tuple[object, ...]
    overlay: Overlay | None = None


class OverlayBook:
    """Knows which overlays there are and which of them are laid, and has the engine lay them."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._records: dict[int, Record] = {}
        self._laid: dict[int, None] = {}
        #: The names by which overlays were asked for, until the engine answers, forgotten ones too.
        self._unanswered: dict[int, str] = {}
        self._newest = 0

    @property
    def laid(self) -> tuple[int, ...]:
        """The numbers of the overlays that are laid, or about to be."""
        return tuple(self._laid)

    def add(self, record: Record, asked: str) -> int:
        """Add an overlay, which `send` has made, and the name by which it was `asked` for; returns
        its number."""
        self._newest += 1
        self._records[self._newest], self._laid[self._newest] = record, None
        self._unanswered[self._newest] = asked
        if len(self._unanswered) > MAX_UNANSWERED:
            del self._unanswered[next(iter(self._unanswered))]
        return self._newest

    def send(self, number: int) -> None:
        """Have the engine make an overlay."""
        record = self._records[number]
        self._send(record.request, (number, *record.arguments))

    def pop_asked(self, number: int) -> str:
        """The name by which an overlay was asked for, now that the engine answers; "" if it has
        answered before."""
        return self._unanswered.pop(number, "")

    def find(self, number: int) -> Record | None:
        """An overlay by its number; None if it is forgotten."""
        return self._records.get(number)

    def lay(self, numbers: Iterable[int], removed: Iterable[int] = ()) -> None:
        """Have the engine lay overlays, and take others away."""
        gone = [number for number in removed if self._laid.pop(number, 0) is None]
        known = [number for number in numbers if number in self._records]
        self._laid |= dict.fromkeys(known)
        found = {number: self._records[number] for number in known}
        made = tuple(record.overlay for record in found.values() if record.overlay)
        if made or gone:
            self._send("lay", (made, tuple(gone)))
        for number, record in found.items():
            if record.overlay is None:
                self.send(number)

    def lay_again(self) -> None:
        """Have a new engine lay everything that is laid."""
        if self._newest and self._newest not in self._laid:
            # So that it knows the newest number, up to which all are gone in another segment.
            self._send("lay", ((), (self._newest,)))
        self.lay(self.laid)

    def forget(self, numbers: Iterable[int]) -> None:
        """Forget overlays that never come back."""
        for number in numbers:
            self._records.pop(number, None)
            self._laid.pop(number, None)

    def forget_before(self, column: int) -> None:
        """Forget the overlays of columns that the engine has forgotten."""
        self.forget(
            [
                number
                for number, record in self._records.items()
                if record.overlay is not None and record.overlay.end <= column
            ]
        )

    def forget_up_to(self, number: int | None) -> None:
        """Forget the overlays up to a number, or all."""
        self.forget([one for one in self._records if number is None or one <= number])
