from __future__ import annotations

from pathlib import Path

import pytest

from distill_live.codes.edit_lists import edit_file
from distill_live.codes.edit_lists.edit_file import load_edit_list, save_edit_list
from distill_live.codes.edit_lists.edit_list import EditList
from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.codes.selection import Selection
from distill_live.errors import CodesError
from tests.edits.shipped import EDITS


def test_a_list_is_read_as_it_was_written_a_line_for_each_edit(tmp_path: Path) -> None:
    steps = EditList(
        (
            EditStep(
                "swap", Selection("0:2s", "low", "Structure"), {}, None, "my loop.json", "1:3s"
            ),
            EditStep("mutate", values={"share": 0.1, "distance": 1 / 3}, seed=7),
        )
    )
    path = tmp_path / "folder" / "edits.yaml"
    save_edit_list(path, steps)
    assert path.read_text(encoding="utf-8").splitlines() == [
        "version: 1",
        "edits:",
        "- \"swap 'my loop.json' 0:2s 1:3s --bands low --levels Structure\"",
        '- "mutate share=0.1 distance=0.3333333333333333 --seed 7"',
    ]
    assert load_edit_list(path, EDITS) == steps


@pytest.mark.parametrize(
    "character",
    ["\x7f", "\x85", "\x9f", "\xa0", "\u2028", "\u2029", "\udce9", "\ud83d", "\ufeff", "\ufffe",
     "\uffff", "\x1b", "\n", '"', "'", "\\", "ä", "\U0001f600"],
)  # fmt: skip
def test_a_grid_s_name_comes_back_whatever_is_in_it(tmp_path: Path, character: str) -> None:
    steps = EditList((EditStep("swap", partner=f"caf{character}.json"),))
    path = tmp_path / "edits.yaml"
    save_edit_list(path, steps)
    assert load_edit_list(path, EDITS) == steps


def test_a_list_has_as_many_edits_as_can_be_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edit_file, "MAX_EDITS", 4)
    path = tmp_path / "edits.yaml"
    save_edit_list(path, EditList((EditStep("reverse"),) * 4))
    assert len(load_edit_list(path, EDITS).steps) == 4
    before = path.read_bytes()
    with pytest.raises(CodesError, match=r"edits\.yaml: it has 5 edits .*; legal: up to 4 edits"):
        save_edit_list(path, EditList((EditStep("reverse"),) * 5))
    assert path.read_bytes() == before
    with path.open("ab") as file:
        file.write(b'- "reverse"\n')
    with pytest.raises(CodesError, match="more than 7 values"):
        load_edit_list(path, EDITS)


def test_an_edit_that_is_too_long_to_be_read_again_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "edits.yaml"
    for length, fits in ((1000, True), (1001, False)):
        steps = EditList((EditStep("swap", partner="a" * (length - len("swap "))),))
        if fits:
            save_edit_list(path, steps)
            assert load_edit_list(path, EDITS) == steps
        else:
            with pytest.raises(CodesError, match="has 1001 characters; legal: up to 1000"):
                save_edit_list(path, steps)


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
