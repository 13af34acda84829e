"""Mixes two decks, each with the ring of one engine: one is heard, or both during a crossfade."""

from __future__ import annotations

import numpy as np

from distill_live.audio.fades import equal_power, per_sample
from distill_live.errors import LiveError
from distill_live.live.ipc.ring import AudioRing, Samples
from distill_live.live.playback.bridge import BridgedReader
from distill_live.live.playback.envelope import FADE_DRY, Envelope
from distill_live.live.playback.ring_reader import RingReader
from distill_live.memory_order import fence
from distill_live.shared_memory import SharedArray

#: Samples that are mixed in one piece.
_PIECE = 2048
#: More samples than are ever asked for.
_ENDLESS = 2**31

#: Marks of control; then those of the mixer.
_WANTED, _FADE, _REQUESTED, _GAINS = 0, 1, 2, 3
_PLAYING, _BEGAN_AT, _FADED, _DONE, _MARKS = 5, 6, 7, 8, 9


class DeckControl:
    """Which deck control wants to hear, and how far the mixer has got. Deck 0 plays first.

    One request at a time: control writes while the mixer is done, and then raises the count of
    requests; the mixer raises its own count when the fade is over. There is a fence before each
    count is raised, and after each time it is read. So nobody reads half-written data.
    """

    def __init__(self) -> None:
        self._marks = SharedArray((_MARKS,), "f8")
        self._marks.array[_GAINS : _GAINS + 2] = 1.0

    @property
    def busy(self) -> bool:
        """Whether a requested fade is not over yet."""
        busy = bool(self._marks.array[_REQUESTED] != self._marks.array[_DONE])
        fence()
        return busy

    @property
    def wanted(self) -> int:
        """The deck that control wants to hear."""
        return int(self._marks.array[_WANTED])

    @property
    def playing(self) -> int:
        """The deck that is heard, or that is being faded to."""
        return int(self._marks.array[_PLAYING])

    @property
    def fading(self) -> bool:
        """Whether a fade is under way."""
        return self.busy and self.playing == self.wanted

    @property
    def began_at(self) -> int:
        """Position of the old deck's ring where the newest fade began."""
        return int(self._marks.array[_BEGAN_AT])

    @property
    def fade(self) -> int:
        """Length of the newest requested fade, in samples."""
        return int(self._marks.array[_FADE])

    @property
    def faded(self) -> int:
        """How many samples of the newest fade have been heard."""
        return int(self._marks.array[_FADED])

    @property
    def done(self) -> int:
        """How many requested fades are over; then the deck that was left is free."""
        return int(self._marks.array[_DONE])

    def gain(self, deck: int) -> float:
        """The linear gain of a deck; it changes only while the deck is not heard."""
        return float(self._marks.array[_GAINS + deck])

    # Control's side.

    def fade_to(self, deck: int, fade: int, gain: float = 1.0) -> None:
        """Ask for `deck`, at a linear `gain`, within `fade` samples.

        Raises LiveError while the last fade is not over, and when the deck plays already.
        """
        if self.busy or deck == self.wanted:
            state = (
                "has not finished yet"
                if self.busy
                else "was the last one, and that deck is already playing"
            )
            raise LiveError(f"cannot fade to deck {deck}: the fade to deck {self.wanted} {state}")
        self._marks.array[_GAINS + deck] = gain
        self._marks.array[_WANTED], self._marks.array[_FADE] = deck, fade
        fence()
        self._marks.array[_REQUESTED] += 1

    # The mixer's side.

    def begin(self, deck: int, at: int) -> None:
        """Say that the fade to `deck` has begun, at position `at` of the other deck's ring."""
        self._marks.array[_BEGAN_AT], self._marks.array[_FADED] = at, 0
        fence()
        self._marks.array[_PLAYING] = deck

    def note_faded(self, samples: int) -> None:
        """Say how many samples of the fade have been heard."""
        self._marks.array[_FADED] = samples

    def finish(self) -> None:
        """Say that the requested fade is over."""
        fence()
        self._marks.array[_DONE] = self._marks.array[_REQUESTED]


