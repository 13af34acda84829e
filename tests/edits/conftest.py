"""Codes, and the context that an edit is given with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from distill_live.codes.edit import EditContext
from distill_live.codes.timeline import Codes

MakeContext = Callable[..., EditContext]


@pytest.fixture
def codes() -> Codes:
    """Five columns of 8 bands and 3 levels; codes 0..31."""
    return np.random.default_rng(1).integers(0, 32, (5, 8, 3))


@pytest.fixture
def make_context() -> MakeContext:
    """The context of an edit that is on for some levels, with values for its parameters."""

    def make(*levels: bool, context: dict[str, Any] | None = None, **values: float) -> EditContext:
        chance = np.random.default_rng(2)
        given: dict[str, Any] = {
            "column": 10,
            "levels": np.array(levels or (True, True, True)),
            "bands": np.ones(8, bool),
            "values": values,
            "held": chance.integers(32, 64, (8, 3)),
            "seed": 0,
            "codebooks": chance.standard_normal((3, 64, 4)).astype(np.float32),
        }
        return EditContext(**given | (context or {}))

    return make
