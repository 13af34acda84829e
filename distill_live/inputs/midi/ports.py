"""Open ports: found by name, opened when they appear, closed when they disappear."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from distill_live.control.midi.event import CLIENT_NAME, device_name, port_matches
from distill_live.errors import DeviceError
from distill_live.inputs.midi.backend import MidiBackend, OutputPort
from distill_live.inputs.midi.names import PortName, choose_inputs, port_names
from distill_live.inputs.midi.system import (
    OUTPUT_CLIENT,
    MidiSystem,
    close_quietly,
    connect,
    open_system,
)

#: Seconds until a system that does not answer, or a port that cannot be opened, is tried again.
RETRY_S = 5.0

#: What to do where a system does not answer.
_ADVICE = {
    "ALSA": "load the kernel's MIDI with `sudo modprobe snd-seq`",
    "JACK": "start a JACK server",
}


def list_inputs(backend: MidiBackend) -> list[str]:
    """The names of the machine's MIDI inputs, except the instrument's own.

    Raises DeviceError ("MIDI unavailable: why") when no system answers.
    """
    found: list[str] = []
    reasons: dict[str, str] = {}
    for system in backend.systems:
        try:
            probe = backend.open_input(system, CLIENT_NAME)
            try:
                found += [port.device for port in port_names(system, probe.names())]
            finally:
                close_quietly(probe)
        except DeviceError as error:
            reasons[system] = str(error)
    if len(reasons) == len(backend.systems):
        raise DeviceError(_unavailable(reasons))
    return found


class MidiPorts:
    """The chosen inputs, on every system of the machine; for one thread.

    `patterns` choose them (see `choose_inputs`). `tell` is called with a line of text when a port
    comes or goes, or a system ends or answers again.
    """

    def __init__(
        self, backend: MidiBackend, patterns: Sequence[str], tell: Callable[[str], None]
    ) -> None:
        self._backend, self._patterns, self._tell = backend, tuple(patterns), tell
        self._systems: dict[str, MidiSystem] = {}
        #: Why systems do not answer.
        self._reasons: dict[str, str] = {}
        #: When a system or a port that refused is tried again, in the seconds of `scan`.
        self._retries: dict[str | PortName, float] = {}
        self._output_retries: dict[PortName, float] = {}

    def scan(self, now: float) -> bool:
        """Open ports that have come, close those that have gone, at `now`; whether any came."""
        for system in list(self._systems.values()):
            if not system.is_alive():
                self._lose(system, now)
        self._open_systems(now)
        places = self._list_inputs()
        wanted = choose_inputs(list(places), self._patterns)
        for system in self._systems.values():
            self._close_gone(system, wanted)
        opened = [self._open_input(port, places[port], now) for port in wanted]
        return any(opened) or any(system.has_new_outputs for system in self._systems.values())

    def inputs(self) -> list[PortName]:
        """The open inputs."""
        return [port for system in self._systems.values() for port in system.inputs]

    @property
    def is_available(self) -> bool:
        """Whether any MIDI system answers."""
        return bool(self._systems)

    def status(self) -> str:
        """One line: what is open, what is missing, or "MIDI unavailable: why"."""
        if not self.is_available:
            return _unavailable(self._reasons)
        if self.inputs():
            return f"MIDI from {', '.join(map(_shown, self.inputs()))}"
        ours = [f"{s.virtual} ({s.name})" for s in self._systems.values() if s.virtual]
        connect = f"; connect one to {' or '.join(ours)}" if ours else ""
        if not self._patterns:
            return f"no MIDI input{connect}"
        there = ", ".join(port.device for port in self._list_inputs()) or "none"
        names = ", ".join(map(repr, self._patterns))
        return f"no MIDI input matches {names} yet; available: {there}{connect}"

    def receive(self) -> Iterator[tuple[str, Sequence[int], float]]:
        """The new messages of the open inputs: device, bytes, and seconds since the one before."""
        for system in list(self._systems.values()):
            yield from system.receive()

    def send(self, pattern: str | None, message: Sequence[int], now: float) -> None:
        """Send a message to the devices that match a pattern (None: those that are open as inputs),
        and to whatever is connected to our own output.
        """
        for system in self._systems.values():
            for port in self._outputs_for(system, pattern, now):
                try:
                    port.send(message)
                except DeviceError as error:
                    self._tell(f"MIDI to {pattern or 'all'} ({system.name}) failed: {error}")

    def close(self) -> None:
        """Close everything."""
        for system in self._systems.values():
            system.close()
        self._systems.clear()

    def _open_systems(self, now: float) -> None:
        for name in self._backend.systems:
            if name in self._systems or now < self._retries.get(name, now):
                continue
            try:
                self._systems[name] = system = open_system(self._backend, name)
                system.is_alive()
            except DeviceError as error:
                self._reasons[name] = str(error)
                self._retries[name] = now + RETRY_S
            else:
                if self._reasons.pop(name, None):
                    self._tell(f"MIDI: {name} is available again")

    def _lose(self, system: MidiSystem, now: float) -> None:
        # Close it at once: with JACK, opening anything first would make closing it crash.
        del self._systems[system.name]
        system.close()
        self._reasons[system.name] = "it has stopped"
        self._retries[system.name] = now + RETRY_S
        self._tell(f"MIDI: {system.name} has stopped; trying again every {RETRY_S:g} s")

    def _list_inputs(self) -> dict[PortName, int]:
        systems = self._systems.values()
        return {port: place for s in systems for port, place in s.known_inputs.items()}

    def _close_gone(self, system: MidiSystem, wanted: Sequence[PortName]) -> None:
        inputs = [port for port in system.inputs if port not in wanted]
        outputs = [port for port in system.outputs if port not in system.known_outputs]
        if inputs or outputs:
            # Once is enough: to close what is connected to nothing any more changes nothing.
            system.settle()
        for port in inputs:
            close_quietly(system.inputs.pop(port))
            self._tell(
                f"MIDI input {_shown(port)} was disconnected; it will be reopened when it returns"
            )
        for port in outputs:
            close_quietly(system.outputs.pop(port))

    def _open_input(self, name: PortName, number: int, now: float) -> bool:
        system = self._systems[name.system]
        if name in system.inputs or now < self._retries.get(name, now):
            return False
        try:
            port = self._backend.open_input(system.name, CLIENT_NAME)
            connect(port, number)
        except DeviceError as error:
            self._retries[name] = now + RETRY_S
            self._tell(f"cannot open MIDI input {_shown(name)}: {error}")
            return False
        self._retries.pop(name, None)
        system.inputs[name] = port
        self._tell(f"MIDI from {_shown(name)}")
        return True

    def _outputs_for(
        self, system: MidiSystem, pattern: str | None, now: float
    ) -> Iterator[OutputPort]:
        if system.virtual:
            yield system.sender
        devices = {device_name(port.name) for port in system.inputs}
        for name in list(system.known_outputs):
            if (
                device_name(name.name) in devices
                if pattern is None
                else port_matches(pattern, name.name)
            ):
                port = system.outputs.get(name) or self._open_output(system, name, now)
                if port is not None:
                    yield port

    def _open_output(self, system: MidiSystem, name: PortName, now: float) -> OutputPort | None:
        if now < self._output_retries.get(name, now):
            return None
        try:
            port = self._backend.open_output(system.name, OUTPUT_CLIENT)
            # Its number may have changed since the last scan.
            place = port_names(system.name, port.names()).get(name, -1)
            connect(port, place)
        except DeviceError as error:
            self._output_retries[name] = now + RETRY_S
            self._tell(f"cannot open MIDI output {_shown(name)}: {error}")
            return None
        system.outputs[name] = port
        return port


def _unavailable(reasons: Mapping[str, str]) -> str:
    """Why MIDI is unavailable, by the systems that do not answer, and what to do about it."""
    if not reasons:
        return "MIDI unavailable: its library supports no MIDI system here"
    why = "; ".join(f"{system}: {reason}" for system, reason in reasons.items())
    advice = [_ADVICE[system] for system in reasons if system in _ADVICE]
    to_do = f"; to use a MIDI controller, {' or '.join(advice)}" if advice else ""
    return f"MIDI unavailable ({why}){to_do}"


def _shown(port: PortName) -> str:
    return f"{port.device} ({port.system})"
