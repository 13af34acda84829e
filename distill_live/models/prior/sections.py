"""The sections of a model's recordings: passages that sound alike, which a stream can keep to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.codebook_geometry import Codebooks, cell_vectors
from distill_live.codes.training_codes import TrainingCodes
from distill_live.errors import ParameterError
from distill_live.models.prior.manner import Manner, MannerMix, MannerTable

#: The most sections: as many as fit a fader's way.
MOST_SECTIONS = 12
#: How many columns of a section lead the sampling at most: to count more would take too long.
MOST_COLUMNS = 8192

# Passages are this long, 5.5 s of 85 ms columns, or longer where there would be too many of them.
_PASSAGE_COLUMNS, _MOST_PASSAGES = 64, 128
# With many short recordings, only this many passages make the sections.
_MOST_JOINED = 256


class _Passage(NamedTuple):
    """Columns `[T, F, Q]` of one recording, by its number."""

    recording: int
    codes: NDArray[np.int16]


class Sections:
    """Up to MOST_SECTIONS sections of recordings, ordered so that similar ones tend to be
    neighbours.

    The recordings are cut into passages, which are joined by Ward's method (Ward, Journal of the
    American Statistical Association 58, 1963): again and again the two groups whose vectors are
    nearest to each other. A passage's vector is the mean and the deviation of its cells' vectors.
    The sections are in the order of their means along the axis in which these differ most.

    `recordings` says for each section which recording has most of it, by its number.
    """

    def __init__(self, groups: Sequence[Sequence[_Passage]], codebook_size: int) -> None:
        self.recordings = tuple(map(_main_recording, groups))
        self._codes = [_leading(group) for group in groups]
        self._codebook_size = codebook_size
        self._tables: dict[int, MannerTable] = {}

    @classmethod
    def of(cls, recordings: Sequence[TrainingCodes], codebooks: Codebooks) -> Self | None:
        """The sections of some recordings, whose codes are those of `codebooks` `[Q, V, D]`; None
        without a column."""
        passages = _cut([one.codes for one in recordings])
        if not passages:
            return None
        vectors = np.stack([_vector(one.codes, codebooks) for one in passages])
        sizes = np.array([len(one.codes) for one in passages], dtype=np.float64)
        # Joining takes n^3 steps: some passages make the sections, the others join the nearest.
        some = np.arange(0, len(passages), -(-len(passages) // _MOST_JOINED))
        groups = [[int(some[one]) for one in group] for group in _join(vectors[some], sizes[some])]
        means = np.stack([np.average(vectors[group], 0, sizes[group]) for group in groups])
        for one in np.setdiff1d(np.arange(len(passages)), some).tolist():
            groups[int(((means - vectors[one]) ** 2).sum(1).argmin())].append(one)
        order = _along_main_axis(means)
        return cls([[passages[one] for one in groups[n]] for n in order], codebooks.shape[1])

    def recording_at(self, place: float) -> int:
        """The number of the recording that has most of the section at a place 0..1."""
        return self.recordings[round(self._number(place))]

    def manner_at(self, place: float) -> Manner:
        """The manner of the section at a place 0..1; between two of them, a mix of both.

        Raises ParameterError for another place.
        """
        number = self._number(place)
        first = math.floor(number)
        if number == first:
            return self._table(first)
        return MannerMix(self._table(first), self._table(first + 1), number - first)

    def _number(self, place: float) -> float:
        if not 0.0 <= place <= 1.0:
            raise ParameterError(f"the section must be off or 0..1, not {place}")
        return place * (len(self._codes) - 1)

    def _table(self, number: int) -> MannerTable:
        if number not in self._tables:
            self._tables[number] = MannerTable(self._codes[number], self._codebook_size)
        return self._tables[number]


def _cut(grids: Sequence[NDArray[np.int16]]) -> list[_Passage]:
    """Grids `[T, F, Q]` as passages, each of one recording and of about the same length."""
    total = sum(map(len, grids))
    columns = max(_PASSAGE_COLUMNS, -(-total // _MOST_PASSAGES))
    return [
        _Passage(number, part)
        for number, grid in enumerate(grids)
        for part in np.array_split(grid, max(round(len(grid) / columns), 1))
        if len(part)
    ]


def _vector(codes: NDArray[np.int16], codebooks: Codebooks) -> NDArray[np.float64]:
    """Codes `[T, F, Q]` as one vector `[2 * F * D]`; of a long passage, some columns do."""
    some = codes[:: -(-len(codes) // _PASSAGE_COLUMNS)]
    cells = cell_vectors(some.astype(np.int64), codebooks).reshape(len(some), -1)
    return np.concatenate([cells.mean(0, np.float64), cells.std(0, np.float64)])


def _join(vectors: NDArray[np.float64], sizes: NDArray[np.float64]) -> list[list[int]]:
    """Vectors `[n, D]` of things of these `sizes` `[n]`, joined to MOST_SECTIONS groups."""
    groups: list[list[int]] = [[one] for one in range(len(vectors))]
    means, sizes = vectors.copy(), sizes.copy()
    apart = np.stack([((means - one) ** 2).sum(1) for one in means])
    while len(groups) > MOST_SECTIONS:
        costs = apart * (sizes[:, None] * sizes[None]) / (sizes[:, None] + sizes[None])
        np.fill_diagonal(costs, np.inf)
        into, gone = sorted(divmod(int(costs.argmin()), len(groups)))
        whole = sizes[into] + sizes[gone]
        means[into] = (sizes[into] * means[into] + sizes[gone] * means[gone]) / whole
        sizes[into] = whole
        groups[into] += groups.pop(gone)
        means, sizes = np.delete(means, gone, axis=0), np.delete(sizes, gone)
        apart = np.delete(np.delete(apart, gone, axis=0), gone, axis=1)
        apart[into] = apart[:, into] = ((means - means[into]) ** 2).sum(1)
    return groups


def _along_main_axis(means: NDArray[np.float64]) -> list[int]:
    """The order of vectors `[n, D]` along their first principal axis.

    It points to where its largest component is positive, so that the order does not depend on a
    library's choice of sign.
    """
    centred = means - means.mean(axis=0)
    axis = np.linalg.svd(centred, full_matrices=False)[2][0]
    axis *= np.sign(axis[np.abs(axis).argmax()])
    return [int(one) for one in np.argsort(centred @ axis, kind="stable")]


def _leading(group: Sequence[_Passage]) -> NDArray[np.int16]:
    """The codes that lead the sampling: the same part of each passage, about MOST_COLUMNS all in
    all."""
    part = min(MOST_COLUMNS / sum(len(one.codes) for one in group), 1.0)
    return np.concatenate([one.codes[: math.ceil(len(one.codes) * part)] for one in group])


def _main_recording(group: Sequence[_Passage]) -> int:
    """The recording that has most of the columns of some passages."""
    lengths = np.zeros(1 + max(one.recording for one in group), dtype=np.int64)
    for one in group:
        lengths[one.recording] += len(one.codes)
    return int(lengths.argmax())
