from __future__ import annotations

import math
import random
import threading

from distill_live.inputs.osc.latest import Packet, leave_out_overtaken
from distill_live.inputs.osc.packets import build_message, read_packet
from tests.inputs.conftest import TABLE, Instrument
from tests.inputs.osc.client import Client, bundle, tagged
from tests.inputs.osc.conftest import Desk

ADDRESSES = {f"/distill/{name}" for name in TABLE}


def kept(*messages: tuple[object, ...], sender: object = 1) -> list[tuple[object, ...]]:
    """The messages (name, value ...) that are left of others."""
    packets: list[Packet] = [
        (build_message(f"/distill/{name}", values), sender) for name, *values in messages
    ]
    return left(packets)


def left(packets: list[Packet]) -> list[tuple[object, ...]]:
    found = []
    for packet, _ in leave_out_overtaken(packets, ADDRESSES.__contains__):
        for change in read_packet(packet):
            found += [(a.removeprefix("/distill/"), *values) for a, values in change.messages]
    return found


def test_of_a_parameter_s_values_the_latest_is_kept_where_it_stands() -> None:
    assert kept(("gain", 0.5), ("seed", 1), ("gain", 0.25), ("seed", 2), ("gain", 1.0)) == [
        ("seed", 2), ("gain", 1.0),
    ]  # fmt: skip


def test_a_value_is_kept_when_anything_else_comes_before_the_next() -> None:
    for between in (("get", "gain"), ("play",), ("rewind", 1.0), ("gain",), ("gain", 0.5, 0.25)):
        assert kept(("gain", 0.5), between, ("gain", 0.25))[0] == ("gain", 0.5)


def test_requests_and_mapped_controls_are_all_kept() -> None:
    for name in ("rewind", "loop", "ping", "1/fader1", "temperature/structure"):
        assert len(kept((name, 1.0), (name, 2.0))) == 2


def test_another_sender_s_value_overtakes_nothing() -> None:
    gain = build_message("/distill/gain", [0.5])
    assert len(left([(gain, 1), (gain, 2), (gain, 1)])) == 2


def test_what_is_not_a_number_overtakes_nothing() -> None:
    for wrong in (math.nan, math.inf, -math.inf):
        assert kept(("gain", 0.5), ("gain", wrong))[0] == ("gain", 0.5)
    assert len(kept(("gain", 0.5), ("gain", 1))) == 2


def test_bundles_and_what_is_malformed_are_kept_as_they_are() -> None:
    gain = build_message("/distill/gain", [0.5])
    packets: list[Packet] = [
        (packet, 1)
        for packet in (bundle(gain), bundle(gain), b"", b",f\0\0", b"x,f\0\0abcd", gain[:-1],
                       tagged(b"/distill/gain", b",f"), b"/distill/gain,f\0\0abcd")
    ]  # fmt: skip
    assert leave_out_overtaken(packets, ADDRESSES.__contains__) == packets


def test_random_packets_are_left_out_for_a_newer_one_alone() -> None:
    chance = random.Random(3)  # noqa: S311 - not for secrets
    names = ("gain", "seed", "play")
    for _ in range(300):
        messages = [(chance.choice(names), float(n)) for n in range(chance.randrange(30))]
        values: dict[str, float] = {}
        seen = []
        for name, value in kept(*messages):
            seen.append(name)
            values[str(name)] = float(str(value))
        assert values == dict(messages)
        assert seen.count("play") == [name for name, _ in messages].count("play")


def test_what_piles_up_while_the_router_is_busy_is_counted_and_the_latest_counts(
    desk: Desk, instrument: Instrument, client: Client
) -> None:
    taken = threading.Event()
    free = threading.Event()

    def wait(_: str) -> None:
        taken.set()
        free.wait(60)

    instrument.take_request = wait  # type: ignore[method-assign]
    client.say("/distill/play")
    assert taken.wait(60)
    for number in range(200):
        client.say("/distill/seed", number)
    free.set()
    client.ping()
    assert instrument.store["seed"] == 199
    assert instrument.router.counters.received == 202
    assert instrument.router.last_message == "/distill/ping 1"
