"""Reads a ring in order, and changes lanes where the engine says so."""

from __future__ import annotations

from distill_live.audio.fades import crossfade
from distill_live.live.ipc.ring import AudioRing, Samples, Switch

#: How many samples a new future must hold ahead before the reader leaves a longer one for it (50
#: ms): a block, and the fade that ends a dry ring.
RESERVE = 2_400


class RingReader:
    """Reads a ring in order, in the audio process, and changes lanes where the engine says so.

    If a new future comes so late that nearly all of it is past already, the old one continues until
    the new one has caught up.
    """

    def __init__(self, ring: AudioRing) -> None:
        self.ring = ring
        self.lane = ring.sounding_lane
        self._fading = ring.silence(0)
        self._faded = 0

    @property
    def available(self) -> int:
        """Samples that can be read before the sounding future runs dry."""
        position = self.ring.read_position
        end = self.ring.written(self.lane)
        switch = self.ring.next_switch()
        if switch and switch.at <= max(end, position) and self._is_ready(switch, RESERVE):
            end = self.ring.written(switch.lane)
        return max(end - position, 0)

    def read(self, out: Samples) -> None:
        """Fill `out`, [n] or [n, channels] as the ring, with the next samples and move on."""
        position = self.ring.read_position
        switch = self._claim_switch(position + len(out), max(len(out), RESERVE))
        if switch is None:
            self._sound(position, out)
        else:
            before = max(switch.at - position, 0)
            self._sound(position, out[:before])
            self._change_lane(position + before, switch)
            self._sound(position + before, out[before:])
        self.ring.advance(len(out))

    def _claim_switch(self, end: int, reserve: int) -> Switch | None:
        """The newest switch, claimed, if it must be made before position `end`."""
        while (switch := self.ring.next_switch()) and switch.at < end:
            if not self._is_ready(switch, reserve):
                return None
            if self.ring.claim(switch):
                return switch
        return None

    def _is_ready(self, switch: Switch, reserve: int) -> bool:
        """Whether the new lane holds enough sound, or at least as much as the old one."""
        end = self.ring.written(switch.lane)
        from_there = end - max(switch.at, self.ring.read_position)
        return from_there >= reserve or end >= self.ring.written(self.lane)

    def _change_lane(self, position: int, switch: Switch) -> None:
        """Fade from what would have been heard, which may itself be a fade, to another lane."""
        old = self.ring.silence(switch.fade)
        self._mix(position, old)
        self.lane, self._fading, self._faded = switch.lane, old, 0
        self.ring.take_switch(switch, position)

    def _sound(self, position: int, out: Samples) -> None:
        self._faded += self._mix(position, out)

    def _mix(self, position: int, out: Samples) -> int:
        """Fill `out` from the lane and the running fade; returns how much of the fade it took."""
        self.ring.copy_out(self.lane, position, out)
        old = self._fading[self._faded : self._faded + len(out)]
        if len(old):
            new = out[: len(old)]
            out[: len(old)] = crossfade(old, new, self._faded, len(self._fading))
        return len(old)
