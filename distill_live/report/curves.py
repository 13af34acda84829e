"""Curves over epochs, drawn as SVG. Their numbers are HTML beside the drawing, which stays readable
on a narrow page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Curve:
    """One value per epoch, None where there was none. If `constant`, a single value for all
    epochs."""

    label: str
    values: Sequence[float | None]
    constant: bool = False


def chart(title: str, curves: Sequence[Curve], best_epoch: int | None = None) -> str:
    """A figure with several curves, and a line at `best_epoch` (from 1)."""
    values = [value for curve in curves for value in curve.values if value is not None]
    if not values:
        return ""
    ticks = _ticks(min(values), max(values))
    low, high = ticks[0], ticks[-1]
    epochs = max(len(curve.values) for curve in curves if not curve.constant)

    def x(epoch: int) -> float:
        return 100.0 * (epoch - 1) / max(epochs - 1, 1)

    def y(value: float) -> float:
        return 100.0 * (high - value) / (high - low)

    drawn = [f'<path class="grid" d="M0 {y(tick):.2f}H100"/>' for tick in ticks]
    if best_epoch is not None:
        drawn.append(f'<path class="best" d="M{x(best_epoch):.2f} 0V100"/>')
    legend = []
    for number, curve in enumerate(curves, start=1):
        if curve.constant:
            path = "".join(f"M0 {y(value):.2f}H100" for value in curve.values if value is not None)
        else:
            path = _path([(x(n), None if v is None else y(v)) for n, v in _numbered(curve)])
        kind = "constant" if curve.constant else "curve"
        drawn.append(f'<path class="{kind} c{number}" d="{path}"/>')
        legend.append(f'<li class="{kind} c{number}">{escape(curve.label)}</li>')
    labels = "".join(f'<span style="top:{y(tick):.2f}%">{tick:g}</span>' for tick in ticks)
    kept = "" if best_epoch is None else f'<li class="best">kept: epoch {best_epoch}</li>'
    return (
        f'<figure class="chart"><figcaption>{escape(title)}</figcaption>'
        f'<div class="plot"><div class="y">{labels}</div>'
        f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(title, quote=True)}">{"".join(drawn)}</svg></div>'
        f'<div class="x"><span>1</span><span>epoch</span><span>{epochs}</span></div>'
        f'<ul class="legend">{"".join(legend)}{kept}</ul></figure>'
    )


def _numbered(curve: Curve) -> list[tuple[int, float | None]]:
    return list(enumerate(curve.values, start=1))


def _path(points: Sequence[tuple[float, float | None]]) -> str:
    """Lines through points; a point without a height is a gap."""
    drawn, pen = [], "M"
    for x, y in points:
        if y is None:
            pen = "M"
            continue
        drawn.append(f"{pen}{x:.2f} {y:.2f}")
        pen = "L"
    # A single point shows as a dot: the line has round ends.
    return drawn[0] + "h0" if len(drawn) == 1 else "".join(drawn)


def _ticks(low: float, high: float) -> list[float]:
    """Three to seven round numbers around a range."""
    span = max(high - low, abs(high) * 1e-3, 1e-6)
    step = 10.0 ** math.floor(math.log10(span / 3))
    step *= next(factor for factor in (1, 2, 5, 10) if span / (step * factor) <= 5)
    first, last = math.floor(low / step), math.ceil(high / step)
    if first == last:
        last += 1
    return [round(number * step, 10) for number in range(first, last + 1)]
