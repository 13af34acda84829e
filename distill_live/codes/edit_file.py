"""Files that hold a list of edits, so that they can be replayed on another grid."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from distill_live.codes.edit import Edit
from distill_live.codes.edit_list import EditList, EditStep
from distill_live.errors import CodesError, DistillError, PatchError
from distill_live.yaml_file import Document, document_error, read_yaml, write_file

VERSION = 1
#: The most bytes of a file: twenty edits a second for an hour.
MAX_BYTES = 8 * 2**20
_KIND = "list of edits"


def load_edit_list(path: Path, edits: Mapping[str, Edit]) -> EditList:
    """Read a list: `version: 1` and `edits:`, a text for each step (see `EditStep.parse`).

    Raises CodesError that names the file, the lines and what is wrong in each.
    """
    try:
        document = read_yaml(path, _KIND, MAX_BYTES)
        return EditList(tuple(_steps(document, path, edits)))
    except PatchError as error:
        raise CodesError(str(error)) from None


def save_edit_list(path: Path, steps: EditList) -> None:
    """Write a list, atomically. Raises CodesError when the file cannot be written."""
    # Texts in JSON are texts in YAML, too.
    lines = [f"- {json.dumps(str(step), ensure_ascii=False)}\n" for step in steps.steps]
    edits = "edits:\n" + "".join(lines) if lines else "edits: []\n"
    try:
        write_file(path, f"version: {VERSION}\n{edits}")
    except OSError as error:
        raise CodesError(f"cannot save {path}: {error.strerror or error}") from error


def _steps(document: Document, path: Path, edits: Mapping[str, Edit]) -> list[EditStep]:
    value = document.value
    if not isinstance(value, dict) or value.get("version") != VERSION:
        problem = (1, f"a list of edits begins with `version: {VERSION}`")
        raise document_error(path, _KIND, [problem])
    texts = value.get("edits")
    if not isinstance(texts, list) or set(value) != {"version", "edits"}:
        problem = (1, "besides `version`, the file has `edits:`, a list with a text for each edit")
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
