import pytest

from distill_live.escapes import escape


@pytest.mark.parametrize(
    "text", ["", "plain.wav", "caf\u00e9 \u3042\u3000\U0001f600.wav", "a\\x41"]
)
def test_letters_stay_as_they_are(text: str) -> None:
    assert escape(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("caf\udce9.wav", r"caf\xe9.wav"), ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
     ("two\nlines\x9b", r"two\nlines\x9b"), ("\u202etxt.wav", r"\u202etxt.wav"),
     ("\ud800", r"\ud800"), ("\u2028", r"\u2028")],
)  # fmt: skip
def test_what_is_not_a_letter_is_written_out(text: str, shown: str) -> None:
    assert escape(text) == shown


def test_what_is_kept_is_kept() -> None:
    assert escape("one\ntwo\t\x1b", keep="\n") == "one\ntwo\\t\\x1b"
