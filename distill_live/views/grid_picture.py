"""A grid as a picture: columns across, levels and bands down, seconds below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from distill_live.views.canvas import DIGIT_HEIGHT, FAINT, INK, TEXT_HEIGHT, Canvas, text_width
from distill_live.views.grid_view import GridView
from distill_live.views.seconds_axis import ticks

# Pixels. A picture is about so wide, but a cell is neither wider nor narrower than this.
_WIDTH, _WIDEST_CELL, _MOST_COLUMNS = 1000, 24, 2000
# All bands of all levels together are about so high.
_HEIGHT, _HIGHEST_CELL, _LOWEST_CELL = 480, 16, 3
_EDGE, _GAP, _TICK = 16, 10, 6
_LINE = TEXT_HEIGHT + 2
_KEY_WIDTH = 96
# As wide as a label of the axis can be.
_LAST_LABEL = "0000.00"
_AXES = "across: seconds; down: bands, high to low"


def draw_grid(view: GridView, title: str) -> bytes:
    """A PNG of a view with at least one column."""
    values, together = view.panels(_MOST_COLUMNS)
    layout = _Layout.of(values)
    width = max(layout.left + layout.width + text_width(_LAST_LABEL) // 2, text_width(title))
    width = max(width, text_width(_AXES) + layout.left, text_width(view.key) + _KEY_WIDTH + _GAP)
    canvas = Canvas(width + 2 * _EDGE, layout.bottom + 3 * _LINE + _EDGE)
    canvas.text(_EDGE, _EDGE, title)
    for level, label in enumerate(view.labels):
        _panel(canvas, layout, layout.panel_top(level), label, values[level])
    # The last place may hold fewer columns than the others.
    _seconds(canvas, layout, view, layout.width * len(view.values) / (values.shape[2] * together))
    _key(canvas, view, layout.bottom + 2 * _LINE)
    return canvas.png()


@dataclass(frozen=True)
class _Layout:
    """Where things are on a picture of so many levels and bands, in pixels."""

    levels: int
    bands: int
    cell_width: int
    cell_height: int
    width: int
    left: int

    @classmethod
    def of(cls, values: NDArray[np.float32]) -> _Layout:
        levels, bands, across = values.shape
        cell_width = min(max(_WIDTH // across, 1), _WIDEST_CELL)
        cell_height = min(max(_HEIGHT // (levels * bands), _LOWEST_CELL), _HIGHEST_CELL)
        left = _EDGE + text_width(str(bands)) + _GAP
        return cls(levels, bands, cell_width, cell_height, across * cell_width, left)

    def panel_top(self, level: int) -> int:
        return _EDGE + _LINE + _GAP + level * (_LINE + self.bands * self.cell_height + _GAP)

    @property
    def bottom(self) -> int:
        return self.panel_top(self.levels)


def _panel(
    canvas: Canvas, layout: _Layout, top: int, label: str, values: NDArray[np.float32]
) -> None:
    """One level `[F, n]` below its label, with as many numbers of bands as there is room for."""
    canvas.text(layout.left, top, label)
    enlarged = values.repeat(layout.cell_height, axis=0).repeat(layout.cell_width, axis=1)
    canvas.shade(layout.left, top + _LINE, enlarged)
    every = -(-(DIGIT_HEIGHT + 4) // layout.cell_height)
    for band in range(0, layout.bands, every):
        middle = (layout.bands - 1 - band) * layout.cell_height + layout.cell_height // 2
        y = top + _LINE + middle - DIGIT_HEIGHT // 2
        canvas.text(layout.left - _GAP, y, str(band + 1), FAINT, "right")


def _seconds(canvas: Canvas, layout: _Layout, view: GridView, width: float) -> None:
    """The axis below the panels, whose columns are so wide together."""
    most = max(int(width) // text_width(f"{_LAST_LABEL}  "), 2)
    free = 0
    for tick in ticks(view.start_seconds, view.end_seconds, most):
        x, half = layout.left + round(tick.place * width), text_width(tick.label) // 2
        canvas.fill(x - 1, layout.bottom - _GAP, 2, _TICK, INK)
        if x - half >= free:
            canvas.text(x, layout.bottom, tick.label, INK, "centre")
            free = x + half + _GAP
    canvas.text(layout.left, layout.bottom + _LINE, _AXES, FAINT)


def _key(canvas: Canvas, view: GridView, top: int) -> None:
    """What the colours mean, beside all of them."""
    x = _EDGE
    if view.scale:
        canvas.shade(x, top, np.linspace(0, 1, _KEY_WIDTH)[None].repeat(DIGIT_HEIGHT, axis=0))
        x += _KEY_WIDTH + _GAP
    canvas.text(x, top, view.key, FAINT)
