from __future__ import annotations

import random

import pytest

from distill_live.control.midi.event import ClockMessage, MidiEvent
from distill_live.inputs.midi.parser import MalformedMidiError, MidiParser


def parse(*messages: list[int]) -> list[MidiEvent]:
    """The events of successive messages of one device."""
    parser = MidiParser("knobs")
    found = [event for message in messages for event in parser.parse(message)]
    assert all(isinstance(event, MidiEvent) and event.device == "knobs" for event in found)
    return [event for event in found if isinstance(event, MidiEvent)]


def of_kind(kind: str, *messages: list[int]) -> list[tuple[int, int, int]]:
    """Channel, number and raw value of the events of a kind."""
    return [(e.channel, e.number, e.raw) for e in parse(*messages) if e.kind == kind]


def controls(channel: int, *pairs: tuple[int, int]) -> list[list[int]]:
    return [[0xB0 | channel - 1, number, value] for number, value in pairs]


def test_each_kind_of_message_is_an_event() -> None:
    assert parse([0xB2, 7, 127], [0x91, 60, 64], [0xA0, 61, 127], [0xD4, 127], [0xCF, 5]) == [
        MidiEvent("knobs", "cc", 3, 7, 1.0, 127),
        MidiEvent("knobs", "note", 2, 60, 64 / 127, 64),
        MidiEvent("knobs", "poly_pressure", 1, 61, 1.0, 127),
        MidiEvent("knobs", "pressure", 5, 0, 1.0, 127),
        MidiEvent("knobs", "program", 16, 5, 1.0, 5),
    ]


@pytest.mark.parametrize("message", [[0x80, 60, 99], [0x90, 60, 0]])
def test_a_note_that_is_let_go_has_the_value_0(message: list[int]) -> None:
    assert parse(message) == [MidiEvent("knobs", "note", 1, 60, 0.0, 0)]


@pytest.mark.parametrize(
    ("fine", "coarse", "raw", "value"),
    [(0, 0, 0, 0.0), (0, 64, 8192, 0.5), (127, 127, 16383, 1.0), (0, 32, 4096, 0.25)],
)
def test_a_pitch_wheel_rests_at_exactly_the_half(
    fine: int, coarse: int, raw: int, value: float
) -> None:
    assert parse([0xE0, fine, coarse]) == [MidiEvent("knobs", "bend", 1, 0, value, raw)]


def test_a_pair_of_controllers_is_a_14_bit_one_when_its_fine_half_comes() -> None:
    pair = controls(2, (7, 64), (39, 3))
    assert of_kind("cc14", *pair) == [(2, 7, 64 * 128 + 3)]
    assert of_kind("cc", *pair) == [(2, 7, 64), (2, 39, 3)]
    assert of_kind("cc14", *controls(2, (39, 3))) == []
    assert of_kind("cc14", *controls(1, (7, 64)), *controls(2, (39, 3))) == []


def test_an_nrpn_is_reported_with_its_coarse_half_until_a_fine_one_comes() -> None:
    select = controls(3, (99, 9), (98, 82))
    assert of_kind("nrpn", *select, *controls(3, (6, 64))) == [(3, 1234, 8192)]
    moved = controls(3, (6, 64), (38, 1), (6, 65), (38, 0))
    told = [(3, 1234, 8192), (3, 1234, 8193), (3, 1234, 8320)]
    assert of_kind("nrpn", *select, *moved) == told


def test_an_nrpn_of_a_device_that_sends_the_fine_half_first_is_told_whole() -> None:
    moved = controls(1, (99, 0), (98, 5), (38, 3), (6, 64), (38, 4), (6, 65))
    assert of_kind("nrpn", *moved) == [(1, 5, 64 * 128 + 3), (1, 5, 65 * 128 + 4)]


@pytest.mark.parametrize(
    "deselect", [((99, 127), (98, 127)), ((101, 127), (100, 127)), ((101, 0), (100, 0))]
)
def test_data_goes_to_no_nrpn_after_null_or_an_rpn(deselect: tuple[tuple[int, int], ...]) -> None:
    moved = controls(1, (99, 0), (98, 5), *deselect, (6, 64), (38, 1), (96, 0))
    assert of_kind("nrpn", *moved) == []


def test_data_without_a_selection_and_of_another_channel_is_no_nrpn() -> None:
    assert of_kind("nrpn", *controls(1, (6, 64), (38, 1), (96, 0), (97, 0))) == []
    assert of_kind("nrpn", *controls(1, (99, 0), (98, 5)), *controls(2, (6, 1))) == []
    assert of_kind("nrpn", *controls(1, (99, 0), (6, 5))) == []


def test_increment_and_decrement_go_by_one_step_of_what_the_device_sends() -> None:
    select = controls(1, (99, 0), (98, 5))
    coarse = controls(1, (6, 10), (96, 0), (97, 0), (97, 0))
    assert of_kind("nrpn", *select, *coarse) == [(1, 5, n * 128) for n in (10, 11, 10, 9)]
    fine = controls(1, (6, 10), (38, 0), (96, 0), (97, 0), (97, 0))
    assert [raw for *_, raw in of_kind("nrpn", *select, *fine)] == [1280, 1280, 1281, 1280, 1279]


