"""How a column sounds, as its rank among the recordings' columns that it is otherwise like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating]
Ranks = NDArray[np.float32]

#: How many of a set's columns others are compared with.
_KNOWN = 2_048
#: How much the other ranks of two columns may differ for them to be alike: the deviation of a
#: Gaussian weight. Dozens of the known columns are alike then.
_ALIKE = 0.1
#: The rank of what is not there, such as the brightness of silence: far from all others.
_NOWHERE = -1.0
#: Columns that are compared at once: each with all known ones takes 16 MB.
_AT_ONCE = 1_024


class DescriptorRanks:
    """Where a value stands among those of the columns that have about the same other values: 0 the
    lowest, 1 the highest, evenly spread over the set.

    In most recordings, dark columns are loud ones and noisy columns are bright. A plain rank of
    brightness would tell of loudness, too, and who steers one would move the other. This one says
    how bright a column is for its loudness, noisiness and density, and nothing about them.

    `known` `[n, 4]` are columns of the set; NaN is a value that is not there.
    """

    def __init__(self, known: Values) -> None:
        self.known = known
        self._plain = [_Quantiles(one) for one in known.T]
        self._places = self._placed(known)
        self._even = [_Quantiles(one) for one in self._among_alike(known).T]

    @classmethod
    def of(cls, values: Values) -> DescriptorRanks:
        """The ranks of a set of values `[columns, 4]`."""
        chosen = np.linspace(0, len(values) - 1, min(len(values), _KNOWN)).round().astype(int)
        return cls(values[chosen])

    def ranks(self, values: Values) -> Ranks:
        """Values `[T, 4]` to their ranks `[T, 4]`; NaN stays NaN."""
        among = self._among_alike(values)
        even = [one.ranks(column) for one, column in zip(self._even, among.T, strict=True)]
        return np.stack(even, axis=1).astype(np.float32)

    def _placed(self, values: Values) -> Values:
        """Values `[T, 4]` as plain ranks in the set."""
        ranks = [one.ranks(column) for one, column in zip(self._plain, values.T, strict=True)]
        return np.nan_to_num(np.stack(ranks, axis=1), nan=_NOWHERE)

    def _among_alike(self, values: Values) -> Values:
        """The share of alike columns `[T, 4]` whose value is lower, and half of those whose value
        is the same."""
        parts = [np.zeros((0, 4))]
        for start in range(0, len(values), _AT_ONCE):
            part = values[start : start + _AT_ONCE]
            apart = np.square(self._placed(part)[:, None] - self._places)  # [t, n, 4]
            parts.append(np.stack([self._share(part, apart, kind) for kind in range(4)], axis=1))
        return np.concatenate(parts)

    def _share(self, values: Values, apart: Values, kind: int) -> Values:
        """The same for one kind of values, by how far `apart` `[t, n, 4]` the plain ranks are."""
        distance = apart.sum(axis=2) - apart[:, :, kind]
        there = ~np.isnan(self.known[:, kind])
        weight = np.exp(-distance / (2 * _ALIKE**2)) * there
        known, value = np.where(there, self.known[:, kind], np.inf), values[:, kind, None]
        lower = weight * ((known < value) + 0.5 * (known == value))
        with np.errstate(invalid="ignore"):
            share = lower.sum(axis=1) / weight.sum(axis=1)
        return np.asarray(np.where(np.isnan(values[:, kind]), np.nan, share))


class _Quantiles:
    """The plain ranks of one kind of value in a set `[n]`, evenly from the lowest to the highest;
    where many are alike, each has the middle of their ranks."""

    _POINTS = 65

    def __init__(self, known: Values) -> None:
        self._points = np.linspace(0.0, 1.0, self._POINTS)
        found = known[~np.isnan(known)]
        self._quantiles = np.quantile(found if len(found) else np.zeros(1), self._points)

    def ranks(self, values: Values) -> Values:
        """Values `[T]` to ranks `[T]`; NaN stays NaN."""
        low = np.searchsorted(self._quantiles, values, side="left")
        high = np.searchsorted(self._quantiles, values, side="right")
        between = np.interp(values, self._quantiles, self._points)
        same = self._points[np.clip((low + high - 1) // 2, 0, self._POINTS - 1)]
        ranks = np.where(high - low > 1, same, between)
        return np.asarray(np.where(np.isnan(values), np.nan, ranks))
