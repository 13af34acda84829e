"""What is packed into a frame is found there by the layout that the page knows."""

from __future__ import annotations

import math
import struct

import numpy as np

from distill_live.web.socket.frames import (
    Meters,
    Window,
    pack_audio,
    pack_meters,
    pack_sound,
    pack_timeline,
)

METERS = Meters(
    motion=2, transport=1, bridging=True, rms=0.25, falling_peak=0.5, position=7.5,
    loop_begin=3.25, loop_end=9.0, lookahead=6, ring=0.75, load=0.375, entropy=2.5, underruns=3,
    tempo=120.0, beat=17.5, reaction=0.0625, output_latency=0.125, take=4,
)  # fmt: skip


def test_a_frame_of_the_timeline_has_a_head_then_columns_then_codes() -> None:
    codes = np.arange(24, dtype=np.uint16).reshape(4, 2, 3) + 300
    flags, entropy = np.arange(4, dtype=np.uint8), np.array([0, 1, 2000, 65535], np.uint16)
    frame = pack_timeline(Window(70_000, 90_000, 90_512), 90_100, codes, flags, entropy)
    assert struct.unpack_from("<BBHHHIIII", frame) == (
        1, 0, 2, 3, 4, 90_100, 70_000, 90_000, 90_512,
    )  # fmt: skip
    columns = [struct.unpack_from("<BBH", frame, 24 + 4 * number) for number in range(4)]
    assert columns == [(0, 0, 0), (1, 0, 1), (2, 0, 2000), (3, 0, 65535)]
    assert struct.unpack_from("<24H", frame, 24 + 16) == tuple(range(300, 324))
    assert len(frame) == 24 + 16 + 48


def test_a_frame_without_columns_tells_the_window() -> None:
    nothing = np.zeros(0, np.uint16)
    frame = pack_timeline(Window(2, 5, 9), 5, np.zeros((0, 8, 3), np.uint16), nothing, nothing)
    assert struct.unpack("<BBHHHIIII", frame) == (1, 0, 8, 3, 0, 5, 2, 5, 9)


def test_meters_come_as_four_bytes_and_fifteen_numbers() -> None:
    assert struct.unpack("<BBBB15f", pack_meters(METERS)) == (
        2, 2, 1, 1, 0.25, 0.5, 7.5, 3.25, 9.0, 6.0, 0.75, 0.375, 2.5, 3.0, 120.0, 17.5, 0.0625,
        0.125, 4.0,
    )  # fmt: skip


def test_what_there_is_not_is_nan() -> None:
    missing = struct.unpack("<BBBB15f", pack_meters(Meters(0, 0, False, *[math.nan] * 15)))
    assert missing[:4] == (2, 0, 0, 0)
    assert all(map(math.isnan, missing[4:]))


def test_sound_is_an_outline_and_a_column_of_the_spectrogram() -> None:
    frame = pack_sound(-0.5, 0.25, np.arange(96, dtype=np.uint8))
    assert struct.unpack_from("<BBHff", frame) == (3, 0, 96, -0.5, 0.25)
    assert list(frame[12:]) == list(range(96))
    past = pack_sound(-0.5, 0.25, np.arange(96, dtype=np.uint8), past=True)
    assert past[:2] == bytes([3, 1]) and past[2:] == frame[2:]


def test_audio_is_interleaved_after_its_rate_and_its_place() -> None:
    samples = np.array([[1, -1], [2, -2], [32_767, -32_768]], np.int16)
    frame = pack_audio(24_000, 5_000_000_000, samples)
    assert struct.unpack_from("<BBHId", frame) == (4, 2, 0, 24_000, 5_000_000_000.0)
    assert struct.unpack_from("<6h", frame, 16) == (1, -1, 2, -2, 32_767, -32_768)
    assert len(frame) == 16 + 12
