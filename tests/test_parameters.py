from __future__ import annotations

import math
import multiprocessing

import pytest

from distill_live.errors import ParameterError
from distill_live.parameters import (
    PARAMETERS,
    SAMPLING_PARAMETERS,
    Curve,
    ParameterStore,
    find_parameter,
    scale_travel,
    shape_travel,
)

CURVES: tuple[Curve, ...] = ("linear", "exp", "log", "s")


def _set_in_child(store: ParameterStore) -> None:
    store.set("temperature", 0.75)


def test_every_parameter_has_its_default_within_its_range_and_a_doc() -> None:
    for parameter in PARAMETERS.values():
        assert parameter.clip(parameter.default) == parameter.default
        assert parameter.minimum < parameter.maximum
        assert parameter.doc.endswith(".")


def test_the_sampling_parameters_are_declared() -> None:
    assert set(SAMPLING_PARAMETERS) <= set(PARAMETERS)


def test_a_new_store_holds_the_defaults() -> None:
    store = ParameterStore()
    assert {name: store[name] for name in store} == {
        name: parameter.default for name, parameter in PARAMETERS.items()
    }


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("temperature", 0.5, 0.5),
        ("temperature", -1, 0.1),
        ("temperature", 1e300, 2.0),
        ("top_k", 7.6, 8.0),
        ("top_k", 100_000, 512.0),
        ("gain", True, 1.0),
        ("gain", 0, 0.0),
    ],
)
def test_a_value_is_stored_as_the_nearest_legal_one(
    name: str, value: object, stored: float
) -> None:
    store = ParameterStore()
    assert store.set(name, value) == stored
    assert store[name] == stored


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, "0.5", 10**400, None, b"1", [1.0]]
)
def test_what_is_no_finite_number_is_refused_and_changes_nothing(value: object) -> None:
    store = ParameterStore()
    with pytest.raises(ParameterError, match=r"temperature takes a (finite )?number, 0\.1\.\.2"):
        store.set("temperature", value)
    assert store["temperature"] == PARAMETERS["temperature"].default


def test_an_unknown_name_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(ParameterError, match=r"'temprature' \(did you mean 'temperature'\?\)"):
        find_parameter("temprature")


def test_a_child_process_shares_the_values() -> None:
    store = ParameterStore()
    child = multiprocessing.get_context("spawn").Process(target=_set_in_child, args=(store,))
    child.start()
    child.join()
    assert store["temperature"] == 0.75


@pytest.mark.parametrize("curve", CURVES)
def test_a_curve_keeps_the_ends_and_always_rises(curve: Curve) -> None:
    way = [shape_travel(step / 100, curve) for step in range(101)]
    assert way[0] == pytest.approx(0.0, abs=1e-12)
    assert way[-1] == pytest.approx(1.0)
    assert way == sorted(way)
    assert len(set(way)) == 101


def test_exp_is_fine_at_the_low_end_and_log_at_the_high_end() -> None:
    assert shape_travel(0.5, "exp") < 0.25
    assert shape_travel(0.5, "log") > 0.75
    assert shape_travel(0.1, "s") < 0.1 < 0.9 < shape_travel(0.9, "s")


def test_travel_outside_0_to_1_stays_at_the_end() -> None:
    assert scale_travel(-1.0, 2.0, 4.0) == 2.0
    assert scale_travel(9.0, 2.0, 4.0) == 4.0


def test_a_range_can_run_backwards() -> None:
    assert scale_travel(0.25, 1.0, 0.0) == 0.75


def test_the_legal_range_is_told_with_its_unit() -> None:
    assert find_parameter("top_k").legal() == "0..512 codes"
    assert find_parameter("temperature").legal() == "0.1..2"
