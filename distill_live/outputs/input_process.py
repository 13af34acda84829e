"""The input process: it listens to a device, and writes what comes in into a tap. No torch.

It is not the audio process: PortAudio finds a device that was plugged in again only after a
restart, for which every stream of its process must be closed, the output's, too.
"""

from __future__ import annotations

import threading
import time
from multiprocessing.connection import Connection

from distill_live.errors import DeviceError
from distill_live.live.ipc.messages import InputAway, InputOpened, Notice
from distill_live.live.ipc.status import ListeningStatus
from distill_live.live.ipc.tap import TapRing
from distill_live.live.ipc.worker_process import is_closed, run_worker
from distill_live.outputs.options import InputOptions
from distill_live.outputs.sound_input import SoundInput
from distill_live.priority import SoundThreads

#: Seconds between two attempts to open a device that is away, and between two looks at control.
_RETRY_SECONDS, _ASK_SECONDS = 1.0, 0.05


def run_input(
    channel: Connection,
    options: InputOptions,
    tap: TapRing,
    status: ListeningStatus,
    opened: bool,
) -> None:
    """The input process: open the device, report that, and listen until the channel closes.

    Sends `InputOpened` whenever it opens, `InputAway` when it has gone away, and `Failed` when it
    has never been open, here or in an earlier process (`opened`).
    """
    run_worker(channel, lambda: _InputDevice(channel, options, tap, status, opened).listen())


class _InputDevice:
    """Listens to one device, which may come and go."""

    def __init__(
        self,
        channel: Connection,
        options: InputOptions,
        tap: TapRing,
        status: ListeningStatus,
        opened: bool,
    ) -> None:
        self._channel, self._options, self._tap, self._status = channel, options, tap, status
        self._opened, self._away = opened, False
        self._threads = SoundThreads(
            lambda: channel.send(Notice("the input lost its real-time priority"))
        )
        self._thread: int | None = None

    def listen(self) -> None:
        """Listen until the channel closes. Raises DeviceError if the device was never there."""
        while not self._is_over():
            try:
                self._run(SoundInput(self._options))
            except DeviceError as error:
                if not self._opened:
                    raise
                if not self._away:
                    self._away = True
                    self._channel.send(InputAway(str(error)))
                self._wait()

    def _run(self, device: SoundInput) -> None:
        self._tap.begin(device.sample_rate)
        self._channel.send(InputOpened(device.describe()))
        self._opened, self._away = True, False
        device.run(self._tap, self._is_over, self._count_fault, self._be_in_time)

    def _wait(self) -> None:
        again = time.monotonic() + _RETRY_SECONDS
        while time.monotonic() < again and not self._is_over():
            time.sleep(_ASK_SECONDS)

    def _is_over(self) -> bool:
        self._status.beat("input_beat")
        return is_closed(self._channel)

    def _count_fault(self) -> None:
        self._status.add("input_faults")

    def _be_in_time(self) -> None:
        """Let the device's thread run in real time, once for each."""
        thread = threading.get_ident()
        if thread != self._thread:
            self._thread = thread
            self._threads.run_in_real_time()
