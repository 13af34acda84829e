"""Phrases for the instruments of soundfonts, played by FluidSynth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tools.base.sound import RATE, Random, Sound, either

#: Where Debian's packages have the soundfonts; both are under the MIT licence.
SOUNDFONTS = (
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    Path("/usr/share/sounds/sf3/MuseScore_General_Lite.sf3"),
)

_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9), (0, 3, 5, 6, 7, 10),
           (0, 2, 4, 6, 8, 10), tuple(range(12)))  # fmt: skip
_DRUM_CHANNEL, _DRUM_BANK = 9, 128
_DRUM_KEYS = (35, 81)


class Note(NamedTuple):
    """A note: channel, key and velocity as in MIDI; start and end in samples."""

    channel: int
    key: int
    velocity: int
    start: int
    end: int


class Instruments:
    """Plays random phrases. Needs the soundfonts, libfluidsynth and the package pyfluidsynth."""

    def __init__(self) -> None:
        # Only who makes the set needs it.
        import fluidsynth

        self._synth: Any = fluidsynth.Synth(gain=0.5, samplerate=float(RATE))
        self._fonts = [self._synth.sfload(str(path)) for path in SOUNDFONTS]
        if min(self._fonts) < 0:
            raise FileNotFoundError(f"a soundfont is missing: {', '.join(map(str, SOUNDFONTS))}")

    def play(self, random: Random, count: int) -> Sound:
        """One to three random parts, `[count, 2]`."""
        self._synth.system_reset()
        self._synth.set_reverb(either(random, 0.1, 0.9), 0.3, 0.5, 0.3 * random.random())
        notes: list[Note] = []
        for channel in random.permutation(9)[: random.integers(1, 4)]:
            font = self._fonts[random.integers(len(self._fonts))]
            self._synth.program_select(channel, font, 0, int(random.integers(128)))
            self._synth.cc(channel, 10, int(random.integers(128)))
            notes += phrase(random, int(channel), count)
        if random.random() < 0.2:
            self._synth.program_select(_DRUM_CHANNEL, self._fonts[0], _DRUM_BANK, 0)
            notes += drums(random, count)
        return self._render(notes, count)

    def _render(self, notes: list[Note], count: int) -> Sound:
        events = sorted(
            [(note.start, 1, note) for note in notes] + [(note.end, 0, note) for note in notes]
        )
        pieces, at = [], 0
        for when, on, note in events:
            if min(when, count) > at:
                pieces.append(self._synth.get_samples(min(when, count) - at))
                at = min(when, count)
            if on:
                self._synth.noteon(note.channel, note.key, note.velocity)
            else:
                self._synth.noteoff(note.channel, note.key)
        pieces.append(self._synth.get_samples(count - at))
        return np.concatenate(pieces).reshape(-1, 2) / 2.0**15


def phrase(random: Random, channel: int, count: int) -> list[Note]:
    """A melody, chords, an arpeggio, scattered notes or a drone in a random key."""
    scale = _SCALES[random.integers(len(_SCALES))]
    root, low = int(random.integers(12)), int(random.integers(2, 6))
    keys = [12 * octave + root + step for octave in range(low, low + 3) for step in scale]
    keys = [key for key in keys if 21 <= key <= 108]
    beat = round(60.0 / either(random, 40, 180) * RATE)
    kind = ("melody", "chords", "arpeggio", "scattered", "drone")[random.integers(5)]
    return list(_notes(random, channel, kind, keys, beat, count))


def _notes(
    random: Random, channel: int, kind: str, keys: list[int], beat: int, count: int
) -> Iterator[Note]:
    at, place = int(random.integers(beat)), len(keys) // 2
    while at < count:
        held = {"chords": 4, "drone": 12}.get(kind, 2.0 ** random.integers(-2, 2))
        length = round(held * beat * either(random, 0.3, 1.2))
        if kind == "melody":
            place = int(np.clip(place + random.integers(-2, 3), 0, len(keys) - 1))
            chosen = [keys[place]]
        elif kind == "arpeggio":
            place = (place + int(random.integers(1, 3))) % len(keys)
            chosen = [keys[place]]
        else:
            sounding = {"chords": 4, "drone": 2}.get(kind, 1)
            chosen = list(random.choice(keys, int(random.integers(1, sounding + 1))))
        for key in chosen:
            velocity = int(random.integers(30, 127))
            yield Note(channel, int(key), velocity, at, at + max(length, RATE // 20))
        at += round(held * beat)


def drums(random: Random, count: int) -> list[Note]:
    """A beat that comes again, with gaps."""
    step = round(60.0 / either(random, 60, 160) / 4 * RATE)
    voices = random.integers(*_DRUM_KEYS, size=random.integers(2, 6))
    beats = random.random((len(voices), 16)) < 0.3
    return [
        Note(_DRUM_CHANNEL, int(key), int(random.integers(40, 127)), at, at + step)
        for number, at in enumerate(range(0, count, step))
        for key, hits in zip(voices, beats, strict=True)
        if hits[number % 16] and random.random() < 0.9
    ]
