from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import RunCli
from tests.installed_plugin import install_plugin

KINDS = ("edit", "input", "output")


def test_what_ships_is_listed_with_kind_origin_and_parameters(run_cli: RunCli) -> None:
    listed = {
        (one["kind"], one["name"]): one for one in json.loads(run_cli("plugins", "--json").out)
    }
    freeze = listed["edit", "freeze"]
    assert freeze["origin"].startswith("distill-live ")
    assert freeze["parameters"] == ["edit/freeze/on", "edit/freeze/band"]
    # One has another switch; one is for regions, and has no addresses.
    assert listed["edit", "blend"]["parameters"] == ["blend", "edit/blend/amount"]
    assert listed["edit", "copy"]["parameters"] == ["to"]
    assert {("input", "osc"), ("input", "midi"), ("output", "clock")} <= set(listed)
    assert not [one for one in listed.values() if one["error"] or not one["doc"]]
    text = run_cli("plugins").out
    assert "freeze" in text and "edit/freeze/band" in text


def test_a_broken_one_is_listed_with_the_reason(tmp_path: Path) -> None:
    environment = install_plugin(tmp_path, "inputs", "gamepad", "import no_such_library\n")
    listed = subprocess.run(
        [sys.executable, "-m", "distill_live", "plugins", "--json"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    [gamepad] = [one for one in json.loads(listed.stdout) if one["name"] == "gamepad"]
    assert gamepad["origin"] == "gamepad-plugin 1.0"
    assert gamepad["error"].startswith("left out: ")
    assert "No module named 'no_such_library'" in gamepad["error"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_plugin_has_nothing_that_a_linter_or_a_formatter_would_change(
    run_cli: RunCli, tmp_path: Path, kind: str
) -> None:
    made = run_cli("plugins", "new", "slow_tide", "--kind", kind, "--folder", tmp_path)
    folder = tmp_path / "distill-live-slow-tide"
    assert (made.code, made.err) == (0, "")
    assert made.out.startswith(f"{folder}: a working {kind}")
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*")) == [
        "README.md", "distill_live_slow_tide/__init__.py", "pyproject.toml",
        "tests/test_slow_tide.py",
    ]  # fmt: skip
    ruff = str(Path(sys.executable).with_name("ruff"))
    settings = ("--isolated", "--line-length", "100", ".")
    for command in (("check", "--select", "E,F,I,B,UP,RUF"), ("format", "--check")):
        checked = subprocess.run(
            [ruff, *command, *settings], cwd=folder, capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("Tide", "edit", "'Tide' cannot be a plugin's name; legal: a word made of a-z, 0-9 and _"),
        ("9", "input", "'9' cannot be a plugin's name"),
        ("../tide", "edit", "'../tide' cannot be a plugin's name"),
        ("tide_", "edit", "'tide_' cannot be a plugin's name"),
        ("freeze", "edit", "an edit named 'freeze' is already installed"),
        ("clock", "output", "an output named 'clock' is already installed"),
    ],
)
def test_a_name_that_cannot_be_is_refused(
    run_cli: RunCli, tmp_path: Path, name: str, kind: str, told: str
) -> None:
    refused = run_cli("plugins", "new", name, "--kind", kind, "--folder", tmp_path)
    assert refused.code == 1
    assert told in refused.err
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_overwritten(run_cli: RunCli, tmp_path: Path) -> None:
    run_cli("plugins", "new", "tide", "--kind", "edit", "--folder", tmp_path)
    file = tmp_path / "distill-live-tide" / "distill_live_tide" / "__init__.py"
    file.write_text("# an evening's work\n")
    again = run_cli("plugins", "new", "tide", "--kind", "edit", "--folder", tmp_path)
    assert again.code == 1 and "already exists" in again.err
    assert file.read_text() == "# an evening's work\n"


def test_a_kind_that_is_none_is_refused(run_cli: RunCli, tmp_path: Path) -> None:
    refused = run_cli("plugins", "new", "tide", "--kind", "voice", "--folder", tmp_path)
    assert refused.code == 2 and "'edit', 'input', 'output'" in refused.err
