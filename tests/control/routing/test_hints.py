"""Unknown addresses are answered with one that is near."""

from __future__ import annotations

import pytest

from distill_live.control.routing.router import Counters
from tests.control.conftest import Desk


@pytest.mark.parametrize("address", ["/distill/temprature", "/temperature", "/distill/Temperature"])
def test_an_unknown_address_is_counted_and_reported_once_with_the_nearest_one(
    desk: Desk, address: str
) -> None:
    told = f"unknown OSC address {address} (did you mean /distill/temperature?)"
    for _ in range(3):
        assert desk.osc(address, [0.5]) == [("/distill/error", (address, told))]
    assert desk.router.counters == Counters(received=3, unknown=3)
    assert desk.lines == [told]


def test_the_nearest_address_is_sought_among_whole_names(desk: Desk) -> None:
    desk.osc("/distill/edit/freze/on", [1])
    assert desk.lines[0].endswith("(did you mean /distill/edit/freeze/on?)")


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("/chan0", None),
        ("/1/push1", None),
        ("/foo", None),
        ("/somewhere/on", None),
        ("/freeze", "/distill/edit/freeze/on"),
        ("/distill/lop", "/distill/loop"),
        ("/distill/temprature/air", "/distill/temperature"),
        ("/distill/brightness", "/distill/steer/brightness"),
        ("/distill/gian", "/distill/gain"),
        ("/distill/steer/brigthness", "/distill/steer/brightness"),
        ("/distill/presets/next", "/distill/preset/next"),
    ],
)
def test_a_hint_is_given_only_where_it_is_likely_to_be_right(
    desk: Desk, address: str, hint: str | None
) -> None:
    [(_, (_, told))] = desk.osc(address, [0.5])
    ending = f" (did you mean {hint}?)" if hint else ""
    assert told == f"unknown OSC address {address}{ending}"


@pytest.mark.parametrize("name", ["xyz", "foo", "on", "foo/on", "norm", "seconds", "rewound"])
def test_below_the_root_an_address_like_none_is_answered_with_where_to_look(
    desk: Desk, name: str
) -> None:
    [(_, (_, told))] = desk.osc(f"/distill/{name}", [0.5])
    ending = "; `distill-live params` lists all addresses"
    assert told == f"unknown OSC address /distill/{name}{ending}"


def test_of_a_group_the_members_are_listed(desk: Desk) -> None:
    [(_, (_, told))] = desk.osc("/distill/steer", [1])
    assert told.startswith("unknown OSC address /distill/steer (a group: /distill/steer/")
    assert "/distill/steer/brightness" in told
    assert "/norm" not in told and "/off" not in told
