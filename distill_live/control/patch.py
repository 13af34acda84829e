"""Finding and reading patches: files that say which control moves what.

Beside NAME.yaml, which people write, may lie two files that the instrument writes: what it learned
of controls in NAME.learned.yaml, and presets stored while playing in NAME.presets.yaml.
"""

from __future__ import annotations

import reprlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from distill_live.control.patch_document import (
    Document,
    Place,
    Problem,
    patch_error,
    read_document,
)
from distill_live.control.patch_schema import TAGGED_MODELS, OscSettings, Patch
from distill_live.control.patch_sources import same_control
from distill_live.control.targets import find_target
from distill_live.errors import ParameterError, PatchError, nearest_name
from distill_live.parameters import PARAMETERS, Table

SUFFIXES = (".yaml", ".yml")
_LEARNED, _STORED = ".learned", ".presets"


def learned_path(path: Path) -> Path:
    """Where what was learned of controls is kept, for the patch at `path`."""
    return path.with_name(f"{path.stem}{_LEARNED}.yaml")


def presets_path(path: Path) -> Path:
    """Where presets that are stored while playing are kept, for the patch at `path`."""
    return path.with_name(f"{path.stem}{_STORED}.yaml")


def find_patch(name: str) -> Path:
    """The patch file of that name: a path, or a file of `./patches`, or one that ships.

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
    """Read and check a patch, which may name the parameters of `table`, and what lies beside it.

    A control that was learned no longer does what the patch itself says of it; a preset that was
    stored replaces the patch's of the same name. Raises PatchError with every problem: file, line,
    what is legal and the nearest name.
    """
    path = Path(path)
    learned, stored = (
        _load_one(beside, table) if beside.is_file() else None
        for beside in (learned_path(path), presets_path(path))
    )
    presets = stored.presets if stored else {}
    patch = _load_one(path, table, presets)
    new = learned.map if learned else []
    kept = [m for m in patch.map if not any(same_control(m.source, n.source) for n in new)]
    more = {
        "name": patch.name or path.stem,
        "map": [*kept, *new],
        "devices": {**patch.devices, **(learned.devices if learned else {})},
        "presets": {**patch.presets, **presets},
    }
    return patch.model_copy(update=more)


def _load_one(path: Path, table: Table, presets: Collection[str] = ()) -> Patch:
    """The patch in one file; its programs may also name `presets`, which stand elsewhere."""
    document = read_document(path)
    problems = [*_preset_problems(document, table), *_program_problems(document, presets)]
    try:
        patch = Patch.model_validate(document.value, context=table)
    except ValidationError as error:
        details = error.errors(include_url=False)
        problems += [_explain(d, document) for d in details if not _is_preset_value(d["loc"])]
    if problems:
        raise patch_error(path, problems)
    return patch


def patches_in(folder: Path) -> list[Path]:
    """The patches of a folder, without what the instrument itself wrote beside them."""
    found = [path for path in sorted(folder.glob("*")) if path.suffix in SUFFIXES]
    return [path for path in found if not path.stem.endswith((_LEARNED, _STORED))]


def _is_preset_value(place: Place) -> bool:
    return len(place) > 2 and place[0] == "presets"


def _preset_problems(document: Document, table: Table) -> list[Problem]:
    """What is wrong with the values of presets."""
    return [
        (document.line(("presets", preset, name)), text)
        for preset, values in _entries(document, "presets").items()
        if isinstance(values, dict)
        for name, value in values.items()
        if (text := _wrong_value(str(name), value, table))
    ]


def _wrong_value(name: str, value: object, table: Table) -> str:
    """Why a parameter cannot have a value in a preset; nothing when it can."""
    try:
        target = find_target(name, table)
    except ParameterError as error:
        return f"{error}; legal: {', '.join(table)}"
    parameter, switch = target.parameter, target.parameter.kind == "bool"
    if value == "off" or (value is False and not switch):
        off = parameter.optional or target.level is not None
        return "" if off else f"{name} cannot be off: it takes a number, {parameter.legal()}"
    if isinstance(value, int | float) and (switch or not isinstance(value, bool)):
        if parameter.minimum <= value <= parameter.maximum:
            return ""
    return f"{name} cannot be {reprlib.repr(value)}; legal: {parameter.legal()}"


def _program_problems(document: Document, presets: Collection[str]) -> list[Problem]:
    """Programs that are none of the document's presets, nor of `presets`."""
    known = [*_entries(document, "presets"), *presets]
    return [
        (
            document.line(("programs", number)),
            f"no preset {preset!r}{nearest_name(preset, map(str, known))}; "
            f"there are: {', '.join(map(str, known)) or 'none'}",
        )
        for number, preset in _entries(document, "programs").items()
        if isinstance(preset, str) and preset not in known
    ]


def _entries(document: Document, key: str) -> dict[str | int, Any]:
    found = document.value.get(key) if isinstance(document.value, dict) else None
    return found if isinstance(found, dict) else {}


def _explain(detail: ErrorDetails, document: Document) -> Problem:
    """The line and the text of one of pydantic's findings."""
    place = tuple(part for part in detail["loc"] if part not in TAGGED_MODELS)
    if detail["type"] != "missing":
        # What pydantic adds to it are its own words for which of several types was tried.
        place = document.known(place)
    return document.line(place), _explanation(detail, place)


def _explanation(detail: ErrorDetails, place: Place) -> str:
    names = [part for part in place if isinstance(part, str)]
    fields = _fields(detail["loc"])
    if detail["type"] == "extra_forbidden":
        hint = nearest_name(names[-1], fields)
        return f"unknown key {names[-1]!r}{hint}; legal here: {', '.join(fields)}"
    if detail["type"] == "missing":
        return f"{names[-1]!r} is missing: {fields[names[-1]]}"
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    if detail["type"] in ("source", "mapping"):
        return f"{detail['msg']}, not {reprlib.repr(detail['input'])}"
    if not names:
        return f"a patch is made of: {', '.join(fields)}"
    legal = next(fields[name] for name in reversed(names) if name in fields)
    return f"{names[-1]} cannot be {reprlib.repr(detail['input'])}; legal: {legal}"


def _fields(place: Place) -> dict[str, str]:
    """The keys that are legal in the innermost model of `place`, with what is legal in each."""
    models: list[type[BaseModel]] = [TAGGED_MODELS[p] for p in place if p in TAGGED_MODELS]
    within_osc = place[0] == "osc" and len(place) > 1 if place else False
    owner = models[-1] if models else OscSettings if within_osc else Patch
    return {
        field.alias or name: field.description or "" for name, field in owner.model_fields.items()
    }


def _patch_folders() -> list[Path]:
    """Where patches are looked for: the working folder's, then those that ship."""
    package = Path(__file__).parents[1]
    in_wheel = package / "shipped" / "patches"
    return [Path("patches"), in_wheel if in_wheel.is_dir() else package.parent / "patches"]
