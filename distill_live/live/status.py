"""What the processes tell each other in numbers: heartbeats, counters, meters, the transport."""

from __future__ import annotations

import time
from enum import IntEnum

from distill_live.shared_memory import SharedArray


class Transport(IntEnum):
    """What the audio process shall do with the ring; written by control."""

    PLAY = 0
    STOP = 1
    PANIC = 2


#: Name and meaning of each field. Every field has one writer.
FIELDS = {
    "transport": "control: see Transport",
    "engine_beat": "engine: time.monotonic() of its last turn, s",
    "engine_starts": "engine: how many engines have started to play",
    "columns": "engine: columns sampled so far",
    "lookahead": "engine: columns sampled but not decoded yet",
    "column_seconds": "engine: computing time of one column, mean of the last ones, s",
    "load": "engine: that time as a part of real time",
    "futures": "engine: how often the unheard future was made anew",
    "audio_beat": "audio: time.monotonic() of the last block, s",
    "blocks": "audio: blocks played",
    "played": "audio: samples of sound played (at 48 kHz); silence does not count",
    "underruns": "audio: how often the ring ran dry",
    "device_faults": "audio: how often the device reported a fault",
    "repaired": "audio: samples that were no finite number and played as zero",
    "silent": "audio: 1 while the last block was faded out altogether",
    "peak": "audio: largest magnitude in the last block",
}


class LiveStatus:
    """Named numbers in shared memory. Reading an unknown name raises KeyError."""

    def __init__(self) -> None:
        self._values = SharedArray((len(FIELDS),), "f8")

    def __getitem__(self, name: str) -> float:
        return float(self._values.array[_INDEX[name]])

    def __setitem__(self, name: str, value: float) -> None:
        self._values.array[_INDEX[name]] = value

    def add(self, name: str, amount: float = 1.0) -> None:
        """Count up a field; only its one writer may do so."""
        self._values.array[_INDEX[name]] += amount

    def beat(self, name: str) -> None:
        """Write the present moment into a heartbeat field."""
        self[name] = time.monotonic()


_INDEX = {name: index for index, name in enumerate(FIELDS)}
