"""Plays a session log again: the same calls on the same playhead give the same samples.

The result is what was heard, sample for sample: the ring after its switches of lanes, before the
device's resampling, the gain and any fade for a ring that ran dry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from distill_live.audio.fades import equal_power, per_sample
from distill_live.audio.stereo.channels import in_same_channels, joined
from distill_live.codes.session_log import Entry, reading_entry
from distill_live.errors import SessionLogError
from distill_live.live.ipc.ring import Samples
from distill_live.live.replay.deck_replay import DeckReplay
from distill_live.models.file.loaded import LoadedVQModel


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
