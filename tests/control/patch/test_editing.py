from __future__ import annotations

from pathlib import Path

import pytest

from distill_live.control.patch import editing
from distill_live.control.patch.editing import PatchEditor
from distill_live.errors import PatchError
from tests.control.conftest import TABLE

TEXT = "# mine\nversion: 1\nmap:\n  - {from: {cc: 1}, to: gain}  # the wheel\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "set.yaml"
    path.write_bytes(TEXT.encode())
    return path


def never(path: Path) -> None:
    raise AssertionError(f"follows {path}")


def test_a_text_is_saved_as_it_is_and_the_one_before_stays_beside_it(path: Path) -> None:
    editor = PatchEditor(path, TABLE, never)
    new = TEXT.replace("cc: 1", "cc: 2")
    assert editor.save(new, editor.read().revision) == []
    assert path.read_bytes() == new.encode()
    backup = editor.read().backup
    assert backup is not None
    assert backup.read_bytes() == TEXT.encode()


def test_a_text_with_problems_is_not_saved_and_they_have_their_lines(path: Path) -> None:
    editor = PatchEditor(path, TABLE, never)
    [(line, message)] = editor.save(TEXT.replace("gain", "gian"), editor.read().revision)
    assert (line, "did you mean 'gain'" in message) == (4, True)
    assert path.read_bytes() == TEXT.encode()


@pytest.mark.parametrize(
    ("text", "line"),
    [("version: 1\nmap: [\n", 3), ("version: 1\nname: \ud800\n", 2), ("", 1), ("#" * 300_000, 1)],
)
def test_a_text_that_is_no_patch_at_all_has_a_problem_with_a_line(
    path: Path, text: str, line: int
) -> None:
    assert PatchEditor(path, TABLE, never).check(text)[0][0] == line


def test_a_patch_that_another_program_has_changed_is_not_replaced(path: Path) -> None:
    editor = PatchEditor(path, TABLE, never)
    revision = editor.read().revision
    path.write_text("version: 1\n")
    with pytest.raises(PatchError, match="changed by another program"):
        editor.save(TEXT, revision)
    assert path.read_text() == "version: 1\n"


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shipped patch, seen from an empty working folder."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    (folder / "default.yaml").write_text(TEXT)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(editing, "shipped_folder", lambda: folder)
    return folder / "default.yaml"


def test_a_shipped_patch_is_saved_as_a_copy_that_is_in_use_from_then_on(shipped: Path) -> None:
    followed: list[Path] = []
    editor = PatchEditor(shipped, TABLE, followed.append)
    copy = Path("patches/default.yaml")
    assert editor.read().saves_to == copy
    editor.save(TEXT + "# changed\n", editor.read().revision)
    assert (followed, shipped.read_text()) == ([copy], TEXT)
    assert (editor.read().path, editor.read().text) == (copy, TEXT + "# changed\n")


def test_a_copy_replaces_no_other_patch_of_that_name(shipped: Path) -> None:
    Path("patches").mkdir()
    Path("patches/default.yaml").write_text("version: 1\n")
    editor = PatchEditor(shipped, TABLE, never)
    with pytest.raises(PatchError, match="already exists"):
        editor.save(TEXT, editor.read().revision)
    assert Path("patches/default.yaml").read_text() == "version: 1\n"


def test_a_file_that_cannot_be_written_is_an_error_in_words(path: Path) -> None:
    editor = PatchEditor(path, TABLE, never)
    revision = editor.read().revision
    path.with_name("set.yaml.bak").mkdir()
    with pytest.raises(PatchError, match="cannot write"):
        editor.save(TEXT, revision)
