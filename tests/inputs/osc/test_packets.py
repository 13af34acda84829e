from __future__ import annotations

import struct

import pytest

from distill_live.inputs.osc.packets import (
    IMMEDIATELY,
    MAX_DEPTH,
    MAX_PACKET_BYTES,
    Change,
    MalformedPacketError,
    Message,
    build_message,
    read_packet,
)
from tests.inputs.osc.client import bundle, nested, tagged
from tests.inputs.osc.packets import HEADER, MALFORMED


def now(*messages: Message) -> list[Change]:
    return [Change(IMMEDIATELY, list(messages))]


def test_every_numeric_type_sets_a_parameter() -> None:
    for tag, data, value in [
        (b"i", struct.pack(">i", 3), 3),
        (b"h", struct.pack(">q", 2**40), 2**40),
        (b"f", struct.pack(">f", 0.5), 0.5),
        (b"d", struct.pack(">d", 0.1), 0.1),
        (b"c", struct.pack(">i", 65), 65),
        (b"T", b"", True),
        (b"F", b"", False),
        (b"I", b"", True),
        (b"N", b"", None),
        (b"s", b"ab\0\0", "ab"),
        (b"S", b"ab\0\0", "ab"),
    ]:
        assert read_packet(tagged(b"/a", b"," + tag, data)) == now(("/a", [value]))


def test_an_argument_after_a_character_is_not_shifted() -> None:
    packet = tagged(b"/a", b",cif", struct.pack(">iif", 65, 7, 0.5))
    assert read_packet(packet) == now(("/a", [65, 7, 0.5]))


def test_a_message_may_have_no_type_tags_when_it_has_no_arguments() -> None:
    assert read_packet(b"/distill/play\0\0\0") == now(("/distill/play", []))


def test_bundles_are_opened_in_order_down_to_the_depth_limit() -> None:
    first, second = build_message("/a", [1]), build_message("/b", [2])
    assert read_packet(bundle(first, bundle(second, first), second)) == now(
        ("/a", [1]), ("/b", [2]), ("/a", [1]), ("/b", [2])
    )
    assert read_packet(nested(MAX_DEPTH)) == now(("/distill/gain", [0.5]))
    assert read_packet(HEADER) == []


def test_a_bundle_holds_as_many_messages_as_fit_into_a_packet() -> None:
    count = (MAX_PACKET_BYTES - len(HEADER)) // 8
    [change] = read_packet(bundle(*[b"/a\0\0"] * count))
    assert len(change.messages) == count == 8190


def test_a_packet_that_is_larger_than_udp_can_carry_is_refused() -> None:
    with pytest.raises(MalformedPacketError, match="legal: 65536"):
        read_packet(bytes(MAX_PACKET_BYTES + 1))


def test_a_bundle_is_one_change_at_its_time_tag() -> None:
    messages = [("/a", [1]), ("/b", [2])]
    packet = bundle(*(build_message(*message) for message in messages), time_tag=2**63 + 5)
    assert read_packet(packet) == [Change(2**63 + 5, messages)]


def test_a_bundle_in_a_bundle_is_part_of_its_change_unless_it_is_for_later() -> None:
    a, b, c, d = (build_message(f"/{name}", []) for name in "abcd")
    packet = bundle(
        a, bundle(b, time_tag=50), bundle(c, time_tag=200), bundle(d, time_tag=1), time_tag=100
    )
    assert read_packet(packet) == [
        Change(100, [("/a", []), ("/b", []), ("/d", [])]),
        Change(200, [("/c", [])]),
    ]


def test_a_bundle_with_one_bad_message_is_not_taken_in_part() -> None:
    with pytest.raises(MalformedPacketError):
        read_packet(MALFORMED["a bad message beside a good one"])
