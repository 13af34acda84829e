import re

import pytest

from distill_live.report.curves import Curve, chart


def points(html: str, number: int) -> list[tuple[float, float]]:
    """The points of the n-th curve, in percent of the frame from its top left corner."""
    (path,) = re.findall(rf'class="curve c{number}" d="([^"]*)"', html)
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


def labels(html: str) -> list[float]:
    return [float(text) for text in re.findall(r'top:[\d.]+%">([^<]*)</span>', html)]


def test_a_curve_goes_from_its_first_epoch_to_its_last() -> None:
    html = chart("loss", [Curve("seen", [4.0, 2.0, 1.0])])
    assert labels(html)[0] <= 1.0 and labels(html)[-1] >= 4.0
    low, high = labels(html)[0], labels(html)[-1]
    expected = [100 * (high - value) / (high - low) for value in (4.0, 2.0, 1.0)]
    assert [x for x, _ in points(html, 1)] == [0.0, 50.0, 100.0]
    assert [y for _, y in points(html, 1)] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 37.0, 1e6])
def test_there_are_some_round_labels_at_every_scale(scale: float) -> None:
    found = labels(chart("loss", [Curve("seen", [3 * scale, 1.1 * scale])]))
    assert 3 <= len(found) <= 7
    assert found == sorted(found)


def test_an_epoch_without_a_value_is_a_gap() -> None:
    html = chart("loss", [Curve("seen", [3.0, None, 1.0])])
    assert [x for x, _ in points(html, 1)] == [0.0, 100.0]
    assert "L" not in re.findall(r'curve c1" d="([^"]*)"', html)[0]


@pytest.mark.parametrize("values", [[2.0], [2.0, 2.0], [0.0, 0.0]])
def test_one_epoch_or_one_value_is_drawn_too(values: list[float]) -> None:
    assert points(chart("loss", [Curve("seen", values)]), 1)


def test_nothing_to_draw_is_no_chart() -> None:
    assert chart("loss", [Curve("seen", [None])]) == ""


def test_the_best_epoch_and_constants_have_lines_of_their_own() -> None:
    html = chart("loss", [Curve("seen", [3.0, 1.0, 2.0]), Curve("counting", [2.5], True)], 2)
    assert '<path class="best" d="M50.00 0V100"/>' in html
    assert "kept: epoch 2" in html
    assert re.search(r'<path class="constant c2" d="M0 [\d.]+H100"/>', html)


def test_labels_are_text_not_markup() -> None:
    html = chart('<b>"', [Curve("<i>", [1.0])])
    assert "<b>" not in html and "<i>" not in html
