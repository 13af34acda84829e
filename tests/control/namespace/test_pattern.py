from __future__ import annotations

import fnmatch
import random

import pytest

from distill_live.control.namespace.pattern import MAX_LETTERS, is_pattern, match
from distill_live.errors import ParameterError

ADDRESSES = [
    "/distill/temperature", "/distill/temperature/structure", "/distill/temperature/detail",
    "/distill/top_k", "/distill/top_p", "/distill/gain", "/distill/edit/mask/on",
]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("/distill/gain", ["/distill/gain"]),
        ("/distill/top_?", ["/distill/top_k", "/distill/top_p"]),
        ("/distill/t*", ["/distill/temperature", "/distill/top_k", "/distill/top_p"]),
        ("/distill/*e", ["/distill/temperature"]),
        ("/distill/*m*e*r*", ["/distill/temperature"]),
        ("/*/gain", ["/distill/gain"]),
        ("/distill/*/*", ADDRESSES[1:3]),
        ("/distill/temperature/[d-s]*", ADDRESSES[1:3]),
        ("/distill/temperature/[!d]*", ["/distill/temperature/structure"]),
        ("/distill/top_[pq]", ["/distill/top_p"]),
        ("/distill/top_[!p]", ["/distill/top_k"]),
        ("/distill/{gain,top_k}", ["/distill/top_k", "/distill/gain"]),
        ("/distill/{top,to}_{p,k}", ["/distill/top_k", "/distill/top_p"]),
        ("/distill/temperature{,x}", ["/distill/temperature"]),
        ("/distill/g{a,ai}n", ["/distill/gain"]),
        ("/distill/*?", ["/distill/temperature", *ADDRESSES[3:6]]),
        ("/distill/?????", ["/distill/top_k", "/distill/top_p"]),
        ("/distill/???", []),
        ("/distill/gain/", []),
        ("*", []),
        ("/*", []),
        ("", []),
    ],
)
def test_a_pattern_means_the_addresses_that_it_says(pattern: str, found: list[str]) -> None:
    assert match(pattern, ADDRESSES) == found


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("/[a-c]", "/b", True),
        ("/[a-c]", "/d", False),
        ("/[a-]", "/-", True),
        ("/[-a]", "/-", True),
        ("/[!a-c]", "/b", False),
        ("/[!a-c]", "/d", True),
        ("/[!]", "/!", True),
        ("/[a!]", "/!", True),
        ("/[a-ce-g]", "/f", True),
        ("/[a-ce-g]", "/d", False),
        ("/[c-a]", "/b", False),
        ("/[]", "/a", None),
        ("/[!a]", "/", False),
        ("/**", "/anything", True),
        ("/*", "/", True),
        ("/?", "/", False),
        ("/{a,b}c", "/c", False),
        ("/ä?", "/äö", True),
    ],
)
def test_brackets_hold_letters_ranges_and_their_contrary(
    pattern: str, text: str, matches: bool | None
) -> None:
    if matches is None:
        with pytest.raises(ParameterError):
            match(pattern, [text])
    else:
        assert bool(match(pattern, [text])) is matches


def test_no_wildcard_crosses_a_slash() -> None:
    for pattern in ("/a*", "/a?b", "/a[!x]b", "/*", "/a[.-0]b"):
        assert match(pattern, ["/a/b"]) == []


@pytest.mark.parametrize("part", ["[a", "a]", "{a", "a}", "[a[b]", "{a,{b}}", "{a*}", "[", "{a/b}"])
def test_a_bracket_that_nothing_closes_is_refused_with_what_is_legal(part: str) -> None:
    with pytest.raises(ParameterError, match=r"not a legal part of a pattern; .*\{low,high\}"):
        match(f"/{part}", ["/a"])


def test_a_pattern_that_is_too_long_is_refused() -> None:
    assert match("/" + "*" * (MAX_LETTERS - 1), ["/a"]) == ["/a"]
    with pytest.raises(
        ParameterError, match=f"257 characters is too long; legal: up to {MAX_LETTERS}"
    ):
        match("/" + "*" * MAX_LETTERS, ["/a"])


@pytest.mark.parametrize("address", ["/a?", "/*", "/[a]", "/{a,b}", "/a}"])
def test_what_holds_a_wildcard_is_a_pattern(address: str) -> None:
    assert is_pattern(address)
    assert not is_pattern("/distill/temperature")


def test_what_hangs_a_backtracking_matcher_is_answered_with_no() -> None:
    # With backtracking, 2**60 and more tries; a failure would never end.
    text = "/" + "a" * 3000
    for pattern in ("*a" * 60 + "*b", "?*" * 100 + "b", "[a-z]*" * 40 + "b", "*{a,aa}" * 35 + "b"):
        assert match(f"/{pattern}", [text]) == []
        assert match(f"/{pattern}", [text + "b"]) == [text + "b"]


def test_stars_and_question_marks_agree_with_file_name_patterns() -> None:
    chance = random.Random(5)  # noqa: S311 - not for secrets
    for _ in range(3000):
        pattern = "".join(chance.choice("ab*?") for _ in range(chance.randrange(8)))
        text = "".join(chance.choice("ab") for _ in range(chance.randrange(8)))
        wanted = fnmatch.fnmatchcase(text, pattern)
        assert bool(match(f"/{pattern}", [f"/{text}"])) is wanted, (pattern, text)
