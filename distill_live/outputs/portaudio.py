"""PortAudio: starting it, and finding its devices."""

from __future__ import annotations

import os
import sys
from typing import Any, Literal

from distill_live.errors import DeviceError
from distill_live.quiet_stderr import quiet_stderr

#: What a device is for: to play on, or to listen to.
Direction = Literal["output", "input"]

_NONE = {
    "output": "there is no audio device: connect one, or play silently with --output clock",
    "input": "there is no audio input: connect one, or leave --input out",
}


def list_devices(direction: Direction) -> list[dict[str, Any]]:
    """Devices as dicts: index, name, host_api, channels, sample_rate, default.

    Raises DeviceError when PortAudio itself is missing.
    """
    sounddevice = portaudio()
    apis = sounddevice.query_hostapis()
    default = sounddevice.default.device[direction == "output"]
    channels = f"max_{direction}_channels"
    return [
        {
            "index": index,
            "name": info["name"],
            "host_api": apis[info["hostapi"]]["name"],
            "channels": info[channels],
            "sample_rate": info["default_samplerate"],
            "default": index == default,
        }
        for index, info in enumerate(sounddevice.query_devices())
        if info[channels] > 0
    ]


def find_device(name: str | None, direction: Direction) -> int:
    """The index of the device called `name`: a number, a name or part of one; None is the default.

    Raises DeviceError, with the names of the devices that there are.
    """
    devices = list_devices(direction)
    if not devices:
        raise DeviceError(_NONE[direction])
    if name is None:
        default = [device["index"] for device in devices if device["default"]]
        return int(default[0] if default else devices[0]["index"])
    exact = [d["index"] for d in devices if name in (d["name"], str(d["index"]))]
    part = [d["index"] for d in devices if name.casefold() in d["name"].casefold()]
    if not exact + part:
        names = ", ".join(repr(device["name"]) for device in devices)
        what = "device" if direction == "output" else "input"
        raise DeviceError(f"no audio {what} is called {name!r}; available: {names}")
    return int((exact + part)[0])


def restarted_portaudio() -> Any:
    """The sounddevice module with the devices that exist now: PortAudio lists them only when it
    starts. No stream of this process may be open."""
    running = "sounddevice" in sys.modules
    sounddevice = portaudio()
    if running:
        try:
            with quiet_stderr():
                while sounddevice._initialized:
                    sounddevice._terminate()
                sounddevice._initialize()
        except sounddevice.PortAudioError as error:
            raise DeviceError(f"PortAudio does not start: {error}") from error
    return sounddevice


def portaudio() -> Any:
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
