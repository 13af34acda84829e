"""The parameter changes and requests of a session log again, on another model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from distill_live.codes.edit import Edit
from distill_live.codes.edit_parameters import parameter_table
from distill_live.codes.history.overlay import Overlay
from distill_live.codes.rack.settings import Held
from distill_live.codes.session_log import Entry, reading_entry
from distill_live.errors import ParameterError, SessionLogError
from distill_live.live.engine.engine import Engine
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.engine.wiring import Beginning, EngineMemory, EngineReports
from distill_live.live.ipc.messages import (
    CLIP_RESTORE,
    ENGINE_REQUESTS,
    EditReport,
    OverlayMade,
    OverlayRefused,
)
from distill_live.live.ipc.ring import AudioRing, Samples
from distill_live.live.ipc.status import EngineStatus
from distill_live.live.playback.ring_reader import RingReader
from distill_live.live.replay.exact import goes_on
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.parameters import ParameterStore

#: How many samples are played between two looks at the log: 10 ms.
BLOCK = 480
#: Requests that a log cannot repeat on another model. Others do not change the sound.
_LEFT_OUT = {
    "model", "prime", "clip/play", "clip/prime", "blend/clip", "manner/clip", "edit/clip",
    "listen/prime", CLIP_RESTORE,
}  # fmt: skip


def replay_on_other_model(
    entries: Iterable[Entry],
    loaded: LoadedVQModel,
    edits: Sequence[Edit],
    say: Callable[[str], None],
) -> Samples:
    """What another model plays when the same things are done at the same times, within 10 ms: [N],
    or [N, 2] of a stereo model.

    The same model, seed and entries give the same samples. `say` tells what cannot be repeated.
    """
    doings, length = _timed(entries)
    parameters, ring = ParameterStore(parameter_table(edits)), AudioRing(loaded.channels)
    player = _Player(loaded, parameters, ring, edits, say)
    out = ring.silence(length)
    for start in range(0, length, BLOCK):
        while doings and doings[0][0] <= start:
            player.do(doings.pop(0)[1])
        player.fill(out[start : start + BLOCK])
    return out


class _Player:
    """An engine, and a reader that takes its sound as soon as it is made."""

    def __init__(
        self,
        loaded: LoadedVQModel,
        parameters: ParameterStore,
        ring: AudioRing,
        edits: Sequence[Edit],
        say: Callable[[str], None],
    ) -> None:
        self._parameters, self._say = parameters, say
        self._overlays: dict[int, Overlay] = {}
        self._engine = Engine(
            loaded,
            EngineMemory(ring, parameters, EngineStatus()),
            EngineSettings(),
            Beginning(ring.read_position),
            edits,
            EngineReports(say, lambda switch, text: say(text), on_edit_report=self._hear),
            # By a clock that stands still everything is on time, whatever the machine.
            clock=lambda: 0.0,
        )
        self._reader = RingReader(ring)
        self._left_out: set[str] = set()

    def do(self, entry: Entry) -> None:
        """Do again what an entry says."""
        with reading_entry(entry):
            if entry["op"] == "request":
                self._ask(entry)
            else:
                self._set(entry["name"], entry["level"], entry["value"])

    def _ask(self, entry: Entry) -> None:
        name = entry["name"]
        if name in ENGINE_REQUESTS:
            self._engine.carry_out(name, self._whole(name, entry["arguments"]))
        elif name in _LEFT_OUT - self._left_out:
            self._left_out.add(name)
            self._say(f"{name} was left out: a log cannot repeat it on another model")

    def _whole(self, name: str, arguments: list[Any]) -> list[Any]:
        """The arguments of a request as they were before they were written into the log."""
        if name == "lay":
            numbers, removed = arguments
            return [[self._overlays[one] for one in numbers if one in self._overlays], removed]
        if name == "recall":
            (held,) = arguments
            found = {edit: Held(*map(np.array, arrays)) for edit, arrays in held.items()}
            return [found]
        return arguments

    def _hear(self, report: EditReport) -> None:
        match report:
            case OverlayMade(overlay, _):
                self._overlays[overlay.number] = overlay
            case OverlayRefused(_, reason):
                self._say(f"left out: {reason}")

    def _set(self, name: str, level: int | None, value: float | None) -> None:
        try:
            if value is not None:
                self._parameters.set(name, value, level)
            elif level is None:
                self._parameters.turn_off(name)
            else:
                self._parameters.follow(name, level)
        except ParameterError as error:
            self._say(f"left out: {error}")

    @torch.inference_mode()
    def fill(self, out: Samples) -> None:
        """Let the engine work until it rests, then read the next samples."""
        while self._engine.turn():
            pass
        self._reader.read(out)


@dataclass
class _Stay:
    """A model's stay on a deck: what was done meanwhile, and `began`, when the deck's ring began to
    be heard, in samples since the beginning of the session log; None while it is not heard."""

    began: int | None
    entries: list[Entry] = field(default_factory=list)


class _LogTime:
    """Finds out when the entries of a session log happened, in samples since its beginning.

    An entry says up to where its deck was heard; every deck's ring counts from its own beginning.
    """

    def __init__(self) -> None:
        self._stays: list[_Stay] = []
        self._decks: dict[int, _Stay] = {}
        self._playing = 0

    def add(self, entry: Entry) -> None:
        """Take in the next entry."""
        deck = entry.get("deck", self._playing)
        match entry["op"]:
            case "engine" if not goes_on(entry):
                self._put(deck)
            case "swap":
                before = self._decks[self._playing].began or 0
                self._decks[deck].began = before + int(entry["at"])
                self._playing = deck
            case _ if "heard" in entry and deck in self._decks:
                self._decks[deck].entries.append(entry)

    def _put(self, deck: int) -> None:
        """Begin a stay on a deck."""
        if deck == self._playing and self._stays:
            return  # The engine was started again before anything of it was heard.
        self._decks[deck] = _Stay(None if self._stays else 0)
        self._stays.append(self._decks[deck])

    def timed(self) -> list[tuple[int, Entry]]:
        """The entries on decks that were heard, each with its time."""
        return [
            (stay.began + int(entry["heard"]), entry)
            for stay in self._stays
            if stay.began is not None
            for entry in stay.entries
        ]


def _timed(entries: Iterable[Entry]) -> tuple[list[tuple[int, Entry]], int]:
    """The parameter changes and requests in order, each with its time in samples since the
    beginning, and the log's length in samples."""
    log = _LogTime()
    for entry in entries:
        with reading_entry(entry):
            log.add(entry)
    timed = log.timed()
    if not timed:
        raise SessionLogError("the session log contains no sound")
    doings = [one for one in timed if one[1]["op"] in ("set", "request")]
    return sorted(doings, key=lambda one: one[0]), max(time for time, _ in timed)
