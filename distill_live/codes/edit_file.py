"""Files that hold a list of edits, so that they can be replayed on another grid."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from distill_live.codes.edit import Edit
from distill_live.codes.edit_list import EditList, EditStep
from distill_live.errors import CodesError, DistillError, PatchError
from distill_live.yaml_file import Document, document_error, dump_yaml, read_yaml, write_file

VERSION = 1
_KIND = "edit list"


def load_edit_list(path: Path, edits: Mapping[str, Edit]) -> EditList:
    """Read a list: `version: 1` and `edits:`, a text for each step (see `EditStep.parse`).

    Raises CodesError that names the file, the lines and what is wrong in each.
    """
    try:
        document = read_yaml(path, _KIND)
        return EditList(tuple(_steps(document, path, edits)))
    except PatchError as error:
        raise CodesError(str(error)) from None


def save_edit_list(path: Path, steps: EditList) -> None:
    """Write a list, atomically. Raises CodesError when the file cannot be written."""
    document = {"version": VERSION, "edits": [str(step) for step in steps.steps]}
    try:
        write_file(path, dump_yaml(document))
    except OSError as error:
        raise CodesError(f"cannot save {path}: {error.strerror or error}") from error


def _steps(document: Document, path: Path, edits: Mapping[str, Edit]) -> list[EditStep]:
    value = document.value
    if not isinstance(value, dict) or value.get("version") != VERSION:
        problem = (1, f"an edit list begins with `version: {VERSION}`")
        raise document_error(path, _KIND, [problem])
    texts = value.get("edits")
    if not isinstance(texts, list) or set(value) != {"version", "edits"}:
        problem = (1, "besides `version`, an edit list has `edits:`, a list with a text per edit")
        raise document_error(path, _KIND, [problem])
    steps, problems = [], []
    for number, text in enumerate(texts):
        try:
            steps.append(EditStep.parse(str(text), edits))
        except DistillError as error:
            problems.append((document.lines["edits", number], str(error)))
    if problems:
        raise document_error(path, _KIND, problems)
    return steps
