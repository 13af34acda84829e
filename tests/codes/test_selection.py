from __future__ import annotations

import pytest

from distill_live.codes.selection import Region, Selection
from distill_live.errors import CodesError

LABELS = ("Structure", "Timbre", "High Air")


def resolve(columns: str = "", bands: str = "", levels: str = "") -> Region:
    """In a grid of 20 columns, 10 of them a second, and 8 bands."""
    return Selection(columns, bands, levels).resolve(20, 8, LABELS, 10.0)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("", (0, 20)), (":", (0, 20)), ("3:7", (3, 7)), ("3:", (3, 20)), (":7", (0, 7)),
        ("8", (8, 9)), ("0.5s:1.5s", (5, 15)), ("500ms:", (5, 20)), (":.26s", (0, 3)),
        ("1s:20", (10, 20)), ("1:1.5s", (10, 15)), ("500:900ms", (5, 9)), (".5:1s", (5, 10)),
        ("500ms:1s", (5, 10)),
    ],
)  # fmt: skip
def test_columns_are_numbers_or_times(text: str, span: tuple[int, int]) -> None:
    region = resolve(text)
    assert (region.start, region.end) == span


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("", range(8)), ("3", [3]), ("0:2", [0, 1]), ("6:", [6, 7]), ("low", [0, 1, 2]),
        ("mid", [3, 4]), ("HIGH", [5, 6, 7]), ("low, 7", [0, 1, 2, 7]), ("1,0:1,1", [0, 1]),
    ],
)  # fmt: skip
def test_bands_of_programs_are_indices_or_thirds(text: str, chosen: list[int]) -> None:
    assert resolve(bands=text).bands.nonzero()[0].tolist() == list(chosen)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("1", [0]), ("8", [7]), ("1-2", [0, 1]), ("3-3", [2]), ("1-8", range(8)),
        ("low", [0, 1, 2]), ("HIGH", [5, 6, 7]), ("low, 8", [0, 1, 2, 7]), ("6,1-2", [0, 1, 5]),
    ],
)  # fmt: skip
def test_bands_of_people_count_from_1_and_a_span_has_its_last_one(
    text: str, chosen: list[int]
) -> None:
    region = Selection(band=text).resolve(20, 8, LABELS, 10.0)
    assert region.bands.nonzero()[0].tolist() == list(chosen)


def test_bands_are_given_in_one_way() -> None:
    with pytest.raises(CodesError, match="give the bands once, with --band"):
        Selection(band="1", bands="3").resolve(20, 8, LABELS, 10.0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0", "bands '0' are outside: there are 8 bands, 1-8"),
        ("9", "bands '9' are outside"),
        ("7-9", "bands '7-9' are outside"),
        ("4-2", "bands '4-2' are not in order: there are 8 bands, 1-8"),
        ("0:2", "no band '0:2'; legal: low, mid, high, or numbers from 1 to 8, or several such as"),
        ("hgih", r"no band 'hgih' \(did you mean 'high'\?\)"),
        ("1,", "no band ''"),
    ],
)
def test_bands_that_there_are_not_are_told_with_those_that_there_are(text: str, told: str) -> None:
    with pytest.raises(CodesError, match=told):
        Selection(band=text).resolve(20, 8, LABELS, 10.0)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("", [0, 1, 2]), ("timbre", [1]), ("Structure,2", [0, 2]), ("high air", [2]),
        ("high_air", [2]), ("timbre, High  Air", [1, 2]), ("0:2", [0, 1]),
    ],
)  # fmt: skip
def test_levels_are_labels_or_numbers(text: str, chosen: list[int]) -> None:
    assert resolve(levels=text).levels.nonzero()[0].tolist() == chosen


def test_one_cell_can_be_selected() -> None:
    region = Selection.at(4, 7, 1).resolve(20, 8, LABELS, 10.0)
    assert (region.start, region.end) == (4, 5)
    assert (region.bands.nonzero()[0].tolist(), region.levels.nonzero()[0].tolist()) == ([7], [1])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"columns": "7:3"}, "columns '7:3' select nothing: the grid has 20 columns of 100 ms"),
        ({"columns": "5:5"}, "select nothing"),
        ({"columns": "1s:1.02s"}, "nothing: the grid has 20 columns of 100 ms, 0:20 or 0s:2s"),
        ({"columns": "1:1.02s"}, "columns '1:1.02s' select nothing"),
        ({"columns": "20"}, "columns '20' are outside: the grid has 20 columns, 0:20 or 0s:2s$"),
        ({"columns": "3:21"}, "are outside"),
        ({"columns": ":9999s"}, "are outside"),
        ({"columns": "-3:"}, "'-3' is not a column; legal: columns such as 0:16, 8 or 0.5s:2s"),
        ({"columns": "a"}, "'a' is not a column"),
        ({"columns": "a:2s"}, "'a' is not a column"),
        ({"columns": "1:2:3"}, "'2:3' is not a column"),
        ({"columns": "1e3s:"}, "'1e3s' is not a column"),
        ({"columns": "9" * 13}, "is not a column"),
        ({"columns": "\u0663:"}, "is not a column"),
        ({"columns": "1s"}, "'1s' is a moment; give a beginning and an end"),
        ({"bands": "8"}, "bands '8' are outside: there are 8 bands, 0:8"),
        ({"bands": "2:2"}, "bands '2:2' select nothing"),
        (
            {"bands": "heigh"},
            r"no band 'heigh' \(did you mean 'high'\?\); legal: low, mid, high, or",
        ),
        ({"bands": "1,,2"}, "there is no band ''"),
        ({"levels": "3"}, "levels '3' are outside: there are 3 levels, 0:3"),
        (
            {"levels": "detail"},
            "there is no level 'detail'; legal: structure, timbre, high_air, or",
        ),
        ({"levels": "structur"}, "did you mean 'structure'"),
    ],
)
def test_what_is_empty_outside_or_unknown_is_told(given: dict[str, str], told: str) -> None:
    with pytest.raises(CodesError, match=told):
        resolve(**given)


def test_a_grid_without_columns_has_nothing_to_select() -> None:
    with pytest.raises(CodesError, match="the grid has no columns"):
        Selection().resolve(0, 8, LABELS, 10.0)
