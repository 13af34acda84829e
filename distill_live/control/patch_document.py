"""YAML files of ours, read with care: as plain values, with the line of each.

The one place that knows YAML. Nothing in a file can make reading it run code or take long.
"""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from distill_live.atomic_file import atomic_file
from distill_live.errors import PatchError

MAX_BYTES = 256 * 1024
#: Values in a file, each use of an alias counted anew: what keeps an alias bomb from going off.
MAX_VALUES = 50_000
MAX_DEPTH = 16
MAX_SCALAR = 1_000

#: Where in a document: keys and list positions, from the root.
Place = tuple[str | int, ...]
#: A line, counted from 1, and what is wrong there.
Problem = tuple[int, str]
#: The one place whose keys are numbers: programs by their number.
_NUMBERED: Place = ("programs",)


def read_document(path: Path) -> Document:
    """The document in a file.

    Raises PatchError, with every problem and its line, for what is no YAML of plain values.
    """
    document = Document(path)
    document.read(_read_text(path))
    if document.problems:
        raise patch_error(path, document.problems)
    return document


def write_document(path: Path, value: object, comment: str) -> None:
    """Write plain values as YAML, below a comment, replacing the file as a whole.

    Raises PatchError when the file cannot be written.
    """
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100)
    try:
        with atomic_file(path) as temporary:
            temporary.write_text(head + text, encoding="utf-8")
    except OSError as error:
        raise PatchError(f"cannot write {path}: {error.strerror}") from None


def patch_error(path: Path, problems: Sequence[Problem]) -> PatchError:
    """The error that tells all problems of a file, in the order of the lines."""
    lines = [f"{path}:{line}: {text}" for line, text in sorted(set(problems))]
    count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
    return PatchError("\n  ".join([f"{count} in the patch {path}", *lines]))


class Document:
    """A YAML document as plain values; remembers the line of each and collects what is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.value: Any = None
        self.lines: dict[Place, int] = {(): 1}
        self.problems: list[Problem] = []
        self._values_left = MAX_VALUES

    def read(self, text: str) -> None:
        """Take `text` as the document."""
        loader: yaml.SafeLoader | None = None
        try:
            loader = yaml.SafeLoader(text)
            node = loader.get_single_node()
            self.value = None if node is None else self._value(loader, node, ())
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

    def line(self, place: Place) -> int:
        """The line of a place, or of the innermost one around it that is there."""
        return self.lines[self.known(place)]

    def known(self, place: Place) -> Place:
        """The longest beginning of a place that is in the document."""
        return next(place[:n] for n in range(len(place), -1, -1) if place[:n] in self.lines)

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
    ) -> dict[str | int, Any]:
        values: dict[str | int, Any] = {}
        first_lines: dict[str | int, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._scalar(loader, key_node)
            if not (isinstance(key, str) or (place == _NUMBERED and type(key) is int)):
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
        raise patch_error(path, [(line, "no UTF-8 text; save the file as UTF-8")]) from None
