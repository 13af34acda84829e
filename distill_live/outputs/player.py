"""Plays an output to its end, even while its device is unplugged."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

from distill_live.errors import DeviceError, DistillError
from distill_live.live.ipc.messages import OutputAway, OutputBroken, OutputFinished, OutputOpened
from distill_live.live.ipc.worker_process import is_closed
from distill_live.live.playback.last_mile import LastMile
from distill_live.outputs.clock import ClockOutput
from distill_live.outputs.file import FileOutput
from distill_live.outputs.options import Output, OutputOptions, Source

#: Seconds from a failed attempt to open a device that is away to the next one.
_RETRY_SECONDS = 1.0
#: Seconds between two checks whether control is still there.
_ASK_SECONDS = 0.02


class Player:
    """Opens an output and plays it. Once it has played, here or in an earlier process (`played`),
    its device may go away: then the sound continues unheard, on a clock, and the device is tried
    again every second until it is back.

    Sends `OutputOpened` whenever it opens, `OutputAway` when its device has gone away,
    `OutputFinished` at the end of a duration and `OutputBroken` when the output itself is at fault.
    """

    def __init__(
        self,
        channel: Connection,
        open_output: Callable[[], Output],
        make_source: Callable[[int], LastMile],
        played: bool,
        in_real_time: Callable[[LastMile], Source] = lambda source: source,
    ) -> None:
        self._channel, self._open, self._make_source = channel, open_output, make_source
        self._in_real_time = in_real_time
        self._played = played
        # What plays while the device is away. It keeps its clock over all attempts to open the
        # device, which may take long, so that what is recorded stays in time.
        self._unheard: tuple[LastMile, ClockOutput] | None = None

    def play(self, name: str) -> None:
        """Play the output called `name` until it has finished, breaks, or the channel closes.

        Raises DeviceError if it has never been able to play.
        """
        while True:
            try:
                self._play_output(name)
                return
            except DeviceError as error:
                if not self._played:
                    raise
                source, clock = self._unheard or self._go_away(str(error))
            if self._play_unheard(source, clock):
                return

    def _play_output(self, name: str) -> None:
        output = self._open()
        try:
            self._run(output)
        except (DistillError, OSError, EOFError):
            raise
        except Exception as error:
            reason = f"the output {name!r} failed and is now off: {error!r}"
            self._channel.send(OutputBroken(reason))
        finally:
            output.close()

    def _run(self, output: Output) -> None:
        source = self._make_source(output.sample_rate)
        self._unheard = None
        is_audible = not isinstance(output, ClockOutput | FileOutput)
        self._channel.send(OutputOpened(output.describe(), is_audible))
        _collect_garbage_for_the_last_time()
        stopped = _Closed(self._channel, source)
        try:
            output.run(self._in_real_time(source), stopped)
        finally:
            self._played = self._played or source.has_played
        if not stopped():
            self._channel.send(OutputFinished())

    def _go_away(self, reason: str) -> tuple[LastMile, ClockOutput]:
        """Report that the device is away; returns what plays unheard, and its clock."""
        self._channel.send(OutputAway(reason))
        clock = ClockOutput(OutputOptions())
        self._unheard = self._make_source(clock.sample_rate), clock
        return self._unheard

    def _play_unheard(self, source: LastMile, clock: ClockOutput) -> bool:
        """Play on the clock until the device is to be tried again; returns whether the channel has
        closed."""
        closed, until = _Closed(self._channel, source), time.monotonic() + _RETRY_SECONDS
        clock.run(source, lambda: closed() or time.monotonic() >= until)
        return closed()


class _Closed:
    """Tells whether the channel has been closed; asks the system every `_ASK_SECONDS` at most.

    The channel closes even if control dies: then the sound must fade out here.
    """

    def __init__(self, channel: Connection, source: LastMile) -> None:
        self._channel, self._source = channel, source
        self._ask_again = 0.0
        self._closed = False

    def __call__(self) -> bool:
        now = time.monotonic()
        if not self._closed and now >= self._ask_again:
            self._ask_again = now + _ASK_SECONDS
            self._closed = is_closed(self._channel)
            if self._closed:
                self._source.end()
        return self._closed


def _collect_garbage_for_the_last_time() -> None:
    """Later collections would hold up the sound card's callback."""
    gc.collect()
    gc.freeze()
    gc.disable()
