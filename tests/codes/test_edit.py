from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from distill_live import plugins
from distill_live.codes.edit import (
    Traits,
    load_edits,
    load_edits_again,
)
from distill_live.codes.edit_parameters import (
    edit_parameters,
    parameter_table,
    switch_edits_off,
)
from distill_live.edits.freeze import Freeze
from distill_live.edits.mask import Mask
from distill_live.errors import PluginError
from distill_live.parameters import PARAMETERS, ParameterStore
from tests.codes import broken_edits
from tests.codes.broken_edits import GridOfStream, Sound


def install(monkeypatch: pytest.MonkeyPatch, **classes: str) -> None:
    """Let exactly these edits be installed, by entry points as a package has them."""
    entries = [
        EntryPoint(name, f"tests.codes.broken_edits:{found}", "distill_live.edits")
        for name, found in classes.items()
    ]
    monkeypatch.setattr(plugins, "entry_points", lambda group: entries)


def test_the_edits_that_ship_are_installed_as_plugins_are() -> None:
    lines: list[str] = []
    assert {"freeze", "mask"} <= {edit.name for edit in load_edits(lines.append)}
    assert lines == []


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ("OtherName", "its name is 'other'; legal: the same as its entry"),
        ("NoWindow", "its window is 0; legal: 1..64 columns"),
        ("WindowOfTrue", "its window is True"),
        ("WindowOfText", "its window is 'depth'; legal: the name of one of its int parameters"),
        ("WindowUnknown", "its window is 'length'; legal: the name of one of its int parameters"),
        ("PastOfTooMany", "its past is 65; legal: 0..64 columns"),
        ("HoldsNothing", "it holds 0; legal: 1..64 columns"),
        ("OddScope", "its scope is 'song'; legal: stream, region, file"),
        ("OddSwitch", "its switch is 'gain'; legal: blend, or none for a switch of its own"),
        ("MutualAlone", "it is mutual, so it must have a partner and the scope 'region'"),
        ("NoDoc", "its doc must be a sentence"),
        ("OwnSwitch", "its parameter 'on' is not legal"),
        ("TwiceTheSame", "its parameter 'depth' is not legal"),
        ("BadParameterName", "its parameter 'De/pth' is not legal"),
        ("PerLevel", "its parameter 'depth' is per level"),
        ("NoParameter", "its parameters include 'depth', which is not a Parameter"),
        ("WantsArguments", "WantsArguments.__init__() missing 1 required"),
        ("LacksAll", "'LacksAll' object has no attribute 'name'"),
        ("Missing", "tests.codes.broken_edits:Missing of an unknown package cannot be imported"),
    ],
)
def test_an_edit_that_breaks_the_contract_is_reported_and_left_out_and_the_others_are_there(
    monkeypatch: pytest.MonkeyPatch, found: str, told: str
) -> None:
    monkeypatch.setattr(Sound, "name", "aaa")
    install(monkeypatch, aaa=found)
    lines: list[str] = []
    assert load_edits(lines.append) == []
    [line] = lines
    assert line.startswith(f"the edit 'aaa' was left out: {told}")


def test_what_cannot_be_called_and_what_cannot_be_addressed_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch, **{"sound": "Sound", "no word": "NoWord", "notcallable": "NotCallable"})
    lines: list[str] = []
    assert [edit.name for edit in load_edits(lines.append)] == ["sound"]
    assert [line.split(": ")[0] for line in lines] == [
        "the edit 'no word' was left out", "the edit 'notcallable' was left out",
    ]  # fmt: skip


def test_an_edit_that_cannot_be_loaded_in_a_second_process_is_reported_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch, sound="Sound", notcallable="NotCallable")
    lines: list[str] = []
    table = parameter_table(load_edits(lines.append))
    assert len(lines) == 1
    assert [edit.name for edit in load_edits_again(table, lines.append)] == ["sound"]
    assert len(lines) == 1
    install(monkeypatch, sound="Missing")
    assert load_edits_again(table, lines.append) == []
    assert lines[1].startswith("the edit 'sound' was left out: ")


def test_an_edit_of_whole_grids_has_no_window_and_is_not_for_the_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(GridOfStream, "name", "grid")
    install(monkeypatch, grid="GridOfStream")
    lines: list[str] = []
    assert load_edits(lines.append) == []
    assert "its scope must be 'region' or 'file'" in lines[0]
    install(monkeypatch, grid="Grid")
    [grid] = load_edits(lines.append)
    assert len(lines) == 1
    traits = Traits.of(grid)
    assert (traits.scope, traits.partner, traits.timed) == ("region", False, False)
    assert edit_parameters([grid]) == {}


def test_what_an_edit_does_not_say_has_a_default() -> None:
    plain, full = Traits.of(Sound()), Traits.of(broken_edits.Traits())
    assert plain == Traits(2, 0, 1, False, False, False, "stream", "edit/sound/on")
    assert full == Traits("length", "length", 3, True, False, True, "stream", "blend")
    assert (full.columns(full.window, {"length": 5.0}), plain.columns(plain.window, {})) == (5, 2)


def test_an_edit_with_a_switch_of_the_instrument_has_none_of_its_own() -> None:
    assert list(edit_parameters([broken_edits.Traits()])) == ["edit/sound/length"]


def test_two_packages_with_one_name_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [EntryPoint("a", f"{module}:A", "distill_live.edits") for module in ("one", "two")]
    monkeypatch.setattr(plugins, "entry_points", lambda group: entries)
    with pytest.raises(PluginError, match="two edits plugins are named 'a'"):
        load_edits(print)


def test_an_edit_s_parameters_are_its_switch_for_each_level_and_its_own() -> None:
    table = edit_parameters([Sound()])
    assert list(table) == ["edit/sound/on", "edit/sound/depth"]
    switch, depth = table.values()
    assert (switch.name, switch.kind, switch.default) == ("edit/sound/on", "bool", 0)
    assert (switch.per_level, depth.per_level) == (True, False)
    assert (depth.name, depth.maximum, depth.default) == ("edit/sound/depth", 3, 2)


def test_the_table_of_an_instrument_has_its_own_parameters_and_those_of_its_edits() -> None:
    table = parameter_table([Freeze(), Mask()])
    assert set(table) - set(PARAMETERS) == {"edit/freeze/on", "edit/freeze/band", "edit/mask/on"}
    assert {**table, **PARAMETERS} == table
    for name, parameter in table.items():
        assert parameter.name == name
        assert parameter.doc.endswith(".")


def test_all_edits_are_switched_off_in_all_levels_and_keep_their_parameters() -> None:
    store = ParameterStore(parameter_table([Freeze(), Sound()]))
    store.set("edit/freeze/on", 1)
    store.set("edit/sound/on", 1, 2)
    store.set("edit/sound/depth", 3)
    store.set("temperature", 0.5, 1)
    switch_edits_off(store)
    assert store.levels("edit/freeze/on", 4) == store.levels("edit/sound/on", 4) == (0, 0, 0, 0)
    assert store.own("edit/sound/on", 2) is None
    assert store["edit/sound/depth"] == 3
    assert store.levels("temperature", 2) == (1.0, 0.5)
