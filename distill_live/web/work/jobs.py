"""All jobs of a work folder: started, found again by any later server, stopped and resumed."""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from distill_live.errors import ModelNotFoundError, RequestError
from distill_live.models.file.library import (
    TrainingCommand,
    checkpoint_path,
    find_own_model,
    list_models,
    new_model_path,
)
from distill_live.web.fields import check_fields
from distill_live.web.work import keeper
from distill_live.web.work.job import EVENTS, PREVIEWS, Job, Order
from distill_live.web.work.kinds import KINDS, JobKind
from distill_live.web.work.names import check_name
from distill_live.web.work.workplace import Workplace

#: The most jobs that run at once: more would only be slower together.
MOST_RUNNING = 3

_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")


class Jobs:
    """The jobs of a workplace; every method may be called from any thread."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._lock = threading.Lock()

    def describe_all(self, most: int | None = None) -> list[dict[str, Any]]:
        """Every job, the newest first, or the `most` newest."""
        return [job.describe() for job in self._all(most)]

    def find(self, number: str) -> Job:
        """The job of that id. Raises RequestError when there is none."""
        folder = self._workplace.jobs / number
        if not (_ID.fullmatch(number) and folder.is_dir()):
            raise RequestError(404, f"there is no job {number!r}")
        return Job(folder)

    def start(self, kind: str, given: Mapping[str, object]) -> Job:
        """Start a job of a kind with what a client has chosen.

        Raises RequestError for a choice that is not legal and when too many jobs run, and
        DistillError when it cannot work on that model.
        """
        found = KINDS[kind]
        chosen = check_fields(given, found.fields)
        model = self._model(found, chosen)
        self._check_set(chosen)
        number = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
        order = Order(number, kind, _title(found, chosen, model), chosen, str(model), time.time())
        with self._lock:
            self._require_free(found, model)
            job = Job.create(self._workplace.jobs / number, order)
            keeper.launch(job.folder, self._command(job))
        return job

    def stop(self, number: str, *, keep: bool) -> Job:
        """Stop a job: with `keep` as Ctrl-C does, which saves the best result so far, else at once.

        Raises RequestError when it is not running.
        """
        job = self.find(number)
        if not job.runs:
            raise RequestError(409, f"the job {number} is not running")
        (job.folder / keeper.STOP).write_text(keeper.KEEP if keep else keeper.KILL)
        return job

    def resume(self, number: str) -> Job:
        """Go on with a training that was interrupted. Raises RequestError when it was not."""
        with self._lock:
            job = self.find(number)
            if job.runs:
                raise RequestError(409, f"the job {number} is running")
            if job.checkpoint is None:
                raise RequestError(409, f"the job {number} has left nothing to resume from")
            self._require_free(job.kind, job.model)
            for name in (keeper.STOP, keeper.RESULT, keeper.ERRORS):
                (job.folder / name).unlink(missing_ok=True)
            keeper.launch(job.folder, [*self._command(job, resumes=True), "--resume"])
        return job

    def delete(self, number: str) -> str:
        """Move a job to the trash, with what an interrupted training has left; returns the trash's
        id. Raises RequestError when it is running."""
        with self._lock:
            job = self.find(number)
            if job.runs:
                raise RequestError(409, f"the job {number} is running: stop it first")
            left = [job.checkpoint] if job.checkpoint else []
            return self._workplace.trash.take("job", job.order.title, [job.folder, *left])

    def _all(self, most: int | None = None) -> list[Job]:
        found = []
        for folder in sorted(self._workplace.jobs.glob("*"), reverse=True)[:most]:
            # What is not as we write it is not ours to show.
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
                found += [Job(folder)] if _ID.fullmatch(folder.name) else []
        return found

    def _require_free(self, kind: JobKind, model: Path) -> None:
        running = [job for job in self._all() if job.runs]
        if len(running) >= MOST_RUNNING:
            raise RequestError(
                409, f"{len(running)} jobs are running already: wait for one to end, or stop one"
            )
        if kind.trains and any(job.kind.trains and job.model == model for job in running):
            raise RequestError(409, f"{model.stem} is being trained already")

    def _check_set(self, chosen: Mapping[str, Any]) -> None:
        name = chosen.get("set")
        if name is not None and not (self._workplace.sets / check_name(name, "set")).is_dir():
            raise RequestError(404, f"there is no set {name!r}")

    def _model(self, kind: JobKind, chosen: Mapping[str, Any]) -> Path:
        """The file of the model that a job works on. Raises DistillError when it cannot."""
        force, continued = bool(chosen.get("force")), chosen.get("continue")
        if kind.command == "train" and continued is None:
            path = new_model_path(chosen["name"] or chosen["set"], replace=force)
        else:
            path = named_model(continued or chosen["model"])
            path = find_own_model(path) if kind.trains else path
        if kind.trains and not force:
            _require_no_checkpoint(path.absolute(), kind)
        return path.absolute()

    def _command(self, job: Job, *, resumes: bool = False) -> list[str]:
        """The command line of a job."""
        kind, chosen = job.kind, dict(job.order.chosen)
        if resumes:
            chosen["force"] = None
        words = [*self._workplace.program, kind.command, *self._subjects(job)]
        words += kind.option_words(chosen)
        if kind.command == "report":
            return [*words, "--no-open"]
        words.append(f"--progress-file={job.folder / EVENTS}")
        if kind.command == "train":
            words.append(f"--previews={job.folder / PREVIEWS}")
        return words

    def _subjects(self, job: Job) -> list[str]:
        chosen, model = job.order.chosen, str(job.model)
        folder = str(self._workplace.sets / str(chosen.get("set")))
        if job.kind.command == "train":
            new = f"--name={job.model.stem}"
            return [folder, f"--continue={model}" if chosen.get("continue") else new]
        if job.kind.trains:
            return [model, folder]
        output = self._workplace.generated
        if job.kind.command == "report":
            output = self._workplace.reports / f"{job.model.stem}.html"
            output.parent.mkdir(parents=True, exist_ok=True)
        else:
            output.mkdir(parents=True, exist_ok=True)
        return [model, f"--output={output}"]


def named_model(name: str) -> Path:
    """The file of the model of exactly that name. Raises ModelNotFoundError."""
    for entry in list_models():
        if entry.name == name:
            return entry.path
    raise ModelNotFoundError(f"there is no model {name!r}")


def _require_no_checkpoint(model: Path, kind: JobKind) -> None:
    if checkpoint_path(model, cast(TrainingCommand, kind.command)).exists():
        raise RequestError(
            409,
            f"a training of {model.stem} was interrupted: resume its job, choose another name, or "
            "send force to start over",
        )


def _title(kind: JobKind, chosen: Mapping[str, Any], model: Path) -> str:
    if kind.command == "train":
        if model.stem == chosen["set"] and not chosen.get("continue"):
            return model.stem
        more = f"{model.stem} learns" if chosen.get("continue") else f"{model.stem} from"
        return f"{more} {chosen['set']}"
    if kind.command == "generate":
        count = chosen.get("count") or 1
        title = f"{model.stem}: {count} {'sound' if count == 1 else 'sounds'}"
        # What tells it from others of that model.
        seconds, seed = chosen.get("duration"), chosen.get("seed")
        title += "" if seconds is None else f" of {seconds:g} s"
        return title + ("" if seed is None else f", seed {seed}")
    return f"{kind.command}: {model.stem}"
