from __future__ import annotations

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from distill_live.inputs.osc.encoding import MAX_BUNDLE_BYTES, encode_bundles, encode_message


def test_python_osc_reads_what_is_written() -> None:
    for address in ("/a", "/abc", "/abcd", "/distill/temperature/structure"):
        message = OscMessage(encode_message(address, [1, -2, 0.5, "text", "", "äöü", 2**31 - 1]))
        assert message.address == address
        assert message.params == [1, -2, 0.5, "text", "", "äöü", 2**31 - 1]


def test_only_int_float_and_text_are_sent() -> None:
    packet = encode_message("/a", [True, False, None, b"x", 2**40, -(2**31) - 1, 1e300, -1e300])
    tags = packet[packet.index(b",") + 1 :].split(b"\0")[0]
    assert tags == b"iissffff"
    values = OscMessage(packet).params
    assert values[:2] == [1, 0]
    assert values[4] == 2.0**40
    assert values[6] == -values[7] > 3.4e38


def test_a_text_cannot_end_a_message_early() -> None:
    message = OscMessage(encode_message("/a", ["b\0c", "\ud800", 7]))
    assert message.params == ["b c", "?", 7]


def test_bundles_hold_the_messages_in_order_in_as_few_packets_as_will_do() -> None:
    messages = [(f"/distill/parameter/{number}", (number, 0.5)) for number in range(200)]
    packets = encode_bundles(messages)
    assert all(len(packet) <= MAX_BUNDLE_BYTES and len(packet) % 4 == 0 for packet in packets)
    # Any one message more would not have fitted.
    longest = max(4 + len(encode_message(*message)) for message in messages)
    assert all(len(packet) + longest > MAX_BUNDLE_BYTES for packet in packets[:-1])
    heard = [message for packet in packets for message in OscBundle(packet)]
    assert [(m.address, tuple(m.params)) for m in heard] == messages


def test_a_message_that_is_larger_than_a_bundle_goes_alone() -> None:
    long = ("/long", ("x" * 3000,))
    packets = encode_bundles([("/a", (1,)), long, ("/b", (2,))])
    assert [[m.address for m in OscBundle(packet)] for packet in packets] == [
        ["/a"], ["/long"], ["/b"],
    ]  # fmt: skip


def test_nothing_to_say_is_no_packet() -> None:
    assert encode_bundles([]) == []
