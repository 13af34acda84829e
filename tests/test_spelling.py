"""Unknown names are answered with a known one only where that is near."""

import pytest

from distill_live.spelling import closest, nearest_name

KNOWN = ("gain", "loop", "top_k", "follow", "temperature", "edit/freeze/on", "steer/brightness")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("gian", "gain"),
        ("lop", "loop"),
        ("topk", "top_k"),
        ("temprature", "temperature"),
        ("tmperatuer", "temperature"),
        ("foo", None),
        ("gnia", None),
        ("tmprtr", None),
        ("", None),
        ("/", None),
    ],
)
def test_a_quarter_of_the_letters_may_be_wrong_and_one_of_a_short_name(
    name: str, meant: str | None
) -> None:
    assert closest(name, KNOWN) == meant


def test_the_last_part_of_a_path_may_be_a_level() -> None:
    assert closest("edit/freze/on/structure", KNOWN) == "edit/freeze/on"
    assert closest("temperatur/detail", KNOWN) == "temperature"


@pytest.mark.parametrize("name", ["/" * 2048, "a/" * 1024, "gain" * 512])
def test_a_name_of_any_length_is_answered(name: str) -> None:
    assert closest(name, KNOWN) is None


def test_a_hint_follows_the_name_that_is_unknown() -> None:
    assert nearest_name("topk", KNOWN) == " (did you mean 'top_k'?)"
    assert nearest_name("foo", KNOWN) == ""
