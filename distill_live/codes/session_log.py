"""The session log: what happened while the instrument played, so that it can be played again.

It is a file of JSON lines. The first line identifies the file; each later one has an `op`, which
names what happened:

    engine    an engine began to play: its `deck`, model, torch, device, threads, `position`; the
              model's `clarity` gains and the checksum of its `grains`, null for none;
              `continues`: it took over from one that failed
    resume    that engine's columns as it found them, and the `place` where it continued
    set       a parameter changed: `name`, `level` (null: all), `value` (null: the level follows
              the common value again, or the parameter is off)
    request   something was asked for: `name`, `arguments`
    draw      the prior drew a column: `codes` [bands, levels]
    give      columns were added that the prior did not draw: `codes` [T, bands, levels], the first
              of them as they were `played` before
    cut       the prior forgot all columns from `column` on
    push      a column was played: `codes` as edited, null if they are as drawn
    clarify   from here on, columns were decoded with this `amount` of clarity
    use_grains  and with this `amount` of grains, which reached so far (`reach`)
    partner   a clip was chosen for a `slot`: its `name`, null for none
    swap      the sound changed over to another deck: `deck` and its `gain`; `at`, the position in
              the old deck's ring; `fade`, how long the fade should last; `faded`, how long it did
    bridge    the last passage was repeated, for `samples` samples, because the deck's ring ran dry
              `at` a position; it has no codes, so it is not rendered
    gap       nothing played for `samples` samples while the deck's ring stood still `at` a
              position, because the audio process was restarted or the output changed
    end       playing ended: `heard`, the position up to which the last deck was heard; `counts`

The others are calls of the playhead and the ring in between (see live/replay). Positions are
samples at 48 kHz in a deck's ring.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from distill_live.errors import CodesError, ParameterError, SessionLogError

FORMAT = "distill-session"
FORMAT_VERSION = 1

Entry = dict[str, Any]


class SessionLogWriter:
    """Writes a new session log, line by line; every call leaves whole lines on the disk.

    Raises SessionLogError when the file exists or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: TextIO = path.open("x", encoding="utf-8")
        except FileExistsError:
            raise SessionLogError(
                f"{path} already exists: choose another name, or move it"
            ) from None
        except OSError as error:
            raise SessionLogError(f"cannot write {path}: {error.strerror or error}") from error
        self.write([{"format": FORMAT, "format_version": FORMAT_VERSION}])

    def write(self, entries: Iterable[Entry]) -> None:
        """Append entries. If that fails, closes the file and raises SessionLogError."""
        try:
            self._file.writelines(
                json.dumps(entry, separators=(",", ":")) + "\n" for entry in entries
            )
            self._file.flush()
        except OSError as error:
            with suppress(OSError):
                self._file.close()
            raise SessionLogError(f"cannot write {self.path}: {error.strerror or error}") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_session_log(path: Path) -> Iterator[Entry]:
    """The entries of a log, in order. If the last line was cut short, it is left out.

    Raises SessionLogError when the file is missing, damaged or not a session log.
    """
    try:
        with path.open(encoding="utf-8") as file:
            yield from _entries(path, file)
    except OSError as error:
        raise SessionLogError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SessionLogError(f"cannot read {path}: it is not a text file") from error


@contextmanager
def reading_entry(entry: Entry) -> Iterator[None]:
    """Around the use of an entry: raises SessionLogError if it lacks what its `op` needs."""
    try:
        yield
    except (CodesError, ParameterError, TypeError, ValueError, LookupError) as error:
        raise SessionLogError(f"the log's entry {entry['op']!r} is damaged: {error}") from error


def _entries(path: Path, file: TextIO) -> Iterator[Entry]:
    for number, line in enumerate(file, 1):
        if not line.endswith("\n"):
            return
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if number == 1:
            if not isinstance(entry, dict) or entry.get("format") != FORMAT:
                raise SessionLogError(f"{path} is not a session log; `serve --log FILE` writes one")
            if entry.get("format_version") != FORMAT_VERSION:
                raise SessionLogError(
                    f"{path} has session log version {entry.get('format_version')}; this program "
                    f"reads version {FORMAT_VERSION}"
                )
        elif not isinstance(entry, dict) or not isinstance(entry.get("op"), str):
            raise SessionLogError(f"{path} is damaged at line {number}")
        else:
            yield entry
