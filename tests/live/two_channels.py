"""A model of two channels, before there is any sound to learn one from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from distill_live.live.playhead.decoder import ColumnDecoder
from distill_live.models.file.loaded import LoadedVQModel


def in_two_channels(loaded: LoadedVQModel, monkeypatch: pytest.MonkeyPatch) -> LoadedVQModel:
    """The same model, whose decoders make two channels: its own sound, and the same at half the
    level. Halving is exact, so the second is half the first after whatever is done to both alike.
    """
    wide = replace(loaded)
    for name in ("push", "rest"):
        make = getattr(ColumnDecoder, name)

        def made(self: ColumnDecoder, *codes: Any, make: Any = make) -> np.ndarray:
            mono = make(self, *codes)
            return both_of(mono) if self._loaded is wide else mono

        monkeypatch.setattr(ColumnDecoder, name, made)
    return wide


def both_of(mono: np.ndarray) -> np.ndarray:
    """The two channels [N, 2] of which the first one is `mono`."""
    return np.stack([mono, np.float32(0.5) * mono], axis=1)
