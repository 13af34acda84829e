"""YAML files: read as plain values with their lines, within limits; written atomically."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from distill_live.atomic_file import atomic_file
from distill_live.errors import PatchError

#: The most bytes of a file, unless the caller allows more.
MAX_BYTES = 256 * 1024
#: The most values in a file, counting each use of an alias, unless the caller allows more: this
#: stops alias bombs.
MAX_VALUES = 50_000
MAX_DEPTH = 16
MAX_SCALAR = 1_000

#: A place in a document: keys and list positions from the root.
Place = tuple[str | int, ...]
#: A line, counted from 1, and what is wrong there.
Problem = tuple[int, str]
#: The only place whose keys may be numbers: a patch's programs.
NUMBERED: Place = ("programs",)


@dataclass(frozen=True)
class Document:
    """A file's content: dictionaries with texts as keys (in NUMBERED also numbers), lists, texts
    and numbers; and the line, from 1, of each."""

    value: Any
    lines: dict[Place, int]


def read_yaml(
    path: Path, kind: str, max_bytes: int = MAX_BYTES, max_values: int = MAX_VALUES
) -> Document:
    """Read a file; messages call it by its `kind`, such as "patch".

    Raises PatchError that lists every problem: file, line, and what is wrong.
    """
    return parse_yaml(read_bytes(path, kind, max_bytes), path, kind, max_values)


def read_bytes(path: Path, kind: str, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of a file. Raises PatchError when it cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise PatchError(f"cannot read the {kind} {path}: {error.strerror}") from None
    if len(data) > max_bytes:
        raise PatchError(f"{path} is not a {kind}: it is larger than {max_bytes // 1024} KiB")
    return data


def parse_yaml(data: bytes, path: Path, kind: str, max_values: int = MAX_VALUES) -> Document:
    """The content of a file from its bytes. Raises PatchError that lists every problem."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = (line, "the text is not UTF-8; save the file as UTF-8")
        raise document_error(path, kind, [problem]) from None
    reader = _Reader(max_values)
    value = reader.read(text)
    if reader.problems:
        raise document_error(path, kind, reader.problems)
    return Document(value, reader.lines)


def dump_yaml(value: object) -> str:
    """Plain values as YAML; each innermost mapping or list is on one line."""
    # Where PyYAML was built with libyaml, this writes the same text many times faster.
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(
        value, Dumper=dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=98
    )
    return text


def write_file(path: Path, text: str) -> bytes:
    """Replace a file atomically; returns its new bytes. Raises OSError."""
    data = text.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as temporary:
        temporary.write_bytes(data)
    return data


def document_error(path: Path, kind: str, problems: Sequence[Problem]) -> PatchError:
    """The error that lists a file's problems in the order of their lines."""
    ordered = sorted(problems)
    lines = [f"{path}:{line}: {text}" for line, text in ordered]
    count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
    return PatchError("\n  ".join([f"{count} in the {kind} {path}", *lines]), ordered)


class _Reader:
    """Reads a document; remembers the line of each value and collects problems."""

    def __init__(self, max_values: int) -> None:
        self.lines: dict[Place, int] = {(): 1}
        self.problems: list[Problem] = []
        self._max_values = self._values_left = max_values

    def read(self, text: str) -> Any:
        loader: yaml.SafeLoader | None = None
        try:
            loader = yaml.SafeLoader(text)
            node = loader.get_single_node()
            return None if node is None else self._value(loader, node, ())
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.problems.append((mark.line + 1 if mark else 1, f"invalid YAML: {error.problem}"))
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, int(error.position)) + 1
            self.problems.append((line, f"invalid YAML: {error.reason}"))
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
            text = f"more than {self._max_values} values, including those of aliases"
            raise _TooMuchError(line, text)
        if len(place) > MAX_DEPTH:
            raise _TooMuchError(line, f"nested too deeply; legal: {MAX_DEPTH} levels")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(loader, node, place)
        if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            return [self._value(loader, item, (*place, i)) for i, item in enumerate(node.value)]
        return self._scalar(loader, node)

    def _mapping(
        self, loader: yaml.SafeLoader, node: yaml.MappingNode, place: Place
    ) -> dict[str | int, Any]:
        values: dict[str | int, Any] = {}
        first_lines: dict[str | int, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._scalar(loader, key_node)
            if not (isinstance(key, str) or (place == NUMBERED and type(key) is int)):
                self.problems.append(
                    (line, f"the key {reprlib.repr(key)} is not text; put it in quotes")
                )
                continue
            if key in first_lines:
                self.problems.append(
                    (line, f"{key!r} appears twice, here and in line {first_lines[key]}")
                )
                continue
            first_lines[key] = self.lines[(*place, key)] = line
            values[key] = self._value(loader, value_node, (*place, key))
        return values

    def _scalar(self, loader: yaml.SafeLoader, node: yaml.Node) -> Any:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.ScalarNode):
            self.problems.append((line, f"{_tag(node)} is not allowed here"))
        elif len(node.value) > MAX_SCALAR:
            self.problems.append((line, f"a text of more than {MAX_SCALAR} characters"))
        else:
            try:
                return loader.construct_object(node)
            except (yaml.constructor.ConstructorError, ValueError):
                self.problems.append((line, f"{node.value!r} is not a value of type {_tag(node)}"))
        return None


class _TooMuchError(Exception):
    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


def _tag(node: yaml.Node) -> str:
    return str(node.tag)[:60].replace("tag:yaml.org,2002:", "!!")
