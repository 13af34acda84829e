"""Writes into the ring: at the end of what can be heard, or a new future beside it."""

from __future__ import annotations

from distill_live.live.ipc.journal import Journal
from distill_live.live.ipc.ring import AudioRing, Samples

#: Samples of the fade from the sound that is left of an engine that died.
_TAKE_OVER_FADE = 480


class RingWriter:
    """Appends samples to the newest future in a ring.

    Its first sample is the one at ring position `start`. After `begin`, samples are collected for a
    new future, until `publish` lets it be heard. `seen` is how many of the ring's switches are
    already in the journal, if not all are.
    """

    def __init__(
        self, ring: AudioRing, start: int, journal: Journal, seen: int | None = None
    ) -> None:
        self._ring, self._journal = ring, journal
        self._seen = ring.published if seen is None else seen
        self._draft: list[Samples] | None = None
        self._lane = ring.begin_future(start)
        # If another engine has died, the rest of its sound may still be heard.
        self._switch(start, start, _TAKE_OVER_FADE if start else 0)

    @property
    def seen(self) -> int:
        """How many of the ring's switches are in the journal, made or not."""
        return self._seen

    @property
    def is_drafting(self) -> bool:
        """Whether a future was begun and not published."""
        return self._draft is not None

    def write(self, samples: Samples) -> None:
        """Append samples [N] or [N, C] to the draft, if there is one, else to the ring."""
        if self._draft is None:
            self._ring.write(self._lane, samples)
        else:
            self._draft.append(samples)

    def begin(self, position: int) -> None:
        """Begin the draft of a future whose first sample is the one at `position`."""
        self._draft, self._start = [], position

    def publish(self, at: int, fade: int) -> None:
        """Let the draft be heard from ring position `at` on, or from now if that is past.

        The old sound fades out while it fades in, over `fade` samples. A future that was published
        but is not heard yet is replaced: its sound before the draft is copied.
        """
        samples = self._draft or []
        pending = self._ring.pending_switch()
        copied = False
        if pending is not None and pending[1] < at:
            _, at, fade = pending
            if at < self._start:
                copied = True
                samples = [self._ring.content(pending[0], at, self._start), *samples]
                self._start = at
        self._lane = self._ring.begin_future(self._start)
        for piece in samples:
            self._ring.write(self._lane, piece)
        self._draft = None
        self.note_switches()
        self._switch(self._start, at, fade, copied)

    def note_switches(self) -> None:
        """Note in the journal which futures have begun to be heard, and where."""
        taken = self._ring.taken
        while self._seen < taken:
            self._seen += 1
            at = self._ring.taken_at(self._seen)
            if at is not None:
                self._journal.note("switched", future=self._seen, at=at)

    def _switch(self, start: int, at: int, fade: int, copied: bool = False) -> None:
        # First, so that all that is heard is in the journal even if this process ends here.
        number = self._ring.published + 1
        self._journal.note("future", number=number, start=start, fade=fade, copied=copied)
        self._ring.switch(self._lane, at, fade)
