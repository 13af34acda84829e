"""Presets while playing: recalled, stepped through, stored, deleted, read again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from distill_live.control.namespace.targets import Levels
from distill_live.control.presets.preset_file import Preset
from distill_live.control.presets.presets import MAX_STORED, Presets
from distill_live.errors import ParameterError
from distill_live.parameters import LEVELS_LIMIT, ParameterStore
from tests.control.conftest import TABLE

PATCH: Mapping[str, Preset] = {
    "intro": {"temperature": 0.5, "gain": 0.25},
    "verse": {"temperature": 1.5, "temperature/timbre": 0.75, "steer/loudness": 0.5},
    "end": {"temperature/timbre": "off", "steer/loudness": "off", "gain": 0.0},
}


class Stand:
    """Presets beside a patch in `folder`, by a clock that is moved by hand."""

    def __init__(self, folder: Path, patch: Mapping[str, Preset] = PATCH) -> None:
        self.now, self.lines = 0.0, list[str]()
        self.folder, self.patch = folder, patch
        self.restart()

    def restart(self) -> None:
        self.store = ParameterStore(TABLE)
        path = self.folder / "set.presets.yaml"
        self.presets = Presets(self.store, self.patch, path, self.lines.append, lambda: self.now)

    def tick(self, now: float) -> None:
        self.now = now
        self.presets.tick(now)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


def test_how_long_a_recall_takes_is_said_in_few_digits(stand: Stand) -> None:
    assert "recalled over 3.12 s" in stand.presets.recall("verse", 3.12399)
    assert "over" not in stand.presets.recall("verse", 0.0)


def test_a_preset_sets_what_it_names_and_nothing_else(stand: Stand) -> None:
    stand.store.set("width", 0.5)
    stand.presets.recall("verse")
    store = stand.store
    assert (store["temperature"], store.own("temperature", 1)) == (1.5, 0.75)
    assert (store["steer/loudness"], store["width"], store["gain"]) == (0.5, 0.5, 1.0)
    stand.presets.recall("end")
    assert store.own("temperature", 1) is None
    assert math.isnan(store["steer/loudness"])
    assert (store["temperature"], store["gain"]) == (1.5, 0.0)


def test_an_unknown_preset_is_refused_with_the_nearest_name(stand: Stand) -> None:
    with pytest.raises(ParameterError, match=r"no preset 'vers' \(did you mean 'verse'\?\)"):
        stand.presets.recall("vers")
    assert stand.presets.current is None


def test_a_morph_takes_the_seconds_that_are_asked_for(stand: Stand) -> None:
    stand.presets.recall("intro", 4.0)
    stand.tick(2.0)
    assert stand.store["temperature"] == pytest.approx(0.75)
    stand.tick(4.0)
    assert stand.store["temperature"] == 0.5
    stand.store.set("temperature", 1.0)
    stand.tick(5.0)
    assert stand.store["temperature"] == 1.0


def test_without_seconds_the_parameter_morph_says_how_long(stand: Stand) -> None:
    stand.store.set("morph", 10.0)
    stand.presets.recall("intro")
    stand.tick(5.0)
    assert stand.store["temperature"] == pytest.approx(0.75)
    stand.presets.recall("intro", 0.0)
    assert stand.store["temperature"] == 0.5


def test_a_recall_takes_the_place_of_a_morph(stand: Stand) -> None:
    stand.presets.recall("intro", 4.0)
    stand.tick(2.0)
    stand.presets.recall("verse", 4.0)
    stand.tick(4.0)
    # From 0.75, where the first had come to, half-way to 1.5; its gain stays where it was.
    assert stand.store["temperature"] == pytest.approx(1.125)
    assert stand.store["gain"] == pytest.approx(0.625)


def test_a_morph_can_be_stopped_where_it_is(stand: Stand) -> None:
    stand.presets.recall("intro", 4.0)
    stand.tick(2.0)
    stand.presets.stop()
    stand.tick(9.0)
    assert stand.store["temperature"] == pytest.approx(0.75)


def test_next_and_previous_go_round(stand: Stand) -> None:
    def steps(*ways: str) -> list[str | None]:
        found = []
        for way in ways:
            getattr(stand.presets, way)()
            found.append(stand.presets.current)
        return found

    assert steps("next", "next", "next", "next") == ["intro", "verse", "end", "intro"]
    assert steps("previous", "previous") == ["end", "verse"]


def test_the_previous_one_before_any_is_the_last(stand: Stand) -> None:
    stand.presets.previous()
    assert stand.presets.current == "end"


def test_without_presets_there_is_no_next_one(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="there are no presets"):
        Stand(tmp_path, {}).presets.next()


def test_what_is_stored_brings_everything_back_after_a_restart(stand: Stand) -> None:
    for name, value in (("temperature", 0.75), ("seed", 2**31 - 1), ("steer/density", -0.5)):
        stand.store.set(name, value)
    stand.store.set("top_p", 0.3, 2)
    stand.store.set("edit/mask/on", 1, LEVELS_LIMIT - 1)
    stand.presets.store("löud & clear: 1")
    before = stand.store.raw()
    stand.presets.close()

    stand.restart()
    assert stand.presets.names == [*PATCH, "löud & clear: 1"]
    # Everything that differs from the preset is put back, including levels and off.
    stand.store.set("gain", 0.1)
    stand.store.set("top_p", 0.9, 0)
    stand.store.set("steer/loudness", 0.4)
    stand.presets.recall("löud & clear: 1")
    assert stand.store.raw() == before
    assert stand.lines == []


def test_a_number_is_stored_as_it_was_typed(stand: Stand) -> None:
    """OSC carries floats of 32 bits: 1.4 arrives as 1.399999976158142."""
    stand.store.set("temperature", float(np.float32(1.4)))
    stand.store.set("top_p", float(np.float32(0.3)), 2)
    stand.presets.store("mine")
    stand.store.set("temperature", 0.5)
    stand.presets.recall("mine")
    assert (stand.store["temperature"], stand.store.own("top_p", 2)) == (1.4, 0.3)


def test_when_things_happen_is_not_stored(stand: Stand) -> None:
    stand.store.set("tempo", 90.0)
    stand.presets.store("mine")
    others = {"tempo": 150.0, "beats_per_bar": 3.0, "link_start_stop": 1.0, "morph": 0.0}
    for name, value in others.items():
        stand.store.set(name, value)
    stand.presets.recall("mine")
    assert {name: stand.store[name] for name in others} == others


def test_one_that_is_stored_stands_in_the_place_of_the_patch_s_until_deleted(stand: Stand) -> None:
    stand.store.set("temperature", 0.9)
    stand.presets.store("intro")
    assert stand.presets.names == list(PATCH)
    stand.presets.recall("intro")
    assert stand.store["temperature"] == 0.9
    stand.presets.delete("intro")
    stand.presets.recall("intro")
    assert stand.store["temperature"] == 0.5
    with pytest.raises(ParameterError, match="'intro' is part of the patch: delete it there"):
        stand.presets.delete("intro")


def test_what_is_deleted_stays_so_after_a_restart(stand: Stand) -> None:
    for name in ("one", "two"):
        stand.presets.store(name)
    stand.presets.delete("one")
    stand.presets.close()
    stand.restart()
    assert stand.presets.names == [*PATCH, "two"]
    with pytest.raises(ParameterError, match=r"no stored preset 'tow' \(did you mean 'two'"):
        stand.presets.delete("tow")


@pytest.mark.parametrize("name", ["", " ", "a ", "\ta", "a\nb", "x" * 101])
def test_a_name_that_cannot_be_is_refused(stand: Stand, name: str) -> None:
    with pytest.raises(ParameterError, match=r"1\.\.100 characters"):
        stand.presets.store(name)
    assert stand.presets.names == list(PATCH)


@pytest.mark.parametrize("name", ["yes", "1", "~", "- x", "{a: b}", "#", "'\"", "x" * 100])
def test_a_name_that_looks_like_something_else_is_kept(stand: Stand, name: str) -> None:
    stand.presets.store(name)
    stand.presets.close()
    stand.restart()
    assert stand.presets.names == [*PATCH, name]


def test_no_more_are_stored_than_midi_has_programs(stand: Stand) -> None:
    for number in range(MAX_STORED):
        stand.presets.store(f"{number}")
    with pytest.raises(ParameterError, match="128 presets are already stored"):
        stand.presets.store("one more")
    stand.presets.store("5")
    stand.presets.close()
    stand.restart()
    assert len(stand.presets.names) == len(PATCH) + MAX_STORED
    assert stand.lines == []


def test_what_this_instrument_does_not_have_is_reported_and_left_out(tmp_path: Path) -> None:
    stand = Stand(tmp_path, {
        "odd": {"gain": 9.0, "edit/gone/on": 1.0, "temperature/texture": 0.5, "top_p": "off",
                "temperature/4": 0.25},
    })  # fmt: skip
    text = stand.presets.recall("odd")
    assert (stand.store["gain"], stand.store["top_p"]) == (2.0, 1.0)
    # A number may mean a level of another model.
    assert stand.store.own("temperature", 3) == 0.25
    for name in ("edit/gone/on", "temperature/texture", "top_p"):
        assert f"; {name} was left out: " in text
    stand.presets.levels = Levels(("Structure", "Timbre", "Texture", "Detail"))
    stand.presets.recall("odd")
    assert stand.store.own("temperature", 2) == 0.5


def test_off_without_quotes_is_off_as_yaml_has_it(tmp_path: Path) -> None:
    (tmp_path / "set.presets.yaml").write_text(
        "version: 1\npresets:\n  a: {steer/loudness: off, top_p/1: off, edit/freeze/on/1: off}\n"
    )
    stand = Stand(tmp_path)
    for name, level in (("top_p", 0), ("edit/freeze/on", 0)):
        stand.store.set(name, 1.0, level)
    stand.store.set("steer/loudness", 1.0)
    stand.store.set("edit/freeze/on", 1.0)
    stand.presets.recall("a")
    assert stand.lines == []
    assert math.isnan(stand.store["steer/loudness"])
    assert stand.store.own("top_p", 0) is None
    # For a switch, off is a value.
    assert stand.store.own("edit/freeze/on", 0) == 0.0


def test_another_patch_brings_its_presets_and_the_stored_ones_stay(stand: Stand) -> None:
    stand.presets.store("mine")
    stand.presets.recall("intro")
    stand.presets.use({"other": {"gain": 0.5}})
    assert stand.presets.names == ["other", "mine"]
    stand.presets.next()
    assert stand.presets.current == "other"


def test_a_preset_counts_as_changed_once_something_that_it_sets_is_otherwise(stand: Stand) -> None:
    presets, store = stand.presets, stand.store
    assert not presets.is_changed()
    presets.recall("verse")
    store.set("width", 0.5)
    assert not presets.is_changed()
    store.set("temperature", 0.3)
    assert presets.is_changed() and not presets.is_changed(["temperature"])
    assert presets.is_changed(["temperature/timbre"])
    assert presets.is_changed(["temperature/no_such_level"])
    presets.store("mine")
    assert not presets.is_changed()
    store.set("width", 0.25)
    assert presets.is_changed()
    presets.recall("end")
    # What follows all levels sounds the same as a value of its own that is theirs.
    store.set_level("temperature", store["temperature"], 1)
    assert not presets.is_changed()
    store.set("steer/loudness", 0.0)
    assert presets.is_changed()


def test_a_preset_that_the_patch_has_changed_is_not_what_plays(stand: Stand) -> None:
    stand.presets.recall("intro")
    assert not stand.presets.is_changed()
    stand.presets.use({"intro": {"gain": 0.75}})
    assert stand.presets.is_changed()


def test_on_the_way_to_a_preset_nothing_counts_as_changed_but_stopped_there_it_does(
    stand: Stand,
) -> None:
    stand.presets.recall("intro", 4.0)
    stand.tick(2.0)
    assert not stand.presets.is_changed()
    stand.presets.stop()
    assert stand.presets.is_changed()


def test_another_order_of_the_edits_is_a_change_of_a_preset_that_has_one(stand: Stand) -> None:
    order = ["mask", "freeze"]
    stand.presets.get_order = lambda: tuple(order)
    stand.presets.store("mine")
    assert not stand.presets.is_changed()
    order.reverse()
    assert stand.presets.is_changed()
