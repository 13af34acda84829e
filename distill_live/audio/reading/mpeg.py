"""Frames of MPEG audio (MP1, MP2, MP3), and which of them belong to one stream.

Frame headers: ISO/IEC 11172-3 and 13818-3. The Xing tag, a first frame without sound that counts
the others, is described only by programs that use it (mpg123, LAME).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from distill_live.audio.reading.byte_view import ByteView, FileBytes, Piece

_MPEG1, _LAYER3, _LAYER1 = 3, 1, 3
_KBPS = {
    (True, 3): tuple(range(32, 449, 32)),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = (44_100, 48_000, 32_000)
# By how much each version divides them: MPEG 1, 2 and 2.5.
_RATE_SHIFTS = {_MPEG1: 0, 2: 1, 0: 2}
# Chance finds a valid header in noise, but hardly three in a row.
_SURE_FRAMES = 3
# A tag may leave out the frame that it stands in, or a last one.
_SPARE_FRAMES = 2
# How many bytes are searched at once where there are no frames.
_SKIPPED_BYTES = 1 << 16
# A bit rate, by its number, whose frames hold a tag at every sample rate.
_TAG_RATE = 9


@dataclass(frozen=True)
class FrameHeader:
    """What the first four bytes of a frame say: `sample_rate` in Hz, `length` in bytes."""

    version: int
    layer: int
    sample_rate: int
    mono: bool
    length: int

    @property
    def kind(self) -> tuple[int, int, int, bool]:
        """What all frames of a stream share."""
        return self.version, self.layer, self.sample_rate, self.mono

    @property
    def tag_offset(self) -> int:
        """Where a Xing tag stands in a frame: behind the header and the side information."""
        if self.version == _MPEG1:
            return 21 if self.mono else 36
        return 13 if self.mono else 21


@lru_cache(maxsize=4096)
def read_frame_header(four: bytes) -> FrameHeader | None:
    """The header in four bytes; None if they are not one, or do not give the frame's length."""
    if len(four) < 4 or four[0] != 0xFF or four[1] < 0xE0:
        return None
    version, layer = four[1] >> 3 & 3, four[1] >> 1 & 3
    rate, frequency, padding = four[2] >> 4, four[2] >> 2 & 3, four[2] >> 1 & 1
    if version == 1 or layer == 0 or rate in (0, 15) or frequency == 3:
        return None
    sample_rate = _RATES[frequency] >> _RATE_SHIFTS[version]
    bytes_per_second = _KBPS[version == _MPEG1, layer][rate - 1] * 125
    if layer == _LAYER1:
        length = (96 * bytes_per_second // sample_rate + padding) * 4
    else:
        samples = 576 if layer == _LAYER3 and version != _MPEG1 else 1152
        length = samples * bytes_per_second // sample_rate + padding
    return FrameHeader(version, layer, sample_rate, four[3] >> 6 == 3, length)


@dataclass
class _Stream:
    """Frames that are decoded together; `counted` is what the tag says, None without one."""

    header: FrameHeader
    first: bytes
    counted: int | None
    frames: int = 0
    pieces: list[tuple[int, int]] = field(default_factory=list)
    #: Where the last frame ends that the tag counts.
    counted_end: int = 0

    def add(self, position: int, end: int) -> None:
        if self.pieces and self.pieces[-1][1] == position:
            self.pieces[-1] = (self.pieces[-1][0], end)
        else:
            self.pieces.append((position, end))
        self.frames += 1
        if self.frames == self.counted:
            self.counted_end = end

    @property
    def is_full(self) -> bool:
        """Whether there are more frames than the tag counts: another file was put behind it."""
        return self.counted is not None and self.frames > self.counted + _SPARE_FRAMES


class MpegScan:
    """All MPEG frames of a file, sorted into streams. Raises OSError.

    `streams` are to be decoded one by one, `lost` is how many bytes are neither frames nor tags.
    """

    def __init__(self, source: FileBytes) -> None:
        self._source, self._found = source, list[_Stream]()
        self.lost = 0
        position, adjoining = 0, False
        while position < source.size:
            header = read_frame_header(source.at(position, 4))
            if header and position + header.length <= source.size and (
                (adjoining and header.kind == self._found[-1].header.kind)
                or self._is_sure(position, header)
            ):  # fmt: skip
                self._take(position, header)
                position, adjoining = position + header.length, True
            else:
                position, adjoining = self._skip(position), False

    @property
    def streams(self) -> list[ByteView]:
        """Each stream as a file, in which a tag says how many frames there are."""
        return [
            ByteView(self._source, [*self._missing_tag(stream), *stream.pieces])
            for stream in self._found
        ]

    def _take(self, position: int, header: FrameHeader) -> None:
        stream = self._found[-1] if self._found else None
        tag = _read_tag(self._source.at(position, header.length), header)
        if stream is None or tag is not None or header.kind != stream.header.kind:
            counted = tag or None
            first = self._source.at(position, 4)
            stream = _Stream(header, first, counted, frames=-1 if tag is not None else 0)
            self._found.append(stream)
        stream.add(position, position + header.length)
        if stream.is_full:
            self._split(stream)

    def _split(self, stream: _Stream) -> None:
        """Begin a stream where the tag of another one says that it ends."""
        border, pieces = stream.counted_end, stream.pieces
        behind = _Stream(stream.header, stream.first, None, stream.frames - (stream.counted or 0))
        stream.pieces = [(start, min(end, border)) for start, end in pieces if start < border]
        behind.pieces = [(max(start, border), end) for start, end in pieces if end > border]
        self._found.append(behind)

    def _is_sure(self, position: int, header: FrameHeader) -> bool:
        """Whether a few frames of a kind follow each other, or the file ends with them."""
        for _ in range(_SURE_FRAMES - 1):
            position += header.length
            if position >= self._source.size:
                return position == self._source.size
            following = read_frame_header(self._source.at(position, 4))
            if following is None or following.kind != header.kind:
                return tag_length(self._source, position) > 0
            header = following
        return True

    def _skip(self, position: int) -> int:
        """Past a tag (title, cover), or to where the next frame may begin."""
        if length := tag_length(self._source, position):
            return min(position + length, self._source.size)
        following = self._source.find(b"\xff", position + 1)
        most = min(position + _SKIPPED_BYTES, self._source.size)
        following = min(following, most) if following >= 0 else most
        for name in (b"ID3", b"TAG", b"APETAGEX"):
            found = self._source.at(position + 1, following - position - 1).find(name)
            if found >= 0:
                following = position + 1 + found
        self.lost += following - position
        return following

    def _missing_tag(self, stream: _Stream) -> list[Piece]:
        """A tag for a stream of MP3 that has none: without one, a decoder guesses the length from
        the first frames' bit rate."""
        if stream.counted is not None or stream.header.layer != _LAYER3:
            return []
        first = stream.first
        head = bytes((0xFF, first[1] | 1, _TAG_RATE << 4 | first[2] & 0x0C, first[3]))
        header = read_frame_header(head)
        if header is None:
            return []
        tag = b"Xing" + (1).to_bytes(4, "big") + stream.frames.to_bytes(4, "big")
        return [(head + bytes(header.tag_offset - 4) + tag).ljust(header.length, b"\0")]


def tag_length(source: FileBytes, position: int) -> int:
    """How long the ID3 or APE tag at a position is, in bytes; 0 where there is none."""
    head = source.at(position, 32)
    if head[:3] == b"ID3" and len(head) >= 10 and head[3] in (2, 3, 4) and max(head[6:10]) < 0x80:
        size = 0
        for byte in head[6:10]:
            size = size << 7 | byte
        return size + (20 if head[5] & 0x10 else 10)
    if head[:8] == b"APETAGEX":
        return int.from_bytes(head[12:16], "little") + 32
    return 128 if head[:3] == b"TAG" and position + 128 == source.size else 0


def _read_tag(frame: bytes, header: FrameHeader) -> int | None:
    """How many frames a Xing tag counts, 0 when it does not say; None for a frame with sound."""
    tag = frame[header.tag_offset : header.tag_offset + 12]
    if header.layer != _LAYER3 or tag[:4] not in (b"Xing", b"Info"):
        return None
    has_count = len(tag) == 12 and tag[7] & 1
    return int.from_bytes(tag[8:12], "big") if has_count else 0
