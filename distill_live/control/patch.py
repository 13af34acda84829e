"""Finding and reading patches: YAML files that say which control moves what."""

from __future__ import annotations

import reprlib
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from distill_live.control.patch_schema import TAGGED_MODELS, Patch
from distill_live.control.yaml_file import Place, Problem, document_error, read_yaml
from distill_live.errors import PatchError, nearest_name
from distill_live.parameters import PARAMETERS, Table

SUFFIXES = (".yaml", ".yml")
#: What stands beside a patch and belongs to it: NAME.presets.yaml is no patch of its own.
COMPANIONS = {".presets", ".learned"}


def find_patch(name: str) -> Path:
    """The patch file of that name: a path, or a file of `./patches`, or one that ships.

    The suffix may be left out. Raises PatchError, with the known names, when there is none.
    """
    candidates = [name, *(f"{name}{suffix}" for suffix in SUFFIXES)]
    for folder in (Path(), *_patch_folders()):
        for candidate in candidates:
            if (folder / candidate).is_file():
                return folder / candidate
    known = sorted({path.stem for folder in _patch_folders() for path in _patches_in(folder)})
    raise PatchError(
        f"no patch {name!r}{nearest_name(name, known)}; "
        f"give a path or one of: {', '.join(known) or '(none found)'}"
    )


def shipped_folder() -> Path:
    """The folder of the patches that ship."""
    package = Path(__file__).parents[1]
    in_wheel = package / "shipped" / "patches"
    return in_wheel if in_wheel.is_dir() else package.parent / "patches"


def load_patch(path: Path | str, table: Table = PARAMETERS) -> Patch:
    """Read and check a patch, which may name the parameters of `table`.

    Raises PatchError with every problem in it: file, line, what is legal and the nearest name.
    """
    path = Path(path)
    document = read_yaml(path, "patch")
    try:
        patch = Patch.model_validate(document.value, context=table)
    except ValidationError as error:
        problems = [_explain(detail, document.lines) for detail in error.errors(include_url=False)]
        raise document_error(path, "patch", problems) from None
    return patch if patch.name else patch.model_copy(update={"name": path.stem})


def _explain(detail: ErrorDetails, lines: dict[Place, int]) -> Problem:
    """The line and the text of one of pydantic's findings."""
    place = tuple(part for part in detail["loc"] if part not in TAGGED_MODELS)
    known = next(place[:n] for n in range(len(place), -1, -1) if place[:n] in lines)
    return lines[known], _explanation(detail, place)


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
    return f"{names[-1]} cannot be {reprlib.repr(detail['input'])}; legal: {fields[names[-1]]}"


def _fields(place: Place) -> dict[str, str]:
    """The keys that are legal in the innermost model of `place`, with what is legal in each."""
    models: list[type[BaseModel]] = [TAGGED_MODELS[p] for p in place if p in TAGGED_MODELS]
    owner = models[-1] if models else Patch
    return {
        field.alias or name: field.description or "" for name, field in owner.model_fields.items()
    }


def _patch_folders() -> list[Path]:
    """Where patches are looked for: the working folder's, then those that ship."""
    return [Path("patches"), shipped_folder()]


def _patches_in(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.glob("*")
        if path.suffix in SUFFIXES and not COMPANIONS & set(path.suffixes)
    ]
