"""The models of the library over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from distill_live.errors import ModelNotFoundError, RequestError
from distill_live.models.file.library import SUFFIX, ModelEntry, list_models, read_preview
from distill_live.spelling import nearest_name
from distill_live.web.api.model_facts import detail, level_health, summarise
from distill_live.web.api.operations import BYTES, Asked, Operation
from distill_live.web.fields import Field
from distill_live.web.work.cli import Commands
from distill_live.web.work.names import check_name
from distill_live.web.work.uploads import received_file
from distill_live.web.work.workplace import Workplace

# The report is a page of its own that may run and load nothing, whatever a stranger's model says.
_REPORT_POLICY = (
    "sandbox; default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'"
)
_NAME = Field("name", "text", "New name of the model.", longest=64)
_TAGS = Field("tags", "texts", "All tags that the model has from then on.", longest=64)


class Models:
    """The operations on models. What changes a file is done by our own command `models`."""

    def __init__(self, workplace: Workplace, commands: Commands) -> None:
        self._workplace, self._commands = workplace, commands

    def operations(self) -> list[Operation]:
        """All of them."""
        one, file = "/models/{name}", "/models/{name}/file"
        return [
            Operation("GET", "/models", "Lists all models.", self._list),
            Operation("GET", one, "Describes a model in full.", self._detail),
            Operation("PATCH", one, "Renames a model, or replaces its tags.", self._change,
                      body=(_NAME, _TAGS)),
            Operation("DELETE", one, "Moves a model to the trash.", self._delete),
            Operation("GET", file, "Downloads the model file.", self._download, answers=BYTES),
            Operation("PUT", file, "Uploads a model file, also one of Distill v1.1.",
                      self._upload, upload=True, status=201),
            Operation("POST", f"{one}/import",
                      "Converts a model of Distill v1.1 into a copy of your own.",
                      self._import, body=(_NAME,), status=201),
            Operation("GET", f"{one}/codebook", "Says how often each code is used.",
                      self._codebook),
            Operation("GET", f"{one}/previews/{{epoch:int}}",
                      "A preview of the codec's training as mp3; epoch 0 is the recording.",
                      self._preview, answers="audio/mpeg"),
            Operation("GET", f"{one}/report", "Shows the report; a job `report` writes it.",
                      self._report, answers="text/html"),
        ]  # fmt: skip

    def _list(self, asked: Asked) -> dict[str, Any]:
        return {"models": [summarise(entry) for entry in list_models()]}

    def _detail(self, asked: Asked) -> dict[str, Any]:
        entry = find_exactly(asked.path["name"])
        return detail(entry) | {"report": self._report_of(entry.path) is not None}

    async def _change(self, asked: Asked) -> dict[str, Any]:
        entry = await run_in_threadpool(find_exactly, asked.path["name"])
        name, tags = asked.values["name"], asked.values["tags"]
        if tags is not None:
            await self._tag(entry, tags)
        if name is not None and name != entry.name:
            self._require_idle(entry)
            words = ("models", "rename", "--json", "--", _word(entry), check_name(name))
            await self._commands.run(*words)
        return summarise(await run_in_threadpool(find_exactly, name or entry.name))

    async def _tag(self, entry: ModelEntry, tags: list[str]) -> None:
        old = entry.metadata.get("tags") or []
        removed = [f"--remove={tag}" for tag in old if tag not in tags]
        added = [tag for tag in tags if tag not in old]
        if removed or added:
            words = ("models", "tag", "--json", *removed, "--", _word(entry), *added)
            await self._commands.run(*words)

    async def _delete(self, asked: Asked) -> dict[str, Any]:
        entry = await run_in_threadpool(find_exactly, asked.path["name"])
        self._require_idle(entry)
        words = ("models", "delete", _word(entry), "--dry-run", "--json")
        doomed = (await self._commands.run(*words))["would_delete"]
        trash = self._workplace.trash
        paths = [Path(path) for path in doomed]
        return {"undo": await run_in_threadpool(trash.take, "model", entry.name, paths)}

    def _download(self, asked: Asked) -> Response:
        path = find_exactly(asked.path["name"]).path
        return FileResponse(path, media_type=BYTES, filename=path.name)

    async def _upload(self, asked: Asked) -> dict[str, Any]:
        name = check_name(asked.path["name"], "model").removesuffix(SUFFIX)
        place, most = self._workplace.incoming, self._workplace.most_file_bytes
        async with received_file(asked.request, place, SUFFIX, most) as received:
            await self._add(received, name)
        return summarise(await run_in_threadpool(find_exactly, name))

    async def _import(self, asked: Asked) -> dict[str, Any]:
        entry = await run_in_threadpool(find_exactly, asked.path["name"])
        name = asked.values["name"] or entry.name
        await self._add(entry.path.absolute(), name)
        return summarise(await run_in_threadpool(find_exactly, name))

    async def _add(self, path: Path, name: str) -> None:
        words = ("models", "import", str(path), f"--name={name}", "--json")
        await self._commands.run(*words, seconds=300.0)

    def _codebook(self, asked: Asked) -> dict[str, Any]:
        metadata = find_exactly(asked.path["name"]).metadata
        return {
            "labels": metadata.get("level_labels") or [],
            "codebookSize": (metadata.get("codec") or {}).get("codebook_size"),
            "counts": metadata.get("code_counts"),
            "health": level_health(metadata),
        }

    def _preview(self, asked: Asked) -> Response:
        entry = find_exactly(asked.path["name"])
        mp3 = read_preview(entry.path, int(asked.path["epoch"]))
        return Response(mp3, media_type="audio/mpeg")

    def _report(self, asked: Asked) -> Response:
        name = asked.path["name"]
        page = self._report_of(find_exactly(name).path)
        if page is None:
            told = (
                f'{name} has no report yet; POST /api/jobs {{"kind": "report", "model": "{name}"}}'
            )
            raise RequestError(404, f"{told} writes it")
        headers = {"content-security-policy": _REPORT_POLICY}
        return FileResponse(page, media_type="text/html", headers=headers)

    def _report_of(self, model: Path) -> Path | None:
        """The report of a model: the newer one of those that a job and a training have written."""
        found = (self._workplace.reports / f"{model.stem}.html", model.with_suffix(".html"))
        pages = [page for page in found if page.is_file()]
        return max(pages, key=lambda page: page.stat().st_mtime, default=None)

    def _require_idle(self, entry: ModelEntry) -> None:
        playing = self._workplace.playing()
        if playing is not None and playing.resolve() == entry.path.resolve():
            raise RequestError(409, f"{entry.name} is playing: load another model first")


def find_exactly(name: str) -> ModelEntry:
    """The model of exactly that name. Raises ModelNotFoundError."""
    entries = {entry.name: entry for entry in list_models()}
    if name not in entries:
        raise ModelNotFoundError(f"there is no model {name!r}{nearest_name(name, entries)}")
    return entries[name]


def _word(entry: ModelEntry) -> str:
    """How a model is named on the command line: by its file, whatever that is called."""
    return str(entry.path.absolute())
