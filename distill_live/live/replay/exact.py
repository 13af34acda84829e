"""Plays a session log again: the same calls on the same playhead give the same samples.

The result is what was heard, sample for sample: the ring after its switches of lanes, before the
device's resampling, the gain and any fade for a ring that ran dry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from distill_live.audio.fades import crossfade, equal_power, per_sample, rising_fade
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
DRY_FADE = 480
#: What an entry says besides the arguments of its call.
_NO_FIELDS = ("op", "deck")


def replay_log(entries: Iterable[Entry], load: Callable[[Entry], LoadedVQModel]) -> Samples:
    """All that was heard, by a session log: every engine's part, with the fades between models.

    It is [N] if every model that was heard is mono, otherwise [N, 2] with what is mono on both.
    `load` gives the model of an "engine" entry. Raises SessionLogError when the log is damaged
    or holds no sound.
    """
    replay = _LogReplay(load)
    for entry in entries:
        with reading_entry(entry):
            replay.apply(entry)
    samples = replay.finish()
    if not len(samples):
        raise SessionLogError("the session log contains no sound")
    return samples


def goes_on(entry: Entry) -> bool:
    """Whether an "engine" entry is about one that took over from another on the same deck."""
    return bool(entry.get("continues", entry["position"]))


class _LogReplay:
    """Replays a session log deck by deck, in the order in which the decks were heard."""

    def __init__(self, load: Callable[[Entry], LoadedVQModel]) -> None:
        self._load = load
        self._decks: dict[int, DeckReplay] = {}
        self._playing = 0
        self._heard: list[Samples] = []
        self._ended: int | None = None
        self._incoming = _Incoming()

    def apply(self, entry: Entry) -> None:
        operation, deck = entry["op"], entry.get("deck", self._playing)
        if operation == "engine":
            # If an engine has died, the rest of its sound is heard until the new one's begins.
            before = self._decks.get(deck) if goes_on(entry) else None
            self._decks[deck] = DeckReplay(self._load(entry), entry, before)
        elif operation == "swap":
            self._swap(entry)
        elif operation == "end":
            self._ended = int(entry["heard"])
        elif operation == "lost":
            raise SessionLogError(
                f"the session log lacks {entry['entries']} entries: what was heard cannot be "
                "rendered"
            )
        elif deck in self._decks:
            self._decks[deck].apply(entry)

    def finish(self) -> Samples:
        if self._playing in self._decks:
            self._leave(self._ended)
        return joined(np.zeros(0, np.float32), *self._heard)

    def _swap(self, entry: Entry) -> None:
        ending = self._leave(int(entry["at"]), int(entry["faded"]))
        self._playing = int(entry["deck"])
        self._incoming = _Incoming(ending, int(entry["fade"]), float(entry["gain"]))

    def _leave(self, end: int | None, beyond: int = 0) -> Samples:
        """Let the deck that plays be heard up to ring position `end`; returns its sound after that,
        which is heard under the next deck."""
        heard = self._decks.pop(self._playing).finish(None if end is None else end + beyond)
        samples = self._incoming.mix(heard)
        kept = len(samples) - beyond
        self._heard.append(samples[:kept])
        return samples[kept:]


@dataclass(frozen=True)
class _Incoming:
    """How a deck comes in: its gain, and the end of the last deck, which fades out."""

    ending: Samples = field(default_factory=lambda: np.zeros(0, np.float32))
    fade: int = 0
    gain: float = 1.0

    def mix(self, samples: Samples) -> Samples:
        """The deck's samples, mixed with the end of the last deck."""
        if self.gain != 1.0:
            samples = samples * np.float32(self.gain)
        count = min(len(self.ending), len(samples))
        new, old = in_same_channels(samples[:count], self.ending[:count])
        rising, falling = (per_sample(gains, new) for gains in equal_power(0, count, self.fade))
        return joined(new * rising + old * falling, samples[count:])


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
        self._emit(min(end, max(future.end, self._position)))
        if end > self._position:
            # The last passage was repeated here; it is left out.
            count = min(end - self._position, DRY_FADE)
            ending = future.beyond(self._position, end)
            ending[:count] *= per_sample(rising_fade(count)[::-1], ending)
            ending[count:] = 0.0
            self._heard.append(ending)
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
            # The last passage was repeated here; it is left out.
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
