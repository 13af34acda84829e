"""State that changes rarely, such as the clips: sent to pages whole, when it changes."""

from __future__ import annotations

import threading
from collections.abc import Callable

from distill_live.web.socket.encoding import encode

#: Is told a document's name and its message.
Tell = Callable[[str, str], None]


class Documents:
    """The newest value of each document, by name. All methods may be called from any thread.

    A value is what JSON can hold; lists of up to some hundred entries.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages: dict[str, str] = {}
        self._readers: dict[object, Tell] = {}

    @property
    def is_read(self) -> bool:
        """Whether any page is open: if not, nothing need be looked up."""
        return bool(self._readers)

    def publish(self, name: str, value: object) -> None:
        """Set a document; pages are told if it is another one than before."""
        message = encode({"type": "document", "name": name, "value": value})
        with self._lock:
            if self._messages.get(name) == message:
                return
            self._messages[name] = message
            for tell in self._readers.values():
                tell(name, message)

    def follow(self, key: object, tell: Tell) -> None:
        """Tell each document now, and again when it changes, until `leave`.

        `tell` is called with a lock held: it must neither wait nor call back.
        """
        with self._lock:
            for name, message in self._messages.items():
                tell(name, message)
            self._readers[key] = tell

    def leave(self, key: object) -> None:
        """Stop telling `key`."""
        with self._lock:
            self._readers.pop(key, None)
