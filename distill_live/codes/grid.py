"""A grid of codes, and what can be cut out of grids and put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.codes.codec_names import tell_apart
from distill_live.codes.labels import check_labels
from distill_live.codes.selection import Region, Selection
from distill_live.errors import CodesError


@dataclass(frozen=True, eq=False)
class CodeGrid:
    """Codes `[T, F, Q]` (T columns, F bands low to high, Q levels coarse to fine) of one model.

    Every code is in 0..codebook_size-1. `model_sha256` is the checksum of the codec's weights: only
    a model with the same codec can decode the grid. A column lasts `column_samples` samples at
    `sample_rate` Hz. `source` says where the grid comes from, such as the name of a sound file; it
    may be empty. Grids are equal if their codes and everything else are. Raises CodesError when the
    fields do not fit each other.
    """

    codes: NDArray[np.int64]
    model_name: str
    model_sha256: str
    level_labels: tuple[str, ...]
    codebook_size: int
    column_samples: int
    sample_rate: int = 48_000
    source: str = ""

    def __post_init__(self) -> None:
        codes = np.asarray(self.codes)
        if codes.ndim != 3 or not np.issubdtype(codes.dtype, np.integer):
            raise CodesError(
                f"codes must be integers [columns, bands, levels], not {codes.dtype} {codes.shape}"
            )
        if codes.shape[2] != len(self.level_labels):
            raise CodesError(
                f"there are {codes.shape[2]} levels of codes but {len(self.level_labels)} labels"
            )
        if codes.size and not 0 <= codes.min() <= codes.max() < self.codebook_size:
            raise CodesError(
                f"codes must be 0..{self.codebook_size - 1}; these are {codes.min()}..{codes.max()}"
            )
        if min(self.codebook_size, self.column_samples, self.sample_rate) < 1:
            raise CodesError(
                "a grid has 1 or more codes per level, samples per column and Hz, not "
                f"{self.codebook_size}, {self.column_samples} and {self.sample_rate}"
            )
        object.__setattr__(self, "codes", codes.astype(np.int64))
        object.__setattr__(self, "level_labels", tuple(self.level_labels))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CodeGrid):
            return NotImplemented
        names = [field.name for field in fields(self) if field.name != "codes"]
        return np.array_equal(self.codes, other.codes) and all(
            getattr(self, name) == getattr(other, name) for name in names
        )

    @property
    def duration_seconds(self) -> float:
        """Length of the sound in seconds."""
        return len(self.codes) * self.column_samples / self.sample_rate

    @property
    def column_seconds(self) -> float:
        """Length of one column in seconds."""
        return self.column_samples / self.sample_rate

    @property
    def columns_per_second(self) -> float:
        """How many columns a second has; not rounded."""
        return self.sample_rate / self.column_samples

    def region(self, selection: Selection) -> Region:
        """The cells that a selection stands for. Raises CodesError as `Selection.resolve` does."""
        columns, bands, _ = self.codes.shape
        return selection.resolve(columns, bands, self.level_labels, self.columns_per_second)

    def require_model(self, name: str, sha256: str) -> None:
        """Raise CodesError unless the model called `name` has the codec that made these codes."""
        if sha256 != self.model_sha256:
            own, other = tell_apart((self.model_name, self.model_sha256), (name, sha256))
            raise CodesError(
                f"these codes were made by the model {own}, and {other} has a different codec: use "
                "them with the model that made them, or encode the sound again"
            )

    def require_like(self, other: CodeGrid) -> None:
        """Raise CodesError unless the columns of `other` can stand in this grid: codes of the same
        codec, in as many bands and levels."""
        if other.model_sha256 != self.model_sha256:
            own, theirs = tell_apart(
                (self.model_name, self.model_sha256), (other.model_name, other.model_sha256)
            )
            raise CodesError(
                f"one grid is of the model {own}, the other of {theirs}, which has a different "
                "codec: encode both sounds with the same model"
            )
        for what, (one, two) in self.differences(other).items():
            raise CodesError(
                f"the two grids do not fit each other: one has {one} {what}, the other {two}"
            )

    def differences(self, other: CodeGrid) -> dict[str, tuple[int, int]]:
        """What keeps columns of `other` from standing in this grid, besides the codec: each by its
        unit, such as "bands", with this grid's number and that of `other`."""
        _, bands, levels = self.codes.shape
        _, other_bands, other_levels = other.codes.shape
        numbers = {
            "bands": (bands, other_bands),
            "levels": (levels, other_levels),
            "codes per level": (self.codebook_size, other.codebook_size),
            "samples per column": (self.column_samples, other.column_samples),
            "Hz": (self.sample_rate, other.sample_rate),
        }
        return {what: (one, two) for what, (one, two) in numbers.items() if one != two}

    def cut(self, start: int, end: int) -> CodeGrid:
        """The columns from `start` up to, but without, `end`: 0 <= start <= end <= T.

        Raises CodesError for other columns.
        """
        if not 0 <= start <= end <= len(self.codes):
            raise CodesError(
                f"there are no columns {start}:{end}; legal: START:END within 0:{len(self.codes)}"
            )
        return replace(self, codes=self.codes[start:end])

    def insert(self, column: int, other: CodeGrid) -> CodeGrid:
        """The grid with the columns of `other` before `column`, 0..T; at T they are appended.

        Raises CodesError for another column, and if `other` does not fit.
        """
        if not 0 <= column <= len(self.codes):
            raise CodesError(f"there is no column {column}; legal: 0..{len(self.codes)}")
        return CodeGrid.concatenate([self.cut(0, column), other, self.cut(column, len(self.codes))])

    @staticmethod
    def concatenate(grids: Sequence[CodeGrid]) -> CodeGrid:
        """The columns of all grids, one grid after the other, with the first one's labels; the
        source names those of all.

        Raises CodesError if there are none, or if they do not fit each other.
        """
        if not grids:
            raise CodesError("there are no grids to put together; give at least one")
        for grid in grids[1:]:
            grids[0].require_like(grid)
        codes = np.concatenate([grid.codes for grid in grids])
        return replace(grids[0], codes=codes, source=joined_sources(grids))

    def with_codes(self, codes: NDArray[Any]) -> CodeGrid:
        """The grid with other codes `[T', F, Q]`, any number of columns of as many bands and
        levels. Raises CodesError for others."""
        if np.shape(codes)[1:] != self.codes.shape[1:]:
            raise CodesError(
                f"the grid has columns of {list(self.codes.shape[1:])} codes (bands, levels), but "
                f"the new codes have the shape {list(np.shape(codes))}"
            )
        return replace(self, codes=codes)

    def with_labels(self, labels: Sequence[str]) -> CodeGrid:
        """The grid with other labels for its levels, coarse to fine.

        Raises CodesError for labels that levels cannot have, and for too few or too many.
        """
        check_labels(labels)
        return replace(self, level_labels=tuple(labels))


def joined_sources(grids: Iterable[CodeGrid]) -> str:
    """The sources of grids that become one: each once, with commas between them."""
    return ", ".join(dict.fromkeys(grid.source for grid in grids if grid.source))
