"""What was played beside what was recorded, sample by sample."""

from __future__ import annotations

import numpy as np

RATE = 48_000
#: A sample that differs by no more is the same; how far behind a gap its end is looked for.
TOLERANCE, REACH = 2**-22, 20 * RATE


def compare(played: np.ndarray, heard: np.ndarray) -> dict[str, object]:
    """How the recording differs from what was played, sample by sample."""
    return compare_aligned(trim(played), trim(heard))


def compare_aligned(played: np.ndarray, heard: np.ndarray) -> dict[str, object]:
    """The same for two sounds that begin alike; more of the recording may follow."""
    at_played = at_heard = missing = extra = 0
    while at_played < len(played) and at_heard < len(heard):
        count = min(len(played) - at_played, len(heard) - at_heard)
        count = min(count, REACH)
        same = np.isclose(
            played[at_played : at_played + count],
            heard[at_heard : at_heard + count],
            atol=TOLERANCE,
        )
        wrong = int(np.argmin(same)) if not same.all() else count
        at_played, at_heard = at_played + wrong, at_heard + wrong
        if wrong < count:
            skip_played, skip_heard = realign(played[at_played:], heard[at_heard:])
            missing, extra = missing + skip_played, extra + skip_heard
            at_played, at_heard = at_played + skip_played, at_heard + skip_heard
    return {"seconds": round(len(heard) / RATE, 2), "missing": missing, "extra": extra}


def realign(played: np.ndarray, heard: np.ndarray) -> tuple[int, int]:
    """How many samples to skip on either side until both agree again for 64 samples of sound."""
    played, heard = played[:REACH], heard[:REACH]
    ways = [skips for skips in (search(played, heard), search(heard, played)[::-1]) if skips]
    if not ways:
        return len(played), len(heard)
    skip_played, skip_heard = min(ways, key=sum)
    return skip_played, skip_heard


def search(one: np.ndarray, other: np.ndarray) -> tuple[int, ...]:
    """How many samples to skip in each so that they agree, moving in `other` as little as can be.

    Empty when they never agree again.
    """
    for at_other in range(0, len(other) - 64, 240):
        part = other[at_other : at_other + 64]
        if np.ptp(part) < 2**-16:
            continue
        at_one = find(part, one)
        if at_one is not None:
            span = min(at_one, at_other)
            apart = ~np.isclose(
                one[at_one - span : at_one], other[at_other - span : at_other], atol=TOLERANCE
            )
            back = int(np.argmax(apart[::-1])) if apart.any() else span
            return at_one - back, at_other - back
    return ()


def find(part: np.ndarray, recording: np.ndarray, first: int = 0) -> int | None:
    """Where in a recording a part of what was played begins, at or after `first`."""
    strongest = int(np.argmax(np.abs(part)))
    candidates = np.flatnonzero(np.abs(recording[first:] - part[strongest]) <= TOLERANCE)
    for candidate in candidates + first - strongest:
        found = recording[max(candidate, 0) :][: len(part)]
        if candidate >= first and len(found) == len(part):
            if np.allclose(found, part, atol=TOLERANCE):
                return int(candidate)
    return None


def trim(samples: np.ndarray) -> np.ndarray:
    """Without the silence at both ends."""
    sounding = np.flatnonzero(np.abs(samples) > 2**-20)
    return samples[sounding[0] : sounding[-1] + 1] if len(sounding) else samples[:0]
