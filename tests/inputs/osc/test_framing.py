from __future__ import annotations

import struct

import pytest

from distill_live.inputs.osc.framing import (
    Framing,
    FramingError,
    LengthPrefixed,
    Slip,
    framing_of,
)
from distill_live.inputs.osc.packets import MAX_PACKET_BYTES
from tests.inputs.osc.client import GAIN, bundle

PACKETS = [GAIN, b"/a\0\0,b\0\0\0\0\0\4\xc0\xdb\xdc\xdd", bundle(GAIN, GAIN), b"/\xdb\xdd\xdc"]
FRAMINGS = [LengthPrefixed, Slip]


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("size", [1, 3, 7, 10_000])
def test_packets_come_out_as_they_went_in_however_the_connection_parts_them(
    framing: type[Framing], size: int
) -> None:
    sent = b"".join(map(framing().wrap, PACKETS))
    reader = framing()
    pieces = [sent[start : start + size] for start in range(0, len(sent), size)]
    assert [packet for piece in pieces for packet in reader.feed(piece)] == PACKETS


@pytest.mark.parametrize("framing", FRAMINGS)
def test_the_first_byte_tells_how_a_client_frames(framing: type[Framing]) -> None:
    assert isinstance(framing_of(framing().wrap(GAIN)[0]), framing)


def test_slip_without_an_end_before_the_packet_is_slip() -> None:
    assert isinstance(framing_of(GAIN[0]), Slip)
    assert isinstance(framing_of(bundle(GAIN)[0]), Slip)
    assert Slip().feed(GAIN + b"\xc0" + GAIN + b"\xc0") == [GAIN, GAIN]


@pytest.mark.parametrize("first", [b"G", b"\1", b"\x16", b"\xff"])
def test_anything_else_is_no_framing(first: bytes) -> None:
    assert framing_of(first[0]) is None


def test_the_largest_packet_is_taken_and_a_larger_one_refused() -> None:
    largest = bytes(MAX_PACKET_BYTES)
    assert LengthPrefixed().feed(LengthPrefixed().wrap(largest)) == [largest]
    with pytest.raises(FramingError, match="65537 bytes; legal: up to 65536"):
        LengthPrefixed().feed(struct.pack(">I", MAX_PACKET_BYTES + 1))


def test_slip_keeps_no_more_of_a_packet_without_an_end_than_the_largest_needs() -> None:
    reader = Slip()
    assert reader.feed(b"\xdb\xdc" * MAX_PACKET_BYTES) == []
    with pytest.raises(FramingError, match="without an end"):
        reader.feed(b"\xdb")


def test_a_slip_escape_that_means_nothing_is_refused() -> None:
    with pytest.raises(FramingError, match="escape"):
        Slip().feed(b"\xc0/a\xdb\0\xc0")
