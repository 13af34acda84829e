"""The origin of a passage: the training recording that it comes from, and where in it, or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.training_codes import (
    WINDOW_COLUMNS,
    CodeTape,
    TapeWindow,
    TrainingCodes,
)

#: A passage is not new from so many bits of agreement per column on, averaged over a window.
#: Measured on 137 s of loops and drones (28 recordings, 128 codes): of the columns of a recording
#: that is left out, 2.4 % are taken for another one's. Of those of a recording that is included,
#: all are found, in the right recording, if they are shifted by 11 ms; 82 % if they are shifted by
#: half a column; 53 % if they are also 3 dB softer.
LEAST_BITS = 16.0

# A result is kept while it agrees nearly as well: the place that continues the last one, compared
# with the best one; and any place, compared with LEAST_BITS.
_LOYALTY = 0.8


@dataclass(frozen=True)
class Origin:
    """Where a column comes from: the number of the recording and the second in it, both None when
    the column is new. `share` (0..1) is how much agrees there."""

    recording: int | None
    second: float | None
    share: float


class OriginFinder:
    """Finds, column by column, the origin of a stream.

    No recording has a played column exactly as it is: it is drawn, and at another alignment than
    the one at which the recordings are kept. But enough of a passage's coarsest codes stay the
    same. So the coarsest codes of the last WINDOW_COLUMNS columns are compared with every place. A
    code that is the same there counts by how rare it is in its band, in bits: silence says nothing
    about where it comes from.
    """

    def __init__(
        self, recordings: Sequence[TrainingCodes], codebook_size: int, column_seconds: float
    ) -> None:
        grids = [one.codes[:, :, :1] for one in recordings]
        self._tape = CodeTape(grids)
        self._window = TapeWindow[np.float32](self._tape)
        self._bits = _rarity(np.concatenate(grids)[:, :, 0], codebook_size)
        self._own: list[float] = []
        self._column_seconds = column_seconds
        self._place: int | None = None

    def push(self, column: NDArray[np.integer]) -> Origin:
        """Where the next column `[F, Q]` of the stream comes from."""
        coarse = column[:, 0]
        bits = self._bits[np.arange(len(coarse)), coarse]
        agreeing = self._window.push(coarse, bits)
        self._own = [*self._own, float(bits.sum())][-WINDOW_COLUMNS:]
        place = int(agreeing.argmax())
        next_place = None if self._place is None else self._place + 1
        if next_place is not None and agreeing[next_place] >= _LOYALTY * agreeing[place]:
            place = next_place
        found = float(agreeing[place])
        share = found / max(sum(self._own), 1e-9)
        needed = LEAST_BITS * WINDOW_COLUMNS * (1.0 if self._place is None else _LOYALTY)
        if found < needed:
            self._place = None
            return Origin(None, None, share)
        self._place = place
        recording, at = self._tape.place(place)
        return Origin(recording, at * self._column_seconds, share)

    def restart(self) -> None:
        """Forget the columns so far: the next one does not follow them."""
        self._window.clear()
        self._own, self._place = [], None


def passages(
    origins: Iterable[Origin], names: Sequence[str], column_seconds: float
) -> list[dict[str, Any]]:
    """The origins of a stream's columns, grouped into passages.

    Each passage has `from` and `to`, in seconds of the stream; the `file` that it comes from and
    the second in it at which it begins, `file_second`, both None if it is new; the mean `share`.
    """
    numbered = list(enumerate(origins))
    found = []
    for recording, group in groupby(numbered, key=lambda pair: pair[1].recording):
        columns = list(group)
        second = columns[0][1].second
        found.append(
            {
                "from": round(columns[0][0] * column_seconds, 3),
                "to": round((columns[-1][0] + 1) * column_seconds, 3),
                "file": None if recording is None else names[recording],
                "file_second": None if second is None else round(second, 3),
                "share": round(float(np.mean([origin.share for _, origin in columns])), 3),
            }
        )
    return found


def _rarity(codes: NDArray[np.integer], codebook_size: int) -> NDArray[np.float32]:
    """How rare each code is in each band, in bits `[F, V]`, from codes `[T, F]`."""
    counts = np.stack([np.bincount(band, minlength=codebook_size) for band in codes.T])
    share = (counts + 0.5) / (len(codes) + 0.5 * codebook_size)
    bits: NDArray[np.float32] = -np.log2(share).astype(np.float32)
    return bits
