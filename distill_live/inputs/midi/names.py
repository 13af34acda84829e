"""The names of the machine's ports, and the choice among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from distill_live.control.midi.event import CLIENT_NAME, device_name, port_matches

#: ALSA's loop between programs: always there, never a controller.
_NOT_A_CONTROLLER = "Midi Through"
#: A controller that JACK itself has found, and that has no name of its own.
_NAMELESS = "system:midi"


@dataclass(frozen=True)
class PortName:
    """A port of the machine: its system, its name, and its place among ports of that name."""

    system: str
    name: str
    occurrence: int = 0

    @property
    def device(self) -> str:
        """The name that events carry; it is different for each port."""
        return f"{self.name} #{self.occurrence + 1}" if self.occurrence else self.name


def port_names(system: str, names: Sequence[str]) -> dict[PortName, int]:
    """The ports of a system, except the instrument's own, with their places in `names`."""
    seen: dict[str, int] = {}
    found: dict[PortName, int] = {}
    for number, name in enumerate(names):
        if not name.startswith(CLIENT_NAME):
            found[PortName(system, name, seen.get(name, 0))] = number
            seen[name] = seen.get(name, 0) + 1
    return found


class Settling:
    """Leaves out ports that were not there at the last call; the first call leaves out none.

    A program announces its ports before it is ready: JACK then refuses to connect them, and RtMidi
    does not say so.
    """

    def __init__(self) -> None:
        self._before: set[PortName] | None = None

    def settled(self, ports: dict[PortName, int]) -> dict[PortName, int]:
        """The ports, with their places, that were also there at the last call."""
        before, self._before = self._before, set(ports)
        if before is None:
            return ports
        return {port: place for port, place in ports.items() if port in before}


def choose_inputs(ports: Sequence[PortName], patterns: Sequence[str]) -> list[PortName]:
    """The ports that match any of the patterns (see `port_matches`); by default, all controllers.

    If several systems have the same controller, only the first counts.
    """
    if patterns:
        wanted = [p for p in ports if any(port_matches(pattern, p.name) for pattern in patterns)]
    else:
        wanted = [port for port in ports if _NOT_A_CONTROLLER not in port.name]
    return [port for port in wanted if not _is_bridged(port, wanted)]


def _is_bridged(port: PortName, ports: Sequence[PortName]) -> bool:
    """Whether a port of JACK is a bridged port of ALSA."""
    if port.system != "JACK":
        return False
    devices = [device_name(other.name) for other in ports if other.system == "ALSA"]
    return any(device in port.name or port.name.startswith(_NAMELESS) for device in devices)
