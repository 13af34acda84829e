"""A picture to draw on: rectangles, values in colours, and text."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from distill_live.views import pixel_font
from distill_live.views.png import indexed_png, shade_indices, shades

#: How many shades there are for values; three other colours follow them in the palette.
SHADES = 253
#: Colours for what is drawn: places in PALETTE. What is less important is faint.
BACKGROUND, INK, FAINT = SHADES, SHADES + 1, SHADES + 2
PALETTE = np.concatenate(
    [shades(SHADES), np.array([(24, 24, 32), (224, 224, 232), (136, 136, 148)], np.uint8)]
)

#: Letters are this many times as large as the font has them.
SCALE = 2
TEXT_HEIGHT = SCALE * pixel_font.HEIGHT
DIGIT_HEIGHT = SCALE * pixel_font.CAPITALS

#: Where in a text its x is.
Align = Literal["left", "centre", "right"]


class Canvas:
    """Pixels `[height, width]`; x goes right and y down, from 0. What is drawn beyond the edges is
    cut off."""

    def __init__(self, width: int, height: int) -> None:
        self._pixels = np.full((height, width), BACKGROUND, np.uint8)

    def fill(self, x: int, y: int, width: int, height: int, colour: int) -> None:
        """Draw a rectangle whose top left corner is at x, y."""
        self._pixels[_span(y, height), _span(x, width)] = colour

    def shade(self, x: int, y: int, values: NDArray[np.floating]) -> None:
        """Draw values `[rows, columns]`, 0 (dark) to 1 (light), a pixel for each; x and y, 0 or
        more, are the top left corner."""
        place = self._pixels[y : y + values.shape[0], x : x + values.shape[1]]
        place[:] = shade_indices(values[: place.shape[0], : place.shape[1]], SHADES)

    def text(self, x: int, y: int, text: str, colour: int = INK, align: Align = "left") -> None:
        """Write a line whose top is at y; x is its left end, its middle or its right end."""
        ink = pixel_font.letters(text).repeat(SCALE, axis=0).repeat(SCALE, axis=1)
        left = x - {"left": 0, "centre": ink.shape[1] // 2, "right": ink.shape[1]}[align]
        ink = ink[max(-y, 0) :, max(-left, 0) :]
        place = self._pixels[max(y, 0) :, max(left, 0) :][: ink.shape[0], : ink.shape[1]]
        place[ink[: place.shape[0], : place.shape[1]]] = colour

    def png(self) -> bytes:
        """The picture as a PNG file."""
        return indexed_png(self._pixels, PALETTE)


def text_width(text: str) -> int:
    """How wide a text on a canvas is, in pixels."""
    return SCALE * pixel_font.text_width(text)


def _span(start: int, length: int) -> slice:
    return slice(max(start, 0), max(start + length, 0))
