"""Morphs between the present values and those of a preset."""

from __future__ import annotations

import math

import pytest

from distill_live.control.presets.morph import Cell, Morph
from distill_live.parameters import PARAMETERS, Parameter, ParameterStore

GAIN, SEED, LOUD = Cell("gain"), Cell("seed"), Cell("steer/loudness")


@pytest.fixture
def store() -> ParameterStore:
    return ParameterStore()


def test_without_seconds_all_is_there_at_once(store: ParameterStore) -> None:
    morph = Morph(store, {GAIN: 0.5, SEED: 7.0, LOUD: 0.25}, 10.0, 0.0)
    assert not morph.tick(10.0)
    assert (store["gain"], store["seed"], store["steer/loudness"]) == (0.5, 7.0, 0.25)


def test_a_number_glides_and_ends_exactly(store: ParameterStore) -> None:
    morph = Morph(store, {GAIN: 0.3}, 10.0, 4.0)
    for now, value in ((10.0, 1.0), (11.0, 0.825), (13.0, 0.475)):
        assert morph.tick(now)
        assert store["gain"] == pytest.approx(value)
    assert not morph.tick(14.0)
    assert store["gain"] == 0.3


def test_whole_numbers_switches_and_what_is_off_change_half_way() -> None:
    switch = Parameter("switch", "bool", 0, 1, 0, "", "A switch.")
    store = ParameterStore(PARAMETERS | {"switch": switch})
    morph = Morph(store, {SEED: 7.0, Cell("switch"): 1.0, LOUD: 0.5}, 0.0, 2.0)
    morph.tick(0.99)
    assert (store["seed"], store["switch"]) == (0.0, 0.0)
    assert math.isnan(store["steer/loudness"])
    morph.tick(1.0)
    assert (store["seed"], store["switch"], store["steer/loudness"]) == (7.0, 1.0, 0.5)
    back = Morph(store, {LOUD: None}, 2.0, 2.0)
    back.tick(2.9)
    assert store["steer/loudness"] == 0.5
    back.tick(3.0)
    assert math.isnan(store["steer/loudness"])


def test_what_somebody_moves_meanwhile_is_left_to_them(store: ParameterStore) -> None:
    width = Cell("width")
    morph = Morph(store, {GAIN: 0.0, width: 1.0}, 0.0, 4.0)
    morph.tick(1.0)
    store.set("gain", 1.5)
    morph.tick(2.0)
    assert (store["gain"], store["width"]) == (1.5, pytest.approx(0.5))
    assert not morph.tick(9.0)
    assert (store["gain"], store["width"]) == (1.5, 1.0)


def test_when_all_was_taken_over_it_has_nothing_left_to_do(store: ParameterStore) -> None:
    morph = Morph(store, {GAIN: 0.0}, 0.0, 4.0)
    store.set("gain", 0.9)
    assert not morph.tick(1.0)


def test_a_level_glides_from_the_value_that_it_follows_and_back_to_it(
    store: ParameterStore,
) -> None:
    cell = Cell("temperature", 1)
    there = Morph(store, {cell: 2.0}, 0.0, 2.0)
    there.tick(1.0)
    assert store.own("temperature", 1) == pytest.approx(1.5)
    assert not there.tick(2.0)
    back = Morph(store, {cell: None, Cell("temperature"): 1.6}, 2.0, 2.0)
    back.tick(3.0)
    assert store.own("temperature", 1) == pytest.approx(1.8)
    assert not back.tick(4.0)
    assert (store.own("temperature", 1), store["temperature"]) == (None, 1.6)


def test_a_level_that_follows_and_shall_is_not_touched(store: ParameterStore) -> None:
    morph = Morph(store, {Cell("temperature", 0): None, GAIN: 0.5}, 0.0, 2.0)
    morph.tick(1.0)
    assert store.own("temperature", 0) is None


def test_time_that_goes_back_does_no_harm(store: ParameterStore) -> None:
    morph = Morph(store, {GAIN: 0.0}, 10.0, 4.0)
    morph.tick(5.0)
    assert store["gain"] == 1.0


def test_a_level_that_comes_to_what_all_have_follows_them_whatever_comes_first() -> None:
    store = ParameterStore()
    store.set("temperature", 0.9)
    level, shared = Cell("temperature", 0), Cell("temperature")
    Morph(store, {level: 0.9, shared: 0.5}, 0.0, 0.0).tick(0.0)
    assert (store.own("temperature", 0), store["temperature"]) == (0.9, 0.5)
    Morph(store, {level: 0.7, shared: 0.7}, 0.0, 0.0).tick(0.0)
    assert (store.own("temperature", 0), store["temperature"]) == (None, 0.7)
