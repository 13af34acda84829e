from __future__ import annotations

import numpy as np
import pytest

from distill_live.live.listening.phrase import LONGEST_SECONDS, last_phrase

#: A tenth of a second: five columns are the shortest rest that ends a phrase.
COLUMN = 0.1


def loudness(*runs: tuple[str, int]) -> np.ndarray:
    """Runs of loud (#) and silent (.) columns."""
    text = "".join(sign * count for sign, count in runs)
    return np.array([-20.0 if sign == "#" else -90.0 for sign in text], np.float32)


@pytest.mark.parametrize(
    ("runs", "found"),
    [
        ([("#", 8)], (0, 8)),
        ([("#", 8), (".", 6), ("#", 4)], (14, 18)),
        ([("#", 8), (".", 4), ("#", 4)], (0, 16)),
        ([(".", 9), ("#", 4), (".", 3), ("#", 2), (".", 30)], (9, 18)),
        ([("#", 300), (".", 2)], (300 - round(LONGEST_SECONDS / COLUMN), 300)),
    ],
)
def test_a_phrase_goes_from_its_onset_after_a_silence_to_its_last_loud_column(
    runs: list[tuple[str, int]], found: tuple[int, int]
) -> None:
    assert last_phrase(loudness(*runs), COLUMN) == slice(*found)


def test_there_is_no_phrase_in_silence() -> None:
    assert last_phrase(loudness((".", 50)), COLUMN) is None
    assert last_phrase(loudness(), COLUMN) is None
