"""The file beside a patch that holds learned mappings; the patch itself is never written to."""

from __future__ import annotations

import json
from pathlib import Path

from distill_live.atomic_file import atomic_file
from distill_live.control.patch.files import learned_path, read_document
from distill_live.errors import PatchError

_HEADER = """\
# Mappings made with `distill-live learn` and /distill/learn, loaded together with {patch}.
# This file is rewritten on every change; you may edit or delete lines, but comments are lost.
version: 1
name: {name}
"""


def add_learned(patch: Path, mapping: dict[str, object]) -> Path:
    """Write a mapping, with the keys of patches, into the file beside `patch`; returns its path.

    It replaces a mapping that was learned for the same parameter, or for the same request with the
    same arguments. Raises PatchError when the existing file cannot be read, or the new one cannot
    be written.
    """
    path = learned_path(patch)
    kept = [entry for entry in _read(path) if not _same_target(entry, mapping)]
    header = _HEADER.format(patch=patch.name, name=json.dumps(path.stem))
    # JSON is also YAML; one line for each mapping is easy to read and to delete.
    lines = [f"  - {json.dumps(entry, ensure_ascii=False)}\n" for entry in [*kept, mapping]]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as temporary:
            temporary.write_text(f"{header}map:\n{''.join(lines)}", encoding="utf-8")
    except OSError as error:
        raise PatchError(
            f"cannot write {path}: {error.strerror}; copy {patch.name} to a folder of your own, "
            "such as ./patches, and learn there"
        ) from None
    return path


def _read(path: Path) -> list[dict[str, object]]:
    if not path.exists():
        return []
    document = read_document(path)
    mappings = document.get("map") if isinstance(document, dict) else None
    if not isinstance(mappings, list) or not all(isinstance(entry, dict) for entry in mappings):
        raise PatchError(
            f"{path} has no list of mappings under `map`: correct it, or delete it and learn again"
        )
    return mappings


def _same_target(entry: dict[str, object], mapping: dict[str, object]) -> bool:
    return all(entry.get(key) == mapping.get(key) for key in ("to", "do", "arguments"))
