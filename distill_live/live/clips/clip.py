"""A clip: a grid of codes with a name, and what is known of the sound that it was made of."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from distill_live.codes.grid import CodeGrid
from distill_live.errors import ClipError
from distill_live.escapes import escape
from distill_live.live.ipc.messages import INPUT

#: The most columns of a clip: five minutes of 85 ms columns. A timeline holds little more.
MAX_COLUMNS = 3520
#: What a message says instead of a name to choose no clip.
NO_CLIP = "off"
#: What is said of a new clip that has taken the place of another one.
REPLACED = "it replaces the one of that name"

_LEGAL_NAME = re.compile(r"\w[\w .+-]{0,63}")


class Codec(NamedTuple):
    """Whose codes a clip has: the model's name, and the checksum of its codec, which counts."""

    name: str
    sha256: str


@dataclass(frozen=True, eq=False)
class Clip:
    """A named grid of at least one column.

    `samples` is the length of its sound at the grid's rate: silence may fill up its last column.
    `loudness_db` is the RMS level of the sound that it was made of, in dBFS, -inf for silence; None
    if it is unknown.
    """

    name: str
    grid: CodeGrid
    samples: int
    loudness_db: float | None = None

    @property
    def seconds(self) -> float:
        """How long its sound lasts."""
        return self.samples / self.grid.sample_rate

    @property
    def codec(self) -> Codec:
        """The model that made its codes."""
        return Codec(self.grid.model_name, self.grid.model_sha256)

    def shortened(self) -> Self:
        """The clip, or, if it is too long, its first MAX_COLUMNS columns."""
        most = MAX_COLUMNS * self.grid.column_samples
        if self.samples <= most and len(self.grid.codes) <= MAX_COLUMNS:
            return self
        grid = self.grid.with_codes(self.grid.codes[:MAX_COLUMNS])
        return replace(self, grid=grid, samples=min(self.samples, most))

    def describe(self) -> str:
        """Its length and source, in words."""
        silent = ", silence" if self.loudness_db == -float("inf") else ""
        return f"{self.seconds:.2f} s of {escape(self.grid.source)}{silent}"


def check_clip_name(name: str) -> None:
    """Raise ClipError unless a clip, and the file that keeps it, can be called so."""
    taken = (NO_CLIP, INPUT)
    if not _LEGAL_NAME.fullmatch(name) or name.endswith((".", " ")) or name in taken:
        raise ClipError(
            f"{name[:100]!r} cannot be a clip's name: use up to 64 letters, digits, spaces and "
            f"_ . + -, but not {NO_CLIP!r} or {INPUT!r}"
        )
