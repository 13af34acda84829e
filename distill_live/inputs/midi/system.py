"""One MIDI system of the machine: the instrument's own ports there, and the open ones."""

from __future__ import annotations

import contextlib
import time
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

#: Our own ports, which others connect to: one receives, one sends lights and faders their values.
PORT_NAME = "control"
OUTPUT_CLIENT = f"{CLIENT_NAME}-out"
OUTPUT_NAME = "feedback"
VIRTUAL = f"{CLIENT_NAME}:{PORT_NAME}"
#: The message that tests whether JACK is alive, by coming back: "tune request", which means nothing
#: to us and which controllers never send. After _UNANSWERED scans without it, JACK has ended.
_PULSE = [0xF6]
_UNANSWERED = 8
# JACK tells its clients of a change one cycle later. Closing a port at that moment can crash us:
# the client's own thread walks the list that the port is removed from (jack2 issue 216), and RtMidi
# offers no lock. So wait first; this is longer than a cycle of 4096 samples.
_SETTLE_S = 0.1
#: The most messages that are read from one port before it is another one's turn.
_MESSAGES_PER_TURN = 256


@dataclass
class MidiSystem:
    """A MIDI system that is available.

    `probe` and `sender` live as long as it does. They list the ports, and are our own ports where a
    program can have some. Making new ones for each listing would use up the system's clients.
    """

    name: str
    probe: InputPort
    sender: OutputPort
    #: The name of our own input, which others connect to; "" if a program cannot have one.
    virtual: str = ""
    inputs: dict[PortName, InputPort] = field(default_factory=dict)
    outputs: dict[PortName, OutputPort] = field(default_factory=dict)
    #: All ports, open or not, with their places in the listing.
    known_inputs: dict[PortName, int] = field(default_factory=dict)
    known_outputs: dict[PortName, int] = field(default_factory=dict)
    #: Connected from us to `virtual`: what it sends comes back while JACK is alive.
    pulse: OutputPort | None = None
    #: Whether the last scan found new outputs.
    has_new_outputs: bool = False
    _unanswered: int = 0
    _new_inputs: Settling = field(default_factory=Settling)
    _new_outputs: Settling = field(default_factory=Settling)

    def open_virtual(self) -> None:
        """Open the ports that others connect to. Raises DeviceError."""
        before = self.sender.names()
        self.probe.open_virtual(PORT_NAME)
        new = [name for name in self.sender.names() if name not in before]
        self.virtual = next((name for name in new if name.startswith(CLIENT_NAME)), VIRTUAL)
        self.sender.open_virtual(OUTPUT_NAME)

    def is_alive(self) -> bool:
        """Whether the system still answers. Also lists its ports; call it once in a scan."""
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
        """The new messages of the open inputs: device, bytes, and seconds since the one before."""
        for message, delta in _waiting(self.probe) if self.virtual else ():
            if list(message) == _PULSE:
                self._unanswered = 0
            else:
                yield VIRTUAL, message, delta
        for name, port in list(self.inputs.items()):
            for message, delta in _waiting(port):
                yield name.device, message, delta

    def close(self) -> None:
        """Close everything. The system cannot be used again."""
        pulse = () if self.pulse is None else (self.pulse,)
        ours: tuple[Port, ...] = (*pulse, self.probe, self.sender)
        for port in (*self.inputs.values(), *self.outputs.values(), *ours):
            self.settle()
            close_quietly(port)

    def settle(self) -> None:
        """Wait until the last change is over, before a port is closed; only JACK needs that."""
        if self.name == "JACK":
            time.sleep(_SETTLE_S)


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
            # A JACK server that has ended raises no error, and its ports are listed for ever.
            system.pulse = backend.open_output(name, OUTPUT_CLIENT)
            system.pulse.open(system.pulse.names().index(system.virtual), "pulse")
    except (DeviceError, ValueError) as error:
        system.close()
        raise DeviceError(str(error)) from error
    return system


def connect(port: Port, number: int) -> None:
    """Connect a new port, or close it. Raises DeviceError, also for a number below 0."""
    try:
        if number < 0:
            raise DeviceError("it is no longer there")
        port.open(number, PORT_NAME)
    except DeviceError:
        close_quietly(port)
        raise


def close_quietly(port: Port) -> None:
    """Close a port, even if it is gone."""
    # A port that is gone may refuse to be closed.
    with contextlib.suppress(DeviceError):
        port.close()


def _waiting(port: InputPort) -> Iterator[tuple[Sequence[int], float]]:
    for _ in range(_MESSAGES_PER_TURN):
        try:
            found = port.receive()
        except DeviceError:
            # The next scan finds out whether the port is still there.
            return
        if found is None:
            return
        yield found
