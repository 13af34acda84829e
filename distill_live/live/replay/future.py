"""A future by a session log: what an engine wrote into a lane of the ring."""

from __future__ import annotations

import numpy as np

from distill_live.audio.fades import per_sample, rising_fade
from distill_live.audio.stereo.channels import joined
from distill_live.live.ipc.ring import Samples


class Future:
    """Samples [N] or [N, C] from ring position `start` on, as they were written into a lane, and
    the length of the fade with which they begin to be heard."""

    def __init__(self, start: int, fade: int = 0) -> None:
        self.start, self.fade = start, fade
        self._samples = np.zeros(0, np.float32)
        self._pieces: list[Samples] = []

    @property
    def end(self) -> int:
        """The ring position after the last sample."""
        return self.start + len(self._samples) + sum(map(len, self._pieces))

    def append(self, samples: Samples) -> None:
        """Add samples at the end."""
        self._pieces.append(samples)

    def content(self, start: int, end: int) -> Samples:
        """The samples at ring positions `start`..`end`; zeros where there are none."""
        self._samples = joined(self._samples, *self._pieces)
        self._pieces = []
        out = np.zeros((max(end - start, 0), *self._samples.shape[1:]), np.float32)
        known = self._samples[max(start - self.start, 0) : max(end - self.start, 0)]
        first = max(self.start - start, 0)
        out[first : first + len(known)] = known
        return out

    def faded_out(self, start: int, end: int, count: int) -> Samples:
        """The samples at ring positions `start`..`end`, of which nothing may be left, faded out
        over the first `count` of them, and silence after that."""
        samples = self.beyond(start, end)
        fade = rising_fade(min(count, len(samples)))[::-1]
        samples[: len(fade)] *= per_sample(fade, samples)
        samples[len(fade) :] = 0.0
        return samples

    def beyond(self, start: int, end: int) -> Samples:
        """The samples at ring positions `start`..`end`, of which nothing may be left, because the
        last passage was repeated there, which is left out: after its end the sound runs backwards,
        so that it can fade out without a click."""
        out = self.content(start, end)
        before, skipped = max(self.end - start, 0), max(start - self.end, 0)
        wanted = max(len(out) - before, 0)
        known = self.content(max(self.end - skipped - wanted, self.start), self.end)
        echo = known[::-1][skipped : skipped + wanted]
        out[before : before + len(echo)] = echo
        return out
