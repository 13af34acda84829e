"""Plays on a sound card, through PortAudio."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from distill_live.errors import DeviceError
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.outputs.options import OutputOptions, Source
from distill_live.parameters import Parameter
from distill_live.quiet_stderr import quiet_stderr

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
        sounddevice = _restarted_portaudio()
        self._options = options
        self._device = _find_device(options.audio_device)
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
        sounddevice = _portaudio()

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


def list_devices() -> list[dict[str, Any]]:
    """Output devices as dicts: index, name, host_api, channels, sample_rate, default.

    Raises DeviceError when PortAudio itself is missing.
    """
    sounddevice = _portaudio()
    apis = sounddevice.query_hostapis()
    default = sounddevice.default.device[1]
    return [
        {
            "index": index,
            "name": info["name"],
            "host_api": apis[info["hostapi"]]["name"],
            "channels": info["max_output_channels"],
            "sample_rate": info["default_samplerate"],
            "default": index == default,
        }
        for index, info in enumerate(sounddevice.query_devices())
        if info["max_output_channels"] > 0
    ]


def _find_device(name: str | None) -> int:
    devices = list_devices()
    if not devices:
        raise DeviceError(
            "there is no audio device: connect one, or play silently with --output clock"
        )
    if name is None:
        default = [device["index"] for device in devices if device["default"]]
        return int(default[0] if default else devices[0]["index"])
    exact = [d["index"] for d in devices if name in (d["name"], str(d["index"]))]
    part = [d["index"] for d in devices if name.casefold() in d["name"].casefold()]
    if not exact + part:
        names = ", ".join(repr(device["name"]) for device in devices)
        raise DeviceError(f"no audio device is called {name!r}; available: {names}")
    return int((exact + part)[0])


def _restarted_portaudio() -> Any:
    """The sounddevice module with the devices that exist now: PortAudio lists them only when it
    starts. No stream may be open."""
    running = "sounddevice" in sys.modules
    sounddevice = _portaudio()
    if running:
        try:
            with quiet_stderr():
                while sounddevice._initialized:
                    sounddevice._terminate()
                sounddevice._initialize()
        except sounddevice.PortAudioError as error:
            raise DeviceError(f"PortAudio does not start: {error}") from error
    return sounddevice


def _portaudio() -> Any:
    """The sounddevice module; importing it starts PortAudio."""
    # Listing devices must not start a JACK server.
    os.environ.setdefault("JACK_NO_START_SERVER", "1")
    try:
        with quiet_stderr():
            import sounddevice
    except OSError as error:
        raise DeviceError(
            f"PortAudio is missing ({error}); install it, on Debian with: apt-get install "
            "libportaudio2"
        ) from error
    except Exception as error:
        raise DeviceError(f"PortAudio does not start: {error}") from error
    return sounddevice
