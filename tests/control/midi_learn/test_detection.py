from __future__ import annotations

import random

import pytest

from distill_live.control.midi.event import MidiEvent, MidiKind
from distill_live.control.midi_learn.detection import LISTEN_S, LONGEST_S, QUIET_S, Learner, guess
from distill_live.inputs.midi.parser import MidiParser

#: A knob's way up, and down again.
SWEEP = [*range(10, 100, 3), *range(100, 10, -3)]


def events(*messages: list[int], device: str = "nano:out") -> list[MidiEvent]:
    parser = MidiParser(device)
    found = [event for message in messages for event in parser.parse(message)]
    return [event for event in found if isinstance(event, MidiEvent)]


def control(number: int, *values: int, channel: int = 1) -> list[list[int]]:
    return [[0xB0 | channel - 1, number, value] for value in values]


def learned(*messages: list[int]) -> dict[str, object]:
    found = guess(events(*messages))
    assert found is not None
    return {key: value for key, value in found.source.items() if key != "device"}


def test_a_knob_is_a_controller_with_its_channel_and_device() -> None:
    found = guess(events(*control(7, *SWEEP, channel=3)))
    assert found is not None
    assert found.source == {"cc": 7, "channel": 3, "device": "nano"}
    assert found.text == "CC 7 on channel 3 of nano:out"


def test_a_control_on_our_own_port_is_learned_for_any_device() -> None:
    found = guess(events(*control(7, *SWEEP), device="distill-live:control"))
    assert found is not None
    assert found.source == {"cc": 7, "channel": 1}


def test_the_most_active_control_is_meant() -> None:
    chance = random.Random(3)  # noqa: S311 - not for secrets
    noise = control(1, *(chance.choice([63, 64]) for _ in range(600)))
    knob = control(7, *SWEEP)
    mixed = [message for pair in zip(noise, knob, strict=False) for message in pair]
    assert learned(*mixed, *noise) == {"cc": 7, "channel": 1}
    # A pad next to it was brushed.
    assert learned([0x90, 36, 5], [0x80, 36, 0], *knob) == {"cc": 7, "channel": 1}


def test_a_14_bit_fader_is_recognised_by_its_pair() -> None:
    pair = [message for raw in range(0, 16_384, 150)
            for message in (*control(7, raw >> 7), *control(39, raw & 127))]  # fmt: skip
    assert learned(*pair) == {"cc": 7, "bits": 14, "channel": 1}


def test_a_fader_and_the_button_32_above_it_are_no_pair() -> None:
    # As on a nanoKONTROL2, whose S buttons have the numbers of the faders plus 32.
    assert learned(*control(2, *SWEEP), *control(34, 127, 0)) == {"cc": 2, "channel": 1}
    assert learned(*control(2, 5), *control(34, 127, 0, 127, 0)) == {"cc": 34, "channel": 1}


def test_an_nrpn_is_recognised_rather_than_the_controllers_that_carry_it() -> None:
    moved: list[list[int]] = []
    for raw in range(0, 16_384, 300):
        moved += [*control(99, 9), *control(98, 82), *control(6, raw >> 7), *control(38, raw & 127)]
    assert learned(*moved) == {"nrpn": 1234, "channel": 1}
    coarse = control(6, *SWEEP)
    assert learned(*control(99, 9), *control(98, 82), *coarse) == {"nrpn": 1234, "channel": 1}
    stepped = control(96, *[0] * 20)
    assert learned(*control(99, 9), *control(98, 82), *stepped) == {"nrpn": 1234, "channel": 1}


