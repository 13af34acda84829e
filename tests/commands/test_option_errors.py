"""What the error says when an option's value is not legal."""

from __future__ import annotations

import re

import pytest

from tests.conftest import RunCli


@pytest.mark.parametrize(
    ("arguments", "told"),
    [("generate demo --duration foo", "'foo' is not a number; legal: 0.01 or more."),
     ("generate demo --bit-depth 1.5", "'1.5' is not a whole number."),
     ("generate demo --seed -1", "'-1' is not legal: 0..2147483647."),
     ("generate demo --count 0", "'0' is not legal: 1 or more."),
     ("train x --codebook-size 3", "'3' is not legal: 8..1024."),
     ("train x --column-frames 7", "'7' is not one of '4', '8', '16'."),
     ("generate demo --top-k -3", "'-3' is not legal: 0..512 codes."),
     ("train x --time foo", "'foo' is not a time: write a number with s, m or h"),
     ("codes preview x.npz --bit-depth x", "'x' is not a whole number.")],
)  # fmt: skip
def test_the_value_and_what_is_legal_are_named(arguments: str, told: str, run_cli: RunCli) -> None:
    result = run_cli(*arguments.split())
    assert result.code == 2
    option = arguments.split()[-2]
    words = " ".join(re.sub("[│╭╮╰╯─]", " ", result.err).split())
    assert f"Invalid value for '{option}': {told}" in words
    assert "nput should" not in words
