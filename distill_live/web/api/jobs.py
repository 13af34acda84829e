"""Jobs over HTTP: trainings, generated sounds and reports, which outlive page and server."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.responses import FileResponse, Response

from distill_live.web.api.operations import BYTES, Asked, Operation
from distill_live.web.fields import Field
from distill_live.web.work.events import read_events
from distill_live.web.work.job import PREVIEWS, Job
from distill_live.web.work.jobs import Jobs
from distill_live.web.work.kinds import KINDS, all_fields
from distill_live.web.work.names import Shelf
from distill_live.web.work.sound_files import media_type
from distill_live.web.work.workplace import Workplace

#: The most events in one answer.
_MOST_EVENTS = 2000

_KIND = Field("kind", "text", "What to do.", required=True, choices=tuple(KINDS))
_AFTER = Field("after", "integer", "Number of the first event that is wanted.", minimum=0,
               default=0)  # fmt: skip
_KEEP = Field("keep", "flag", "Whether to save the best result so far, as Ctrl-C does.",
              default=True)  # fmt: skip


class JobRoutes:
    """The operations on jobs."""

    def __init__(self, workplace: Workplace, jobs: Jobs) -> None:
        self._workplace, self._jobs = workplace, jobs

    def operations(self) -> list[Operation]:
        """All of them."""
        one = "/jobs/{id}"
        return [
            Operation("GET", "/jobs", "Lists all jobs, the newest first.", self._list),
            Operation("POST", "/jobs", "Starts a job.", self._start,
                      body=(_KIND, *all_fields()), status=201),
            Operation("GET", one, "Describes a job in full.", self._detail),
            Operation("GET", f"{one}/events", "What a job has reported.", self._events,
                      query=(_AFTER,)),
            Operation("GET", f"{one}/previews/{{file}}",
                      "A preview of a training, or the recording beside it.", self._preview,
                      answers=BYTES),
            Operation("POST", f"{one}/stop", "Stops a job.", self._stop, body=(_KEEP,)),
            Operation("POST", f"{one}/resume", "Resumes an interrupted training.",
                      self._resume),
            Operation("DELETE", one, "Moves a job to the trash, with the checkpoint of an "
                      "interrupted training.", self._delete),
        ]  # fmt: skip

    def _list(self, asked: Asked) -> dict[str, Any]:
        return {"jobs": self._jobs.describe_all()}

    def _start(self, asked: Asked) -> dict[str, Any]:
        chosen = {name: value for name, value in asked.values.items() if value is not None}
        return self._jobs.start(chosen.pop("kind"), chosen).describe()

    def _detail(self, asked: Asked) -> dict[str, Any]:
        job = self._jobs.find(asked.path["id"])
        return job.describe() | {"files": self._made(job)}

    def _events(self, asked: Asked) -> dict[str, Any]:
        job, after = self._jobs.find(asked.path["id"]), asked.values["after"]
        events = [self._linked(job, one) for one in read_events(job.events, after)[:_MOST_EVENTS]]
        return {"events": events, "next": events[-1]["n"] + 1 if events else after}

    def _preview(self, asked: Asked) -> Response:
        job = self._jobs.find(asked.path["id"])
        path = Shelf(job.folder / PREVIEWS).find(asked.path["file"])
        return FileResponse(path, media_type=media_type(path))

    def _stop(self, asked: Asked) -> dict[str, Any]:
        return self._jobs.stop(asked.path["id"], keep=asked.values["keep"]).describe()

    def _resume(self, asked: Asked) -> dict[str, Any]:
        return self._jobs.resume(asked.path["id"]).describe()

    def _delete(self, asked: Asked) -> dict[str, Any]:
        return {"undo": self._jobs.delete(asked.path["id"])}

    def _made(self, job: Job) -> list[str]:
        """The sounds that a job has made and that are still there, by their paths in the API."""
        paths = [Path(one["file"]) for one in read_events(job.events) if one.get("type") == "file"]
        return [path for one in paths if one.is_file() and (path := self._path_of(one))]

    def _linked(self, job: Job, event: dict[str, Any]) -> dict[str, Any]:
        """An event with the address of its file, in place of a path on this machine."""
        if event.get("type") == "preview":
            name = quote(Path(event.pop("file")).name)
            return event | {"url": f"/api/jobs/{job.order.id}/previews/{name}"}
        if event.get("type") == "file":
            return event | {"path": self._path_of(Path(event.pop("file")))}
        return event

    def _path_of(self, file: Path) -> str | None:
        generated = self._workplace.generated
        inside = file.is_relative_to(generated)
        return f"generated/{file.relative_to(generated).as_posix()}" if inside else None