def test_the_controllers_of_nrpns_and_banks_are_controls_where_they_carry_none() -> None:
    assert learned(*control(6, *SWEEP)) == {"cc": 6, "channel": 1}
    assert learned(*control(0, *SWEEP)) == {"cc": 0, "channel": 1}
    browsed = [*control(0, 90), *control(32, 5), [0xC0, 6]]
    assert learned(*control(0, 2), *control(32, 1), [0xC0, 5], *browsed) == {
        "program": (2 * 128 + 1) * 128 + 5, "channel": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "encoding"),
    [
        ([1, 1, 1, 2, 1, 127, 127, 126, 127], "twos"),
        ([1, 127, 1, 127], "twos"),
        ([1, 1, 1, 1], "twos"),
        ([65, 65, 66, 65, 65, 63, 63, 62, 63, 63], "offset"),
        ([63, 63, 63], "offset"),
        ([1, 1, 1, 2, 65, 65, 65, 66, 65], "signed"),
        (SWEEP, None),
        ([1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1], None),
        ([60, 61, 62, 63, 64, 65, 66, 67], None),
        ([127, 127, 127, 127, 0, 0, 0], "ends"),
        ([0, 0, 0, 127, 127], "ends"),
        ([127] * 6, "ends"),
        ([127, 0, 127, 0], None),
        ([127, 0, 127, 0, 127, 0, 127], None),
        ([127, 127], None),
        ([127], None),
        ([64, 64, 64, 64], None),
    ],
)
def test_an_encoder_is_recognised_by_what_it_sends(values: list[int], encoding: str | None) -> None:
    source = learned(*control(16, *values))
    assert source.pop("encoding", None) == encoding
    assert source == {"cc": 16, "channel": 1}


def test_an_encoder_that_is_turned_slowly_counts_more_than_a_noisy_knob() -> None:
    noise = control(1, *[63, 64] * 5)
    assert learned(*noise, *control(16, *[1] * 10))["cc"] == 16


@pytest.mark.parametrize(
    ("messages", "source"),
    [
        ([[0x95, 36, 99], [0x85, 36, 0]], {"note": 36, "channel": 6}),
        ([[0xE1, 0, raw] for raw in SWEEP], {"bend": True, "channel": 2}),
        ([[0xD2, raw] for raw in SWEEP], {"pressure": True, "channel": 3}),
        ([[0xA3, 61, raw] for raw in SWEEP], {"poly_pressure": 61, "channel": 4}),
        ([[0xC4, 7]], {"program": 7, "channel": 5}),
    ],
)
def test_other_kinds_of_controls_are_recognised(
    messages: list[list[int]], source: dict[str, object]
) -> None:
    assert learned(*messages) == source


def test_the_pressure_of_a_pad_that_is_struck_is_not_meant() -> None:
    pressed = [[0xA0, 36, raw] for raw in SWEEP]
    assert learned([0x90, 36, 99], *pressed, [0x80, 36, 0]) == {"note": 36, "channel": 1}


def test_buttons_are_reported_as_such() -> None:
    found = guess(events(*control(41, 127, 0)))
    assert found is not None
    assert found.text.endswith(", a button")


@pytest.mark.parametrize("number", [98, 99, 100, 101, 120, 121, 123, 127])
def test_what_is_not_a_control_is_not_learned(number: int) -> None:
    assert guess(events(*control(number, 0, 127, 0))) is None


def test_without_events_nothing_is_learned() -> None:
    learner = Learner()
    assert learner.guess() is None
    assert not learner.is_ready(1e9)


def test_listening_ends_when_the_control_is_still_but_not_at_once() -> None:
    learner = Learner()
    (event,) = events([0xB0, 7, 1])
    learner.hear(event, 10.0)
    assert not learner.is_ready(10.0 + LISTEN_S - 0.01)
    assert learner.is_ready(10.0 + LISTEN_S)
    learner.hear(event, 10.0 + LISTEN_S)
    assert not learner.is_ready(10.0 + LISTEN_S + QUIET_S - 0.01)
    assert learner.is_ready(10.0 + LISTEN_S + QUIET_S)


def test_listening_ends_in_any_case() -> None:
    learner = Learner()
    kind: MidiKind = "cc"
    for step in range(100_000):
        learner.hear(MidiEvent("", kind, 1, 7, 0.0, step % 128), LONGEST_S * step / 100_000)
    assert learner.is_ready(LONGEST_S)
    assert len(learner._events) < 10_000
