"""Finding and reading patches: YAML files that say which control moves what."""

from __future__ import annotations

import reprlib
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from distill_live.control.patch_schema import TAGGED_MODELS, Patch
from distill_live.errors import PatchError, nearest_name
from distill_live.parameters import PARAMETERS, Table

MAX_BYTES = 256 * 1024
#: Values in a patch, each use of an alias counted anew: what keeps an alias bomb from going off.
MAX_VALUES = 50_000
MAX_DEPTH = 16
MAX_SCALAR = 1_000
SUFFIXES = (".yaml", ".yml")

#: Where in a document: keys and list positions, from the root.
Place = tuple[str | int, ...]
#: A line, counted from 1, and what is wrong there.
Problem = tuple[int, str]


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


def load_patch(path: Path | str, table: Table = PARAMETERS) -> Patch:
    """Read and check a patch, which may name the parameters of `table`.

    Raises PatchError with every problem in it: file, line, what is legal and the nearest name.
    """
    path = Path(path)
    document = _Document()
    value = document.read(_read_text(path))
    if document.problems:
        raise _patch_error(path, document.problems)
    try:
        patch = Patch.model_validate(value, context=table)
    except ValidationError as error:
        problems = [_explain(detail, document.lines) for detail in error.errors(include_url=False)]
        raise _patch_error(path, problems) from None
    return patch if patch.name else patch.model_copy(update={"name": path.stem})


def read_document(path: Path) -> Any:
    """The content of a YAML file as plain values, within a patch's limits of size; not checked
    further. Raises PatchError.
    """
    document = _Document()
    value = document.read(_read_text(path))
    if document.problems:
        raise _patch_error(path, document.problems)
    return value


class _Document:
    """A YAML document as plain values; remembers the line of each and collects what is wrong."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {(): 1}
        self.problems: list[Problem] = []
        self._values_left = MAX_VALUES

    def read(self, text: str) -> Any:
        loader: yaml.SafeLoader | None = None
        try:
            loader = yaml.SafeLoader(text)
            node = loader.get_single_node()
            return None if node is None else self._value(loader, node, ())
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.problems.append((mark.line + 1 if mark else 1, f"no YAML: {error.problem}"))
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, int(error.position)) + 1
            self.problems.append((line, f"no YAML: {error.reason}"))
        except RecursionError:
            self.problems.append((1, f"nested too deeply; legal: {MAX_DEPTH} levels"))
        except _TooMuchError as error:
            self.problems.append((error.line, str(error)))
        finally:
            if loader is not None:
                loader.dispose()
        return None

    def _value(self, loader: yaml.SafeLoader, node: yaml.Node, place: Place) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(place, line)
        self._values_left -= 1
        if self._values_left < 0:
            raise _TooMuchError(line, f"more than {MAX_VALUES} values, aliases resolved")
        if len(place) > MAX_DEPTH:
            raise _TooMuchError(line, f"nested too deeply; legal: {MAX_DEPTH} levels")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(loader, node, place)
        if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            return [self._value(loader, item, (*place, i)) for i, item in enumerate(node.value)]
        return self._scalar(loader, node)

    def _mapping(
        self, loader: yaml.SafeLoader, node: yaml.MappingNode, place: Place
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        first_lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._scalar(loader, key_node)
            if not isinstance(key, str):
                self.problems.append((line, f"the key {reprlib.repr(key)} is no text; quote it"))
                continue
            if key in first_lines:
                self.problems.append((line, f"{key!r} stands here and in line {first_lines[key]}"))
                continue
            first_lines[key] = self.lines[(*place, key)] = line
            values[key] = self._value(loader, value_node, (*place, key))
        return values

    def _scalar(self, loader: yaml.SafeLoader, node: yaml.Node) -> Any:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.ScalarNode):
            self.problems.append((line, f"{_tag(node)} is not allowed here"))
        elif len(node.value) > MAX_SCALAR:
            self.problems.append((line, f"a text of more than {MAX_SCALAR} letters"))
        else:
            try:
                return loader.construct_object(node)
            except (yaml.constructor.ConstructorError, ValueError):
                self.problems.append((line, f"{node.value!r} is no value of type {_tag(node)}"))
        return None


class _TooMuchError(Exception):
    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


def _tag(node: yaml.Node) -> str:
    return str(node.tag)[:60].replace("tag:yaml.org,2002:", "!!")


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PatchError(f"cannot read the patch {path}: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise PatchError(f"{path} is no patch: it is larger than {MAX_BYTES // 1024} KiB")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _patch_error(path, [(line, "no UTF-8 text; save the file as UTF-8")]) from None


def _patch_error(path: Path, problems: list[Problem]) -> PatchError:
    lines = [f"{path}:{line}: {text}" for line, text in sorted(problems)]
    count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
    return PatchError("\n  ".join([f"{count} in the patch {path}", *lines]))


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
    package = Path(__file__).parents[1]
    in_wheel = package / "shipped" / "patches"
    return [Path("patches"), in_wheel if in_wheel.is_dir() else package.parent / "patches"]


def _patches_in(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*") if path.suffix in SUFFIXES]
