"""The file beside a patch that keeps presets stored while playing."""

from __future__ import annotations

import reprlib
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from distill_live.control.patch.schema import EDIT_ORDER
from distill_live.errors import PatchError
from distill_live.yaml_file import (
    Document,
    Problem,
    document_error,
    dump_yaml,
    parse_yaml,
    read_bytes,
    write_file,
)

#: A preset: values, or "off", by the names of parameters and levels.
Preset = Mapping[str, float | str]

#: The value of a parameter that is off, and of a level that follows the global value.
OFF = "off"
#: The longest name of a preset, in letters.
MAX_NAME = 100
_MAX_BYTES = 4 * 1024 * 1024
_KIND = "presets file"
_HEADER = """\
# Presets stored while playing with the patch beside this file. It is rewritten whenever a preset is
# stored or deleted; edit it only while the server is not running.
"""


class PresetFile:
    """Reads presets once, and writes them on a thread of its own whenever they change.

    A file that anybody else has changed, or that could not be read, is never overwritten: it is
    renamed and kept. `log` takes a line of text for the user.
    """

    def __init__(self, path: Path, log: Callable[[str], None] = lambda line: None) -> None:
        self.path, self._log = path, log
        self._lock = threading.Lock()
        self._writer: threading.Thread | None = None
        self._wanted: Mapping[str, Preset] | None = None
        #: The file's content as last read or written; None if there was none that could be read.
        self._known: bytes | None = None

    def read(self) -> dict[str, dict[str, float | str]]:
        """The presets in the file; none if it is missing, or broken, which is logged."""
        if not self.path.exists():
            return {}
        try:
            data = read_bytes(self.path, _KIND, _MAX_BYTES)
            presets = _check(parse_yaml(data, self.path, _KIND), self.path)
        except PatchError as error:
            self._log(f"{error}\n  Its presets are not available until it is corrected.")
            return {}
        self._known = data
        return presets

    def write(self, presets: Mapping[str, Preset]) -> None:
        """Write these presets soon; a failure is logged."""
        with self._lock:
            self._wanted = presets
            if self._writer is None:
                # Not a daemon: the program ends only after the presets are written.
                self._writer = threading.Thread(target=self._run, name="preset-file")
                self._writer.start()

    def close(self) -> None:
        """Wait until everything is written."""
        writer = self._writer
        if writer is not None:
            writer.join()

    def _run(self) -> None:
        while True:
            with self._lock:
                presets, self._wanted = self._wanted, None
                if presets is None:
                    self._writer = None
                    return
            try:
                self._keep_aside()
                plain = {name: dict(preset) for name, preset in presets.items()}
                text = dump_yaml({"version": 1, "presets": plain})
                self._known = write_file(self.path, _HEADER + text)
            except Exception as error:
                self._log(
                    f"cannot write {self.path}: {error}; stored presets last only until the server "
                    "stops. Make the folder writable and store again"
                )

    def _keep_aside(self) -> None:
        """Rename the file if anybody else has changed it."""
        if not self.path.exists() or self.path.read_bytes() == self._known:
            return
        number = 1
        while (kept := self.path.with_suffix(f".kept-{number}.yaml")).exists():
            number += 1
        self.path.rename(kept)
        self._log(
            f"{self.path} did not contain what the server had read or written: its contents "
            f"are kept as {kept}"
        )


def _check(document: Document, path: Path) -> dict[str, dict[str, float | str]]:
    """The presets of a document. Raises PatchError that lists everything wrong in it."""
    problems: list[Problem] = []
    value, lines = document.value, document.lines

    def expect(right: bool, legal: str, *place: str) -> None:
        if not right:
            problems.append((lines.get(place, 1), legal))

    expect(isinstance(value, dict) and set(value) == {"version", "presets"},
           "a presets file consists of: version, presets")  # fmt: skip
    if problems:
        raise document_error(path, _KIND, problems)
    version, presets = value["version"], value["presets"]
    expect(version == 1, f"version cannot be {reprlib.repr(version)}; legal: 1", "version")
    expect(isinstance(presets, dict), "presets must be a mapping of names", "presets")
    for name, preset in presets.items() if isinstance(presets, dict) else ():
        wrong = f"{name!r} must be a mapping of parameters"
        expect(isinstance(preset, dict), wrong, "presets", name)
        for key, number in preset.items() if isinstance(preset, dict) else ():
            legal = "the names of edits" if key == EDIT_ORDER else "a number, or off"
            right = isinstance(number, str) if key == EDIT_ORDER else _is_value(number)
            shown = f"{key} cannot be {reprlib.repr(number)}; legal: {legal}"
            expect(right, shown, "presets", name, key)
    if problems:
        raise document_error(path, _KIND, problems)
    return dict(presets)


def _is_value(value: Any) -> bool:
    return value == OFF or (isinstance(value, int | float) and abs(value) <= sys.float_info.max)
