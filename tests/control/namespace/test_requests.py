from __future__ import annotations

import math

import pytest

from distill_live.control.namespace.requests import MAX_TEXT, REQUESTS, Argument
from distill_live.errors import ParameterError


@pytest.mark.parametrize(
    ("name", "given", "checked"),
    [
        ("play", [], ()),
        ("loop", [2], (2.0,)),
        ("rewind", [600], (600.0, None)),
        ("rewind", [4, None], (4.0, None)),
        ("rewind", [4, "same"], (4.0, "same")),
        ("rewind", [4, 7.0], (4.0, 7)),
        ("prime", ["a b/ü.wav"], ("a b/ü.wav",)),
        ("model", ["x" * MAX_TEXT], ("x" * MAX_TEXT,)),
        ("record", [1.0], (True,)),
        ("record", [False], (False,)),
        ("clip/play", ["kick"], ("kick", None)),
        ("blend/clip", [""], ("",)),
        ("blend/clip", [], (None,)),
    ],
)
def test_arguments_come_in_their_own_types_with_defaults_filled_in(
    name: str, given: list[object], checked: tuple[object, ...]
) -> None:
    found = REQUESTS[name].check(given)
    assert found == checked
    assert [type(value) for value in found] == [type(value) for value in checked]


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("play", [1], "play takes no arguments, not 1 values"),
        ("loop", [], "loop needs seconds (0.05..60 s)"),
        ("loop", [None], "loop needs seconds (0.05..60 s)"),
        ("loop", [0.04], "seconds (0.05..60 s) cannot be 0.04"),
        ("loop", [0.0010000000474974513], "seconds (0.05..60 s) cannot be 0.001"),
        ("loop", [math.nan], "seconds (0.05..60 s) cannot be nan"),
        ("loop", [10**400], "seconds (0.05..60 s) cannot be 1000"),
        ("loop", ["2"], "seconds (0.05..60 s) cannot be '2': that is text; send it as a number"),
        ("loop", [1, 2], "loop takes seconds (0.05..60 s), not 2 values"),
        (
            "rewind",
            [],
            "rewind needs seconds (0.01..600 s), [take (integer, 0..2147483647 or same)]",
        ),
        ("rewind", [math.inf], "seconds (0.01..600 s) cannot be inf"),
        ("rewind", ["same"], "seconds (0.01..600 s) cannot be 'same'"),
        ("rewind", [4, 1.5], "take (integer, 0..2147483647 or same) cannot be 1.5"),
        ("rewind", [4, -1], "take (integer, 0..2147483647 or same) cannot be -1"),
        ("rewind", [4, "other"], "take (integer, 0..2147483647 or same) cannot be 'other'"),
        ("prime", [], "prime needs file (text)"),
        ("prime", [""], "file (text) cannot be ''"),
        ("prime", ["a\0b"], r"file (text) cannot be 'a\x00b'"),
        ("prime", [b"a"], "file (text) cannot be b'a'"),
        ("model", ["x" * (MAX_TEXT + 1)], "name (text) cannot be 'xxx"),
        ("model", [3], "name (text) cannot be 3"),
        ("record", [], "record needs on (1 or 0)"),
        ("record", [2], "on (1 or 0) cannot be 2"),
        ("record", ["on"], "on (1 or 0) cannot be 'on'"),
        ("record", [[1]], "on (1 or 0) cannot be [1]"),
        ("cell", [1, 0, 1, 1], "band (integer, 1..64) cannot be 0"),
        ("cell", [1, 1, 5, 1], "level (integer, 1..4 or a level's name) cannot be 5"),
        ("region", [1, 2], "region needs column (integer, 0..2147483647), count (integer, 1..1024"),
        ("region", [1, 2, "mask", b"a"], "region takes column"),
        ("region/loop", ["a\0b"], "edit (text) cannot be"),
    ],
)
def test_arguments_that_are_not_legal_are_reported_with_what_is(
    name: str, given: list[object], told: str
) -> None:
    with pytest.raises(ParameterError) as error:
        REQUESTS[name].check(given)
    assert str(error.value).startswith(told)


def legal_value(argument: Argument) -> object:
    if argument.kind == "text":
        return argument.words[0] if argument.words else "x"
    return argument.minimum


@pytest.mark.parametrize(
    ("name", "number"),
    [
        (name, number)
        for name, request in REQUESTS.items()
        for number, argument in enumerate(request.arguments)
        if argument.kind in ("float", "int")
    ],
)
def test_every_request_refuses_numbers_out_of_range(name: str, number: int) -> None:
    argument = REQUESTS[name].arguments[number]
    arguments = [legal_value(one) for one in REQUESTS[name].arguments]
    REQUESTS[name].check(arguments)
    for beyond in (argument.minimum - 1, argument.maximum + 1):
        with pytest.raises(ParameterError) as error:
            REQUESTS[name].check([*arguments[:number], beyond, *arguments[number + 1 :]])
        assert str(error.value).startswith(f"{argument.name} ({argument.legal()}) cannot be ")


def test_every_request_is_documented() -> None:
    for name, request in REQUESTS.items():
        assert request.name == name
        assert request.doc.endswith(".")
