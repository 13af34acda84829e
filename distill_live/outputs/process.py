"""The audio process: one output, the last mile, and nothing else. No torch."""

from __future__ import annotations

import gc
import threading
import time
from dataclasses import replace
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray

from distill_live.errors import DistillError
from distill_live.live.deck_mixer import DeckControl, DeckMixer
from distill_live.live.last_mile import LastMile
from distill_live.live.ring import AudioRing
from distill_live.live.status import LiveStatus
from distill_live.live.tap import TapRing
from distill_live.live.worker_process import run_worker
from distill_live.outputs.options import Output, OutputOptions
from distill_live.parameters import ParameterStore
from distill_live.plugins import PluginValues, load_plugin
from distill_live.priority import SoundThreads

#: How often the channel is asked whether control is still there, in seconds.
_ASK_SECONDS = 0.02


def run_audio(
    channel: Connection,
    options: OutputOptions,
    rings: tuple[AudioRing, AudioRing],
    control: DeckControl,
    parameters: ParameterStore,
    status: LiveStatus,
    tap: TapRing,
) -> None:
    """The audio process: open the output, say so, play until the channel closes.

    Sends ("opened", description), then ("finished",) at the end of a duration, ("failed", why) when
    it may be tried again, or ("broken", why) when the output itself is at fault.
    """
    run_worker(channel, lambda: _play(channel, options, rings, control, parameters, status, tap))


def _play(
    channel: Connection,
    options: OutputOptions,
    rings: tuple[AudioRing, AudioRing],
    control: DeckControl,
    parameters: ParameterStore,
    status: LiveStatus,
    tap: TapRing,
) -> None:
    def lose_real_time() -> None:
        status["real_time"] = 0.0
        channel.send(("said", "the sound runs in real time no more: it took all of a core"))

    threads = SoundThreads(lose_real_time)
    plugin = load_plugin("outputs", options.output)
    options = replace(options, values=PluginValues(parameters, "outputs", plugin))
    output: Output = plugin(options)
    try:
        source = LastMile(DeckMixer(rings, control), parameters, status, tap, output.sample_rate)
        channel.send(("opened", output.describe()))
        gc.collect()
        gc.freeze()
        gc.disable()
        stopped = _Closed(channel, source)
        output.run(_InRealTime(source, threads, status), stopped)
    except (DistillError, OSError, EOFError):
        raise
    except Exception as error:
        reason = f"the output {options.output!r} failed and is off from now on: {error!r}"
        channel.send(("broken", reason))
        return
    finally:
        output.close()
    if not stopped():
        channel.send(("finished",))


class _InRealTime:
    """The last mile, in threads that run in real time; but for outputs that wait until it can fill
    a block: they take all the time there is."""

    def __init__(self, source: LastMile, threads: SoundThreads, status: LiveStatus) -> None:
        self._source, self._threads, self._status = source, threads, status
        self._thread: int | None = None
        self._waits = False

    def render(self, out: NDArray[np.float32]) -> None:
        """Fill `out` with the next sound."""
        thread = threading.get_ident()
        if thread != self._thread and not self._waits:
            self._thread = thread
            self._status["real_time"] = self._threads.run_in_real_time()
        self._source.render(out)

    def can_fill(self, count: int) -> bool:
        """Whether `count` samples could be rendered now without a gap."""
        self._waits = True
        return self._source.can_fill(count)

    def count_fault(self) -> None:
        """Take note of a fault that the device reports."""
        self._source.count_fault()

    def note_latency(self, seconds: float) -> None:
        """Take note of how long a sample takes to the ear."""
        self._source.note_latency(seconds)


class _Closed:
    """Whether the channel has been closed; asks the system at most every `_ASK_SECONDS`.

    It closes when control ends, even without a word: then the sound must fade out here.
    """

    def __init__(self, channel: Connection, source: LastMile) -> None:
        self._channel, self._source = channel, source
        self._ask_again = 0.0
        self._closed = False

    def __call__(self) -> bool:
        now = time.monotonic()
        if not self._closed and now >= self._ask_again:
            self._ask_again = now + _ASK_SECONDS
            self._closed = _is_closed(self._channel)
            if self._closed:
                self._source.end()
        return self._closed


def _is_closed(channel: Connection) -> bool:
    try:
        while channel.poll():
            channel.recv()
    except (EOFError, OSError):
        return True
    return False
