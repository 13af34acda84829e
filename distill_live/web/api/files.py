"""Sound files over HTTP: what was recorded and captured live, and what was generated."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from distill_live.atomic_file import atomic_file
from distill_live.web.api.operations import BYTES, Asked, Operation
from distill_live.web.fields import Field
from distill_live.web.work.cli import Commands
from distill_live.web.work.marks import Marks
from distill_live.web.work.moments import iso_time
from distill_live.web.work.sound_files import MEDIA_TYPES, media_type
from distill_live.web.work.workplace import Workplace

#: What may be beside a sound under its name: how it was made, and its codes.
_BESIDE = (".json", ".npz")
#: The largest sidecar that is read.
_MOST_SIDECAR_BYTES = 1 << 20
_KINDS = {"recordings": "recording", "generated": "generated"}

_FAVOURITE = Field("favourite", "flag", "Whether it is a favourite.", required=True)
_COUNT = Field(
    "count", "integer", "Number of pairs of peaks.", minimum=8, maximum=4000, default=400
)


class Files:
    """The operations on sound files."""

    def __init__(self, workplace: Workplace, commands: Commands) -> None:
        self._workplace, self._commands = workplace, commands
        self._marks = Marks(workplace.folder / "favourites.json")

    def operations(self) -> list[Operation]:
        """All of them; the path of a peak is tried before that of a file."""
        one = "/files/{path:path}"
        return [
            Operation("GET", "/files", "Lists recordings and generated files.", self._list),
            Operation("GET", f"{one}/peaks",
                      "The smallest and largest sample of each of `count` parts, -1..1.",
                      self._peaks, query=(_COUNT,)),
            Operation("GET", one, "Downloads a file, or the part that Range asks for.",
                      self._download, answers=BYTES),
            Operation("PATCH", one, "Marks a file as a favourite, or removes the mark.", self._mark,
                      body=(_FAVOURITE,)),
            Operation("DELETE", one, "Moves a file and its sidecars to the trash.",
                      self._delete),
        ]  # fmt: skip

    def _list(self, asked: Asked) -> dict[str, Any]:
        favourites = self._marks.favourites()
        found = [
            self._describe(f"{shelf}/{name}", path, favourites)
            for shelf, files in self._workplace.shelves.items()
            for name, path in files.files()
            if path.suffix.lower() in MEDIA_TYPES
        ]
        return {"files": sorted(found, key=lambda one: str(one["modified"]), reverse=True)}

    def _describe(self, name: str, path: Path, favourites: set[str]) -> dict[str, Any]:
        about = path.stat()
        return {
            "path": name,
            "kind": _KINDS[name.partition("/")[0]],
            "bytes": about.st_size,
            "modified": iso_time(about.st_mtime),
            "favourite": name in favourites,
            "sidecar": _sidecar(path),
            "seconds": (self._known_peaks(path) or {}).get("seconds"),
        }

    def _download(self, asked: Asked) -> Response:
        path = self._workplace.find_file(asked.path["path"])
        return FileResponse(path, media_type=media_type(path), filename=path.name,
                            content_disposition_type="inline")  # fmt: skip

    def _mark(self, asked: Asked) -> dict[str, Any]:
        name = asked.path["path"]
        path = self._workplace.find_file(name)
        self._marks.set_favourite(name, asked.values["favourite"])
        return self._describe(name, path, self._marks.favourites())

    def _delete(self, asked: Asked) -> dict[str, Any]:
        path = self._workplace.find_file(asked.path["path"])
        beside = [path.with_suffix(suffix) for suffix in _BESIDE]
        doomed = [path, *(one for one in beside if one.is_file() and one != path)]
        return {"undo": self._workplace.trash.take("file", path.name, doomed)}

    async def _peaks(self, asked: Asked) -> dict[str, Any]:
        path = await run_in_threadpool(self._workplace.find_file, asked.path["path"])
        count = asked.values["count"]
        known = await run_in_threadpool(self._known_peaks, path)
        if known is None or len(known["peaks"]) != count:
            words = ("inspect", str(path), f"--peaks={count}", "--json")
            found = await self._commands.run(*words, seconds=300.0)
            known = {key: found["found"][0][key] for key in ("seconds", "peaks")}
            await run_in_threadpool(self._note_peaks, path, known)
        return known

    def _known_peaks(self, path: Path) -> dict[str, Any] | None:
        """The peaks and the length of a file, if they were measured since it has changed."""
        try:
            known: dict[str, Any] = json.loads(self._noted(path).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return known

    def _note_peaks(self, path: Path, known: dict[str, Any]) -> None:
        noted = self._noted(path)
        noted.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(noted) as temporary:
            temporary.write_text(json.dumps(known), encoding="utf-8")

    def _noted(self, path: Path) -> Path:
        """The file of a sound's peaks: another one for other content."""
        about = path.stat()
        key = f"{path.resolve()}\n{about.st_size}\n{about.st_mtime_ns}"
        name = hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()[:32]
        return self._workplace.folder / "peaks" / f"{name}.json"


def _sidecar(path: Path) -> Any:
    """What the file beside a sound says about how it was made; None without one."""
    beside = path.with_suffix(".json")
    try:
        if beside.stat().st_size <= _MOST_SIDECAR_BYTES:
            return json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        pass
    return None
