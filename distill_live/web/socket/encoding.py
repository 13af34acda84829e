"""JSON for the page's WebSocket."""

from __future__ import annotations

import json
import math

import numpy as np


def encode(message: object) -> str:
    """A message as JSON, in ASCII; numbers that JSON lacks (NaN, infinity) become null."""
    try:
        return _dump(message)
    except ValueError:
        return _dump(_finite(message))


def _dump(message: object) -> str:
    return json.dumps(message, separators=(",", ":"), allow_nan=False, default=_plain)


def _plain(value: object) -> object:
    """A number of numpy's as one of Python's; anything else as text."""
    return value.item() if isinstance(value, np.generic) else str(value)


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
