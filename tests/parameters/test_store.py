from __future__ import annotations

import math
import multiprocessing
import threading
from typing import Any

import pytest

from distill_live.errors import ParameterError
from distill_live.parameters import (
    LEVELS_LIMIT,
    PARAMETERS,
    Parameter,
    ParameterStore,
    find_parameter,
)


def _set_in_child(store: ParameterStore) -> None:
    store.set("temperature", 0.75)
    store.set("extra", store.levels("temperature", 3)[2], 1)


def _watch_in_child(store: ParameterStore, ready: Any, done: Any, torn: Any) -> None:
    view = store.view()
    ready.set()
    while not done.is_set():
        view.refresh()
        torn.value += view["gain"] != view["width"] or view.levels("min_p", 1)[0] != view["gain"]


def test_a_new_store_holds_the_defaults() -> None:
    store = ParameterStore()
    assert list(store) == list(PARAMETERS)
    for name, parameter in PARAMETERS.items():
        assert store[name] == parameter.default or (parameter.optional and math.isnan(store[name]))


def test_an_optional_parameter_can_be_off() -> None:
    store = ParameterStore()
    before = store.raw()
    store.set("steer/loudness", 0.5)
    assert store.changes(before, store.raw()) == [("steer/loudness", None, 0.5)]
    on = store.raw()
    store.turn_off("steer/loudness")
    assert store.changes(on, store.raw()) == [("steer/loudness", None, None)]
    assert store.raw() == before


def test_a_parameter_that_is_not_optional_cannot_be_off() -> None:
    store = ParameterStore()
    with pytest.raises(ParameterError, match=r"gain cannot be off: it takes a number, 0\.\.2"):
        store.turn_off("gain")
    assert store["gain"] == 1.0


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
def test_what_is_not_a_finite_number_is_refused_and_changes_nothing(value: object) -> None:
    store = ParameterStore()
    with pytest.raises(ParameterError, match=r"temperature takes a (finite )?number, 0\.1\.\.2"):
        store.set("temperature", value)
    assert store["temperature"] == PARAMETERS["temperature"].default


def test_a_level_has_its_own_value_and_the_others_follow_the_global_one() -> None:
    store = ParameterStore()
    assert store.set("temperature", 9, level=1) == 2.0
    store.set("temperature", 0.5)
    assert store.levels("temperature", 3) == (0.5, 2.0, 0.5)
    assert (store.own("temperature", 1), store.own("temperature", 0)) == (2.0, None)
    assert store["temperature"] == 0.5


def test_one_level_or_all_of_them_follow_the_global_value_again() -> None:
    store = ParameterStore()
    for level in range(LEVELS_LIMIT):
        store.set("top_p", 0.1, level)
    store.follow("top_p", 2)
    assert store.levels("top_p", 4) == (0.1, 0.1, 1.0, 0.1)
    store.follow("top_p")
    assert store.levels("top_p", 4) == (1.0,) * 4


def test_levels_beyond_those_that_can_be_set_follow_the_global_value() -> None:
    store = ParameterStore()
    store.set("top_p", 0.1, LEVELS_LIMIT - 1)
    assert store.levels("top_p", LEVELS_LIMIT + 2) == (1.0, 1.0, 1.0, 0.1, 1.0, 1.0)


@pytest.mark.parametrize(
    ("name", "level", "told"),
    [
        ("gain", 0, "gain has one value for all levels"),
        ("temperature", LEVELS_LIMIT, r"temperature has levels 0\.\.3, not 4"),
        ("temperature", -1, r"temperature has levels 0\.\.3, not -1"),
    ],
)
def test_a_level_that_cannot_be_is_refused_and_changes_nothing(
    name: str, level: int, told: str
) -> None:
    store = ParameterStore()
    before = store.raw()
    for use in (lambda: store.set(name, 0.5, level), lambda: store.follow(name, level),
                lambda: store.own(name, level)):  # fmt: skip
        with pytest.raises(ParameterError, match=told):
            use()
    assert store.raw() == before


def test_the_raw_bytes_change_with_every_value_and_only_then() -> None:
    store = ParameterStore()
    seen = [store.raw()]
    for change in (lambda: store.set("gain", 0.5), lambda: store.set("top_k", 3, 0),
                   lambda: store.follow("top_k")):  # fmt: skip
        change()
        seen.append(store.raw())
    assert len(set(seen[:-1])) == 3
    assert seen[-1] == seen[1]
    store.set("gain", 0.5)
    assert store.raw() == seen[-1]


