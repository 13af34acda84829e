"""Finding and reading patches: files that say which control moves what.

People write NAME.yaml. The instrument may write two files beside it: learned mappings in
NAME.learned.yaml, and presets stored while playing in NAME.presets.yaml.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from distill_live.control.patch.problems import (
    entries,
    preset_problems,
    program_problems,
    schema_problems,
)
from distill_live.control.patch.schema import Patch
from distill_live.control.patch.sources import same_control
from distill_live.errors import PatchError
from distill_live.parameters import PARAMETERS, Table
from distill_live.spelling import nearest_name
from distill_live.yaml_file import MAX_BYTES, Document, document_error, parse_yaml, read_yaml

SUFFIXES = (".yaml", ".yml")
#: Files that belong to a patch: NAME.presets.yaml is not a patch of its own.
COMPANIONS = {".presets", ".learned"}


def learned_path(patch: Path) -> Path:
    """Where a patch's learned mappings are kept: beside it, in NAME.learned.yaml."""
    return _companion(patch, "learned")


def presets_path(patch: Path) -> Path:
    """Where the presets stored with a patch are kept: beside it, in NAME.presets.yaml."""
    return _companion(patch, "presets")


def _companion(patch: Path, kind: str) -> Path:
    """A file that belongs to a patch; for a shipped patch, in the folder `patches` of the working
    folder."""
    name = f"{patch.stem}.{kind}.yaml"
    if patch.parent.resolve() == shipped_folder().resolve():
        return Path("patches") / name
    return patch.with_name(name)


def shipped_folder() -> Path:
    """The folder of the shipped patches."""
    package = Path(__file__).parents[2]
    in_wheel = package / "shipped" / "patches"
    return in_wheel if in_wheel.is_dir() else package.parent / "patches"


def find_patch(name: str) -> Path:
    """The patch file of that name: a path, a file in `./patches`, or a shipped one.

    The suffix may be left out. Raises PatchError, with the known names, when there is none.
    """
    candidates = [name, *(f"{name}{suffix}" for suffix in SUFFIXES)]
    for folder in (Path(), *_patch_folders()):
        for candidate in candidates:
            if (folder / candidate).is_file():
                return folder / candidate
    known = sorted({path.stem for folder in _patch_folders() for path in patches_in(folder)})
    raise PatchError(
        f"no patch {name!r}{nearest_name(name, known)}; "
        f"give a path or one of: {', '.join(known) or '(none found)'}"
    )


def load_patch(path: Path | str, table: Table = PARAMETERS) -> Patch:
    """Read and check a patch, with its learned mappings; both may name parameters of `table`.

    A learned mapping replaces the patch's own mappings of the same control. Programs may also name
    presets that were stored while playing, which are not part of the patch. Raises PatchError that
    lists every problem: file, line, what is legal and the nearest name.
    """
    path = Path(path)
    patch = _load_one(path, table, _stored_names(presets_path(path)))
    patch = patch.model_copy(update={"name": patch.name or path.stem})
    if not learned_path(path).is_file():
        return patch
    learned = _load_one(learned_path(path), table)
    kept = [
        mapping
        for mapping in patch.map
        if not any(same_control(mapping.source, new.source) for new in learned.map)
    ]
    devices = {**patch.devices, **learned.devices}
    return patch.model_copy(update={"map": [*kept, *learned.map], "devices": devices})


def check_patch(text: str, path: Path, table: Table = PARAMETERS) -> None:
    """Check a text that is to become the patch at `path`, as `load_patch` would.

    Raises PatchError; its `problems` have the lines.
    """
    # A lone surrogate, which JSON can carry, is no UTF-8; parse_yaml says so, with its line.
    data = text.encode(errors="surrogatepass")
    if len(data) > MAX_BYTES:
        raise PatchError(f"{path} is not a patch: it is larger than {MAX_BYTES // 1024} KiB")
    _validate(parse_yaml(data, path, "patch"), path, table, _stored_names(presets_path(path)))


def describe_patch(patch: Patch, stored: int = 0) -> str:
    """How much a patch holds, such as "3 mappings, 1 preset", and how many presets were stored with
    it."""
    counts = {"mapping": len(patch.map), "preset": len(patch.presets)}
    if stored:
        counts["stored preset"] = stored
    return ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for what, count in counts.items())


def read_document(path: Path) -> Any:
    """The content of a YAML file as plain values, not checked further. Raises PatchError."""
    return read_yaml(path, "patch").value


def _load_one(path: Path, table: Table, presets: Collection[str] | None = ()) -> Patch:
    """The patch in one file; its programs may also name `presets`, or, if None, any preset."""
    return _validate(read_yaml(path, "patch"), path, table, presets)


def _validate(
    document: Document, path: Path, table: Table, presets: Collection[str] | None
) -> Patch:
    problems = preset_problems(document, table)
    if presets is not None:
        problems += program_problems(document, presets)
    try:
        patch = Patch.model_validate(document.value, context=table)
    except ValidationError as error:
        problems += schema_problems(document, error)
    if problems:
        # A value that was tried as several types is reported once.
        raise document_error(path, "patch", sorted(set(problems)))
    return patch


def _stored_names(path: Path) -> list[str] | None:
    """The presets that were stored while playing; None when the file cannot be read."""
    if not path.is_file():
        return []
    try:
        return [str(name) for name in entries(read_yaml(path, "presets file"), "presets")]
    except PatchError:
        return None


def patches_in(folder: Path) -> list[Path]:
    """The patches in a folder, without the files that the instrument writes beside them."""
    found = [path for path in sorted(folder.glob("*")) if path.suffix in SUFFIXES]
    return [path for path in found if not COMPANIONS & {*path.suffixes}]


def _patch_folders() -> list[Path]:
    """Where patches are looked for: in the working folder, then among the shipped ones."""
    return [Path("patches"), shipped_folder()]
