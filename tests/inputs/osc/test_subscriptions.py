from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from typing import Any

import pytest

from distill_live.inputs.osc import OscInput
from distill_live.inputs.osc.packets import build_message
from tests.inputs.conftest import Instrument
from tests.inputs.osc.client import GAIN, Client, bundle
from tests.inputs.osc.conftest import Desk

STREAM = "/distill/stream/level"


@pytest.fixture
def listener(osc: OscInput) -> Iterator[Client]:
    """Another socket of the client's machine."""
    client = Client(osc.port)
    yield client
    client.socket.close()


def elements(packet: bytes) -> Iterator[bytes]:
    """The elements of a bundle."""
    start = 16
    while start < len(packet):
        [size] = struct.unpack_from(">i", packet, start)
        yield packet[start + 4 : start + 4 + size]
        start += 4 + size


def quiet(client: Client) -> None:
    """Nothing more has come to the client."""
    client.socket.setblocking(False)
    with pytest.raises(BlockingIOError):
        client.socket.recv(65_536)
    client.socket.settimeout(60)


def test_a_subscriber_hears_the_whole_state_at_once_and_then_what_changes(
    desk: Desk, instrument: Instrument, client: Client
) -> None:
    client.say("/distill/subscribe")
    client.ping()
    state = dict((address, values) for address, values in client.heard)
    assert state["/distill/gain"] == [1.0]
    assert state["/distill/seed"] == [0]
    assert state["/distill/steer/loudness"] == ["off"]
    assert state["/distill/temperature/structure"] == [1.0]
    assert set(state) >= {f"/distill/{name}" for name in instrument.store}
    instrument.store.set("gain", 0.25)
    desk.feedback.tick(time.monotonic() + 1)
    assert client.hear_bundle() == [("/distill/gain", [0.25])]


def test_feedback_is_bundles_of_int_float_and_text_in_packets_of_1400_bytes(
    client: Client, instrument: Instrument
) -> None:
    client.say("/distill/subscribe")
    total = 0
    while total < len(list(instrument.store)):
        packet = client.socket.recv(65_536)
        assert packet.startswith(b"#bundle\0\0\0\0\0\0\0\0\1")
        assert len(packet) <= 1400
        tags = [element[element.index(b",") + 1 :].split(b"\0")[0] for element in elements(packet)]
        assert set(tags) <= {b"i", b"f", b"s"}
        total += len(tags)


def test_a_subscriber_may_listen_at_another_port(
    desk: Desk, instrument: Instrument, client: Client, listener: Client
) -> None:
    client.say("/distill/subscribe", listener.port, 10, "/distill/gain")
    client.ping()
    assert listener.hear_bundle() == [("/distill/gain", [1.0])]
    assert client.heard == []


def test_a_subscriber_with_a_pattern_hears_the_streams_it_means(desk: Desk, client: Client) -> None:
    client.say("/distill/subscribe", "/distill/stream/*", "/distill/gain/norm")
    client.ping()
    assert client.heard == [("/distill/gain/norm", [0.5])]
    desk.feedback.publish(STREAM, 0.25, 0.5)
    desk.feedback.tick(time.monotonic() + 1)
    assert client.hear_bundle() == [(STREAM, [0.25, 0.5])]


def test_who_moves_a_control_does_not_hear_it_until_it_has_rested_but_others_do(
    desk: Desk, client: Client, listener: Client
) -> None:
    for one in (client, listener):
        one.say("/distill/subscribe", 0, 100, "/distill/gain")
        one.ping()
    client.say("/distill/gain", 5.0)
    client.ping()
    client.heard.clear()
    now = time.monotonic()
    desk.feedback.tick(now + 0.05)
    assert listener.hear_bundle() == [("/distill/gain", [2.0])]
    quiet(client)
    desk.feedback.tick(now + 0.3)
    assert client.hear_bundle() == [("/distill/gain", [2.0])]


def test_a_client_that_was_started_again_hears_everything_once(
    desk: Desk, instrument: Instrument, osc: OscInput, client: Client, listener: Client
) -> None:
    before = Client(osc.port)
    for one in (before, client):
        one.say("/distill/subscribe", listener.port, 30, "/distill/gain")
        one.ping()
        assert listener.hear_bundle() == [("/distill/gain", [1.0])]
    before.socket.close()
    instrument.store.set("gain", 0.25)
    desk.feedback.tick(time.monotonic() + 1)
    assert listener.hear_bundle() == [("/distill/gain", [0.25])]
    quiet(listener)


@pytest.mark.parametrize("by_port", [False, True])
def test_who_unsubscribes_hears_nothing_more(
    desk: Desk, instrument: Instrument, client: Client, listener: Client, by_port: bool
) -> None:
    client.say("/distill/subscribe", listener.port, 30, "/distill/gain")
    client.ping()
    listener.hear_bundle()
    if by_port:
        listener.say("/distill/unsubscribe", listener.port)
        listener.ping()
    else:
        client.say("/distill/unsubscribe")
        client.ping()
    instrument.store.set("gain", 0.25)
    desk.feedback.tick(time.monotonic() + 1)
    quiet(listener)