def test_what_changed_is_reported_by_name_level_and_value() -> None:
    store = ParameterStore()
    store.set("top_k", 3, 0)
    before = store.raw()
    store.set("gain", 0.5)
    store.set("min_p", 0.25, 2)
    store.follow("top_k", 0)
    assert store.changes(before, store.raw()) == [
        ("top_k", 0, None), ("min_p", 2, 0.25), ("gain", None, 0.5),
    ]  # fmt: skip
    assert store.changes(before, before) == []


def test_a_store_holds_the_parameters_of_the_table_it_is_given() -> None:
    extra = Parameter("edit/x/depth", "int", 0, 3, 2, "", "Depth.")
    store = ParameterStore(PARAMETERS | {extra.name: extra})
    assert list(store) == list(store.table) == [*PARAMETERS, extra.name]
    assert store["edit/x/depth"] == 2
    assert find_parameter("edit/x/depth", store.table) is extra
    with pytest.raises(ParameterError, match="unknown parameter 'edit/x/depth'"):
        ParameterStore().set("edit/x/depth", 1)


def test_a_child_process_shares_the_values() -> None:
    extra = Parameter("extra", "float", 0, 1, 0, "", "Extra.", per_level=True)
    store = ParameterStore(PARAMETERS | {"extra": extra})
    store.set("temperature", 0.25, 2)
    child = multiprocessing.get_context("spawn").Process(target=_set_in_child, args=(store,))
    child.start()
    child.join()
    assert store.levels("temperature", 3) == (0.75, 0.75, 0.25)
    assert store.levels("extra", 2) == (0, 0.25)


def test_a_change_becomes_visible_as_a_whole_at_its_end() -> None:
    store = ParameterStore()
    view, seen = store.view(), []

    def look() -> None:
        seen.append((view.refresh(), view["gain"], view["width"], store["gain"]))

    with store.change():
        store.set("gain", 0.5)
        with store.change():
            store.set("width", 0.25)
        assert (store["gain"], store["width"]) == (0.5, 0.25)
        other = threading.Thread(target=look)
        other.start()
        other.join()
    look()
    look()
    assert seen == [(False, 1.0, 0.0, 1.0), (True, 0.5, 0.25, 0.5), (False, 0.5, 0.25, 0.5)]


def test_a_change_that_fails_changes_nothing_and_hinders_nothing() -> None:
    store = ParameterStore()
    before = store.raw()
    with pytest.raises(ParameterError), store.change():
        store.set("gain", 0.5)
        store.set("gian", 0.5)
    assert store.raw() == before
    assert store.set("gain", 0.5) == store["gain"] == 0.5


def test_threads_that_change_the_store_lose_nothing_of_each_other() -> None:
    store = ParameterStore()

    def count(name: str) -> None:
        for step in range(2000):
            store.set(name, step / 2000)

    threads = [threading.Thread(target=count, args=(name,)) for name in ("gain", "top_p", "min_p")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [store[name] for name in ("gain", "top_p", "min_p")] == [1999 / 2000] * 3


def test_a_view_copies_nothing_until_something_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    store = ParameterStore()
    view = store.view()
    reads = []
    read = store._shared.read
    monkeypatch.setattr(store._shared, "read", lambda out: reads.append(out) or read(out))
    assert not view.refresh()
    assert reads == []
    store.set("gain", 0.25)
    assert view.refresh()
    assert (len(reads), view["gain"]) == (1, 0.25)
    store.set("gain", 0.25)
    assert not view.refresh()


def test_another_process_never_sees_half_a_change() -> None:
    store = ParameterStore()
    context = multiprocessing.get_context("spawn")
    ready, done, torn = context.Event(), context.Event(), context.Value("i", 0)
    values = [step / 1000 for step in range(1000)]
    with store.change():
        for name in ("gain", "width"):
            store.set(name, 0.0)
    child = context.Process(target=_watch_in_child, args=(store, ready, done, torn))
    child.start()
    assert ready.wait(60)
    for value in values * 20:
        with store.change():
            store.set("gain", value)
            store.set("width", value)
            store.set("min_p", value, 0)
    done.set()
    child.join()
    assert (torn.value, child.exitcode) == (0, 0)
