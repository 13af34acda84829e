from __future__ import annotations

import random
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pythonosc.osc_message import OscMessage

from distill_live.control.patch import load_patch
from distill_live.control.router import Counters
from distill_live.errors import DeviceError
from distill_live.inputs import osc as osc_module
from distill_live.inputs.osc import (
    MAX_DEPTH,
    MAX_MESSAGES,
    MAX_PACKET_BYTES,
    MalformedPacketError,
    OscInput,
    build_message,
    parse_endpoint,
    read_packet,
)
from distill_live.parameters import scale_travel
from tests.inputs.conftest import TABLE, Instrument
from tests.tools import require_program, wait_until

HEADER = b"#bundle\0" + bytes(7) + b"\1"
GAIN = build_message("/distill/gain", [0.5])


class Client:
    """A UDP socket that sends to a reader and waits for its answers."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.socket.settimeout(60)
        self._pings = 0

    def send(self, packet: bytes) -> None:
        self.socket.send(packet)

    def hear(self) -> tuple[str, list[Any]]:
        message = OscMessage(self.socket.recv(65_536))
        return message.address, message.params

    def ping(self) -> None:
        """Return when everything that was sent before has been taken; errors are passed over."""
        self._pings += 1
        self.send(build_message("/distill/ping", [self._pings]))
        heard = self.hear()
        while heard[0] == "/distill/error":
            heard = self.hear()
        assert heard == ("/distill/pong", [self._pings])


@pytest.fixture
def client(osc: OscInput) -> Iterator[Client]:
    client = Client(osc.port)
    yield client
    client.socket.close()


def bundle(*elements: bytes) -> bytes:
    return HEADER + b"".join(struct.pack(">i", len(element)) + element for element in elements)


def nested(depth: int) -> bytes:
    packet = GAIN
    for _ in range(depth):
        packet = bundle(packet)
    return packet


def tagged(address: bytes, tags: bytes, data: bytes = b"") -> bytes:
    def padded(text: bytes) -> bytes:
        return text + bytes(4 - len(text) % 4)

    return padded(address) + padded(tags) + data


MALFORMED = {
    "a bundle element of size -4, which hangs python-osc": HEADER + struct.pack(">i", -4),
    "a bundle element of size -8": HEADER + struct.pack(">i", -8) + bytes(8),
    "the smallest size of all": HEADER + struct.pack(">i", -(2**31)),
    "an element larger than the packet": HEADER + struct.pack(">i", 400) + GAIN,
    "an element of no multiple of 4": HEADER + struct.pack(">i", 26) + GAIN + b"\0\0",
    "an element of size 0": HEADER + bytes(4),
    "a bundle without a time tag": b"#bundle\0",
    "a bundle that ends in a size": HEADER + b"\0\0",
    "bundles nested too deeply": nested(MAX_DEPTH + 1),
    "bundles nested very deeply": nested(1500),
    "too many messages": bundle(*[b"/a\0\0"] * (MAX_MESSAGES + 1)),
    "a packet that is too large": tagged(b"/distill/gain", b",b", bytes(MAX_PACKET_BYTES)),
    "nothing": b"",
    "no address": b"distill/gain\0\0\0\0,f\0\0\0\0\0\0",
    "an address without an end": b"/distill/gain",
    "a message without its argument": tagged(b"/distill/gain", b",f"),
    "a truncated message": GAIN[:-2],
    "type tags without a comma": tagged(b"/distill/gain", b"f", bytes(4)),
    "a comma among the type tags": tagged(b"/distill/gain", b",,f", bytes(4)),
    "an unknown type tag": tagged(b"/distill/gain", b",zf", bytes(4)),
    "an array without an end": tagged(b"/distill/gain", b",[f", bytes(4)),
    "an address that is no UTF-8": tagged(b"/distill/\xff\xfe", b",f", bytes(4)),
    "a text that is no UTF-8": tagged(b"/distill/gain", b",s", b"\xff\xfe\0\0"),
    "a blob of negative size": tagged(b"/distill/gain", b",b", struct.pack(">i", -8)),
    "a blob larger than the packet": tagged(b"/distill/gain", b",b", struct.pack(">i", 2**30)),
    "a bad message beside a good one": bundle(GAIN, tagged(b"/distill/gain", b",f")),
}

# Well formed, but nothing that could set a parameter: every one must be refused or be unknown.
HARMLESS = {
    "NaN": build_message("/distill/gain", [float("nan")]),
    "infinity": build_message("/distill/gain", [float("inf")]),
    "minus infinity": build_message("/distill/gain", [float("-inf")]),
    "a text": build_message("/distill/gain", ["loud"]),
    "a blob": build_message("/distill/gain", [b"0.5"]),
    "nil": build_message("/distill/gain", [None]),
    "an array": build_message("/distill/gain", [[0.5]]),
    "a very deep array": tagged(b"/distill/gain", b"," + b"[" * 9000 + b"]" * 9000),
    "a time tag": tagged(b"/distill/gain", b",t", bytes(8)),
    "no argument": build_message("/distill/gain", []),
    "too many arguments": tagged(b"/distill/gain", b"," + b"T" * 20_000),
    "a pattern to hang a regular expression": tagged(b"/" + b"*a" * 30 + b"*b", b",f", bytes(4)),
    "a pattern that matches nothing": tagged(b"/distill/g?", b",f", bytes(4)),
    "a very long address": tagged(b"/" + b"x" * 30_000, b",f", bytes(4)),
    "what would steer a terminal": tagged(b"/\x1b[2J\x07", b",s", b"\x1b[2J\0\0\0\0"),
}  # fmt: skip


@pytest.mark.parametrize("packet", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_packet_is_counted_and_changes_nothing(
    instrument: Instrument, client: Client, packet: bytes
) -> None:
    client.send(packet)
    client.ping()
    assert instrument.router.counters.malformed == 1
    assert instrument.router.counters.received == 1
    assert instrument.store["gain"] == 1.0
    assert len(instrument.lines) == 1


@pytest.mark.parametrize("packet", HARMLESS.values(), ids=HARMLESS)
def test_a_message_without_a_usable_value_is_counted_and_changes_nothing(
    instrument: Instrument, client: Client, packet: bytes
) -> None:
    client.send(packet)
    client.ping()
    counters = instrument.router.counters
    assert (counters.received, counters.malformed) == (2, 0)
    assert counters.refused + counters.unknown == 1
    assert instrument.store["gain"] == 1.0


def test_random_and_damaged_packets_leave_the_reader_answering(
    instrument: Instrument, client: Client
) -> None:
    chance = random.Random(7)  # noqa: S311 - not for secrets
    seeds = [GAIN, bundle(GAIN, GAIN), nested(3), *MALFORMED.values(), *HARMLESS.values()]
    seeds = [seed for seed in seeds if len(seed) < 2000]
    sent = 20_000
    for number in range(sent):
        if number % 2:
            packet = bytearray(chance.choice(seeds))
            for _ in range(chance.randrange(1, 5) if packet else 0):
                packet[chance.randrange(len(packet))] = chance.randrange(256)
            packet = packet[: chance.randrange(len(packet) + 1)] if number % 4 == 1 else packet
        else:
            packet = bytearray(chance.randbytes(chance.randrange(200)))
        client.send(bytes(packet))
        if number % 100 == 99:
            client.ping()
    counters = instrument.router.counters
    assert counters.malformed > sent // 2
    assert 0.0 <= instrument.store["gain"] <= 2.0
    assert len(instrument.lines) < 1000


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
        assert read_packet(tagged(b"/a", b"," + tag, data)) == [("/a", [value])]


def test_an_argument_after_a_character_is_not_shifted() -> None:
    packet = tagged(b"/a", b",cif", struct.pack(">iif", 65, 7, 0.5))
    assert read_packet(packet) == [("/a", [65, 7, 0.5])]


def test_a_message_may_have_no_type_tags_when_it_has_no_arguments() -> None:
    assert read_packet(b"/distill/play\0\0\0") == [("/distill/play", [])]


def test_bundles_are_opened_in_order_down_to_the_depth_limit() -> None:
    first, second = build_message("/a", [1]), build_message("/b", [2])
    assert read_packet(bundle(first, bundle(second, first), second)) == [
        ("/a", [1]), ("/b", [2]), ("/a", [1]), ("/b", [2]),
    ]  # fmt: skip
    assert read_packet(nested(MAX_DEPTH)) == [("/distill/gain", [0.5])]
    assert read_packet(HEADER) == []
    assert len(read_packet(bundle(*[b"/a\0\0"] * MAX_MESSAGES))) == MAX_MESSAGES


def test_a_time_tag_far_ahead_does_not_delay() -> None:
    packet = b"#bundle\0" + b"\xff" * 8 + struct.pack(">i", len(GAIN)) + GAIN
    assert read_packet(packet) == [("/distill/gain", [0.5])]


def test_a_bundle_with_one_bad_message_is_not_taken_in_part() -> None:
    with pytest.raises(MalformedPacketError):
        read_packet(MALFORMED["a bad message beside a good one"])


def test_a_parameter_is_set_and_its_value_is_answered_to_the_sender(
    instrument: Instrument, client: Client
) -> None:
    client.send(bundle(build_message("/distill/gain", [0.25]), build_message("/distill/seed", [9])))
    client.send(build_message("/distill/get", ["gain"]))
    assert client.hear() == ("/distill/gain", [0.25])
    client.send(build_message("/distill/get", ["seed"]))
    assert client.hear() == ("/distill/seed", [9])
    assert instrument.store["gain"] == 0.25


def test_get_of_everything_answers_only_types_that_every_client_reads(
    instrument: Instrument, client: Client
) -> None:
    client.send(build_message("/distill/get", []))
    for _ in instrument.store:
        packet = client.socket.recv(4096)
        tags = packet[packet.index(b",") :].split(b"\0")[0]
        assert tags in (b",i", b",f", b",s")


@pytest.mark.parametrize(
    "arguments", [[], [1, 0.5, "a"], [b"ab", True, False, None], [[1, [2.0]], 2**40]]
)
def test_pong_carries_the_arguments_of_ping(client: Client, arguments: list[Any]) -> None:
    client.send(build_message("/distill/ping", arguments))
    assert client.hear() == ("/distill/pong", arguments)


@pytest.mark.parametrize(
    "packet",
    [
        tagged(b"/distill/ping", b",t", b"\xff" * 8),
        tagged(b"/distill/ping", b",d", struct.pack(">d", 1e300)),
        tagged(b"/distill/ping", b",b", bytes(4)),
        tagged(b"/distill/ping", b"," + b"[" * 9000 + b"]" * 9000),
    ],
    ids=["time tag", "large double", "empty blob", "deep array"],
)
def test_pong_comes_even_when_the_arguments_cannot_be_sent_back(
    client: Client, packet: bytes
) -> None:
    client.send(packet)
    assert client.hear()[0] == "/distill/pong"
    client.ping()


def test_a_request_that_fails_is_told_and_the_next_message_is_taken(
    instrument: Instrument, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no engine")

    monkeypatch.setattr(instrument, "take_request", fail)
    client.send(bundle(build_message("/distill/play", []), GAIN))
    client.ping()
    assert instrument.store["gain"] == 0.5
    assert instrument.lines == ["refused /distill/play: failed: RuntimeError('no engine')"]


def test_a_sender_that_is_gone_does_not_end_the_reading(osc: OscInput, client: Client) -> None:
    for _ in range(20):
        gone = Client(osc.port)
        gone.send(build_message("/distill/get", []))
        gone.socket.close()
    client.ping()


def test_a_burst_of_5000_packets_is_taken_whole(instrument: Instrument, client: Client) -> None:
    # Paced by pings, as a default Linux socket holds some 250 packets: no speed is assumed.
    for number in range(5000):
        client.send(build_message("/distill/seed", [number]))
        if number % 100 == 99:
            client.ping()
    assert instrument.router.counters.received == 5050
    assert instrument.store["seed"] == 4999


def test_a_port_in_use_is_told_with_what_to_do(instrument: Instrument, osc: OscInput) -> None:
    with pytest.raises(DeviceError, match=rf"127\.0\.0\.1:{osc.port}.*--osc HOST:PORT"):
        OscInput("127.0.0.1", osc.port, instrument.router).start()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.1", "a" * 300])
def test_a_host_that_is_not_here_is_told(instrument: Instrument, host: str) -> None:
    with pytest.raises(DeviceError, match="cannot listen for OSC"):
        OscInput(host, 0, instrument.router).start()


def test_stop_frees_the_port_and_ends_the_thread(instrument: Instrument, osc: OscInput) -> None:
    before = threading.active_count()
    osc.stop()
    osc.stop()
    assert threading.active_count() == before - 1
    again = OscInput("127.0.0.1", osc.port, instrument.router)
    again.start()
    again.stop()


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("127.0.0.1:9000", ("127.0.0.1", 9000)),
        ("localhost:0", ("localhost", 0)),
        ("[::1]:65535", ("::1", 65_535)),
    ],
)
def test_an_endpoint_is_host_and_port(text: str, endpoint: tuple[str, int]) -> None:
    assert parse_endpoint(text) == endpoint


@pytest.mark.parametrize("text", ["", "9000", ":9000", "host:", "host:65536", "host:-1", "h:9k"])
def test_what_is_no_endpoint_is_told_with_what_is_legal(text: str) -> None:
    with pytest.raises(DeviceError, match=r"legal: HOST:PORT, such as 127\.0\.0\.1:9000"):
        parse_endpoint(text)


def test_ipv6_is_served(instrument: Instrument) -> None:
    reader = OscInput("::1", 0, instrument.router)
    try:
        reader.start()
    except DeviceError as error:
        pytest.skip(f"this machine has no IPv6: {error}")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sender:
        sender.settimeout(60)
        sender.sendto(build_message("/distill/ping", []), ("::1", reader.port))
        assert OscMessage(sender.recv(4096)).address == "/distill/pong"
    reader.stop()


def test_liblo_s_types_are_all_taken(instrument: Instrument, osc: OscInput) -> None:
    oscsend = require_program("oscsend")
    for address, *arguments in [
        ("/distill/temperature", "f", "0.5"),
        ("/distill/top_k", "i", "16"),
        ("/distill/seed", "h", "123456"),
        ("/distill/top_p", "d", "0.25"),
        ("/distill/gain", "F"),
        ("/distill/play", "T"),
        ("/distill/stop", "N"),
        ("/distill/panic",),
        ("/1/fader1", "f", "1"),
    ]:
        subprocess.run([oscsend, "127.0.0.1", str(osc.port), address, *arguments], check=True)
    wait_until(lambda: instrument.router.counters.received == 9, "nine messages")
    wanted = {"temperature": 1.6, "top_k": 16, "seed": 123_456, "top_p": 0.25, "gain": 0}
    assert {name: instrument.store[name] for name in wanted} == wanted
    assert instrument.requests == ["play", "stop", "panic"]
    assert instrument.lines == []


def test_pd_sets_parameters_makes_requests_and_hears_the_answer(
    instrument: Instrument, osc: OscInput, tmp_path: Path
) -> None:
    pd = require_program("pd")
    patch = (Path(__file__).parent / "client.pd").read_text().replace("PORT", str(osc.port))
    (tmp_path / "client.pd").write_text(patch)
    # The patch quits when it has heard the answer.
    done = subprocess.run(
        [pd, "-nogui", "-nosound", "-nomidi", "-stderr", "-open", str(tmp_path / "client.pd")],
        stderr=subprocess.PIPE, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "distill temperature 0.75" in done.stderr
    assert done.returncode == 0
    assert instrument.store["temperature"] == 0.75
    assert instrument.store["gain"] == scale_travel(0.5, 0.0, 1.0, "exp")
    assert instrument.requests == ["play"]
    assert instrument.router.counters == Counters(received=4)


def test_messages_to_an_address_that_leads_nowhere_are_counted_but_not_read_again(
    instrument: Instrument, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    monkeypatch.setattr(
        osc_module, "read_packet", lambda packet: read.append(1) or read_packet(packet)
    )
    client.send(build_message("/distill/nothing", [0.1]))
    client.ping()
    for _ in range(10):
        for _ in range(300):
            client.send(build_message("/distill/nothing", [0.1]))
        client.ping()
    assert instrument.router.counters == Counters(received=3001 + 11, unknown=3001)
    assert len(read) == 1 + 11
    assert len(instrument.lines) == 1


def test_an_address_that_has_come_to_lead_somewhere_is_heard(
    instrument: Instrument, client: Client, tmp_path: Path
) -> None:
    client.send(build_message("/1/fader9", [0.5]))
    client.ping()
    path = tmp_path / "mine.yaml"
    path.write_text(
        "version: 1\nname: mine\nmap:\n  - {from: {osc: /1/fader9}, to: gain, range: [0, 2]}\n"
    )
    instrument.router.use_patch(load_patch(path, TABLE))
    client.send(build_message("/1/fader9", [0.75]))
    client.ping()
    assert instrument.store["gain"] == 1.5


def test_a_level_that_another_model_has_is_heard(instrument: Instrument, client: Client) -> None:
    address = "/distill/temperature/nowhere/body"
    client.send(build_message(address, [0.5]))
    client.send(build_message("/distill/temperature/body", [0.5]))
    client.ping()
    instrument.router.use_levels(["Body", "Air"])
    client.send(build_message("/distill/temperature/body", [0.25]))
    client.ping()
    assert instrument.store.own("temperature", 0) == 0.25


def test_more_addresses_that_lead_nowhere_than_are_remembered_do_no_harm(
    instrument: Instrument, client: Client
) -> None:
    count = osc_module._MAX_NOWHERE + 10
    for number in range(count):
        client.send(build_message(f"/nowhere/{number}", []))
        if number % 200 == 0:
            client.ping()
    client.send(GAIN)
    client.ping()
    assert instrument.store["gain"] == 0.5
    assert instrument.router.counters.unknown == count
