"""The MIDI libraries that the instrument knows: python-rtmidi and supriya-midi."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable
from typing import Any

from distill_live.errors import DeviceError
from distill_live.inputs.midi.backend import SYSTEMS, MidiBackend, RtMidiBackend

try:
    import rtmidi
except ImportError:
    # There are no wheels for Python 3.13 and later.
    rtmidi = None

#: What Linux calls the library of the machine's own JACK.
_JACK = "libjack.so.0"


def find_backend() -> MidiBackend:
    """The first known library that is installed.

    Raises DeviceError ("MIDI unavailable: why") when there is none.
    """
    backend = python_rtmidi() or supriya_midi()
    if backend is None:
        raise DeviceError(
            "MIDI unavailable: neither python-rtmidi nor supriya-midi is installed; install one "
            "of them with pip"
        )
    return backend


def python_rtmidi() -> RtMidiBackend | None:
    """The backend of python-rtmidi, for Python 3.11 and 3.12; None if it is not installed."""
    if rtmidi is None:
        return None
    apis = _by_system(rtmidi.get_compiled_api(), rtmidi.get_api_name)
    return RtMidiBackend(apis, rtmidi.MidiIn, rtmidi.MidiOut, (rtmidi.RtMidiError,))


def supriya_midi() -> RtMidiBackend | None:
    """The backend of supriya-midi, also for later Pythons; None if it is not installed."""
    # Its Linux wheel brings a JACK library that today's servers refuse ("protocol mismatch"). If
    # the machine's own library is loaded first, its symbols win.
    with contextlib.suppress(OSError):
        ctypes.CDLL(_JACK, mode=ctypes.RTLD_GLOBAL)
    try:
        import supriya_midi as library
    except ImportError:
        return None
    apis = _by_system(library.get_compiled_apis(), library.get_api_name)
    return RtMidiBackend(apis, library.MidiIn, library.MidiOut, (library.RtMidiError,))


def _by_system(compiled: list[Any], name: Callable[[Any], str]) -> dict[str, Any]:
    """The numbers of the APIs, by the names of their systems, in the order of SYSTEMS."""
    numbers = {name(api): api for api in compiled}
    return {SYSTEMS[key]: numbers[key] for key in SYSTEMS if key in numbers}