class DeckMixer:
    """Reads the deck that plays, in the audio process, and fades to the other one when told to.

    Both rings have the same number of channels; samples are [n], or [n, C] with several.
    A fade has equal power: cosine out, sine in. A deck that runs dry repeats its last passage. If a
    deck that fades out has none to repeat, it ends early, and the other one continues. A ring's
    position moves only while its deck is heard.
    """

    def __init__(self, rings: tuple[AudioRing, AudioRing], control: DeckControl) -> None:
        self._control = control
        self._decks = [_Deck(ring) for ring in rings]
        if control.fading:
            # The last mixer died during the fade, and the old deck's sound with it.
            control.finish()
        self._playing = self._decks[control.playing]
        self._playing.start(control.gain(control.playing))
        self._leaving: _Deck | None = None
        self._fade = self._faded = 0
        self._buffer = rings[0].silence(_PIECE)

    @property
    def available(self) -> int:
        """Samples that can be read before the deck that plays, or is faded to, runs dry."""
        return self._playing.reader.available

    @property
    def playable(self) -> int:
        """As `available`, but no limit if the last passage can be repeated."""
        return _ENDLESS if self._playing.reader.lasts else self.available

    @property
    def bridging(self) -> bool:
        """Whether the deck that plays repeats its last passage, because it ran dry."""
        return self._playing.reader.bridging

    def pop_repeated(self) -> int:
        """How many samples were repeated since the last call, while its ring stood still."""
        return self._playing.reader.pop_repeated()

    def follow(self, silent: bool) -> None:
        """Do what control asks for; while nothing is heard (`silent`), decks change at once."""
        if self._control.busy and not self._control.fading:
            self._begin(self._control.wanted, self._control.fade)
        if self._leaving and (silent or self._faded >= self._fade):
            self._finish()
        if silent:
            self._playing.reader.forget()

    def read(self, out: Samples) -> None:
        """Fill `out` with the next samples and move on."""
        for start in range(0, len(out), _PIECE):
            piece = out[start : start + _PIECE]
            self._playing.read(piece)
            if self._leaving:
                self._mix(self._leaving, piece[: self._fade - self._faded])

    def _begin(self, number: int, fade: int) -> None:
        self._leaving, self._playing = self._playing, self._decks[number]
        self._playing.start(self._control.gain(number))
        self._fade, self._faded = fade, 0
        self._control.begin(number, self._leaving.ring.read_position)

    def _mix(self, leaving: _Deck, out: Samples) -> None:
        """Mix the deck that is left into `out`, the next samples of the fade."""
        old = self._buffer[: len(out)]
        leaving.read_last(old)
        coming, going = equal_power(self._faded, len(out), self._fade)
        out *= per_sample(coming, out)
        out += old * per_sample(going, out)
        self._faded += len(out)
        self._control.note_faded(self._faded)
        if self._faded == self._fade:
            self._finish()

    def _finish(self) -> None:
        self._leaving = None
        self._control.finish()


class _Deck:
    """A ring that is read, and its gain."""

    def __init__(self, ring: AudioRing) -> None:
        self.ring = ring

    def start(self, gain: float) -> None:
        """Begin to read."""
        # A new reader, because the ring may have been emptied for another engine meanwhile.
        self.reader = BridgedReader(RingReader(self.ring))
        self._gain = np.float32(gain)
        self._envelope = Envelope(1.0)

    def read(self, out: Samples) -> None:
        """Fill `out` with the next samples."""
        self.reader.read(out)
        if self._gain != 1.0:
            out *= self._gain

    def read_last(self, out: Samples) -> None:
        """Fill `out` with the rest of the sound, faded out before it runs dry, and zeros."""
        available = _ENDLESS if self.reader.lasts else self.reader.available
        if available < len(out) + FADE_DRY:
            self._envelope.fade_out(min(FADE_DRY, available))
        count = min(self._envelope.audible(len(out)), available)
        self.read(out[:count])
        self._envelope.apply(out[:count])
        out[count:] = 0.0
        if count < len(out):
            self._envelope.silence()
