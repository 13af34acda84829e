"""Gaps in what is recorded."""

import numpy as np
import pytest

from distill_live.live.recording.gaps import GapFades, gap_words


@pytest.mark.parametrize("block", [1, 7, 100, 5_000])
def test_the_fades_do_not_depend_on_the_blocks(block: int) -> None:
    sound = np.random.default_rng(0).standard_normal((6_000, 2)).astype(np.float32)
    heard = []
    for size in (block, len(sound)):
        fades, pieces = GapFades(48_000), []
        for part in (sound[:4_000], sound[4_000:]):
            for start in range(0, len(part), size):
                pieces.append(fades.process(part[start : start + size]))
            pieces.append(fades.end())
        heard.append(np.concatenate(pieces))
    np.testing.assert_array_equal(*heard)
    np.testing.assert_array_equal(heard[0][:3_000], sound[:3_000])


@pytest.mark.parametrize(
    ("samples", "shown"), [(72_000, "1.5 s"), (4_800, "0.1 s"), (1_200, "25 ms"), (3, "1 ms")]
)
def test_an_interruption_is_never_told_to_last_no_time(samples: int, shown: str) -> None:
    assert gap_words(samples / 48_000) == shown
