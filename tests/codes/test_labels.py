import pytest

from distill_live.codes.labels import (
    RESERVED,
    check_labels,
    level_labels,
    level_name,
    rename_level,
)
from distill_live.errors import CodesError

LABELS = ("Structure", "Low End", "Detail")


@pytest.mark.parametrize(
    ("levels", "labels"),
    [
        (1, ("Structure",)),
        (2, ("Structure", "Detail")),
        (3, ("Structure", "Timbre", "Detail")),
        (4, ("Structure", "Timbre", "Texture", "Detail")),
        (6, ("Structure", "Timbre", "Texture", "Texture 2", "Texture 3", "Detail")),
    ],
)
def test_levels_are_called_after_what_they_add(levels: int, labels: tuple[str, ...]) -> None:
    assert level_labels(levels) == labels


def test_every_level_has_a_name_of_its_own() -> None:
    """For as many levels as a file may have."""
    counts = [(len(labels), len(set(labels))) for labels in map(level_labels, range(1, 65))]
    assert counts == [(levels, levels) for levels in range(1, 65)]


def test_a_label_becomes_a_name_in_lower_case_without_spaces() -> None:
    assert level_name("  Low  End ") == "low_end"


@pytest.mark.parametrize("label", ["air", "Air", "LOW_end 2", "x", "1st", "a" * 32])
def test_a_level_can_be_called_by_what_addresses_can_write(label: str) -> None:
    check_labels(["Structure", label])
    assert rename_level(LABELS, "detail", label) == ("Structure", "Low End", label)


@pytest.mark.parametrize(
    "label",
    ["", " ", " air", "a  b", "air/water", "*", "ä", "a\n", "2", "Norm", *RESERVED, "a" * 33],
)
def test_a_label_that_no_address_can_write_is_refused_with_what_is_legal(label: str) -> None:
    for refuse in (lambda: check_labels([label]), lambda: rename_level(LABELS, "detail", label)):
        with pytest.raises(CodesError, match=r"letters a to z, digits, _ and single spaces"):
            refuse()


@pytest.mark.parametrize("label", ["structure", "low_end", "LOW END"])
def test_no_two_levels_have_one_name(label: str) -> None:
    with pytest.raises(CodesError, match="must differ in more than capitals, spaces and _"):
        rename_level(LABELS, "detail", label)
    with pytest.raises(CodesError, match="must differ in more than capitals, spaces and _"):
        check_labels((*LABELS, label))


@pytest.mark.parametrize("level", ["Low End", "low_end", "LOW END", "1"])
def test_the_level_to_rename_is_meant_by_label_name_or_number(level: str) -> None:
    assert rename_level(LABELS, level, "Air") == ("Structure", "Air", "Detail")


def test_the_capitals_of_a_label_can_be_changed() -> None:
    assert rename_level(LABELS, "detail", "DETAIL") == ("Structure", "Low End", "DETAIL")


@pytest.mark.parametrize("level", ["air", "3", "-1", ""])
def test_a_level_that_is_not_there_is_refused_with_those_that_are(level: str) -> None:
    with pytest.raises(CodesError, match=r"legal: structure, low_end, detail, or 0\.\.2"):
        rename_level(LABELS, level, "air")
