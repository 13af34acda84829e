"""Bridges a ring that runs dry: repeats the last passage until there is new sound."""

from __future__ import annotations

from distill_live.audio.fades import equal_power, per_sample
from distill_live.live.ipc.ring import Samples
from distill_live.live.playback.ring_reader import RingReader

#: The longest and the shortest passage that is repeated, in samples: two seconds and a quarter of a
#: second; a shorter one would stutter.
PASSAGE, LEAST = 96_000, 12_000
#: Samples of each fade: into the passage, from its end to its beginning, back to new sound (50 ms).
FADE = 2_400
#: How many samples a ring must hold before it is played again (150 ms).
ENOUGH = 7_200


class BridgedReader:
    """Reads a ring; when it is about to run dry, repeats the passage heard last instead, until
    there is enough new sound.

    The ring's position moves only while its own sound is heard. As a part of the audio process, it
    makes all its buffers at the beginning.
    """

    def __init__(self, reader: RingReader) -> None:
        self.reader = reader
        silence = reader.ring.silence
        self._heard = silence(PASSAGE)
        self._count = 0
        self._passage = silence(PASSAGE)
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

    @property
    def available(self) -> int:
        """Samples that can be read before the ring runs dry."""
        return self.reader.available

    @property
    def lasts(self) -> bool:
        """Whether reading can continue without silence, however little the ring holds."""
        return self.bridging or min(self._count, PASSAGE) >= LEAST

    def pop_repeated(self) -> int:
        """How many samples were repeated since the last call, while the ring stood still."""
        repeated, self._repeated = self._repeated, 0
        return repeated

    def forget(self) -> None:
        """End a bridge while nothing sounds, if the ring holds enough."""
        if self.bridging and self.available >= ENOUGH:
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
        available = self.available
        if not self.bridging:
            count = min(len(out), available - FADE) if self.lasts else len(out)
            if count > 0:
                self._sound(out[:count])
                return count
            self._begin()
        elif available >= ENOUGH:
            self.bridging, self._faded = False, 0
        else:
            self._repeat(out)
            self._repeated += len(out)
            return len(out)
        return 0

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
        kept = out[-PASSAGE:]
        first = (self._count + len(out) - len(kept)) % PASSAGE
        head = min(len(kept), PASSAGE - first)
        self._heard[first : first + head] = kept[:head]
        self._heard[: len(kept) - head] = kept[head:]
        self._count += len(out)

    def _begin(self) -> None:
        """Make the passage of what was heard: its end fades into its beginning."""
        length = min(self._count, PASSAGE)
        self._length = length - FADE
        first = self._count % PASSAGE if self._count > PASSAGE else 0
        self._passage[: PASSAGE - first] = self._heard[first:]
        self._passage[PASSAGE - first :] = self._heard[:first]
        ending = self._passage[self._length : length]
        self._passage[:FADE] *= self._coming
        self._passage[:FADE] += ending * self._going
        # The blended beginning is for the end of the passage; here there is another fade.
        self._at = FADE
        self.bridging, self._faded = True, 0

    def _repeat(self, out: Samples) -> None:
        """The passage's next samples."""
        filled = 0
        while filled < len(out):
            count = min(len(out) - filled, self._length - self._at)
            out[filled : filled + count] = self._passage[self._at : self._at + count]
            self._at = (self._at + count) % self._length
            filled += count
