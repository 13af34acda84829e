"""MIDI in: control changes from one port, by RtMidi; mido reads the messages.

Without a backend, a server or a port there is no MIDI, and the instrument goes on without it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import mido

from distill_live.control.router import Router
from distill_live.errors import DeviceError
from distill_live.parameters import Parameter
from distill_live.quiet_stderr import quiet_stderr

try:
    import rtmidi
except ImportError:
    # There are no wheels for Python 3.13 and later.
    rtmidi = None

CLIENT_NAME = "distill-live"
PORT_NAME = "control"
#: Seconds between two looks into RtMidi's queue. Its callback would be quicker, but with JACK it
#: runs in the server's real-time thread, where waiting for Python costs every client a dropout.
POLL_S = 0.002

#: The backends by RtMidi's names, in the order in which they are asked for a port.
_BACKENDS = {"jack": "JACK", "alsa": "ALSA", "core": "CoreMIDI", "winmm": "WinMM"}
_BACKENDS_WITH_VIRTUAL_PORTS = ("JACK", "ALSA", "CoreMIDI")
#: ALSA's loop for programs without ports: always there, never a controller.
_NOT_A_CONTROLLER = "Midi Through"


@dataclass(frozen=True)
class MidiPort:
    """An input port: its name, the backend that has it and its number there."""

    name: str
    backend: str
    number: int


def list_inputs() -> list[str]:
    """The names of the machine's MIDI input ports.

    Raises DeviceError ("MIDI unavailable: why") when there is no backend to ask.
    """
    with _open_backends() as backends:
        return [port.name for port in _ports(backends)]


def choose_port(ports: Sequence[MidiPort], name: str | None) -> MidiPort | None:
    """The first port whose name contains `name` in any case; without a name the first controller.

    None when there is no such port.
    """
    for port in ports:
        wanted = _NOT_A_CONTROLLER not in port.name if name is None else _is_in(name, port.name)
        if wanted:
            return port
    return None


class MidiInput:
    """Feeds the router with the control changes of one MIDI port, on a thread of its own.

    `name` is a part of the port's name; without it the first controller is taken, and where there
    is none, a virtual port is opened that others can connect to. `status` says in one line what was
    opened, or "MIDI unavailable: why".
    """

    name = "midi"
    doc = "MIDI controllers."
    parameters: tuple[Parameter, ...] = ()

    def __init__(self, router: Router, name: str | None = None) -> None:
        self.status = "MIDI not started"
        self._router = router
        self._name = name
        self._device: Any = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Open a port and begin to receive; log `status`, which says so when there is no MIDI."""
        try:
            self._device, self.status = _open_port(self._name)
        except DeviceError as error:
            self.status = str(error)
        self._router.tell("midi status", self.status)
        if self._device is None:
            return
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="midi-input", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop receiving and close the port; nothing happens when it is not running."""
        if self._thread:
            self._stopping.set()
            self._thread.join()
            _close(self._device)
            self._thread = self._device = None

    def take(self, message: Sequence[int]) -> None:
        """Hand the bytes of one message to the router, which counts those that are none."""
        try:
            parsed = mido.Message.from_bytes(message)
        except Exception as error:
            self._router.count_malformed("MIDI", str(error))
            return
        if parsed.type == "control_change":
            self._router.receive_cc(parsed.channel + 1, parsed.control, parsed.value)
        elif hasattr(parsed, "channel"):
            self._router.receive_unmapped(f"{parsed.type} on channel {parsed.channel + 1}")

    def _run(self) -> None:
        while not self._stopping.wait(POLL_S):
            try:
                while (event := self._device.get_message()) is not None:
                    self.take(event[0])
            except Exception as error:
                self._router.tell("midi", f"MIDI: {error!r}")


def _open_port(name: str | None) -> tuple[Any, str]:
    """An open RtMidi input and what it is, in words. Raises DeviceError."""
    with _open_backends() as backends:
        ports = _ports(backends)
        port = choose_port(ports, name)
        if port is not None:
            device = backends[port.backend]
            _call(device.open_port, port.number, name=PORT_NAME)
            status = f"MIDI from {port.name} ({port.backend})"
        elif name is not None:
            known = ", ".join(port.name for port in ports) or "none"
            raise DeviceError(
                f"MIDI unavailable: no input port is named like {name!r}; there are: {known}"
            )
        else:
            device, status = _open_virtual_port(backends)
        # What stays in `backends` is closed when it is left.
        for backend in [key for key, value in backends.items() if value is device]:
            del backends[backend]
        return device, status


def _open_virtual_port(backends: dict[str, Any]) -> tuple[Any, str]:
    for backend, device in backends.items():
        if backend in _BACKENDS_WITH_VIRTUAL_PORTS:
            _call(device.open_virtual_port, PORT_NAME)
            return device, f"no MIDI input; connect one to {CLIENT_NAME}:{PORT_NAME} ({backend})"
    raise DeviceError("MIDI unavailable: no input port")


@contextlib.contextmanager
def _open_backends() -> Iterator[dict[str, Any]]:
    """An RtMidi input for each backend that answers, by its name; closed at the end."""
    if rtmidi is None:
        raise DeviceError("MIDI unavailable: python-rtmidi is not installed")
    backends: dict[str, Any] = {}
    reasons: list[str] = []
    compiled = {rtmidi.get_api_name(api): api for api in rtmidi.get_compiled_api()}
    for api_name, backend in _BACKENDS.items():
        if api_name in compiled:
            try:
                with quiet_stderr():
                    backends[backend] = rtmidi.MidiIn(compiled[api_name], name=CLIENT_NAME)
            except (rtmidi.RtMidiError, OSError) as error:
                reasons.append(f"{backend}: {_reason(error)}")
    if not backends:
        raise DeviceError(f"MIDI unavailable: {'; '.join(reasons) or 'no backend'}")
    try:
        yield backends
    finally:
        for device in backends.values():
            _close(device)


def _ports(backends: dict[str, Any]) -> list[MidiPort]:
    return [
        MidiPort(name, backend, number)
        for backend, device in backends.items()
        for number, name in enumerate(_call(device.get_ports))
    ]


def _call(method: Any, *arguments: Any, **named: Any) -> Any:
    """Call RtMidi, and turn its error into a DeviceError."""
    try:
        return method(*arguments, **named)
    except (rtmidi.RtMidiError, OSError, UnicodeError) as error:
        raise DeviceError(f"MIDI unavailable: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """RtMidi's message without the name of the function that it begins with."""
    return str(error).rpartition("::")[2].partition(": ")[2].rstrip(".") or str(error)


def _close(device: Any) -> None:
    device.close_port()
    device.delete()


def _is_in(part: str, text: str) -> bool:
    return part.casefold() in text.casefold()
