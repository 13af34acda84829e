"""Listens to a sound card, through PortAudio."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.errors import DeviceError
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.live.ipc.tap import TapRing
from distill_live.outputs.options import InputOptions
from distill_live.outputs.portaudio import find_device, portaudio, restarted_portaudio
from distill_live.quiet_stderr import quiet_stderr

#: How often to check whether the stream still runs, in seconds.
_WATCH_SECONDS = 0.05
#: A device that has given no samples for so long has gone away, in seconds.
_SILENT_SECONDS = 2.0
#: The latency that the device is asked for, in seconds.
_LATENCY_SECONDS = 0.02
#: Samples that are mixed in one piece, in a buffer made once.
_PIECE = 4096


class SoundInput:
    """A float32 input stream, mixed to mono: at 48 kHz, or else at the device's rate.

    Raises DeviceError when there is no such device or channel.
    """

    def __init__(self, options: InputOptions) -> None:
        sounddevice = restarted_portaudio()
        self._device = find_device(options.device, "input")
        info = sounddevice.query_devices(self._device)
        self.device_name: str = info["name"]
        first, self.channels = choose_input(
            options.channel, self.device_name, info["max_input_channels"]
        )
        self._mix = Mono(range(first, self.channels))
        self.sample_rate = self._pick_rate(sounddevice, info)

    def _pick_rate(self, sounddevice: Any, info: dict[str, Any]) -> int:
        for rate in (SAMPLE_RATE, int(info["default_samplerate"])):
            try:
                with quiet_stderr():
                    sounddevice.check_input_settings(
                        self._device, self.channels, "float32", samplerate=rate
                    )
                return rate
            except (sounddevice.PortAudioError, ValueError) as error:
                reason = error
        raise DeviceError(f"cannot listen to {self.device_name}: {reason}")

    def describe(self) -> str:
        """The device's name and rate."""
        return f"{self.device_name} at {self.sample_rate} Hz"

    def run(
        self, tap: TapRing, stopped: Callable[[], bool], on_fault: Callable[[], None],
        on_block: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Write what comes in into `tap` until `stopped()`, which it asks 20 times a second.

        `on_block` is called before each block, in the device's thread, and `on_fault` when the
        device has lost samples. Raises DeviceError when the stream cannot start or ends by itself.
        """
        sounddevice = portaudio()

        def callback(block: Any, _frames: int, _time: Any, flags: Any) -> None:
            on_block()
            self._mix.write(block, tap)
            if flags:
                on_fault()

        try:
            with quiet_stderr():
                stream = sounddevice.InputStream(
                    samplerate=self.sample_rate,
                    device=self._device,
                    channels=self.channels,
                    dtype="float32",
                    latency=_LATENCY_SECONDS,
                    callback=callback,
                )
            with stream:
                self._watch(stream, tap, stopped)
        except sounddevice.PortAudioError as error:
            raise DeviceError(f"cannot listen to {self.device_name}: {error}") from error

    def _watch(self, stream: Any, tap: TapRing, stopped: Callable[[], bool]) -> None:
        written, since = tap.written, time.monotonic()
        while not stopped():
            if not stream.active:
                raise DeviceError(f"{self.device_name} has stopped by itself")
            if tap.written != written:
                written, since = tap.written, time.monotonic()
            elif time.monotonic() - since > _SILENT_SECONDS:
                # Some drivers don't say that a device was unplugged.
                raise DeviceError(f"{self.device_name} has stopped sending sound")
            time.sleep(_WATCH_SECONDS)


class Mono:
    """Mixes channels of blocks to mono and writes them into a tap; it makes no arrays."""

    def __init__(self, channels: range) -> None:
        self._channels = channels
        self._buffer = np.zeros(_PIECE, np.float32)

    def write(self, block: NDArray[np.float32], tap: TapRing) -> None:
        """Append the mean of the channels of a block [n, C]."""
        for start in range(0, len(block), _PIECE):
            piece = block[start : start + _PIECE]
            mixed = self._buffer[: len(piece)]
            np.mean(piece[:, self._channels.start : self._channels.stop], axis=1, out=mixed)
            tap.write(mixed)


def choose_input(wanted: int | None, name: str, count: int) -> tuple[int, int]:
    """The first channel, counted from 0, and the channel after the last one to listen to, on a
    device that has `count` channels.

    Raises DeviceError if it does not have the one that is wanted.
    """
    if wanted is None:
        return 0, min(2, count)
    if not 1 <= wanted <= count:
        raise DeviceError(
            f"the input {name} has {count} channels; --input-channel takes a number from 1 to "
            f"{count}, not {wanted}"
        )
    return wanted - 1, wanted
