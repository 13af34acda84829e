"""What the instrument needs of a MIDI library, and RtMidi, for which there are two bindings.

A library gives access to the MIDI systems of the machine: ALSA, JACK, CoreMIDI or WinMM. Both
bindings of RtMidi do the same under slightly different names, which `RtMidiBackend` holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from distill_live.errors import DeviceError
from distill_live.quiet_stderr import quiet_stderr

#: The systems by RtMidi's names, in the order in which controllers are looked for. ALSA has every
#: controller that is plugged in; JACK has them too if a bridge runs.
SYSTEMS = {"alsa": "ALSA", "jack": "JACK", "core": "CoreMIDI", "winmm": "WinMM"}
#: Systems where a program can open a port that others connect to.
WITH_VIRTUAL_PORTS = ("ALSA", "JACK", "CoreMIDI")
#: The most messages that wait in a port until they are fetched.
QUEUE_MESSAGES = 8192


class Port(Protocol):
    """A port that can be connected once. Methods raise DeviceError if the system refuses."""

    def names(self) -> list[str]:
        """The ports of the machine that this one can be connected to."""

    def open(self, number: int, name: str) -> None:
        """Connect to the port at that place in `names`; `name` is the name of our end."""

    def open_virtual(self, name: str) -> None:
        """Become a port that others connect to."""

    def close(self) -> None:
        """Disconnect, and free everything. The port cannot be used again."""


class InputPort(Port, Protocol):
    """A port where messages come in."""

    def receive(self) -> tuple[Sequence[int], float] | None:
        """The next message as bytes, and the seconds since the one before; None if none waits."""


class OutputPort(Port, Protocol):
    """A port where messages go out."""

    def send(self, message: Sequence[int]) -> None:
        """Send the bytes of one message."""


class MidiBackend(Protocol):
    """A MIDI library."""

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that it was built for, among the values of SYSTEMS."""

    def open_input(self, system: str, client: str) -> InputPort:
        """A new, unconnected input of a system. Raises DeviceError when it does not answer."""

    def open_output(self, system: str, client: str) -> OutputPort:
        """A new, unconnected output of a system. Raises DeviceError when it does not answer."""


@dataclass(frozen=True)
class RtMidiBackend:
    """A binding of RtMidi.

    `make_input` takes an API's number, the client's name and the length of the queue, `make_output`
    the first two. `apis` holds the numbers by system, `errors` the exceptions of the binding.
    """

    apis: dict[str, Any]
    make_input: Callable[..., Any]
    make_output: Callable[..., Any]
    errors: tuple[type[Exception], ...]

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that the binding was built for."""
        return tuple(self.apis)

    def open_input(self, system: str, client: str) -> InputPort:
        """A new input. Raises DeviceError."""
        return _RtMidiPort(self, self.make_input, self.apis[system], client, QUEUE_MESSAGES)

    def open_output(self, system: str, client: str) -> OutputPort:
        """A new output. Raises DeviceError."""
        return _RtMidiPort(self, self.make_output, self.apis[system], client)


class _RtMidiPort:
    """An RtMidi input or output, whose errors become DeviceError."""

    def __init__(self, backend: RtMidiBackend, make: Callable[..., Any], *arguments: Any) -> None:
        self._errors: tuple[type[Exception], ...] = (
            *backend.errors,
            OSError,
            RuntimeError,
            UnicodeError,
        )
        with quiet_stderr():
            self._device = self._call(make, *arguments)
            try:
                # Only this tells, with supriya-midi, that there is no server.
                self.names()
            except DeviceError:
                self.close()
                raise
        if make is backend.make_input:
            # Let clock in, which is left out by default, but not SysEx and active sensing.
            self._call(self._device.ignore_types, True, False, True)

    def names(self) -> list[str]:
        return list(self._call(self._device.get_ports))

    def open(self, number: int, name: str) -> None:
        self._call(self._device.open_port, number, name)

    def open_virtual(self, name: str) -> None:
        self._call(self._device.open_virtual_port, name)

    def receive(self) -> tuple[Sequence[int], float] | None:
        found: tuple[Sequence[int], float] | None = self._call(self._device.get_message)
        return found

    def send(self, message: Sequence[int]) -> None:
        self._call(self._device.send_message, message)

    def close(self) -> None:
        try:
            self._call(self._device.close_port)
        finally:
            self._call(self._device.delete)

    def _call(self, method: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return method(*arguments)
        except self._errors as error:
            raise DeviceError(_reason(error)) from error


def _reason(error: Exception) -> str:
    """RtMidi's message without the function name at its start."""
    return str(error).rpartition("::")[2].partition(": ")[2].rstrip(".") or str(error)
