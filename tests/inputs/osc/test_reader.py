from __future__ import annotations

import math
import random
import struct
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from distill_live.control.patch.files import load_patch
from distill_live.control.routing.router import Counters
from distill_live.inputs.osc import OscInput
from distill_live.inputs.osc import intake as intake_module
from distill_live.inputs.osc import reader as reader_module
from distill_live.inputs.osc.endpoints import AllowedHosts
from distill_live.inputs.osc.packets import build_message, read_packet
from tests.inputs.conftest import TABLE, Instrument
from tests.inputs.osc.client import GAIN, Client, bundle, tagged
from tests.inputs.osc.conftest import Desk
from tests.inputs.osc.fuzz import fuzzed
from tests.inputs.osc.packets import HARMLESS, MALFORMED
from tests.tools import wait_until


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
    desk: Desk, instrument: Instrument, client: Client
) -> None:
    chance = random.Random(7)  # noqa: S311 - not for secrets
    sent = 20_000
    for number, packet in enumerate(fuzzed(chance, sent)):
        client.send(packet)
        if number % 100 == 99:
            client.ping()
            desk.tick()
    desk.schedule.tick(time.monotonic() + 10)
    client.ping()
    assert instrument.router.counters.malformed > sent // 3
    for name, value in ((name, instrument.store[name]) for name in instrument.store):
        parameter = TABLE[name]
        assert math.isnan(value) or parameter.minimum <= value <= parameter.maximum
    assert len(instrument.lines) < 1000


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


