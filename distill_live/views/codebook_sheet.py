"""All entries of a model's codebooks on one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distill_live.views.canvas import FAINT, INK, TEXT_HEIGHT, Canvas, text_width

# Pixels, and how many entries are side by side.
_ACROSS = 16
_TILE_WIDTH, _TILE_HEIGHT = 84, 64
_EDGE, _GAP = 16, 8
_LINE = TEXT_HEIGHT + 2
_STEP_X, _STEP_Y = _TILE_WIDTH + _GAP, _TILE_HEIGHT + _LINE + _GAP


Tile = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SheetLevel:
    """One level: a small picture of each entry as `tile` makes it, and the share of each among all
    codes, 0..1, where that is known."""

    label: str
    tiles: Sequence[Tile]
    shares: Sequence[float] | None


def tile(spectrogram: NDArray[np.floating]) -> Tile:
    """A spectrogram `[M, T]`, low frequencies first, in the size of the picture of an entry
    `[rows, columns]`, the top row first."""
    rows = np.linspace(len(spectrogram) - 1, 0, _TILE_HEIGHT).round().astype(int)
    columns = np.linspace(0, spectrogram.shape[1] - 1, _TILE_WIDTH).round().astype(int)
    picture: Tile = spectrogram[rows][:, columns].astype(np.float32)
    return picture


def draw_sheet(levels: Sequence[SheetLevel], span: float, title: str, key: str) -> bytes:
    """A PNG of all levels, below a title and a line that says what is to be seen.

    Colours go from dark to light up to the largest values, over a range of `span`.
    """
    high = max(float(one.max()) for level in levels for one in level.tiles)
    heights = [_LINE + -(-len(level.tiles) // _ACROSS) * _STEP_Y + _GAP for level in levels]
    width = max(_ACROSS * _STEP_X - _GAP, text_width(title), text_width(key)) + 2 * _EDGE
    canvas = Canvas(width, 2 * _EDGE + 2 * _LINE + sum(heights))
    canvas.text(_EDGE, _EDGE, title)
    canvas.text(_EDGE, _EDGE + _LINE, key, FAINT)
    top = _EDGE + 2 * _LINE + _GAP
    for level, height in zip(levels, heights, strict=True):
        canvas.text(_EDGE, top, f"{level.label}: {len(level.tiles)} entries")
        for code, values in enumerate(level.tiles):
            row, column = divmod(code, _ACROSS)
            x, y = _EDGE + column * _STEP_X, top + _LINE + row * _STEP_Y
            canvas.shade(x, y, 1.0 + (values - high) / span)
            _caption(canvas, x, y + _TILE_HEIGHT + 2, code, level.shares)
        top += height
    return canvas.png()


def _caption(canvas: Canvas, x: int, y: int, code: int, shares: Sequence[float] | None) -> None:
    """The number of an entry and, on the right, how much it is used."""
    used = shares is None or shares[code] > 0
    canvas.text(x, y, str(code), INK if used else FAINT)
    if shares is not None:
        share = f"{100 * shares[code]:.1f}" if used else "-"
        canvas.text(x + _TILE_WIDTH, y, share, FAINT, "right")
