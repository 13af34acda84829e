"""The presets file: nothing in it is ever lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from distill_live.control.patch.files import find_patch, presets_path
from distill_live.control.presets.preset_file import PresetFile
from distill_live.errors import PatchError

PRESETS = {"a": {"gain": 0.5, "steer/loudness": "off"}, "b": {"temperature/1": 1e-07}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "set.presets.yaml"


def read(path: Path) -> tuple[dict[str, dict[str, float | str]], list[str]]:
    lines: list[str] = []
    return PresetFile(path, lines.append).read(), lines


def test_what_is_written_is_read_in_the_same_order(path: Path) -> None:
    file = PresetFile(path)
    assert file.read() == {}
    file.write(PRESETS)
    file.close()
    found, lines = read(path)
    assert (found, list(found), lines) == (PRESETS, ["a", "b"], [])
    assert path.read_text(encoding="utf-8").startswith("# Presets stored while playing")
    assert os.listdir(path.parent) == [path.name]


def test_of_many_that_come_at_once_the_last_is_written(path: Path) -> None:
    file = PresetFile(path)
    for number in range(200):
        file.write({"a": {"gain": number / 100}})
    file.close()
    assert read(path)[0] == {"a": {"gain": 1.99}}


def test_the_order_of_edits_is_kept_as_a_text(path: Path) -> None:
    file = PresetFile(path)
    file.write({"mine": {"gain": 0.5, "edit/order": "mask freeze"}, "plain": {"edit/order": ""}})
    file.close()
    assert read(path)[0]["mine"]["edit/order"] == "mask freeze"
    assert read(path)[0]["plain"] == {"edit/order": ""}


BROKEN = [
    ("presets: [", "1: invalid YAML"),
    ("version: 1\npresets: [a]", "2: presets must be a mapping of names"),
    ("version: 2\npresets: {}", "1: version cannot be 2; legal: 1"),
    ("version: 1\npresets: {}\nmap: []", "1: a presets file consists of: version, presets"),
    ("", "1: a presets file consists of: version, presets"),
    ("version: 1\npresets:\n  a: 3", "3: 'a' must be a mapping of parameters"),
    ("version: 1\npresets:\n  a: {gain: x}", "3: gain cannot be 'x'; legal: a number, or off"),
    ("version: 1\npresets:\n  a: {gain: .nan}", "3: gain cannot be nan"),
    ("version: 1\npresets:\n  a: {gain: [1]}", "3: gain cannot be [1]"),
    ("version: 1\npresets:\n  a: {edit/order: 3}", "3: edit/order cannot be 3; legal: the names"),
    ("version: 1\npresets:\n  a: {gain: " + "9" * 400 + "}", "3: gain cannot be 9"),
]


@pytest.mark.parametrize(("text", "told"), BROKEN, ids=[told for _, told in BROKEN])
def test_a_broken_file_is_reported_with_its_line_and_kept_aside(
    path: Path, text: str, told: str
) -> None:
    path.write_text(text, encoding="utf-8")
    lines: list[str] = []
    file = PresetFile(path, lines.append)
    assert file.read() == {}
    assert f"{path}:{told}" in lines[0]
    assert path.read_text(encoding="utf-8") == text
    file.write(PRESETS)
    file.close()
    kept = path.with_name("set.presets.kept-1.yaml")
    assert kept.read_text(encoding="utf-8") == text
    assert read(path) == (PRESETS, [])
    assert str(kept) in lines[1]


def test_a_file_that_is_no_text_is_kept_aside_too(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00")
    lines: list[str] = []
    file = PresetFile(path, lines.append)
    assert file.read() == {}
    file.write(PRESETS)
    file.close()
    assert path.with_name("set.presets.kept-1.yaml").read_bytes() == b"\xff\xfe\x00"


def test_what_others_write_meanwhile_is_kept_each_under_a_name_of_its_own(path: Path) -> None:
    lines: list[str] = []
    file = PresetFile(path, lines.append)
    for number in (1, 2):
        file.write({"mine": {"gain": number}})
        file.close()
        path.write_text(f"by hand {number}", encoding="utf-8")
    file.write(PRESETS)
    file.close()
    kept = [path.with_name(f"set.presets.kept-{n}.yaml").read_text() for n in (1, 2)]
    assert kept == ["by hand 1", "by hand 2"]
    assert len(lines) == 2
    assert read(path)[0] == PRESETS


def test_what_is_as_it_was_written_is_written_over(path: Path) -> None:
    for number in range(3):
        file = PresetFile(path)
        file.read()
        for value in (number, number + 0.5):
            file.write({"a": {"gain": value}})
            file.close()
    assert os.listdir(path.parent) == [path.name]


def test_a_folder_that_cannot_be_written_is_reported_and_nothing_is_lost(tmp_path: Path) -> None:
    (tmp_path / "patches").write_text("no folder")
    lines: list[str] = []
    file = PresetFile(tmp_path / "patches" / "set.presets.yaml", lines.append)
    file.write(PRESETS)
    file.close()
    [line] = lines
    assert line.startswith(f"cannot write {tmp_path / 'patches' / 'set.presets.yaml'}: ")
    (tmp_path / "patches").unlink()
    file.write(PRESETS)
    file.close()
    assert read(tmp_path / "patches" / "set.presets.yaml")[0] == PRESETS


def test_presets_are_kept_beside_the_patch_but_those_of_a_shipped_one_in_patches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert presets_path(tmp_path / "live.yml") == tmp_path / "live.presets.yaml"
    monkeypatch.chdir(tmp_path)
    assert presets_path(find_patch("default")) == Path("patches/default.presets.yaml")


def test_a_presets_file_is_no_patch_of_its_own(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    (path.parent / "patches").mkdir()
    for name in ("zzz.presets.yaml", "zzz.presets.kept-1.yaml", "zzz.learned.yaml", "yyy.yaml"):
        (path.parent / "patches" / name).write_text("version: 1")
    with pytest.raises(PatchError) as error:
        find_patch("nothing like it")
    assert "yyy" in str(error.value)
    assert "zzz" not in str(error.value)
