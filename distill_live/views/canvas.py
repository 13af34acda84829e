"""A picture to draw on: rectangles, pixels and text."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from distill_live.views import pixel_font
from distill_live.views.png import colours_png

Colour = tuple[int, int, int]
#: Where in a text its x is.
Align = Literal["left", "centre", "right"]

BACKGROUND: Colour = (24, 24, 32)
INK: Colour = (224, 224, 232)
#: For what is less important, and for lines.
FAINT: Colour = (136, 136, 148)

#: Letters are this many times as large as the font has them.
SCALE = 2
TEXT_HEIGHT = SCALE * pixel_font.HEIGHT
DIGIT_HEIGHT = SCALE * pixel_font.CAPITALS


class Canvas:
    """Pixels `[height, width]`; x goes right and y down, from 0. What is drawn beyond the edges is
    cut off."""

    def __init__(self, width: int, height: int) -> None:
        self._pixels = np.empty((height, width, 3), np.uint8)
        self._pixels[:] = BACKGROUND

    def fill(self, x: int, y: int, width: int, height: int, colour: Colour) -> None:
        """Draw a rectangle whose top left corner is at x, y."""
        self._pixels[_span(y, height), _span(x, width)] = colour

    def paste(self, x: int, y: int, pixels: NDArray[np.uint8]) -> None:
        """Draw red, green and blue `[rows, columns, 3]`; x and y, 0 or more, are the top left."""
        place = self._pixels[y : y + pixels.shape[0], x : x + pixels.shape[1]]
        place[:] = pixels[: place.shape[0], : place.shape[1]]

    def text(self, x: int, y: int, text: str, colour: Colour = INK, align: Align = "left") -> None:
        """Write a line whose top is at y; x is its left end, its middle or its right end."""
        ink = pixel_font.letters(text).repeat(SCALE, axis=0).repeat(SCALE, axis=1)
        left = x - {"left": 0, "centre": ink.shape[1] // 2, "right": ink.shape[1]}[align]
        ink = ink[max(-y, 0) :, max(-left, 0) :]
        place = self._pixels[max(y, 0) :, max(left, 0) :][: ink.shape[0], : ink.shape[1]]
        place[ink[: place.shape[0], : place.shape[1]]] = colour

    def png(self) -> bytes:
        """The picture as a PNG file."""
        return colours_png(self._pixels)


def text_width(text: str) -> int:
    """How wide a text on a canvas is, in pixels."""
    return SCALE * pixel_font.text_width(text)


def _span(start: int, length: int) -> slice:
    return slice(max(start, 0), max(start + length, 0))
