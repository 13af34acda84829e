"""Patterns of recorded one-shots: drums, basses, guitars, bells, glitches, voices."""

from __future__ import annotations

from pathlib import Path

import soundfile
import soxr

from tools.base.sound import RATE, Random, Sound, either, lay, placed, scaled

#: Where Debian's package sonic-pi-samples has its sounds, all CC0.
FOLDER = Path("/usr/share/sonic-pi/samples")
#: What others are judged by, so that the base must not know it.
_LEFT_OUT = ("loop_", "ambi_")


class Samples:
    """The one-shots of a folder; raises FileNotFoundError if there are none."""

    def __init__(self, folder: Path = FOLDER) -> None:
        paths = sorted(folder.glob("*.flac"))
        self._paths = [path for path in paths if not path.name.startswith(_LEFT_OUT)]
        if not self._paths:
            raise FileNotFoundError(f"there are no samples in {folder}")

    def play(self, random: Random, count: int) -> Sound:
        """A pattern of one to six of them, each at its own speed, place and loudness, that comes
        again with gaps, `[count, 2]`."""
        out = placed(scaled(self._read(random)[:1]) * 0.0, 0.0)
        out.resize((count, 2), refcheck=False)
        step = round(60.0 / either(random, 50, 180) / 4 * RATE)
        for _ in range(random.integers(1, 7)):
            sound = scaled(self._read(random), either(random, 0.05, 1.0))
            stereo = placed(sound, random.uniform(-1.0, 1.0))
            hits = random.random(16) < either(random, 0.06, 0.5)
            for number, at in enumerate(range(0, count, step)):
                if hits[number % 16] and random.random() < 0.9:
                    lay(out, stereo * random.uniform(0.5, 1.0), at)
        return out

    def _read(self, random: Random) -> Sound:
        """One of them, mixed to mono, at a random speed, forwards or backwards."""
        path = self._paths[random.integers(len(self._paths))]
        samples, rate = soundfile.read(path, always_2d=True)
        speed = either(random, 0.45, 2.0) if random.random() < 0.7 else 1.0
        sound: Sound = soxr.resample(samples.mean(axis=1), rate * speed, RATE)
        return sound[::-1] if random.random() < 0.08 else sound
