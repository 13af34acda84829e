"""Cue sheets: text files that say where in one sound file its tracks begin.

The format is that of CDRWIN (its user's guide, appendix A): a sheet has at most 99 tracks, and
times are minutes, seconds and frames, 75 of which are a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

#: How many tracks a sheet can have.
MOST_TRACKS = 99
FRAMES_PER_SECOND = 75


class Track(NamedTuple):
    """A track, and the frame at which it begins."""

    title: str
    frame: int


def cue_sheet(sound: str, tracks: Sequence[Track]) -> str:
    """The sheet of up to MOST_TRACKS tracks, in order, of the wav file called `sound`."""
    lines = [f'FILE "{_plain(sound)}" WAVE']
    for number, track in enumerate(tracks, start=1):
        seconds, frames = divmod(track.frame, FRAMES_PER_SECOND)
        lines += [
            f"  TRACK {number:02} AUDIO",
            f'    TITLE "{_plain(track.title)}"',
            f"    INDEX 01 {seconds // 60:02}:{seconds % 60:02}:{frames:02}",
        ]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """A text as it can be between quotes, which the format cannot have inside, in one line."""
    return " ".join(text.replace('"', "'").split())
