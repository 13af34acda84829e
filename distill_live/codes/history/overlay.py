"""Overlays: codes that lie over the columns of a timeline, and that can be taken away again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.timeline import Codes

#: Codes as they are kept here: less than half of all that is painted, and small enough to be sent.
SmallCodes = NDArray[np.uint16]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Overlay:
    """Codes [n, F, Q] over the columns from `start` on, in the cells where `mask` [n, F, Q] is set.

    Each overlay has a `number` of its own. Where two cover the same cell, the higher number counts.
    """

    number: int
    start: int
    codes: SmallCodes
    mask: Mask

    @property
    def end(self) -> int:
        """The index after its last column."""
        return self.start + len(self.codes)

    @classmethod
    def of_cell(
        cls, number: int, place: tuple[int, int, int], code: int, shape: tuple[int, int]
    ) -> Self:
        """One code at a place (column, band, level) in columns of shape (bands, levels)."""
        column, band, level = place
        codes, mask = np.zeros((1, *shape), np.uint16), np.zeros((1, *shape), bool)
        codes[0, band, level], mask[0, band, level] = code, True
        return cls(number, column, codes, mask)

    @classmethod
    def of_columns(cls, number: int, start: int, codes: Codes, mask: Mask) -> Self:
        """The cells of some columns [n, F, Q] that `mask` selects, without the columns before the
        first and after the last of them."""
        chosen = np.flatnonzero(mask.any(axis=(1, 2)))
        first, end = (int(chosen[0]), int(chosen[-1]) + 1) if len(chosen) else (0, 0)
        kept = slice(first, end)
        return cls(number, start + first, codes[kept].astype(np.uint16), mask[kept].copy())


class _Layer(NamedTuple):
    """What lies over one column with an overlay and all those below it: codes and mask [F, Q]."""

    number: int
    codes: SmallCodes
    mask: Mask


class Overlays:
    """The overlays of one timeline. Adding or removing the topmost one of a column, and applying
    them, takes the same time however many there are."""

    def __init__(self) -> None:
        self._laid: dict[int, Overlay] = {}
        #: For each column that has any, its layers, the topmost last.
        self._layers: dict[int, list[_Layer]] = {}
        self._first = 0

    def __len__(self) -> int:
        return len(self._laid)

    def __contains__(self, number: int) -> bool:
        return number in self._laid

    def find(self, numbers: Iterable[int]) -> list[Overlay]:
        """Those of the overlays with these numbers that lie here."""
        return [self._laid[number] for number in numbers if number in self._laid]

    def covers(self, column: int) -> bool:
        """Whether an overlay lies over a column."""
        return column in self._layers

    def add(self, overlay: Overlay) -> None:
        """Lay an overlay; one with the same number is replaced."""
        self.remove([overlay.number])
        if overlay.end <= self._first:
            return
        self._laid[overlay.number] = overlay
        for column in range(max(overlay.start, self._first), overlay.end):
            layers = self._layers.setdefault(column, [])
            place = bisect_left(layers, overlay.number, key=lambda layer: layer.number)
            self._stack(column, place, [overlay.number, *_numbers(layers[place:])])

    def remove(self, numbers: Iterable[int]) -> None:
        """Take away the overlays with these numbers; those that do not lie here are ignored."""
        for number in numbers:
            overlay = self._laid.pop(number, None)
            if overlay is None:
                continue
            for column in range(max(overlay.start, self._first), overlay.end):
                layers = self._layers[column]
                place = bisect_left(layers, number, key=lambda layer: layer.number)
                self._stack(column, place, _numbers(layers[place + 1 :]))

    def clear(self) -> None:
        """Take all away, and know all columns from 0 on again."""
        self._laid, self._layers, self._first = {}, {}, 0

    def forget_before(self, column: int) -> None:
        """Forget everything that lies before `column`."""
        for gone in range(self._first, column):
            for layer in self._layers.pop(gone, ()):
                if self._laid[layer.number].end <= gone + 1:
                    del self._laid[layer.number]
        self._first = max(self._first, column)

    def apply(self, start: int, codes: Codes) -> Codes:
        """The columns [n, F, Q] from index `start` on with the overlays over them; the same array
        if nothing lies there."""
        covered = [at for at in range(len(codes)) if start + at in self._layers]
        if not covered:
            return codes
        result = codes.copy()
        for at in covered:
            top = self._layers[start + at][-1]
            np.copyto(result[at], top.codes, where=top.mask)
        return result

    def _stack(self, column: int, place: int, numbers: Iterable[int]) -> None:
        """Put the overlays with these numbers onto the lowest `place` layers of a column."""
        layers = self._layers[column]
        del layers[place:]
        for number in numbers:
            overlay = self._laid[number]
            codes, mask = (
                overlay.codes[column - overlay.start],
                overlay.mask[column - overlay.start],
            )
            if layers:
                codes = np.where(mask, codes, layers[-1].codes)
                mask = mask | layers[-1].mask
            layers.append(_Layer(number, codes, mask))
        if not layers:
            del self._layers[column]


def _numbers(layers: Iterable[_Layer]) -> list[int]:
    return [layer.number for layer in layers]
