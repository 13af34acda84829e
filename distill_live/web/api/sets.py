"""Sets of recordings over HTTP: uploaded, looked into, and trained on."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, Response

from distill_live.atomic_file import atomic_file
from distill_live.errors import RequestError
from distill_live.web.api.operations import BYTES, Asked, Operation
from distill_live.web.fields import Field
from distill_live.web.work.cli import Commands
from distill_live.web.work.moments import iso_time
from distill_live.web.work.names import Shelf, check_name
from distill_live.web.work.sound_files import media_type, require_sound, require_sound_name
from distill_live.web.work.uploads import put_in_place, received_file
from distill_live.web.work.workplace import Workplace

#: Reading hours of recordings takes minutes.
_INSPECT_SECONDS = 1800.0

_ESTIMATE = Field(
    "estimate", "flag", "Also measures how long training will take, which needs seconds of work.",
    default=True,
)  # fmt: skip


class Sets:
    """The operations on sets."""

    def __init__(self, workplace: Workplace, commands: Commands) -> None:
        self._workplace, self._commands = workplace, commands
        #: Inspections that are being made: a page that is left and opened again asks for the same.
        self._inspecting: dict[str, asyncio.Task[dict[str, Any]]] = {}

    def operations(self) -> list[Operation]:
        """All of them."""
        one, file = "/sets/{name}", "/sets/{name}/files/{file}"
        name = Field("name", "text", "Name of the new set.", required=True, longest=100)
        return [
            Operation("GET", "/sets", "Lists all sets of recordings.", self._list),
            Operation("POST", "/sets", "Makes an empty set.", self._create, body=(name,),
                      status=201),
            Operation("GET", one, "Lists the files of a set, with the last inspection.",
                      self._detail),
            Operation("DELETE", one, "Moves a set to the trash.", self._delete),
            Operation("PUT", file, "Uploads a recording.", self._upload, upload=True,
                      status=201),
            Operation("GET", file, "Downloads a recording.", self._download, answers=BYTES),
            Operation("DELETE", file, "Moves a recording to the trash.", self._delete_file),
            Operation("POST", f"{one}/inspect",
                      "Reads every file of a set as training would, and says what was found.",
                      self._inspect, body=(_ESTIMATE,)),
        ]  # fmt: skip

    def _list(self, asked: Asked) -> dict[str, Any]:
        shown = [path for path in sorted(self._workplace.sets.glob("*")) if path.is_dir()]
        return {"sets": [self._describe(path) for path in shown if path.name[0] != "."]}

    def _create(self, asked: Asked) -> dict[str, Any]:
        place = Shelf(self._workplace.sets).new(asked.values["name"])
        place.mkdir(parents=True)
        return self._describe(place)

    def _detail(self, asked: Asked) -> dict[str, Any]:
        folder = self._find(asked)
        return self._describe(folder) | {"inspection": self._inspection(folder)}

    def _delete(self, asked: Asked) -> dict[str, Any]:
        folder = self._find(asked)
        return {"undo": self._workplace.trash.take("set", folder.name, [folder])}

    async def _upload(self, asked: Asked) -> dict[str, Any]:
        folder, name = self._find(asked), require_sound_name(asked.path["file"])
        place = Shelf(folder).new(name)
        self._require_space(asked)
        most = self._workplace.most_file_bytes
        async with received_file(asked.request, folder, place.suffix, most) as received:
            require_sound(received, name)
            put_in_place(received, place)
        return {"name": name, "bytes": place.stat().st_size}

    def _download(self, asked: Asked) -> Response:
        path = Shelf(self._find(asked)).find(asked.path["file"])
        return FileResponse(path, media_type=media_type(path), filename=path.name,
                            content_disposition_type="inline")  # fmt: skip

    def _delete_file(self, asked: Asked) -> dict[str, Any]:
        path = Shelf(self._find(asked)).find(asked.path["file"])
        return {"undo": self._workplace.trash.take("recording", path.name, [path])}

    async def _inspect(self, asked: Asked) -> dict[str, Any]:
        folder, estimate = self._find(asked), bool(asked.values["estimate"])
        content = _content(folder)
        key = json.dumps([folder.name, content, estimate])
        task = self._inspecting.get(key)
        if task is None:
            task = asyncio.create_task(self._look_into(folder, content, estimate))
            self._inspecting[key] = task
            task.add_done_callback(lambda _: self._inspecting.pop(key))
        # Whoever asked first may no longer wait for it.
        return await asyncio.shield(task)

    async def _look_into(
        self, folder: Path, content: list[list[Any]], estimate: bool
    ) -> dict[str, Any]:
        words = ["--estimate"] if estimate else []
        found: dict[str, Any] = await self._commands.run(
            "inspect", str(folder), "--json", *words, seconds=_INSPECT_SECONDS
        )
        self._workplace.inspections.mkdir(parents=True, exist_ok=True)
        with atomic_file(self._noted(folder)) as temporary:
            temporary.write_text(json.dumps({"content": content, "found": found}))
        return found

    def _inspection(self, folder: Path) -> dict[str, Any] | None:
        """What the last inspection has found; None if the set has changed since."""
        try:
            noted = json.loads(self._noted(folder).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        found: dict[str, Any] = noted["found"]
        return found if noted["content"] == _content(folder) else None

    def _noted(self, folder: Path) -> Path:
        return self._workplace.inspections / f"{folder.name}.json"

    def _find(self, asked: Asked) -> Path:
        name = asked.path["name"]
        folder = self._workplace.sets / check_name(name, "set")
        if not folder.is_dir() or folder.is_symlink():
            raise RequestError(404, f"there is no set {name!r}")
        return folder

    def _describe(self, folder: Path) -> dict[str, Any]:
        files = [
            {"name": name, "bytes": path.stat().st_size} for name, path in Shelf(folder).files()
        ]
        return {
            "name": folder.name,
            "files": files,
            "bytes": sum(one["bytes"] for one in files),
            "changed": iso_time(folder.stat().st_mtime),
        }

    def _require_space(self, asked: Asked) -> None:
        """Refuse a file for which there is no room, by the length that the request gives."""
        used = sum(
            path.stat().st_size for path in self._workplace.sets.rglob("*") if path.is_file()
        )
        length = asked.request.headers.get("content-length", "0")
        more = int(length) if length.isascii() and length.isdecimal() else 0
        if used + more > self._workplace.most_bytes:
            limit = f"{self._workplace.most_bytes / 1e9:g} GB"
            raise RequestError(507, f"all sets together may take {limit}: delete some first")


def _content(folder: Path) -> list[list[Any]]:
    """What the result of an inspection depends on: names, sizes and times of the files."""
    found = []
    for name, path in Shelf(folder).files():
        about = path.stat()
        found.append([name, about.st_size, about.st_mtime_ns])
    return found
