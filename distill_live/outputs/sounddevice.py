"""Plays on a sound card, through PortAudio."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from distill_live.errors import DeviceError
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.outputs.options import OutputOptions, Source
from distill_live.outputs.portaudio import find_device, portaudio, restarted_portaudio
from distill_live.parameters import Parameter

#: How often to check whether the stream has stopped by itself, in seconds.
_WATCH_SECONDS = 0.05
#: How long to render after playing has stopped, in seconds; the device's latency comes on top.
_FADE_SECONDS = 0.06


class SoundDeviceOutput:
    """A float32 output stream: sound on the chosen channels, in their order, silence on others."""

    name = "sounddevice"
    doc = "Play on a sound card, through PortAudio."
    parameters: tuple[Parameter, ...] = ()

    def __init__(self, options: OutputOptions) -> None:
        sounddevice = restarted_portaudio()
        self._options = options
        self._device = find_device(options.audio_device, "output")
        info = sounddevice.query_devices(self._device)
        self.device_name: str = info["name"]
        self._chosen = choose_channels(
            options.channels, self.device_name, info["max_output_channels"]
        )
        #: How many channels the stream has: up to the last chosen one.
        self.channels = max(self._chosen)
        self.sample_rate = self._pick_rate(sounddevice, info)

    def _pick_rate(self, sounddevice: Any, info: dict[str, Any]) -> int:
        wanted = self._options.audio_rate
        for rate in [wanted] if wanted else [SAMPLE_RATE, int(info["default_samplerate"])]:
            try:
                sounddevice.check_output_settings(
                    self._device, self.channels, "float32", samplerate=rate
                )
                return rate
            except (sounddevice.PortAudioError, ValueError) as error:
                reason = error
        raise DeviceError(
            f"{self.device_name} cannot play {self.channels} channels of float32 at "
            f"{wanted or SAMPLE_RATE} Hz ({reason}); its own rate is "
            f"{int(info['default_samplerate'])} Hz: use --audio-rate to set the rate"
        )

    def describe(self) -> str:
        """The device's name and rate."""
        return f"{self.device_name} at {self.sample_rate} Hz"

    def run(self, source: Source, stopped: Callable[[], bool]) -> None:
        """Play until stopped, and then what is still on its way to the ear.

        Raises DeviceError when the stream cannot start or ends by itself.
        """
        sounddevice = portaudio()

        all_in_order = self._chosen == tuple(range(1, self.channels + 1))
        places = [channel - 1 for channel in self._chosen]

        def callback(out: Any, frames: int, _time: Any, flags: Any) -> None:
            if all_in_order:
                source.render(out)
            else:
                sound = np.zeros((frames, len(places)), np.float32)
                source.render(sound)
                out[:] = 0.0
                out[:, places] = sound
            if flags:
                source.count_fault()

        try:
            with sounddevice.OutputStream(
                samplerate=self.sample_rate,
                blocksize=self._options.block or 0,
                device=self._device,
                channels=self.channels,
                dtype="float32",
                latency=self._options.latency_ms / 1e3,
                callback=callback,
            ) as stream:
                source.note_latency(stream.latency)
                while stream.active and not stopped():
                    time.sleep(_WATCH_SECONDS)
                if stream.active:
                    time.sleep(_FADE_SECONDS + stream.latency)
        except sounddevice.PortAudioError as error:
            raise DeviceError(f"{self.device_name} cannot play: {error}") from error
        if not stopped():
            raise DeviceError(f"{self.device_name} has stopped by itself")

    def close(self) -> None:
        """There is nothing to close: the stream is closed when `run` returns."""


def choose_channels(wanted: tuple[int, ...] | None, name: str, count: int) -> tuple[int, ...]:
    """The channels to play on, counted from 1, of a device that has `count` of them.

    Raises DeviceError if it does not have those that are wanted.
    """
    if wanted is None:
        return tuple(range(1, min(2, count) + 1))
    if not wanted or not all(1 <= channel <= count for channel in wanted):
        asked = ", ".join(map(str, wanted)) or "none"
        raise DeviceError(
            f"{name} has {count} channels; --channels takes numbers from 1 to {count}, not {asked}"
        )
    return wanted
