from __future__ import annotations

from pathlib import Path

import pytest

from distill_live.codes.edit_file import load_edit_list, save_edit_list
from distill_live.codes.edit_list import EditList, EditStep
from distill_live.codes.selection import Selection
from distill_live.errors import CodesError
from tests.edits.shipped import EDITS


def test_a_list_is_read_as_it_was_written_a_line_for_each_edit(tmp_path: Path) -> None:
    steps = EditList(
        (
            EditStep("swap", Selection("0:2s", "low", "Structure"), {}, 0, "my loop.json", "1s:3s"),
            EditStep("mutate", values={"share": 0.1, "distance": 1 / 3}, seed=7),
        )
    )
    path = tmp_path / "folder" / "edits.yaml"
    save_edit_list(path, steps)
    assert path.read_text(encoding="utf-8").splitlines() == [
        "version: 1",
        "edits:",
        "- \"swap 'my loop.json' 0:2s 1s:3s --bands low --levels Structure\"",
        '- "mutate share=0.1 distance=0.3333333333333333 --seed 7"',
    ]
    assert load_edit_list(path, EDITS) == steps


def test_an_empty_list_is_a_list(tmp_path: Path) -> None:
    path = tmp_path / "edits.yaml"
    save_edit_list(path, EditList())
    assert load_edit_list(path, EDITS) == EditList()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "edits.yaml:1: a list of edits begins with `version: 1`"),
        ("[1, 2]", "edits.yaml:1: a list of edits begins with `version: 1`"),
        ("version: 2\nedits: []", "begins with `version: 1`"),
        ("version: 1", "besides `version`, the file has `edits:`"),
        ("version: 1\nedits: reverse", "besides `version`, the file has `edits:`"),
        ("version: 1\nedits: []\nname: x", "besides `version`, the file has `edits:`"),
        ("version: 1\nedits: [", "invalid YAML"),
        ("version: 1\nedits:\n- revers\n", "edits.yaml:3: there is no edit 'revers' .did you mean"),
        ("version: 1\nedits:\n- {a: b}\n", "edits.yaml:3: there is no edit"),
        ("version: 1\nedits:\n- echo\n- echo columns=65\n", "edits.yaml:4: columns takes"),
    ],
)
def test_a_broken_file_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "edits.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CodesError, match=told):
        load_edit_list(path, EDITS)


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "edits.yaml"
    path.write_text("version: 1\nedits:\n- nothing\n- echo\n- swap\n", encoding="utf-8")
    with pytest.raises(
        CodesError, match=r"2 problems in the list of edits(.|\n)*no edit(.|\n)*GRID"
    ):
        load_edit_list(path, EDITS)


def test_files_that_are_missing_huge_or_cannot_be_written_are_told(tmp_path: Path) -> None:
    with pytest.raises(CodesError, match=r"cannot read the list of edits .*none\.yaml"):
        load_edit_list(tmp_path / "none.yaml", EDITS)
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"#" * (9 * 2**20))
    with pytest.raises(CodesError, match="is not a list of edits: it is larger"):
        load_edit_list(huge, EDITS)
    with pytest.raises(CodesError, match=r"cannot save .*huge\.yaml"):
        save_edit_list(huge / "edits.yaml", EditList())


def test_a_long_session_s_list_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    steps = EditList((EditStep("swap", partner="a" * 900 + ".json"),) * 600)
    save_edit_list(path, steps)
    assert path.stat().st_size > 2**19
    assert load_edit_list(path, EDITS) == steps
