"""A router whose effects can be inspected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from distill_live.codes.edit_parameters import parameter_table
from distill_live.control.midi.event import MidiEvent, MidiKind
from distill_live.control.namespace.address import Reply, Sender
from distill_live.control.patch.schema import Patch
from distill_live.control.routing.router import Router
from distill_live.edits.freeze import Freeze
from distill_live.edits.mask import Mask
from distill_live.parameters import ParameterStore

TABLE = parameter_table([Freeze(), Mask()])


@dataclass
class Desk:
    """A router, the store it writes, the requests it makes and the lines it logs at time `now`."""

    store: ParameterStore = field(default_factory=lambda: ParameterStore(TABLE))
    requests: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    now: float = 0.0
    router: Router = field(init=False)

    def __post_init__(self) -> None:
        self.router = Router(
            self.store,
            lambda *request: self.requests.append(request),
            None,
            self.lines.append,
            lambda: self.now,
        )

    def use(self, *mappings: dict[str, object], **parts: object) -> None:
        document = {"version": 1, "map": list(mappings), **parts}
        self.router.use_patch(Patch.model_validate(document, context=TABLE))

    def osc(
        self, address: str, arguments: Sequence[object] = (), sender: Sender = None
    ) -> list[Reply]:
        """One message in a packet of its own."""
        return self.router.receive_osc([(address, arguments)], sender).replies

    def cc(self, channel: int, control: int, value: int, device: str = "nano") -> None:
        """A control change."""
        self.midi("cc", control, value / 127, value, channel, device)

    def midi(
        self,
        kind: MidiKind,
        number: int,
        value: float,
        raw: int = 0,
        channel: int = 1,
        device: str = "nano",
    ) -> None:
        """Any MIDI event."""
        self.router.receive_midi(MidiEvent(device, kind, channel, number, value, raw))

    def wait(self, seconds: float) -> None:
        """Let time pass, at 100 ticks a second."""
        end = self.now + seconds
        while self.now < end - 1e-9:
            self.now = min(self.now + 0.01, end)
            self.router.schedule.tick(self.now)
            self.router.tick(self.now)


@pytest.fixture
def desk() -> Desk:
    return Desk()
