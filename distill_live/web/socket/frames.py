"""The page's binary frames, packed: little-endian, the first byte is the kind."""

from __future__ import annotations

import struct
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from distill_live.web.socket.feed import AUDIO, METERS, SOUND, TIMELINE

_TIMELINE_HEAD = struct.Struct("<BBHHHIIII")
_METERS = struct.Struct("<BBBB15f")
_SOUND_HEAD = struct.Struct("<BBHff")
_AUDIO_HEAD = struct.Struct("<BBHId")
#: What a frame says of each column besides its codes.
_COLUMN = np.dtype([("flags", "u1"), ("zero", "u1"), ("entropy", "<u2")])


@dataclass(frozen=True)
class Window:
    """Which columns of a segment, a number of its own, exist now: from `start` up to `end`."""

    segment: int
    start: int
    end: int


@dataclass(frozen=True)
class Meters:
    """What meters show. Times are in seconds; `position`, `loop_begin` and `loop_end` are columns
    with fractions, NaN where there are none.

    `motion` is 0 forward, 1 hold, 2 loop; `transport` 0 play, 1 stop, 2 panic. `lookahead` counts
    columns, `ring` is the sound that is ready, `load` a share of real time, `entropy` in bits per
    code, `tempo` in BPM, `beat` has its fraction, `reaction` is how long a change takes to be heard
    without the `output_latency`.
    """

    motion: int
    transport: int
    bridging: bool
    rms: float
    falling_peak: float
    position: float
    loop_begin: float
    loop_end: float
    lookahead: float
    ring: float
    load: float
    entropy: float
    underruns: float
    tempo: float
    beat: float
    reaction: float
    output_latency: float
    take: float


def pack_timeline(
    window: Window,
    first: int,
    codes: NDArray[np.uint16],
    flags: NDArray[np.uint8],
    entropy: NDArray[np.uint16],
) -> bytes:
    """The columns from number `first` on: their codes [n, F, Q], flags [n] (1 edited, 2 given, 4
    painted) and entropy [n] in thousandths of a bit (65535: unknown); n may be 0."""
    count, bands, levels = codes.shape
    head = _TIMELINE_HEAD.pack(
        TIMELINE, 0, bands, levels, count, first, window.segment, window.start, window.end
    )
    columns = np.zeros(count, _COLUMN)
    columns["flags"], columns["entropy"] = flags, entropy
    return head + columns.tobytes() + codes.astype("<u2").tobytes()


def pack_meters(meters: Meters) -> bytes:
    """What the meters show now."""
    motion, transport, bridging, *numbers = astuple(meters)
    return _METERS.pack(METERS, motion, transport, bridging, *numbers)


def pack_sound(
    lowest: float, highest: float, spectrum: NDArray[np.uint8], past: bool = False
) -> bytes:
    """The lowest and the highest of some samples, -1..1, and a column of their spectrogram [bins]:
    low to high, 0 is -90 dB or less and 255 full scale. `past`: they sounded before the page
    watched."""
    return _SOUND_HEAD.pack(SOUND, past, len(spectrum), lowest, highest) + spectrum.tobytes()


def pack_audio(rate: int, position: int, samples: NDArray[np.int16]) -> bytes:
    """Samples [n, channels] at `rate` Hz; the first one's number is `position`: a gap in the
    numbers is one in the sound."""
    head = _AUDIO_HEAD.pack(AUDIO, samples.shape[1], 0, rate, position)
    return head + samples.astype("<i2").tobytes()
