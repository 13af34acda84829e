"""The streams of sound in a file: files that were joined end to end, or whose header is wrong.

libsndfile reads only the first stream, up to the length in its header. Here every stream becomes a
file of its own with a correct header.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from distill_live.audio.reading.byte_view import ByteView, FileBytes, Piece
from distill_live.audio.reading.mpeg import MpegScan, tag_length
from distill_live.errors import AudioFileError

# The beginning of a FLAC stream: its mark, and a first block of 34 bytes that describes it.
_FLAC_STARTS = (b"fLaC\x00\x00\x00\x22", b"fLaC\x80\x00\x00\x22")
_OGG_PAGE_BYTES, _OGG_FIRST = 27, 2
# A chunk's size in a WAV header has 32 bits.
_MOST_BYTES = 0xFFFFFFFF
# A few lost bytes between two frames of MP3 cannot be heard.
_LOST_SHARE = 0.005
# A few bytes after the samples of a WAV file are not samples.
_LEFT_SHARE = 0.01
# In files that are not MPEG audio, hardly anything looks like frames.
_CHANCE_SHARE = 0.5

# How files begin that hold sound libsndfile cannot read, or no sound: (offset, bytes).
_FOREIGN_SOUND = {
    "MP4 (AAC or ALAC)": ((4, b"ftyp"),),
    "AAC": ((0, b"\xff\xf1"), (0, b"\xff\xf9"), (0, b"ADIF")),
    "Windows Media": ((0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),),
    "Matroska or WebM": ((0, b"\x1aE\xdf\xa3"),),
    "Monkey's Audio": ((0, b"MAC "),),
    "WavPack": ((0, b"wvpk"),),
    "Musepack": ((0, b"MPCK"), (0, b"MP+")),
    "True Audio": ((0, b"TTA1"),),
    "DSD": ((0, b"DSD "), (0, b"FRM8")),
    "AVI": ((8, b"AVI "),),
}
_NO_SOUND = {
    "macOS metadata of another file": ((0, b"\x00\x05\x16\x07"),),
    "a MIDI file": ((0, b"MThd"),),
    "a zip archive": ((0, b"PK\x03\x04"),),
    "a web page": ((0, b"<!DOCTYPE"), (0, b"<!doctype"), (0, b"<html")),
}


@dataclass(frozen=True)
class Parts:
    """A file's streams in order, each as a file of its own, and what is missing in them."""

    streams: list[ByteView]
    missing: str = ""


def split_parts(file: BinaryIO) -> Parts:
    """The streams of an open file; a file of an unknown kind is one stream.

    Raises OSError, and AudioFileError, without the file's name, for a kind that is known to hold no
    sound, or sound that libsndfile cannot read.
    """
    source = FileBytes(file)
    if not source.size:
        raise AudioFileError("it is empty")
    head = source.at(tag_length(source, 0), 16)
    _refuse_foreign(head)
    if head[:4] == b"OggS":
        return _between(source, _ogg_starts(source))
    if head[:4] == b"fLaC":
        return _between(source, _flac_starts(source))
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return _wav_parts(source)
    if head[:1] == b"\xff":
        return _mpeg_parts(source)
    return Parts([ByteView(source, [(0, source.size)])])


def _refuse_foreign(head: bytes) -> None:
    for kinds, advice in ((_FOREIGN_SOUND, ": convert it to wav or flac"), (_NO_SOUND, "")):
        for kind, marks in kinds.items():
            if any(head[offset:].startswith(mark) for offset, mark in marks):
                raise AudioFileError(f"it looks like {kind}{advice}")


def _between(source: FileBytes, starts: list[int]) -> Parts:
    ends = [*starts[1:], source.size]
    return Parts([ByteView(source, [pair]) for pair in zip(starts, ends, strict=True)])


def _ogg_starts(source: FileBytes) -> list[int]:
    """Where the links of a chain begin: at each page that begins a stream after one that does
    not."""
    starts, position, beginning = list[int](), 0, False
    while 0 <= position < source.size:
        page = source.at(position, _OGG_PAGE_BYTES)
        if page[:4] != b"OggS" or len(page) < _OGG_PAGE_BYTES:
            position = source.find(b"OggS", position + 1)
            continue
        begins = bool(page[5] & _OGG_FIRST)
        if begins and not beginning:
            starts.append(position)
        beginning = begins
        position += (
            _OGG_PAGE_BYTES + page[26] + sum(source.at(position + _OGG_PAGE_BYTES, page[26]))
        )
    return [0, *starts[1:]]


def _flac_starts(source: FileBytes) -> list[int]:
    starts = list[int]()
    for mark in _FLAC_STARTS:
        position = -1
        while (position := source.find(mark, position + 1)) >= 0:
            starts.append(position)
    # A tag may stand before the first.
    return [0, *sorted(starts)[1:]]


def _wav_parts(source: FileBytes) -> Parts:
    """WAV files in a row. A `data` chunk of size 0 that is followed by samples reaches to the end:
    a recorder lost its power before it wrote the size."""
    starts, position, data_end = [0], 12, 0
    while position + 8 <= source.size:
        name, size = _chunk(source, position)
        if not _is_chunk_name(name):
            break
        if name == b"RIFF" and source.at(position + 8, 4) == b"WAVE":
            starts.append(position)
            position += 12
            continue
        if name == b"data" and size == 0 and not _are_chunks(source, position + 8):
            unfinished = ByteView(source, _unfinished_wav(source, starts[-1], position))
            return Parts([*_between(source, starts).streams[:-1], unfinished])
        position += 8 + size + size % 2
        data_end = position if name == b"data" else 0
    rest = source.size - position
    left = data_end == position and rest > _LEFT_SHARE * source.size
    missing = f"{rest / source.size:.0%} of it, after the end given in its header, is left out"
    return Parts(_between(source, starts).streams, missing if left else "")


def _chunk(source: FileBytes, position: int) -> tuple[bytes, int]:
    head = source.at(position, 8)
    return head[:4], int.from_bytes(head[4:], "little")


def _is_chunk_name(name: bytes) -> bool:
    return all(0x20 <= letter < 0x7F for letter in name)


def _are_chunks(source: FileBytes, position: int) -> bool:
    """Whether from a position on there are whole chunks up to the file's end, or nothing."""
    while position + 8 <= source.size:
        name, size = _chunk(source, position)
        if not _is_chunk_name(name):
            return False
        position += 8 + size + size % 2
    return position - source.size in (0, 1)


def _unfinished_wav(source: FileBytes, start: int, data: int) -> list[Piece]:
    whole, samples = source.size - start - 8, source.size - data - 8
    sizes = (min(count, _MOST_BYTES).to_bytes(4, "little") for count in (whole, samples))
    return [b"RIFF", next(sizes), (start + 8, data + 4), next(sizes), (data + 8, source.size)]


def _mpeg_parts(source: FileBytes) -> Parts:
    scan = MpegScan(source)
    damaged = scan.lost / source.size
    if damaged > _CHANCE_SHARE or not scan.streams:
        return Parts([ByteView(source, [(0, source.size)])])
    missing = f"{damaged:.0%} of it is damaged and was left out" if damaged > _LOST_SHARE else ""
    return Parts(scan.streams, missing)
