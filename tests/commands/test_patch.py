from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from distill_live.commands.patch import app
from tests.control.conftest import TABLE

SHIPPED = sorted((Path(__file__).parents[2] / "patches").glob("*.yaml"))


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_good_patches_are_told_to_be_good() -> None:
    result = run("check", *SHIPPED)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) == len(SHIPPED)
    assert all(": good, " in line for line in lines)


def test_every_broken_patch_is_reported_with_its_lines_and_the_exit_code_says_so(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.yaml").write_text("version: 1\nmap:\n  - {from: {cc: 1}, to: gian}\nx: 1\n")
    (tmp_path / "b.yaml").write_text("version: 2\n")
    (tmp_path / "c.yaml").write_text("version: 1\npresets: {a: {gain: 1}}\n")
    result = run("check", tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "c.yaml")
    assert result.exit_code == 1
    assert result.stdout == f"{tmp_path}/c.yaml: good, 0 mappings, 1 preset\n"
    assert f"{tmp_path}/a.yaml:3: unknown parameter 'gian' (did you mean 'gain'?)" in result.stderr
    assert f"{tmp_path}/a.yaml:4: unknown key 'x'" in result.stderr
    assert f"{tmp_path}/b.yaml:1: version cannot be 2" in result.stderr


def test_stored_presets_are_counted_and_a_broken_file_of_them_is_reported(tmp_path: Path) -> None:
    patch, stored = tmp_path / "live.yaml", tmp_path / "live.presets.yaml"
    patch.write_text("version: 1\npresets: {a: {gain: 1}}\n")
    stored.write_text("version: 1\npresets: {b: {gain: 1}, c: {gain: 0}}\n")
    result = run("check", patch)
    assert result.exit_code == 0
    assert result.stdout == f"{patch}: good, 0 mappings, 1 preset, 2 stored presets\n"
    stored.write_text("version: 1\npresets: {b: {gain: loud}}\n")
    result = run("check", patch)
    assert result.exit_code == 1
    assert f"{stored}:2: gain cannot be 'loud'; legal: a number, or off" in result.stderr


def test_a_patch_is_found_by_its_name_as_serve_finds_it() -> None:
    result = run("check", "keyboard")
    assert result.exit_code == 0
    assert "keyboard.yaml: good, " in result.stdout
    result = run("check", "keybord")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: no patch 'keybord' (did you mean 'keyboard'?)")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    result = run("schema")
    assert result.exit_code == 0
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_schema_names_every_parameter_and_describes_every_key(schema: dict[str, Any]) -> None:
    [names, levels] = schema["$defs"]["Target"]["anyOf"]
    assert set(TABLE) <= set(names["enum"])
    assert "temperature" in levels["pattern"]
    models = [schema, *(one for one in schema["$defs"].values() if "properties" in one)]
    assert all(
        field.get("description") for model in models for field in model["properties"].values()
    )
    assert all(model["additionalProperties"] is False for model in models)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_each_shipped_patch_keeps_to_the_schema(path: Path, schema: dict[str, Any]) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    # JSON knows texts as keys alone.
    document = json.loads(json.dumps(document))
    jsonschema.Draft202012Validator(schema).validate(document)


@pytest.mark.parametrize(
    "mapping",
    [
        {"from": {"cc": 1}, "to": "gian"},
        {"from": {"cc": 128}, "to": "gain"},
        {"from": {"cc": 1}, "do": "stopp"},
        {"from": {"cc": 1}, "to": "gain", "quantise": "often"},
        {"from": {"cc": 1, "note": 2}, "to": "gain"},
    ],
)
def test_the_schema_refuses_what_a_patch_may_not_hold(
    mapping: dict[str, Any], schema: dict[str, Any]
) -> None:
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid({"version": 1, "map": [{"from": {"cc": 1}, "to": "gain"}]})
    assert not validator.is_valid({"version": 1, "map": [mapping]})
