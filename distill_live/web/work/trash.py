"""What clients delete goes to the trash, from where it can be restored."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from distill_live.atomic_file import atomic_file
from distill_live.errors import RequestError

_LIST = "what.json"
_NUMBER = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")


class Trash:
    """A folder of deleted things, each in a folder of its own beside a list of where it was."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, kind: str, name: str, paths: Iterable[Path]) -> str:
        """Move files and folders here, all or none; returns the id to restore them by.

        `kind` and `name` say what they are together, such as "model" and "drums". Raises OSError.
        """
        number = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}"
        place = self._folder / number
        place.mkdir(parents=True)
        moves = [(path.absolute(), place / f"{i}") for i, path in enumerate(paths)]
        what = {
            "kind": kind,
            "name": name,
            "deleted": time.time(),
            "from": [str(path) for path, _ in moves],
        }
        # The list first: a crash between two moves loses nothing.
        with atomic_file(place / _LIST) as temporary:
            temporary.write_text(json.dumps(what, indent=2), encoding="utf-8")
        try:
            _move(moves)
        except OSError:
            # The folder stays if something in it could not be moved back.
            (place / _LIST).unlink()
            with contextlib.suppress(OSError):
                place.rmdir()
            raise
        return number

    def entries(self) -> list[dict[str, Any]]:
        """What can be restored, the newest first: id, kind, name and time of each."""
        found = []
        for path in sorted(self._folder.glob(f"*/{_LIST}"), reverse=True):
            what = _read(path)
            keys = ("kind", "name", "deleted")
            found.append({"id": path.parent.name} | {key: what.get(key) for key in keys})
        return found

    def restore(self, number: str) -> dict[str, Any]:
        """Move everything back to where it was; returns its kind and name.

        Raises RequestError when there is nothing of that id, or a name is taken by now.
        """
        place, what = self._find(number)
        moves = [(place / f"{i}", Path(path)) for i, path in enumerate(what["from"])]
        moves = [(here, there) for here, there in moves if here.exists() or here.is_symlink()]
        taken = next((there for _, there in moves if there.exists()), None)
        if taken:
            raise RequestError(409, f"{taken.name} exists again: rename or delete that one first")
        for _, there in moves:
            there.parent.mkdir(parents=True, exist_ok=True)
        _move(moves)
        shutil.rmtree(place)
        return {"kind": what["kind"], "name": what["name"]}

    def purge(self, number: str) -> None:
        """Delete something for good. Raises RequestError when there is nothing of that id."""
        shutil.rmtree(self._find(number)[0])

    def _find(self, number: str) -> tuple[Path, dict[str, Any]]:
        path = self._folder / number / _LIST
        if not (_NUMBER.fullmatch(number) and path.is_file()):
            raise RequestError(404, f"there is nothing called {number!r} in the trash")
        return path.parent, _read(path)


def _move(moves: Iterable[tuple[Path, Path]]) -> None:
    """Move each path to its new place; if one fails, those before it are moved back."""
    done: list[tuple[Path, Path]] = []
    try:
        for here, there in moves:
            shutil.move(here, there)
            done.append((here, there))
    except OSError:
        for here, there in reversed(done):
            shutil.move(there, here)
        raise


def _read(path: Path) -> dict[str, Any]:
    what: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return what
