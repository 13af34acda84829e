from __future__ import annotations

import math
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from distill_live import plugins
from distill_live.errors import PluginError
from distill_live.inputs.plugin import check_input
from distill_live.outputs.options import check_output
from distill_live.parameters import Parameter, ParameterStore
from distill_live.plugins import (
    KINDS,
    PluginValues,
    check_declaration,
    declared_parameters,
    find_plugins,
    load_plugin,
    load_plugins,
)

CHECKS = {"inputs": check_input, "outputs": check_output}
DEPTH = Parameter("depth", "float", 0.0, 2.0, 0.5, "", "How deep.")


class Sound:
    """Keeps the contract of inputs, and that of outputs."""

    name: Any = "sound"
    doc: Any = "Does nothing."
    parameters: Any = (DEPTH,)
    sample_rate = 48_000

    def run(self, *_arguments: object) -> None: ...
    def describe(self) -> str:
        return "nothing"

    def close(self) -> None: ...


def plugin(**changes: object) -> Any:
    return type("Changed", (Sound,), changes)


def parameter(**changes: Any) -> Any:
    values: dict[str, Any] = {
        "name": "depth", "kind": "float", "minimum": 0.0, "maximum": 1.0, "default": 0.5,
        "unit": "", "doc": "How deep.",
    }  # fmt: skip
    return plugin(parameters=(Parameter(**values | changes),))


@pytest.mark.parametrize("kind", KINDS)
def test_what_ships_in_the_box_is_installed_and_can_be_loaded(kind: plugins.Kind) -> None:
    for name in find_plugins(kind):
        loaded = load_plugin(kind, name)
        check_declaration(name, loaded)
        if kind in CHECKS:
            assert CHECKS[kind](name, loaded) is loaded


@pytest.mark.parametrize("check", CHECKS.values())
def test_a_class_that_keeps_the_contract_passes(check: Any) -> None:
    assert check("sound", Sound) is Sound


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (plugin(name="other"), "its name is 'other'; legal: the same as its entry"),
        (plugin(doc=""), "its doc must be a sentence"),
        (plugin(doc=None), "its doc must be a sentence"),
        (plugin(parameters=("depth",)), "'depth', which is not a Parameter"),
        (plugin(parameters=(DEPTH, DEPTH)), "'depth' is not legal: each needs a unique name"),
        (parameter(name="De pth"), "'De pth' is not legal"),
        (parameter(kind="text"), "'depth' is of kind 'text'.*legal: float, int, bool"),
        (parameter(curve="round"), "curve 'round'; legal: .*linear, exp, log, s"),
        (parameter(minimum=1.0), "from 1.0 to 1.0; legal: two finite numbers"),
        (parameter(maximum=math.inf), "from 0.0 to inf"),
        (parameter(default=2.0), "2.0 by default, outside 0..1"),
        (parameter(default=math.nan), "nan by default"),
        (parameter(doc=""), "not described"),
        (parameter(unit=None), "not described"),
        (parameter(per_level=True), "is per level"),
        (plugin(run=None), "it has no method 'run'"),
    ],
)
@pytest.mark.parametrize("check", CHECKS.values())
def test_a_class_that_breaks_the_contract_is_refused(check: Any, broken: Any, told: str) -> None:
    with pytest.raises(PluginError, match=told):
        check("sound", broken)


def test_what_is_not_a_class_is_refused() -> None:
    for check in CHECKS.values():
        with pytest.raises(PluginError, match="it is not a class"):
            check("sound", Sound())


def test_a_parameter_that_can_be_off_is_so_by_default() -> None:
    check_declaration("sound", parameter(optional=True, default=math.nan))


def test_a_name_that_all_have_already_cannot_be_declared() -> None:
    with pytest.raises(PluginError, match="'on' is already taken by every such plugin"):
        check_declaration("sound", parameter(name="on"), ("on",))


def test_one_that_is_broken_is_reported_and_left_out_and_the_others_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    group = "distill_live.inputs"
    entries = [
        EntryPoint("sound", "tests.test_plugins:Sound", group),
        EntryPoint("gone", "tests.test_plugins:Gone", group),
        EntryPoint("other", "tests.test_plugins:Sound", group),
    ]
    monkeypatch.setattr(plugins, "entry_points", lambda group: entries)
    lines: list[str] = []
    assert list(load_plugins("inputs", check_input, lines.append)) == ["sound"]
    assert [line.partition(":")[0] for line in lines] == [
        "the input 'gone' was left out", "the input 'other' was left out",
    ]  # fmt: skip


def test_one_whose_module_ends_the_program_when_it_is_imported_is_reported_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ends_the_program.py").write_text("import sys\nsys.exit()\n")
    monkeypatch.syspath_prepend(tmp_path)
    entry = EntryPoint("end", "ends_the_program:Sound", "distill_live.inputs")
    monkeypatch.setattr(plugins, "entry_points", lambda group: [entry])
    lines: list[str] = []
    assert load_plugins("inputs", check_input, lines.append) == {}
    assert lines == [
        "the input 'end' was left out: ends_the_program:Sound of an unknown package "
        "cannot be imported: it exits the program"
    ]


def test_declared_parameters_have_the_kind_and_the_plugin_before_their_names() -> None:
    table = declared_parameters("inputs", [Sound])
    assert list(table) == ["input/sound/depth"]
    assert table["input/sound/depth"].name == "input/sound/depth"
    assert table["input/sound/depth"].maximum == 2.0


def test_a_plugin_reads_its_own_values_as_they_are_now() -> None:
    store = ParameterStore(declared_parameters("outputs", [Sound]))
    values = PluginValues(store, "outputs", Sound)
    assert dict(values) == {"depth": 0.5}
    store.set("output/sound/depth", 1.5)
    assert dict(values) == {"depth": 1.5}
    with pytest.raises(KeyError):
        _ = values["gain"]


def test_what_the_store_does_not_know_is_at_its_default() -> None:
    assert dict(PluginValues(ParameterStore({}), "outputs", Sound)) == {"depth": 0.5}
