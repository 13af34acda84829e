"""Which clip is in which slot: what is played together with the stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from distill_live.live.clips.clip import Clip, Codec
from distill_live.live.ipc.messages import INPUT, PartnerCodes
from distill_live.live.ipc.shared_codes import CodeFiles, SharedCodes


class _Slot(NamedTuple):
    clip: Clip
    shared: SharedCodes


class Partners:
    """The clips that engines play together with the stream, by slot; their codes are in `files`.
    In place of a clip, a slot may have the live input."""

    def __init__(self, files: CodeFiles) -> None:
        self._files = files
        self._slots: dict[str, _Slot] = {}
        self._inputs: set[str] = set()

    def put(self, slot: str, clip: Clip | None) -> PartnerCodes:
        """Put a clip into a slot, or clear it; what to tell the engine.

        Raises CodesError when the codes cannot be written.
        """
        after = None if clip is None else _Slot(clip, self._files.share(clip.grid.codes))
        self._inputs.discard(slot)
        before = self._slots.pop(slot, None)
        if before is not None:
            self._files.retire(before.shared)
        if after is not None:
            self._slots[slot] = after
        return self.get(slot)

    def put_input(self, slot: str) -> PartnerCodes:
        """Put the live input into a slot; what to tell the engine."""
        self.put(slot, None)
        self._inputs.add(slot)
        return self.get(slot)

    def get(self, slot: str) -> PartnerCodes:
        """What is in a slot."""
        if slot in self._inputs:
            return PartnerCodes(slot, INPUT)
        one = self._slots.get(slot)
        return PartnerCodes(slot) if one is None else PartnerCodes(slot, one.clip.name, one.shared)

    def of(self, codec: Codec) -> tuple[PartnerCodes, ...]:
        """What is in all slots whose clips have a codec, or that have the live input."""
        inputs = map(self.get, sorted(self._inputs))
        clips = (
            self.get(slot)
            for slot, one in self._slots.items()
            if one.clip.codec.sha256 == codec.sha256
        )
        return (*clips, *inputs)

    def slots_of(self, clip: Clip) -> list[str]:
        """The slots that a clip is in."""
        return [slot for slot, one in self._slots.items() if one.clip is clip]

    def slots_with(self, name: str, codec: Codec) -> list[str]:
        """The slots that have a clip of that name and codec."""
        return [
            slot
            for slot, one in self._slots.items()
            if one.clip.name == name and one.clip.codec.sha256 == codec.sha256
        ]

    def clear_others(self, codec: Codec) -> Iterator[tuple[str, Clip]]:
        """Clear the slots with clips of other codecs; gives each slot and its clip."""
        for slot, one in list(self._slots.items()):
            if one.clip.codec.sha256 != codec.sha256:
                self.put(slot, None)
                yield slot, one.clip
