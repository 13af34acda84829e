"""One MIDI system of the machine: its own ports of the instrument, and those that are open."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from distill_live.control.midi.event import CLIENT_NAME
from distill_live.errors import DeviceError
from distill_live.inputs.midi.backend import (
    WITH_VIRTUAL_PORTS,
    InputPort,
    MidiBackend,
    OutputPort,
    Port,
)
from distill_live.inputs.midi.names import PortName, Settling, port_names

#: Our own ports, to which others connect: what comes in, and what lights and faders shall show.
PORT_NAME = "control"
OUTPUT_CLIENT = f"{CLIENT_NAME}-out"
OUTPUT_NAME = "feedback"
VIRTUAL = f"{CLIENT_NAME}:{PORT_NAME}"
#: What JACK is asked to bring back: "tune request", which means nothing to us and is never sent by
#: controllers. After so many scans in a row without an answer it has ended.
_PULSE = [0xF6]
_UNANSWERED = 8
#: Messages that are taken from one port before the others have their turn.
_MESSAGES_PER_TURN = 256


@dataclass
class MidiSystem:
    """A MIDI system that answers.

    `probe` and `sender` live as long as it does: they list the ports, and are the ports of our own
    where a program can have some. A listing by new ones each time would use the system up.
    """

    name: str
    probe: InputPort
    sender: OutputPort
    #: The name of our own input, to which others connect; "" where a program can have none.
    virtual: str = ""
    inputs: dict[PortName, InputPort] = field(default_factory=dict)
    outputs: dict[PortName, OutputPort] = field(default_factory=dict)
    #: The ports that there are, with their places in the listing, whether open or not.
    known_inputs: dict[PortName, int] = field(default_factory=dict)
    known_outputs: dict[PortName, int] = field(default_factory=dict)
    #: Goes from us to `virtual`: what it sends comes back as long as JACK lives.
    pulse: OutputPort | None = None
    #: Whether the last scan has found outputs that were not there before.
    has_new_outputs: bool = False
    _unanswered: int = 0
    _new_inputs: Settling = field(default_factory=Settling)
    _new_outputs: Settling = field(default_factory=Settling)

    def open_virtual(self) -> None:
        """Open the ports to which others connect. Raises DeviceError."""
        before = self.sender.names()
        self.probe.open_virtual(PORT_NAME)
        new = [name for name in self.sender.names() if name not in before]
        self.virtual = next((name for name in new if name.startswith(CLIENT_NAME)), VIRTUAL)
        self.sender.open_virtual(OUTPUT_NAME)

    def is_alive(self) -> bool:
        """Whether the system still answers; lists its ports, too, once in a scan."""
        try:
            known = self.known_outputs
            self.known_inputs = self._new_inputs.settled(port_names(self.name, self.probe.names()))
            self.known_outputs = self._new_outputs.settled(
                port_names(self.name, self.sender.names())
            )
            self.has_new_outputs = not self.known_outputs.keys() <= known.keys()
            if self.pulse is not None:
                self.pulse.send(_PULSE)
                self._unanswered += 1
        except DeviceError:
            return False
        return self._unanswered <= _UNANSWERED

    def receive(self) -> Iterator[tuple[str, Sequence[int], float]]:
        """What waits in the open inputs: device, bytes and the seconds since the one before."""
        for message, delta in _waiting(self.probe) if self.virtual else ():
            if list(message) == _PULSE:
                self._unanswered = 0
            else:
                yield VIRTUAL, message, delta
        for name, port in list(self.inputs.items()):
            for message, delta in _waiting(port):
                yield name.device, message, delta

    def close(self) -> None:
        """Close everything; the system cannot be used again."""
        pulse = () if self.pulse is None else (self.pulse,)
        ours: tuple[Port, ...] = (*pulse, self.probe, self.sender)
        for port in (*self.inputs.values(), *self.outputs.values(), *ours):
            close_quietly(port)


def open_system(backend: MidiBackend, name: str) -> MidiSystem:
    """A system of the machine. Raises DeviceError when it does not answer."""
    probe = backend.open_input(name, CLIENT_NAME)
    try:
        system = MidiSystem(name, probe, backend.open_output(name, OUTPUT_CLIENT))
    except DeviceError:
        close_quietly(probe)
        raise
    try:
        if name in WITH_VIRTUAL_PORTS:
            system.open_virtual()
        if name == "JACK":
            # A JACK server that has ended raises nothing, and its ports are listed for ever.
            system.pulse = backend.open_output(name, OUTPUT_CLIENT)
            system.pulse.open(system.pulse.names().index(system.virtual), "pulse")
    except (DeviceError, ValueError) as error:
        system.close()
        raise DeviceError(str(error)) from error
    return system


def connect(port: Port, number: int) -> None:
    """Connect a new port, or close it. Raises DeviceError, for a number below 0, too."""
    try:
        if number < 0:
            raise DeviceError("it is no longer there")
        port.open(number, PORT_NAME)
    except DeviceError:
        close_quietly(port)
        raise


def close_quietly(port: Port) -> None:
    """Close a port; one that is not there any more, too."""
    # What has gone by itself may refuse to be closed.
    with contextlib.suppress(DeviceError):
        port.close()


def _waiting(port: InputPort) -> Iterator[tuple[Sequence[int], float]]:
    for _ in range(_MESSAGES_PER_TURN):
        try:
            found = port.receive()
        except DeviceError:
            # Whether the port is still there, the next scan finds out.
            return
        if found is None:
            return
        yield found
