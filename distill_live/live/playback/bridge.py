"""Bridges a ring that runs dry: repeats the last passage until there is new sound."""

from __future__ import annotations

from distill_live.audio.fades import equal_power, per_sample
from distill_live.live.ipc.ring import Samples
from distill_live.live.playback.ring_reader import RingReader

#: Samples of the passage that is repeated: two seconds, a whole number of beats at 120 or 90 BPM.
#: It is shorter if less has been heard, but one shorter than LEAST would stutter.
PASSAGE, LEAST = 96_000, 12_000
#: Samples of each fade: into the passage, from its end to its beginning, back to new sound (50 ms).
FADE = 2_400
#: What must be remembered: the passage, and what came before it, into which its end fades.
_REMEMBERED = PASSAGE + FADE
#: How many samples a ring must hold before it is played again (250 ms), and with how many it is
#: played however slowly they come (500 ms): an engine may rest with little more.
ENOUGH, PLENTY = 12_000, 24_000


class BridgedReader:
    """Reads a ring; when it is about to run dry, repeats the passage heard last instead, until
    there is enough new sound.

    The ring's position moves only while its own sound is heard. As a part of the audio process, it
    makes all its buffers at the beginning.
    """

    def __init__(self, reader: RingReader) -> None:
        self.reader = reader
        silence = reader.ring.silence
        self._heard = silence(_REMEMBERED)
        self._count = 0
        self._passage = silence(_REMEMBERED)
        self._length = self._at = 0
        self._old = silence(FADE)
        self._coming, self._going = (
            per_sample(gains, self._old) for gains in equal_power(0, FADE, FADE)
        )
        # How many samples of the present fade have been played.
        self._faded = FADE
        #: Whether it repeats the passage or fades to it, but not while it fades back.
        self.bridging = False
        self._repeated = 0
        # What the ring held when it was last looked at, how many samples have been played since it
        # last grew, or None before it did, and the most that were played between two pieces.
        self._held = 0
        self._waited: int | None = None
        self._longest_wait = 0

    @property
    def available(self) -> int:
        """Samples that can be read before the ring runs dry."""
        return self.reader.available

    @property
    def lasts(self) -> bool:
        """Whether reading can continue without silence, however little the ring holds."""
        return self.bridging or self._count >= LEAST

    def pop_repeated(self) -> int:
        """How many samples were repeated since the last call, while the ring stood still."""
        repeated, self._repeated = self._repeated, 0
        return repeated

    def forget(self) -> None:
        """End a bridge while nothing sounds, if the ring holds enough."""
        if self.bridging:
            self._note_pieces()
            if self._holds_enough:
                self.bridging, self._faded = False, FADE

    def read(self, out: Samples) -> None:
        """Fill `out`, [n] or [n, C] as the ring, with the next samples and move on."""
        start = 0
        while start < len(out):
            start += self._read(out[start:])

    def _read(self, out: Samples) -> int:
        """Fill the beginning of `out`; returns how much of it."""
        if self._faded < FADE:
            return self._fade(out[: FADE - self._faded])
        if not self.bridging:
            available = self.available
            count = min(len(out), available - FADE) if self.lasts else len(out)
            if count > 0:
                self._sound(out[:count])
                return count
            self._begin()
            return 0
        self._note_pieces()
        if self._holds_enough:
            self.bridging, self._faded = False, 0
            return 0
        self._repeat(out)
        self._repeated += len(out)
        if self._waited is not None:
            self._waited += len(out)
        return len(out)

    def _note_pieces(self) -> None:
        """Note how long the pieces of new sound take to come."""
        available = self.available
        if available > self._held:
            self._longest_wait = max(self._longest_wait, self._waited or 0)
            self._waited = 0
        self._held = available

    @property
    def _holds_enough(self) -> bool:
        """Whether the ring holds so much that it will not run dry again at once: the pieces of
        sound may come twice as slowly as they have come since the bridge began."""
        return self._held >= min(max(ENOUGH, FADE + 2 * self._longest_wait), PLENTY)

    def _fade(self, out: Samples) -> int:
        """The next samples of a fade between ring and passage."""
        part = slice(self._faded, self._faded + len(out))
        other = self._old[: len(out)]
        self._repeat(other)
        if self.bridging:
            count = min(len(out), self.available)
            self.reader.read(out[:count])
            out[count:] = 0.0
            self._repeated += len(out) - count
            out *= self._going[part]
            out += other * self._coming[part]
        else:
            self._sound(out)
            out *= self._coming[part]
            out += other * self._going[part]
        self._faded += len(out)
        return len(out)

    def _sound(self, out: Samples) -> None:
        """The ring's own next samples, remembered."""
        self.reader.read(out)
        kept = out[-_REMEMBERED:]
        first = (self._count + len(out) - len(kept)) % _REMEMBERED
        head = min(len(kept), _REMEMBERED - first)
        self._heard[first : first + head] = kept[:head]
        self._heard[: len(kept) - head] = kept[head:]
        self._count += len(out)

    def _begin(self) -> None:
        """Make the passage of what was heard: its end fades into its beginning."""
        length = min(self._count, _REMEMBERED)
        self._length = length - FADE
        first = self._count % _REMEMBERED if self._count > _REMEMBERED else 0
        self._passage[: _REMEMBERED - first] = self._heard[first:]
        self._passage[_REMEMBERED - first :] = self._heard[:first]
        ending = self._passage[self._length : length]
        self._passage[:FADE] *= self._coming
        self._passage[:FADE] += ending * self._going
        # The blended beginning is for the end of the passage; here there is another fade.
        self._at = FADE
        self.bridging, self._faded = True, 0
        self._held, self._waited, self._longest_wait = self.available, None, 0

    def _repeat(self, out: Samples) -> None:
        """The passage's next samples."""
        filled = 0
        while filled < len(out):
            count = min(len(out) - filled, self._length - self._at)
            out[filled : filled + count] = self._passage[self._at : self._at + count]
            self._at = (self._at + count) % self._length
            filled += count
