"""Moves the state of an engine into its keepsake, and from the last engine's keepsake into it."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np

from distill_live.codes.edit_rack import EditRack
from distill_live.codes.timeline import Timeline
from distill_live.live.engine.sampler import Sampler
from distill_live.live.ipc.journal import Journal
from distill_live.live.ipc.keepsake import KEPT_CODES, TIMELINE_COLUMNS, Continuation, Keepsake
from distill_live.live.playhead.playhead import Playhead


class Handover:
    """Saves the state of a playhead, a sampler and a rack, and restores it in others.

    Without a `keepsake` nothing is saved.
    """

    def __init__(
        self, keepsake: Keepsake | None, playhead: Playhead, sampler: Sampler, rack: EditRack
    ) -> None:
        self._keepsake = keepsake
        self._playhead, self._sampler, self._rack = playhead, sampler, rack

    def keep(self, switches: int, segment_start: int, take: int, takes: int, seen: int) -> None:
        """Save the present state, valid once the ring has published so many `switches`; for the
        other arguments see Continuation."""
        if self._keepsake is None:
            return
        timeline, (drawn, again) = self._playhead.timeline, self._sampler.draws
        start = max(timeline.start, timeline.end - KEPT_CODES // math.prod(timeline.shape))
        raw, edited = timeline.raw(start, timeline.end), timeline.edited(start, timeline.end)
        rack = self._rack
        partners = {name: one.without_codes() for name, one in rack.partners.items()}
        heard, returns = self._playhead.trail.past.kept(self._playhead.segment)
        continuation = Continuation(
            self._playhead.places(), start, raw.astype(np.uint16), edited.astype(np.uint16),
            segment_start, drawn, again, take, takes, rack.settings.without_codes(), rack.held,
            partners, seen, heard, returns,
        )  # fmt: skip
        self._keepsake.write(continuation, switches)

    def go_on(self, before: Continuation, journal: Journal) -> None:
        """Continue from where another engine stood, and note in the journal what a replay needs."""
        (place,) = before.places
        raw, edited = before.raw.astype(np.int64), before.edited.astype(np.int64)
        changed = np.flatnonzero((raw != edited).any(axis=(1, 2)))
        journal.note(
            "resume",
            start=before.start,
            raw=raw.tolist(),
            edited=[[int(at), edited[at].tolist()] for at in changed],
            place=asdict(place),
        )
        timeline = Timeline.holding(before.start, raw, edited, TIMELINE_COLUMNS)
        self._sampler.go_on(timeline, before.drawn, before.again)
        self._rack.restore(before.edits, before.held, before.partners)
        self._playhead.go_on(timeline, place)
        self._playhead.trail.past.restore(
            before.heard, before.returns, self._playhead.segment, timeline
        )