def test_a_request_that_fails_is_reported_and_the_next_message_is_taken(
    instrument: Instrument, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no engine")

    monkeypatch.setattr(instrument, "take_request", fail)
    client.say("/distill/play")
    client.send(GAIN)
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


def test_stop_frees_the_port_and_ends_the_threads(instrument: Instrument, osc: OscInput) -> None:
    osc.stop()
    osc.stop()
    assert not [one for one in threading.enumerate() if one.name.startswith("osc-")]
    again = OscInput("127.0.0.1", osc.port, instrument.router)
    again.start()
    again.stop()


def test_messages_to_an_address_that_leads_nowhere_are_counted_but_not_read_again(
    instrument: Instrument, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    monkeypatch.setattr(
        intake_module, "read_packet", lambda packet: read.append(1) or read_packet(packet)
    )
    monkeypatch.setattr(reader_module, "_NOWHERE_S", 1000.0)
    client.send(build_message("/distill/nothing", [0.1]))
    client.ping()
    for _ in range(10):
        for _ in range(300):
            client.send(build_message("/distill/nothing", [0.1]))
        client.ping()
    assert instrument.router.counters == Counters(received=3001 + 11, unknown=3001)
    assert len(read) == 1 + 11
    assert len(instrument.lines) == 1


def test_who_sends_to_nowhere_by_hand_is_answered_each_time(
    instrument: Instrument, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "_NOWHERE_S", 0.0)
    for _ in range(3):
        client.say("/distill/nothing", 0.1)
        client.ping()
    assert [address for address, _ in client.heard] == ["/distill/error"] * 3
    assert instrument.router.counters.unknown == 3


def test_what_was_only_counted_counts_in_the_next_line_about_it(
    instrument: Instrument, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(instrument.router._reception._log, "_clock", lambda: now[0])
    client.say("/1/nothing")
    client.ping()
    for _ in range(8):
        client.say("/1/nothing")
    client.ping()
    now[0] = 5.0
    instrument.router.receive_osc([("/1/nothing", [])])
    assert instrument.lines == [
        "unknown OSC address /1/nothing", "unknown OSC address /1/nothing, 10 times so far"
    ]  # fmt: skip


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
    count = reader_module._MAX_NOWHERE + 10
    for number in range(count):
        client.send(build_message(f"/nowhere/{number}", []))
        if number % 200 == 0:
            client.ping()
    client.send(GAIN)
    client.ping()
    assert instrument.store["gain"] == 0.5
    assert instrument.router.counters.unknown == count


def changes_of(
    instrument: Instrument, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[list[str], object]]:
    """The changes that the router is given from now on: addresses and sender."""
    taken: list[tuple[list[str], object]] = []
    receive = instrument.router.receive_osc

    def note(messages: Sequence[tuple[str, Sequence[object]]], sender: object = None) -> Any:
        taken.append(([address for address, _ in messages], sender))
        return receive(messages, sender)

    monkeypatch.setattr(instrument.router, "receive_osc", note)
    return taken


def test_a_bundle_is_handed_on_as_one_change_with_its_sender(
    instrument: Instrument, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = changes_of(instrument, monkeypatch)
    client.send(bundle(GAIN, bundle(GAIN, build_message("/distill/seed", [3])), GAIN))
    client.ping()
    gain, sender = "/distill/gain", ("osc", "127.0.0.1", client.port)
    assert taken == [
        ([gain, gain, "/distill/seed", gain], sender),
        (["/distill/ping"], sender),
    ]  # fmt: skip


def test_a_bundle_of_more_than_a_thousand_messages_is_taken_whole(
    instrument: Instrument, client: Client
) -> None:
    messages = [build_message("/distill/seed", [number]) for number in range(1500)]
    client.send(bundle(*messages, GAIN))
    client.ping()
    assert (instrument.store["seed"], instrument.store["gain"]) == (1499, 0.5)
    assert client.heard == []


def test_a_malformed_packet_is_answered(client: Client) -> None:
    client.send(bundle(GAIN)[:-4])
    client.send(GAIN[:-4])
    client.ping()
    assert client.heard == [
        ("/distill/error", ["#bundle", "malformed packet: a bundle element of 24 bytes"]),
        ("/distill/error",
         ["/distill/gain", "malformed packet: a message ends before its arguments"]),
    ]  # fmt: skip


def test_a_malformed_error_is_not_answered(instrument: Instrument, client: Client) -> None:
    client.send(build_message("/distill/error", ["a", "b"])[:-4])
    client.ping()
    assert instrument.router.counters.malformed == 1
    assert client.heard == []


def test_an_error_is_reported_to_its_sender_alone(instrument: Instrument, osc: OscInput) -> None:
    wrong, other = Client(osc.port), Client(osc.port)
    wrong.say("/distill/gain", "loud")
    other.ping()
    wrong.ping()
    [(address, [about, reason])] = wrong.heard
    assert (address, about) == ("/distill/error", "/distill/gain")
    assert "gain takes a number" in reason
    assert other.heard == []
    wrong.socket.close()
    other.socket.close()


@pytest.mark.parametrize("name", ["error", "done", "pong", "synced"])
def test_what_an_instrument_says_is_not_answered_by_another(
    instrument: Instrument, client: Client, name: str
) -> None:
    client.say(f"/distill/{name}", "/distill/gain", "reason")
    client.ping()
    assert client.heard == []
    assert instrument.router.counters.unknown == 1


def test_who_is_not_allowed_is_not_heard_but_counted(
    instrument: Instrument, desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The only hosts that can be had without a network are this machine's own.
    stranger = Client(desk.osc.port)
    monkeypatch.setattr(desk.osc._allowed, "allows", lambda _: False)
    for _ in range(3):
        stranger.send(GAIN)
    wait_until(lambda: desk.osc.strangers == 3, "three packets")
    monkeypatch.setattr(desk.osc, "_allowed", AllowedHosts())
    client.ping()
    assert instrument.store["gain"] == 1.0
    assert instrument.router.counters == Counters(received=1)
    assert instrument.lines[0] == (
        "OSC from 127.0.0.1 is ignored; allow it with --osc-allow 127.0.0.1"
    )
    stranger.socket.close()


def test_an_answer_goes_to_the_osc_sender_it_is_for(osc: OscInput, client: Client) -> None:
    osc.answer(("midi", "a keyboard"), [("/distill/done", ("prime", "no"))])
    osc.answer(None, [("/distill/done", ("prime", "no"))])
    osc.answer(("osc", "127.0.0.1", client.port), [("/distill/done", ("prime", "yes"))])
    assert client.hear() == ("/distill/done", ["prime", "yes"])
