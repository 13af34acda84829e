from __future__ import annotations

import pytest

from distill_live.live.server.server import _duration


@pytest.mark.parametrize(
    ("samples", "shown"), [(72_000, "1.5 s"), (4_800, "0.1 s"), (1_200, "25 ms"), (3, "1 ms")]
)
def test_a_repeated_passage_is_never_told_to_last_no_time(samples: int, shown: str) -> None:
    assert _duration(samples) == shown
