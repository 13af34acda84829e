"""A session's parameter changes and requests again, on another model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from distill_live.codes.edit import Edit, parameter_table
from distill_live.codes.session_log import Entry, reading_entry
from distill_live.errors import ParameterError, SessionLogError
from distill_live.live.engine.engine import Engine
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.ipc.ring import AudioRing, Samples
from distill_live.live.ipc.status import EngineStatus
from distill_live.live.playback.ring_reader import RingReader
from distill_live.live.replay.exact import goes_on
from distill_live.models.file.persistence import LoadedVQModel
from distill_live.parameters import ParameterStore

#: Samples between two looks at what was done: 10 ms.
BLOCK = 480
#: Requests that a log cannot repeat on another model. The others do not change what is made.
_LEFT_OUT = {"model", "prime"}
#: Requests that any model can carry out.
_REQUESTS = ("rewind", "loop", "hold", "release", "panic")


def rerun_session(
    entries: Iterable[Entry],
    loaded: LoadedVQModel,
    edits: Sequence[Edit],
    say: Callable[[str], None],
) -> Samples:
    """What another model makes of the same doings at the same times [N], within 10 ms.

    The same model, seed and doings give the same samples. `say` tells what cannot be done again.
    """
    doings, length = _timed(entries)
    parameters, ring = ParameterStore(parameter_table(edits)), AudioRing()
    player = _Player(loaded, parameters, ring, edits, say)
    out = np.zeros(length, np.float32)
    for start in range(0, length, BLOCK):
        while doings and doings[0][0] <= start:
            player.do(doings.pop(0)[1])
        player.fill(out[start : start + BLOCK])
    return out


class _Player:
    """An engine, and the reader of its ring, at the pace of what is asked of it."""

    def __init__(
        self,
        loaded: LoadedVQModel,
        parameters: ParameterStore,
        ring: AudioRing,
        edits: Sequence[Edit],
        say: Callable[[str], None],
    ) -> None:
        self._parameters, self._say = parameters, say
        # By a clock that stands still everything is in time: nothing depends on the machine.
        self._engine = Engine(
            loaded, ring, parameters, EngineStatus(), EngineSettings(), edits,
            say=say, clock=lambda: 0.0,
        )  # fmt: skip
        self._reader = RingReader(ring)
        self._left_out: set[str] = set()

    def do(self, entry: Entry) -> None:
        """Do again what an entry says was done."""
        with reading_entry(entry):
            self._do(entry)

    def _do(self, entry: Entry) -> None:
        if entry["op"] == "request":
            if entry["name"] in _REQUESTS:
                getattr(self._engine, entry["name"])(*entry["arguments"])
            elif entry["name"] in _LEFT_OUT - self._left_out:
                self._left_out.add(entry["name"])
                self._say(f"{entry['name']} was left out: a log cannot repeat it on another model")
            return
        name, level, value = entry["name"], entry["level"], entry["value"]
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
        """Let the engine do all it wants to, then hear the next samples [n]."""
        while self._engine.turn():
            pass
        self._reader.read(out)


@dataclass
class _Engine:
    """What was done while one model was on a deck; `began` is when that deck's ring began to be
    heard, in samples since the beginning of the session."""

    began: int | None = None
    doings: list[Entry] = field(default_factory=list)


def _timed(entries: Iterable[Entry]) -> tuple[list[tuple[int, Entry]], int]:
    """The doings, each with its time in samples since the beginning, and the session's length."""
    engines: list[_Engine] = []
    decks: dict[int, _Engine] = {}
    playing = 0
    for entry in entries:
        operation, deck = entry["op"], entry.get("deck", playing)
        with reading_entry(entry):
            if operation == "engine" and not goes_on(entry):
                if deck == playing and engines:
                    continue  # It was started again before anything was heard of it.
                decks[deck] = _Engine(None if engines else 0)
                engines.append(decks[deck])
            elif operation == "swap":
                decks[deck].began = (decks[playing].began or 0) + int(entry["at"])
                playing = deck
            elif "heard" in entry and deck in decks:
                decks[deck].doings.append(entry)
    timed = [
        (engine.began + int(entry["heard"]), entry)
        for engine in engines
        if engine.began is not None
        for entry in engine.doings
    ]
    if not timed:
        raise SessionLogError("the session log contains no sound")
    doings = [one for one in timed if one[1]["op"] in ("set", "request")]
    return sorted(doings, key=lambda one: one[0]), max(time for time, _ in timed)
