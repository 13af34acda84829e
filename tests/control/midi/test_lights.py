from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from distill_live.control.midi.event import MidiEvent
from distill_live.control.midi.lights import HOLD_S, Light, LightKind, MidiLights


@dataclass
class Rig:
    """A desk with lights: where its parameters stand, and what it was sent at time `now`."""

    travels: list[float] = field(default_factory=lambda: [0.0])
    sent: list[tuple[str | None, Sequence[int]]] = field(default_factory=list)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.feedback = MidiLights(
            lambda device, message: self.sent.append((device, message)),
            rate=10.0,
            clock=lambda: self.now,
        )

    def light(
        self, kind: LightKind = "cc", number: int = 7, place: int = 0, device: str | None = None
    ) -> Light:
        return Light(kind, 1, number, lambda: self.travels[place], device)

    def tick(self) -> list[Sequence[int]]:
        """What is sent in the tick of the next period."""
        self.now += 0.1
        self.sent.clear()
        self.feedback.tick(self.now)
        return [message for _, message in self.sent]

    def move(self, raw: int, kind: LightKind = "cc", device: str = "knobs") -> None:
        self.feedback.hear(MidiEvent(device, kind, 1, 7, raw / 127, raw))


@pytest.mark.parametrize(
    ("kind", "number", "messages"),
    [
        ("cc", 7, [(0xB0, 7, 95)]),
        ("cc14", 7, [(0xB0, 7, 95), (0xB0, 39, 127)]),
        ("nrpn", 1234, [(0xB0, 99, 9), (0xB0, 98, 82), (0xB0, 6, 95), (0xB0, 38, 127)]),
        ("note", 60, [(0x90, 60, 95)]),
        ("bend", 0, [(0xE0, 127, 95)]),
    ],
)
def test_each_kind_of_light_has_its_messages(
    kind: LightKind, number: int, messages: list[tuple[int, ...]]
) -> None:
    rig = Rig([0.75])
    rig.feedback.use([rig.light(kind, number)])
    assert rig.tick() == messages


def test_a_light_is_sent_what_has_changed_and_nothing_else() -> None:
    rig = Rig([0.0, 0.5])
    rig.feedback.use([rig.light(number=1), rig.light(number=2, place=1, device="nano")])
    assert rig.tick() == [(0xB0, 1, 0), (0xB0, 2, 64)]
    assert rig.sent[1][0] == "nano"
    assert rig.tick() == []
    rig.travels[0] = 1.0
    assert rig.tick() == [(0xB0, 1, 127)]


def test_between_two_ticks_the_latest_value_wins() -> None:
    rig = Rig()
    rig.feedback.use([rig.light()])
    rig.tick()
    for step in range(10):
        rig.travels[0] = step / 9
        rig.feedback.tick(rig.now + 0.01)
    assert rig.sent == [(None, (0xB0, 7, 0))]
    assert rig.tick() == [(0xB0, 7, 127)]


def test_a_control_that_is_moved_is_left_alone_and_then_shown_what_has_come_of_it() -> None:
    rig = Rig()
    rig.feedback.use([rig.light()])
    rig.tick()
    rig.move(127)
    # The parameter was moved elsewhere at the same time.
    rig.travels[0] = 0.5
    assert rig.tick() == []
    rig.now += HOLD_S
    assert rig.tick() == [(0xB0, 7, 64)]


def test_a_control_that_has_set_its_value_is_not_sent_it_back() -> None:
    rig = Rig()
    rig.feedback.use([rig.light()])
    rig.tick()
    rig.move(127)
    rig.travels[0] = 1.0
    rig.now += HOLD_S
    assert rig.tick() == []


def test_another_device_or_control_does_not_count_as_touched() -> None:
    rig = Rig()
    rig.feedback.use([rig.light(device="nano")])
    rig.tick()
    rig.travels[0] = 1.0
    rig.move(3, device="pads")
    rig.move(3, kind="note", device="nano")
    assert rig.tick() == [(0xB0, 7, 127)]


def test_a_device_that_comes_is_shown_everything() -> None:
    rig = Rig()
    rig.feedback.use([rig.light()])
    assert rig.tick() == [(0xB0, 7, 0)]
    rig.feedback.refresh()
    assert rig.tick() == [(0xB0, 7, 0)]


def test_many_changes_are_spread_and_each_has_its_turn() -> None:
    rig = Rig([0.0])
    rig.feedback.use([rig.light(number=number) for number in range(100)])
    found: list[int] = []
    for turn in range(8):
        # All of them keep moving.
        rig.travels[0] = turn / 8
        sent = rig.tick()
        assert len(sent) == 32
        found += [message[1] for message in sent]
    assert {found.count(number) for number in range(100)} <= {2, 3}


def test_without_lights_nothing_is_sent() -> None:
    assert Rig().tick() == []
