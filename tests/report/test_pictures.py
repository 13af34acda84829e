"""Pictures are read back by another hand: PNG as its specification says."""

import base64
import struct
import zlib

import numpy as np

from distill_live.report.pictures import data_uri, picture


def read_png(address: str) -> tuple[np.ndarray, np.ndarray]:
    """Places `[rows, columns]` and palette `[256, 3]`."""
    kind, _, content = address.partition(",")
    assert kind == "data:image/png;base64"
    data = base64.b64decode(content)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        body = data[at + 4 : at + 8 + length]
        (checksum,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert checksum == zlib.crc32(body)
        chunks[body[:4]] = body[4:]
        at += 12 + length
    columns, rows, depth, kind_of_colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, kind_of_colour) == (8, 3)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(rows, columns + 1)
    assert (lines[:, 0] == 0).all()
    return lines[:, 1:], np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(256, 3)


def test_each_value_has_its_place_in_the_palette() -> None:
    places, palette = read_png(picture(np.array([[0.0, 0.5, 1.0], [-3.0, 0.25, 7.0]])))
    assert places.tolist() == [[0, 128, 255], [0, 64, 255]]
    assert palette.sum(axis=1)[0] < 60
    assert palette.sum(axis=1)[255] > 600


def test_more_is_lighter() -> None:
    _, palette = read_png(picture(np.zeros((1, 1))))
    lightness = palette @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(lightness) >= -1).all()


def test_bytes_become_an_address() -> None:
    assert data_uri("audio/mpeg", b"abc") == "data:audio/mpeg;base64,YWJj"
