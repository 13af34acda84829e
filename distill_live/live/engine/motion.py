"""How a playhead moves and where it is: everything the next sample depends on, except the codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from distill_live.codes.timeline import Codes
from distill_live.live.ipc.ring import Samples

if TYPE_CHECKING:
    from distill_live.live.engine.decoder import DecoderMark

_NOTHING = np.zeros(0, np.float32)


@dataclass(frozen=True)
class Hold:
    """Stay in a column, until ring position `end` if there is one. The rest of the column then
    fades out under the next one, within `fade` samples."""

    column: int
    end: int | None = None
    fade: int = 0


@dataclass(frozen=True)
class Loop:
    """Repeat the segment's samples `begin` to `end`; each seam is a fade of `fade` samples.

    A pass begins with the decoder at `entry`, just before `column`.
    """

    begin: int
    end: int
    fade: int
    column: int
    entry: DecoderMark

    def wrap(self, sample: int) -> int:
        """The place in the loop of a sample whose number may be beyond the loop's end."""
        return self.begin + (sample - self.begin) % (self.end - self.begin)


Motion = Hold | Loop | None


def nothing() -> Samples:
    """No samples [0]."""
    return _NOTHING


@dataclass(frozen=True)
class State:
    """Everything that the next sample depends on, except the codes.

    `sample` is the next sample's place in the segment. `beyond` are samples that were made but not
    played, because a loop ends before them. `ending` is a sound that fades out under the next
    samples; `faded` of its samples have been played.
    """

    column: int
    sample: int
    motion: Motion = None
    beyond: Samples = field(default_factory=nothing)
    ending: Samples = field(default_factory=nothing)
    faded: int = 0


@dataclass(frozen=True)
class Mark:
    """The state, and the decoder, before the sound from ring position `position` on was made.

    `codes` [1, F, Q] are those of the column that made it; without them that sound was not a column
    but a repetition of what came before.
    """

    position: int
    state: State
    decoder: DecoderMark
    codes: Codes | None = None

    @property
    def repeated(self) -> bool:
        """Whether that sound was a repetition."""
        return self.codes is None
