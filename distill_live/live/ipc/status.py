"""Numbers that the processes share: heartbeats, counters, meters, the transport."""

from __future__ import annotations

import time
from enum import IntEnum
from typing import ClassVar

from distill_live.live.ipc.current_column import SharedColumn
from distill_live.shared_memory import SharedArray


class Transport(IntEnum):
    """What the audio process must do with the ring; written by control."""

    PLAY = 0
    STOP = 1
    PANIC = 2


class Motion(IntEnum):
    """How the engine moves through the columns."""

    FORWARD = 0
    HOLD = 1
    LOOP = 2


#: In place of a recording's number: the present sound is in none of them.
NEW_SOUND = -1


class SharedNumbers:
    """Named numbers in shared memory, all 0 at first. An unknown name raises KeyError.

    A subclass lists them in `FIELDS`, with what they mean; every field has one writer.
    """

    FIELDS: ClassVar[dict[str, str]]
    _index: ClassVar[dict[str, int]]

    def __init_subclass__(cls) -> None:
        cls._index = {name: index for index, name in enumerate(cls.FIELDS)}

    def __init__(self) -> None:
        self._values = SharedArray((len(self.FIELDS),), "f8")

    def __getitem__(self, name: str) -> float:
        return float(self._values.array[self._index[name]])

    def __setitem__(self, name: str, value: float) -> None:
        self._values.array[self._index[name]] = value

    def add(self, name: str, amount: float = 1.0) -> None:
        """Add to a field; only its writer may do so."""
        self._values.array[self._index[name]] += amount

    def beat(self, name: str) -> None:
        """Write the present moment into a heartbeat field."""
        self[name] = time.monotonic()

    def reset(self) -> None:
        """Put all fields back to 0, while nobody else writes them."""
        self._values.array[:] = 0.0


class LiveStatus(SharedNumbers):
    """What control and the audio process report; there is one in a server."""

    FIELDS: ClassVar[dict[str, str]] = {
        "transport": "control: see Transport",
        "audio_beat": "audio: time.monotonic() of the last block, s",
        "blocks": "audio: blocks played",
        "given_until": "audio: time.monotonic() when the sound given to the device so far ends, s",
        "played": "audio: samples of sound played (at 48 kHz); silence does not count",
        "underruns": "audio: how often the ring ran dry",
        "bridging": "audio: 1 while the last passage is repeated because the ring ran dry",
        "bridged": "audio: samples of repeated passages, played while the ring stood still",
        "device_faults": "audio: how often the device reported a fault",
        "repaired": "audio: samples that were not finite and were played as zero",
        "silent": "audio: 1 while only silence is heard and no sound is on its way",
        "peak": "audio: largest magnitude in the last block",
        "rms": "audio: RMS of the last 50 ms, see Meter",
        "falling_peak": "audio: largest magnitude lately, see Meter",
        "output_latency": "audio: how long a sample takes from the ring to the ear, s",
        "leveler_gain": "audio: what the leveler adds now, dB",
        "real_time": "audio: 1 where the system lets the sound's threads run in real time",
    }


class ListeningStatus(SharedNumbers):
    """What the processes that listen to the input report; there is one in a server."""

    FIELDS: ClassVar[dict[str, str]] = {
        "on": "control: 1 while the server listens to the input",
        "input_beat": "input: time.monotonic() of the last sign of life, s",
        "input_faults": "input: how often the device reported that samples were lost",
        "listener_beat": "listener: time.monotonic() of the last sign of life, s",
    }


class EngineStatus(SharedNumbers):
    """What an engine reports; there is one for each deck."""

    FIELDS: ClassVar[dict[str, str]] = {
        "engine_beat": "time.monotonic() of the last turn, s",
        "columns": "columns drawn so far",
        "lookahead": "columns drawn but not played yet",
        "load": "computing time of a column per its length, mean of the last ones",
        "futures": "how often what was not heard yet was made again",
        "position": "ring position of the next sample to be made",
        "column": "the column that is heard",
        "place": "the same, with the part of it that was heard already",
        "place_at": "ring position at which that was so",
        "loop_begin": "the place where the loop begins, while there is one",
        "loop_end": "the place where it ends",
        "take": "the take that is being drawn",
        "motion": "see Motion",
        "short_lookahead": "how often the lookahead was given up to keep up",
        "short_context": "how often the context was shortened to keep up",
        "held_loops": "how often the last columns were repeated to keep up",
        "reaction": "how long it takes until a rewind or a similar change is heard, s",
        "ring_lead": "samples that the ring should hold ahead now",
        "raised": "1 where the system lets the engine run before other programs",
        "origin": "the recording that the sound comes from, from 1 on; 0: unknown; or NEW_SOUND",
        "origin_second": "where in it, s",
        "section": "the recording that has most of the present section, from 1 on; 0: none",
        "origin_share": "how much agrees there, 0..1",
    }

    def __init__(self) -> None:
        super().__init__()
        self.current_column = SharedColumn()

    def reset(self) -> None:
        """Put all fields back to 0 and show no column, while nobody else writes them."""
        super().reset()
        self.current_column.clear()
