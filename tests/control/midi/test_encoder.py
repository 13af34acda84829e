from __future__ import annotations

from typing import get_args

import pytest

from distill_live.control.midi.encoder import Encoding, steps
from distill_live.errors import ParameterError


@pytest.mark.parametrize(
    ("encoding", "forth", "back", "fast_back", "still"),
    [("twos", 1, 127, 123, 0), ("offset", 65, 63, 59, 64), ("signed", 1, 65, 69, 0)],
)
def test_each_encoding_has_its_way_of_saying_back(
    encoding: Encoding, forth: int, back: int, fast_back: int, still: int
) -> None:
    turned = [steps(encoding, raw) for raw in (forth, back, fast_back, still)]
    assert turned == [1, -1, -5, 0]


def test_every_value_means_some_steps() -> None:
    for encoding in get_args(Encoding):
        assert {abs(steps(encoding, raw)) <= 64 for raw in range(128)} == {True}
    with pytest.raises(ParameterError, match=r"must send 0\.\.127, not 128"):
        steps("twos", 128)
    assert [steps("ends", raw) for raw in (127, 0)] == [1, -1]
    with pytest.raises(ParameterError, match="legal: twos, offset, signed, ends"):
        steps("ones", 1)  # type: ignore[arg-type]
