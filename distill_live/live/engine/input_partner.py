"""What is being played in, as the second grid of edits."""

from __future__ import annotations

from distill_live.codes.edit_rack import EditRack, Partner
from distill_live.live.ipc.heard_columns import HeardColumns
from distill_live.live.ipc.messages import INPUT


class InputPartner:
    """Puts the newest column that was played in into slots of a rack, again and again.

    The column stands for the present and for all columns to come, until the next one is heard: so
    a change is heard as soon as a changed edit is. While nothing is listened to, the slots are
    empty. `columns` are the listener's; `codec_sha256` is the engine's codec.
    """

    def __init__(self, rack: EditRack, columns: HeardColumns | None, codec_sha256: str) -> None:
        self._rack, self._columns, self._codec = rack, columns, codec_sha256
        self._slots: set[str] = set()
        self._version = -1

    def take(self, slot: str) -> None:
        """Put what is being played in into a slot from now on."""
        self._slots.add(slot)
        self._version = -1

    def leave(self, slot: str) -> None:
        """Leave a slot to others."""
        self._slots.discard(slot)

    def poll(self) -> None:
        """Take over what was heard since the last call."""
        if self._columns is None or not self._slots:
            return
        version = self._columns.version
        # An odd one is just being written.
        if version == self._version or version % 2:
            return
        self._version = version
        heard = self._columns.read(1, self._codec)
        partner = None if heard is None else Partner(INPUT, heard.codes)
        for slot in self._slots:
            self._rack.set_partner(slot, partner)
