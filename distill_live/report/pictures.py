"""Arrays as images that are embedded in the page."""

from __future__ import annotations

import base64

import numpy as np
from numpy.typing import NDArray

from distill_live.views.png import values_png


def data_uri(kind: str, content: bytes) -> str:
    """Bytes of a MIME type as an address that holds them."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def picture(values: NDArray[np.floating]) -> str:
    """Values `[rows, columns]`, 0 (dark) to 1 (light), as the address of a PNG; beyond is clipped.

    The first row is the top one.
    """
    return data_uri("image/png", values_png(values))
