"""Messages tell models apart whose codecs differ, even if they have one name."""

import re
from dataclasses import replace

import numpy as np
import pytest

from distill_live.codes.codec_names import tell_apart
from distill_live.codes.grid import CodeGrid
from distill_live.errors import CodesError


def test_models_of_two_names_are_told_apart_by_these() -> None:
    assert tell_apart(("rain", "a" * 64), ("wind", "b" * 64)) == ("'rain'", "'wind'")


def test_models_of_one_name_are_told_apart_by_their_codecs() -> None:
    one, other = "'demo' (codec aaaaaaaa)", "'demo' (codec bbbbbbbb)"
    assert tell_apart(("demo", "a" * 64), ("demo", "b" * 64)) == (one, other)
    assert tell_apart(("demo", "a" * 64), ("demo", ""))[1] == "'demo' (codec unknown)"


def test_grids_that_do_not_fit_name_both_codecs() -> None:
    codes = np.zeros((2, 1, 2), np.int64)
    grid = CodeGrid(codes, "demo", "a" * 64, ("Structure", "Detail"), 16, 4_096)
    told = "the model 'demo' (codec aaaaaaaa), "
    with pytest.raises(CodesError, match=re.escape(f"{told}the other of 'demo' (codec bbbbbbbb)")):
        grid.require_like(replace(grid, model_sha256="b" * 64))
    with pytest.raises(CodesError, match=re.escape(f"{told}and 'demo' (codec bbbbbbbb) has a")):
        grid.require_model("demo", "b" * 64)
