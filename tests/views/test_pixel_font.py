import string

import pytest

from distill_live.views.pixel_font import CAPITALS, HEIGHT, letters, text_width


def drawn(text: str) -> list[str]:
    return ["".join("#" if ink else "." for ink in row) for row in letters(text)]


def test_a_letter_looks_like_itself() -> None:
    assert drawn("L")[:CAPITALS] == [*["#...."] * 6, "#####"]


def test_letters_stand_side_by_side_with_a_space_between_them() -> None:
    assert drawn("-I")[3] == "#####...#.."
    for text in ("", "a", "two words"):
        assert letters(text).shape == (HEIGHT, text_width(text))


def test_every_printable_letter_of_ascii_is_drawn_and_different() -> None:
    printable = string.digits + string.ascii_letters + string.punctuation + " "
    assert len({letters(letter).tobytes() for letter in printable}) == len(printable) == 95


@pytest.mark.parametrize("letter", ["ä", "日", "\n"])
def test_another_letter_is_a_question_mark(letter: str) -> None:
    assert drawn(letter) == drawn("?")


def test_digits_and_capitals_have_nothing_below_the_line() -> None:
    assert not letters(string.digits + string.ascii_uppercase)[CAPITALS:].any()
    assert letters("p")[CAPITALS:].any()