def test_increment_and_decrement_begin_in_the_middle_and_end_at_the_ends() -> None:
    select = controls(1, (99, 0), (98, 5))
    assert of_kind("nrpn", *select, *controls(1, (96, 0))) == [(1, 5, 8192 + 128)]
    up = of_kind("nrpn", *select, *controls(1, *[(96, 0)] * 200))
    down = of_kind("nrpn", *select, *controls(1, *[(97, 0)] * 200))
    assert (up[-1], down[-1]) == ((1, 5, 16_383), (1, 5, 0))


def test_each_nrpn_keeps_its_value() -> None:
    first, second = ((99, 0), (98, 1)), ((99, 0), (98, 2))
    moved = controls(1, *first, (6, 10), *second, (6, 20), *first, (96, 0))
    assert of_kind("nrpn", *moved)[-1] == (1, 1, 11 * 128)


@pytest.mark.parametrize(
    ("bank", "number"),
    [((), 5), (((0, 2),), 2 * 128 + 5), (((32, 2),), 2 * 128 + 5),
     (((0, 1), (32, 2)), (128 + 2) * 128 + 5)],
)  # fmt: skip
def test_a_program_is_counted_through_the_banks(
    bank: tuple[tuple[int, int], ...], number: int
) -> None:
    assert of_kind("program", *controls(1, *bank), [0xC0, 5]) == [(1, number, 5)]
    assert of_kind("program", *controls(1, *bank), [0xC1, 5]) == [(2, 5, 5)]


def test_clock_is_reported_with_the_position_in_sixteenths() -> None:
    parser = MidiParser("clock")
    found = [parser.parse(m) for m in ([0xF8], [0xFA], [0xFB], [0xFC], [0xF2, 3, 2])]
    assert found == [
        [ClockMessage("tick")], [ClockMessage("start")], [ClockMessage("continue")],
        [ClockMessage("stop")], [ClockMessage("position", 2 * 128 + 3)],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "message", [[0xF0, 1, 2, 3, 0xF7], [0xF0, 1, 2], [0xF1, 5], [0xF3, 1], [0xF6], [0xFE], [0xFF]]
)
def test_system_messages_that_no_mapping_can_use_say_nothing(message: list[int]) -> None:
    assert MidiParser("").parse(message) == []


def test_a_reset_forgets_what_was_selected() -> None:
    selected = controls(1, (99, 0), (98, 5), (7, 1))
    moved = controls(1, (6, 1), (39, 1))
    assert len(of_kind("nrpn", *selected, *moved)) == 1
    assert of_kind("nrpn", *selected, [0xFF], *moved) == []
    assert of_kind("cc14", *selected, [0xFF], *moved) == []


def test_several_messages_in_one_packet_are_all_taken() -> None:
    # As Csound sends them.
    packet = bytes.fromhex("b0101fb1074cb12765c440f8f00102f7d540973c64")
    found = MidiParser("").parse(packet)
    kinds = [e.kind for e in found]
    assert kinds == ["cc", "cc", "cc", "cc14", "program", "tick", "pressure", "note"]


@pytest.mark.parametrize(
    "message",
    [[], [0], [0xB0], [0xB0, 7], [0xB0, 7, 200], [0xB0, 7, 1, 2], [300, 1, 1], [0xF4], [0xF9],
     [-1], [0xB0, -1, 0], [0xF0, 1, 0xB0, 7], [0xF7], [0xC0], [0xF2, 1]],
)  # fmt: skip
def test_bytes_that_are_no_message_are_refused_and_change_nothing(message: list[int]) -> None:
    parser = MidiParser("")
    with pytest.raises(MalformedMidiError):
        parser.parse([0xB0, 99, 0, 0xB0, 98, 5, *message] if message else message)
    assert len(parser.parse([0xB0, 6, 1])) == 1


def test_random_bytes_raise_nothing_else_and_what_is_remembered_stays_small() -> None:
    chance = random.Random(7)  # noqa: S311 - not for secrets
    parser, malformed, events = MidiParser(""), 0, 0
    for _ in range(50_000):
        status = chance.choice([chance.randrange(256), 0xB0])
        number = chance.choice([chance.randrange(256), 6, 38, 96, 97, 98, 99])
        data = [status, number, chance.randrange(128)][: chance.randrange(5)]
        try:
            events += len(parser.parse(data))
        except MalformedMidiError:
            malformed += 1
    assert malformed > 10_000
    assert events > 10_000
    assert parser.parse([0xB0, 7, 0])[0].raw == 0


def test_so_many_nrpns_are_remembered_and_no_more() -> None:
    parser = MidiParser("")
    for number in range(16_383):
        parser.parse([0xB0, 99, number >> 7, 0xB0, 98, number & 127, 0xB0, 6, 1])
    assert len(parser._channels[0].nrpns) <= 1024
