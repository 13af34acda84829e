"""Files that hold a list of edits, so that they can be replayed on another grid."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from distill_live.codes.edit import Edit
from distill_live.codes.edit_lists.edit_list import EditList
from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.errors import CodesError, DistillError, PatchError
from distill_live.yaml_file import (
    MAX_SCALAR,
    Document,
    document_error,
    read_yaml,
    write_file,
)

VERSION = 1
#: The most edits of a list: more than twenty a second for an hour.
MAX_EDITS = 100_000
#: The most bytes of a file: as many edits of 80 bytes.
MAX_BYTES = 8 * 2**20
_KIND = "list of edits"
# The file itself, its version and the list.
_OTHER_VALUES = 3
# What JSON writes as it stands, but YAML refuses or reads as something else.
_NOT_IN_YAML = re.compile(r"[\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def load_edit_list(path: Path, edits: Mapping[str, Edit]) -> EditList:
    """Read a list: `version: 1` and `edits:`, a text for each step (see `EditStep.parse`).

    Raises CodesError that names the file, the lines and what is wrong in each.
    """
    try:
        document = read_yaml(path, _KIND, MAX_BYTES, MAX_EDITS + _OTHER_VALUES)
        return EditList(tuple(_steps(document, path, edits)))
    except PatchError as error:
        raise CodesError(str(error)) from None


def save_edit_list(path: Path, steps: EditList) -> None:
    """Write a list, atomically.

    Raises CodesError when the file cannot be written, and for a list that could not be read again.
    """
    texts = [str(step) for step in steps.steps]
    lines = [f"- {_scalar(text)}\n" for text in texts]
    edits = "edits:\n" + "".join(lines) if lines else "edits: []\n"
    content = f"version: {VERSION}\n{edits}"
    try:
        _require_readable(texts, len(content.encode()))
        write_file(path, content)
    except OSError as error:
        raise CodesError(f"cannot save {path}: {error.strerror or error}") from error
    except CodesError as error:
        raise CodesError(f"cannot save {path}: {error}") from error


def _scalar(text: str) -> str:
    """A text as JSON and YAML both read it."""
    quoted = json.dumps(text, ensure_ascii=False)
    return _NOT_IN_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _require_readable(texts: Sequence[str], size: int) -> None:
    """Raise CodesError unless `load_edit_list` reads a list of these edits in so many bytes."""
    if len(texts) > MAX_EDITS or size > MAX_BYTES:
        raise CodesError(
            f"it has {len(texts)} edits in {size >> 10} KiB; legal: up to {MAX_EDITS} edits in "
            f"{MAX_BYTES >> 10} KiB: save it in parts"
        )
    longest = max(map(len, texts), default=0)
    if longest > MAX_SCALAR:
        raise CodesError(
            f"one of its edits has {longest} characters; legal: up to {MAX_SCALAR}: give grids "
            "shorter paths"
        )


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
