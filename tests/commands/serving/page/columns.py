"""Columns as an engine shows them, and frames of them as a page reads them."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from distill_live.live.ipc.shown_columns import ColumnDetails

BANDS, LEVELS = 2, 3


def details(*columns: int, codes: int | None = None) -> ColumnDetails:
    """Columns of 2 x 3 codes, all `codes` or else the column's number; flags and entropy say the
    number, too."""
    numbers = np.array(columns, np.int64)
    values = numbers if codes is None else np.full(len(numbers), codes)
    grid = np.broadcast_to(values[:, None, None], (len(numbers), BANDS, LEVELS))
    return ColumnDetails(
        numbers, grid.astype(np.uint16), (numbers % 8).astype(np.uint8), numbers.astype(np.uint16)
    )


@dataclass
class TimelineFrame:
    """A frame of the timeline, unpacked: `codes` has one code for each column, all being equal."""

    first: int
    segment: int
    start: int
    end: int
    codes: list[int]

    @classmethod
    def of(cls, frame: bytes) -> TimelineFrame:
        kind, _, bands, levels, count, *rest = struct.unpack_from("<BBHHHIIII", frame)
        assert kind == 1
        flat = np.frombuffer(frame[24 + 4 * count :], "<u2").reshape(count, bands * levels)
        return cls(*rest, [int(column[0]) for column in flat])
