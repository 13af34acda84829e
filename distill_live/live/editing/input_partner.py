"""The live input as the second grid of edits."""

from __future__ import annotations

import math
from collections.abc import Callable

from distill_live.codes.edit_rack import EditRack
from distill_live.codes.rack.settings import Partner
from distill_live.live.ipc.heard_columns import HeardColumns
from distill_live.live.ipc.messages import INPUT
from distill_live.live.ipc.ring import SAMPLE_RATE

#: After so many seconds, and two columns, without a new column there is no live input: the device
#: is away, or the listener has failed.
_STALE_SECONDS = 1.0


class InputPartner:
    """Puts the newest column of the live input into slots of a rack, again and again.

    The column stands for the present and for all columns to come, until the next one is heard: so
    a change is heard as soon as a changed edit is. While listening is off, or nothing comes in, the
    slots are empty. `columns` are the listener's; `codec_sha256` is the engine's codec, and
    `clock` gives seconds.
    """

    def __init__(
        self,
        rack: EditRack,
        columns: HeardColumns | None,
        codec_sha256: str,
        clock: Callable[[], float],
    ) -> None:
        self._rack, self._columns, self._codec, self._clock = rack, columns, codec_sha256, clock
        self._slots: set[str] = set()
        self._version, self._stale_at = -1, 0.0

    def take(self, slot: str) -> None:
        """Put the live input into a slot from now on."""
        self._slots.add(slot)
        self._version = -1

    def leave(self, slot: str) -> None:
        """Leave a slot to others."""
        self._slots.discard(slot)

    def poll(self) -> bool:
        """Take over what was heard since the last call; False if that is nothing."""
        if self._columns is None or not self._slots:
            return False
        version, now = self._columns.version, self._clock()
        if version == self._version:
            if now >= self._stale_at:
                self._put(None)
                self._stale_at = math.inf
                return True
            return False
        heard = self._columns.read(1, self._codec)
        if self._columns.version != version:
            # It was just being written: look again in the next turn.
            return False
        self._version = version
        if heard is None:
            self._put(None)
        else:
            column_seconds = heard.column_samples / SAMPLE_RATE
            self._stale_at = now + _STALE_SECONDS + 2 * column_seconds
            self._put(Partner(INPUT, heard.codes))
        return True

    def _put(self, partner: Partner | None) -> None:
        for slot in self._slots:
            self._rack.set_partner(slot, partner)
