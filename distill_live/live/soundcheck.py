"""The soundcheck: how long this machine takes for a model's columns, and which settings suit it.

Measuring and judging are separate: `propose` is a function of the times alone.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.models.devices import use_threads
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.kinds import open_session
from distill_live.models.prior.sampling import Sampling
from distill_live.models.sound_settings import SoundSettings

Part = Literal["sampling", "decode", "vocoder"]
PARTS: tuple[Part, ...] = get_args(Part)

#: The settings with the heaviest steady load: grains and vocoder are both at work everywhere.
BUSIEST = SoundSettings(grain=0.5, reach=40.0)
#: With more threads than this, networks of this size spend their time waiting for each other.
MAX_THREADS = 4
#: Columns that are played before the measured ones, because the first ones set things up.
_WARM_COLUMNS = 2

#: More threads must gain more than this part; otherwise the rest of the machine needs them more.
_WORTH = 0.1
#: The ring holds so many of the slowest columns, within these limits in milliseconds.
_RING_COLUMNS, _RING_MS = 8, (500, 1000)
#: The lookahead lasts while so many of the slowest columns are drawn, within limits in columns.
_LOOKAHEAD_COLUMNS, _LOOKAHEAD = 16, (4, 24)
#: The shortest and the longest block proposed, in samples; both are powers of two.
_BLOCK = (256, 2048)
#: Speeds in times real time: one that leaves time to replace futures, and one with more to spare.
ENOUGH, COMFORTABLE = 1.25, 2.0


@dataclass(frozen=True, eq=False)
class Timings:
    """How long columns of `column_seconds` took: `spent` `[columns, 3]` in seconds, as in PARTS."""

    column_seconds: float
    spent: NDArray[np.float64]

    def quantile(self, q: float, *parts: Part) -> float:
        """The quantile `q`, 0..1, of the columns' times in seconds, for the named parts together,
        or for all PARTS."""
        numbers = [PARTS.index(part) for part in parts or PARTS]
        return float(np.quantile(self.spent[:, numbers].sum(1), q))

    def total(self, *parts: Part) -> float:
        """Seconds for all columns together, for the named parts or for all PARTS."""
        return float(self.spent[:, [PARTS.index(part) for part in parts or PARTS]].sum())

    @property
    def sound_seconds(self) -> float:
        """How much sound was made, in seconds."""
        return len(self.spent) * self.column_seconds

    @property
    def speed(self) -> float:
        """Times real time: 2 makes two seconds of sound in one."""
        return self.sound_seconds / self.total()


@dataclass(frozen=True)
class Proposal:
    """How to play a model on a machine: threads of torch, `lookahead` in columns, the ring's fill
    in milliseconds, the sound card's block in samples, and what to expect."""

    threads: int
    lookahead: int
    ring_ms: int
    block: int
    #: Times real time.
    speed: float
    #: One sentence: whether it can be played live, by what margin, and what to do if not.
    verdict: str

    @property
    def plays(self) -> bool:
        """Whether the machine can play the model live."""
        return self.speed >= ENOUGH


def thread_counts(device: torch.device) -> list[int]:
    """The numbers of threads worth measuring: up to half of the cores that this process may use,
    because sound and control need some too; one for a GPU."""
    if device.type != "cpu":
        return [1]
    # Not every system can restrict a process to some of the cores.
    allowed = getattr(os, "sched_getaffinity", None)
    cores = len(allowed(0)) if allowed else os.cpu_count() or 1
    return list(range(1, max(min(cores // 2, MAX_THREADS), 1) + 1))


@torch.inference_mode()
def measure(
    loaded: LoadedVQModel, columns: int, threads: int, sound: SoundSettings = BUSIEST
) -> Timings:
    """Play `columns` columns, in the middle of a stream, as fast as possible.

    By default grains and vocoder both work in every column, the heaviest steady load; one column
    takes longer, when the vocoder returns after a rest. Torch has `threads` threads meanwhile, and
    as many as before afterwards. Raises NoPriorError.
    """
    with use_threads(threads):
        marks = _play(loaded, columns, sound)
    seconds = loaded.column_samples / loaded.spectrogram.config.sample_rate
    return Timings(seconds, np.diff(marks, axis=1))


def propose(timings: Mapping[int, Timings]) -> Proposal:
    """The settings that suit a machine with these `timings`, by number of threads."""
    best = min(one.quantile(0.5) for one in timings.values())
    threads = min(n for n, one in timings.items() if one.quantile(0.5) <= (1 + _WORTH) * best)
    chosen = timings[threads]
    ring_ms = 50 * math.ceil(_RING_COLUMNS * chosen.quantile(0.99) * 1000 / 50)
    drawing = _LOOKAHEAD_COLUMNS * chosen.quantile(0.99, "sampling")
    return Proposal(
        threads=threads,
        lookahead=_within(_LOOKAHEAD, math.ceil(drawing / chosen.column_seconds)),
        ring_ms=_within(_RING_MS, ring_ms),
        block=_block(chosen),
        speed=chosen.speed,
        verdict=_verdict(chosen),
    )


def _play(loaded: LoadedVQModel, columns: int, sound: SoundSettings) -> NDArray[np.float64]:
    """The clock `[columns, 4]` before, between and after the parts of each column."""
    prior, sampling = loaded.require_prior(), Sampling()
    config = prior.config
    session = open_session(prior, 0)
    session.prime(np.zeros((config.context_columns, config.bands, config.num_quantizers), np.int64))
    if loaded.grains is not None:
        loaded.grains.prepare()
    decoder, vocoder = loaded.decoder(sound), loaded.sounding(sound)
    marks = np.zeros((_WARM_COLUMNS + columns, 1 + len(PARTS)))
    for column in marks:
        column[0] = time.perf_counter()
        grid = torch.from_numpy(session.step(sampling))
        column[1] = time.perf_counter()
        mel = decoder.push(grid).cpu()  # A GPU returns before it has finished.
        column[2] = time.perf_counter()
        vocoder.push(mel).cpu()
        column[3] = time.perf_counter()
    return marks[_WARM_COLUMNS:]


def _block(timings: Timings) -> int:
    """A block that is long enough for the delays that other work on the machine causes.

    They show in decode and vocoder, whose work is the same for every column.
    """
    steady: tuple[Part, Part] = ("decode", "vocoder")
    late = timings.quantile(0.99, *steady) - timings.quantile(0.5, *steady)
    return _within(_BLOCK, 1 << math.ceil(math.log2(max(late * SAMPLE_RATE, 1.0))))


def _verdict(timings: Timings) -> str:
    speed = timings.speed
    if speed >= COMFORTABLE:
        return f"This machine can play the model live, {speed:.1f} times faster than real time."
    if max(PARTS, key=timings.total) == "sampling":
        smaller = "a model with a smaller prior (distill-live train-prior --prior-size small)"
    else:
        smaller = "a faster machine"
    if speed >= ENOUGH:
        return (
            f"This machine can play the model live, but only {speed:.2g} times faster than real "
            f"time: close other programs, or use a GPU (--device cuda) or {smaller}."
        )
    return (
        f"This machine cannot play the model live: it runs at {speed:.2g} times real time, and "
        f"{ENOUGH:g} is needed; use a GPU (--device cuda), {smaller}, or make files with "
        "distill-live generate."
    )


def _within(limits: tuple[int, int], value: int) -> int:
    return min(max(value, limits[0]), limits[1])
