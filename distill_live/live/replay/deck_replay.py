"""Plays again what the engines of one deck did, by a session log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from distill_live.audio.fades import crossfade
from distill_live.audio.stereo.channels import in_same_channels, joined
from distill_live.codes.session_log import Entry, reading_entry
from distill_live.codes.timeline import Codes, Timeline
from distill_live.errors import SessionLogError
from distill_live.live.ipc.keepsake import TIMELINE_COLUMNS, Place
from distill_live.live.ipc.ring import Samples
from distill_live.live.playhead.decoder import ColumnDecoder
from distill_live.live.playhead.playhead import Playhead
from distill_live.live.replay.future import Future
from distill_live.models.file.loaded import LoadedVQModel

#: The playhead's methods that a log calls by name, with their arguments.
_CALLS = (
    "back_before", "back_after", "jump", "hold", "loop", "route", "release", "clarify",
    "use_grains",
)  # fmt: skip
#: Samples of the fade at the end of a deck that ran dry (10 ms).
_DRY_FADE = 480
#: What an entry says besides the arguments of its call.
_NO_FIELDS = ("op", "deck")


class DeckReplay:
    """Replays one engine, from its first entry on: `apply` every later entry, then `finish`.

    `before` is the engine that it took over from.
    """

    def __init__(
        self, loaded: LoadedVQModel, entry: Entry, before: DeckReplay | None = None
    ) -> None:
        codec = loaded.model.config
        start = int(entry["position"])
        timeline = Timeline(codec.bands, codec.num_quantizers, TIMELINE_COLUMNS)
        self._playhead = Playhead(ColumnDecoder(loaded), timeline, start)
        self._futures = {0: Future(start)}
        self._newest = self._current = 0
        self._drafted: Future | None = None
        self._heard: list[Samples] = []
        self._position = start
        self._ending, self._faded = np.zeros(0, np.float32), 0
        if before is not None:
            self._futures, self._newest = before._futures, before._newest
            self._current = before._current
            self._heard, self._position = before._heard, before._position
            self._ending, self._faded = before._ending, before._faded
        self._handlers: dict[str, Callable[..., None]] = {
            "draw": self._draw, "give": self._give, "cut": self._cut,
            "begin_segment": self._begin_segment,
            "push": self._push, "repeat": self._repeat, "draft": self._draft,
            "future": self._future, "switched": self._switched, "resume": self._resume,
        }  # fmt: skip
        #: Called before each switch with (position, what would have been heard from there on).
        self.on_switch: Callable[[int, Samples], None] | None = None

    def apply(self, entry: Entry) -> None:
        """Do what an entry says. Raises SessionLogError if that is impossible."""
        operation, fields = entry["op"], {k: v for k, v in entry.items() if k not in _NO_FIELDS}
        with reading_entry(entry):
            if operation in _CALLS:
                getattr(self._playhead, operation)(**fields)
            elif operation in self._handlers:
                self._handlers[operation](**fields)

    def finish(self, end: int | None = None) -> Samples:
        """All that was heard up to ring position `end`, or else all that was made."""
        future = self._futures[self._current]
        end = future.end if end is None else max(end, self._position)
        ran_dry = max(future.end, self._position)
        self._emit(min(end, ran_dry))
        if end > ran_dry:
            self._heard.append(future.faded_out(ran_dry, end, _DRY_FADE))
            self._position = end
        return joined(np.zeros(0, np.float32), *self._heard)

    def _draw(self, column: int, codes: list[Any]) -> None:
        if column != self._playhead.timeline.end:
            raise SessionLogError(f"column {column} follows {self._playhead.timeline.end - 1}")
        self._playhead.timeline.append(np.array([codes], np.int64))

    def _give(self, column: int, codes: list[Any], played: list[Any]) -> None:
        timeline = self._playhead.timeline
        if column != timeline.end:
            raise SessionLogError(f"column {column} follows {timeline.end - 1}")
        given: Codes = np.array(codes, np.int64).reshape(-1, *timeline.shape)
        timeline.append_played(given, np.array(played, np.int64).reshape(-1, *timeline.shape))

    def _cut(self, column: int) -> None:
        self._playhead.timeline.truncate(column)

    def _begin_segment(self, codes: list[Any], position: int) -> None:
        self._playhead.begin_segment(np.array(codes, np.int64), position)

    def _resume(self, start: int, raw: list[Any], edited: list[Any], place: dict[str, Any]) -> None:
        drawn: Codes = np.array(raw, np.int64).reshape(len(raw), *self._playhead.timeline.shape)
        played = drawn.copy()
        for at, codes in edited:
            played[at] = codes
        timeline = Timeline.holding(start, drawn, played, TIMELINE_COLUMNS)
        self._playhead.go_on(timeline, Place(**place))

    def _push(self, column: int, codes: list[Any] | None, heard: int) -> None:
        played: Codes = self._playhead.timeline.raw(column, column + 1)
        if codes is not None:
            played = np.array([codes], np.int64)
        self._write(self._playhead.push(played))

    def _repeat(self, length: int, fade: int) -> None:
        self._write(self._playhead.repeat(length, fade))

    def _draft(self) -> None:
        self._drafted = Future(self._playhead.position)

    def _future(self, number: int, start: int, fade: int, copied: bool) -> None:
        future = Future(start, fade)
        if copied:
            before = self._futures[self._newest]
            draft_start = self._drafted.start if self._drafted else start
            future.append(before.content(start, draft_start))
        if self._drafted is not None:
            future.append(self._drafted.content(self._drafted.start, self._drafted.end))
        self._drafted = None
        self._futures[number] = future
        self._newest = number

    def _switched(self, future: int, at: int) -> None:
        if future <= self._current:
            return  # An engine that took over has noted this switch again.
        old = self._futures[self._current]
        self._emit(at)
        if self.on_switch is not None:
            self.on_switch(at, old.content(at, old.end))
        fade_end = at + self._futures[future].fade
        ending = self._mix(at, fade_end)
        if old.end < fade_end:
            left = max(old.end - at, 0)
            ending = joined(ending[:left], old.beyond(at + left, fade_end))
        self._current, self._ending, self._faded = future, ending, 0
        for number in [n for n in self._futures if n < future]:
            del self._futures[number]

    def _write(self, samples: Samples) -> None:
        (self._drafted or self._futures[self._newest]).append(samples)

    def _emit(self, end: int) -> None:
        if end > self._position:
            samples = self._mix(self._position, end)
            self._faded += end - self._position
            self._heard.append(samples)
            self._position = end

    def _mix(self, start: int, end: int) -> Samples:
        """The samples at these positions, mixed with the sound that fades out."""
        samples = self._futures[self._current].content(start, end)
        old = self._ending[self._faded : self._faded + len(samples)]
        if not len(old):
            return samples
        old, new = in_same_channels(old, samples[: len(old)])
        seam = crossfade(old, new, self._faded, len(self._ending))
        return joined(seam, samples[len(old) :])
