"""Writes what the engines note into the session log, in the control process."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from distill_live.codes.session_log import Entry, SessionLogWriter
from distill_live.errors import SessionLogError
from distill_live.live.server.deck import Deck


class LogCollector:
    """Writes a session log, once it is begun, as long as the disk has room for it; `say` tells when
    it stops."""

    def __init__(self, decks: Sequence[Deck], say: Callable[[str], None]) -> None:
        self._log: SessionLogWriter | None = None
        self._decks, self._say = decks, say
        self._lost = 0

    def begin(self, path: Path) -> None:
        """Begin a log. Raises SessionLogError when the file cannot be written."""
        self._log = SessionLogWriter(path)

    def poll(self) -> None:
        """Write what the engines have noted since the last time."""
        for deck in self._decks:
            if deck.journal is not None:
                self._write(
                    [{"deck": deck.number, **json.loads(line)} for line in deck.journal.read()]
                )
        lost = sum(deck.journal.lost for deck in self._decks if deck.journal)
        if lost > self._lost:
            self._write([{"op": "lost", "entries": lost - self._lost}])
            self._say(f"the session log lacks {lost - self._lost} entries: it cannot be rendered")
            self._lost = lost

    def note(self, op: str, **fields: object) -> None:
        """Write an entry of control's own, after all that the engines have noted."""
        self.poll()
        self._write([{"op": op, **fields}])

    def close(self, deck: Deck, counts: dict[str, float]) -> None:
        """Write the rest, how far `deck`, the last one, was heard, and what went wrong."""
        self.note("end", deck=deck.number, heard=deck.ring.read_position, counts=counts)
        if self._log is not None:
            self._log.close()
            self._log = None

    def _write(self, entries: list[Entry]) -> None:
        if self._log is None or not entries:
            return
        try:
            self._log.write(entries)
        except SessionLogError as error:
            self._log = None
            self._say(f"the session log stops here: {error}")