def test_a_subscription_ends_after_a_minute_unless_it_is_renewed(
    desk: Desk, instrument: Instrument, client: Client
) -> None:
    client.say("/distill/subscribe", "/distill/gain")
    client.ping()
    instrument.store.set("gain", 0.25)
    desk.feedback.tick(time.monotonic() + 55)
    assert client.hear_bundle() == [("/distill/gain", [0.25])]
    instrument.store.set("gain", 0.5)
    desk.feedback.tick(time.monotonic() + 61)
    quiet(client)
    client.say("/distill/subscribe", "/distill/gain")
    assert client.hear_bundle() == [("/distill/gain", [0.5])]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([70_000], "70000 is not a port; legal: 1..65535"),
        ([9001.5], "9001.5 is not a port"),
        ([float("nan")], "nan is not a port"),
        ([9001, 0], "rate must be 0.1..100 Hz, not 0"),
        ([9001, float("inf")], "rate must be 0.1..100 Hz, not inf"),
        ([9001, 30, 5], "legal: [port] [rate in Hz] [pattern ...]"),
        (["/distill/gain", 9001], "legal: [port] [rate in Hz] [pattern ...]"),
        ([b"blob"], "legal: [port] [rate in Hz] [pattern ...]"),
        (["/distill/[a"], "every bracket closed"),
        (["/" + "x" * 300], "a pattern of 301 characters is too long; legal: up to 256"),
        (["/x"] * 65, "65 patterns are too many; legal: up to 64"),
    ],
)
def test_what_cannot_be_subscribed_to_is_answered_with_what_is_legal(
    client: Client, arguments: list[Any], reason: str
) -> None:
    client.say("/distill/subscribe", *arguments)
    address, [about, answer] = client.hear()
    assert (address, about) == ("/distill/error", "/distill/subscribe")
    assert reason in answer
    client.ping()
    assert client.heard == []


@pytest.mark.parametrize("arguments", [[None], [True]])
def test_a_button_subscribes(client: Client, arguments: list[Any]) -> None:
    client.say("/distill/subscribe", *arguments)
    client.ping()
    assert len(client.heard) > 10


def test_the_instrument_does_not_listen_to_itself(
    desk: Desk, instrument: Instrument, client: Client
) -> None:
    client.say("/distill/subscribe", desk.osc.port)
    assert "the instrument's own" in client.hear()[1][1]
    desk.osc.use([f"127.0.0.1:{desk.osc.port}", f"localhost:{desk.osc.port}"])
    assert len(instrument.lines) == 2


def test_a_target_hears_everything_without_asking_and_without_end(
    desk: Desk, instrument: Instrument, listener: Client
) -> None:
    desk.osc.use([f"127.0.0.1:{listener.port}"])
    listener.ping()
    assert ("/distill/gain", [1.0]) in listener.heard
    instrument.store.set("gain", 0.25)
    desk.feedback.tick(time.monotonic() + 86_400)
    assert listener.hear_bundle() == [("/distill/gain", [0.25])]
    desk.osc.use([])
    instrument.store.set("gain", 0.5)
    desk.feedback.tick(time.monotonic() + 2 * 86_400)
    quiet(listener)


def test_the_only_target_at_a_host_is_who_sends_from_there(
    desk: Desk, client: Client, listener: Client
) -> None:
    desk.osc.use([f"127.0.0.1:{listener.port}"])
    listener.ping()
    client.say("/distill/gain", 0.25)
    client.ping()
    now = time.monotonic()
    desk.feedback.tick(now + 0.1)
    quiet(listener)
    desk.feedback.tick(now + 0.4)
    assert ("/distill/gain", [0.25]) in listener.hear_bundle()


def test_targets_may_be_given_before_the_port_is_open(
    desk: Desk, instrument: Instrument, listener: Client
) -> None:
    reader = OscInput("127.0.0.1", 0, instrument.router, desk.feedback)
    reader.use([f"127.0.0.1:{listener.port}"])
    reader.start()
    listener.socket.connect(("127.0.0.1", reader.port))
    reader.stop()
    instrument.store.set("gain", 0.25)
    desk.feedback.tick(time.monotonic() + 1)
    assert not desk.feedback.listens(("osc", "127.0.0.1", listener.port))


@pytest.mark.parametrize("target", ["nowhere", "127.0.0.1:0", "no.such.host.invalid:9001", ":1"])
def test_a_target_that_is_none_is_reported_and_left_out(
    desk: Desk, instrument: Instrument, listener: Client, target: str
) -> None:
    desk.osc.use([target, f"127.0.0.1:{listener.port}"])
    listener.ping()
    assert ("/distill/gain", [1.0]) in listener.heard
    [line] = instrument.lines
    assert line.startswith(f"OSC target {target} was left out: ")


def test_a_subscription_in_a_bundle_is_taken_with_the_rest_of_it(
    instrument: Instrument, client: Client
) -> None:
    client.send(bundle(GAIN, build_message("/distill/subscribe", ["/distill/gain"])))
    client.ping()
    assert instrument.store["gain"] == 0.5
    assert [address for address, _ in client.heard] == ["/distill/gain"]
