"""Clips for tests."""

from __future__ import annotations

import numpy as np

from distill_live.codes.grid import CodeGrid
from distill_live.codes.labels import level_labels
from distill_live.live.clips.clip import Clip


def grid(columns: int = 12, sha256: str = "a" * 64, model: str = "rain") -> CodeGrid:
    """A grid of random codes, like those of the tiny model."""
    codes = np.random.default_rng(columns).integers(0, 16, (columns, 8, 3))
    return CodeGrid(codes, model, sha256, level_labels(3), 16, 4_096, source="kick.wav")


def clip(
    name: str = "kick", columns: int = 12, sha256: str = "a" * 64, model: str = "rain"
) -> Clip:
    """A clip whose last column is half silence."""
    return Clip(name, grid(columns, sha256, model), columns * 4_096 - 2_048, -12.5)
