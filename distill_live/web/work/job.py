"""A job: a command that runs on its own, and its folder, which says all that is known of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self, cast

from distill_live.atomic_file import atomic_file
from distill_live.models.file.library import TrainingCommand, checkpoint_path
from distill_live.web.work import keeper
from distill_live.web.work.cli import complaint
from distill_live.web.work.events import phases_of, read_events, summarise
from distill_live.web.work.kinds import KINDS, JobKind
from distill_live.web.work.lock import is_locked
from distill_live.web.work.moments import iso_time

State = Literal["running", "stopping", "done", "stopped", "failed", "lost"]

EVENTS, PREVIEWS = "events.jsonl", "previews"
_ABOUT = "job.json"
#: What a shell says of a command that Ctrl-C has ended.
_INTERRUPTED = 130


@dataclass(frozen=True)
class Order:
    """What was asked for: `chosen` are the fields of its kind. `model` is the file that it trains
    or plays, and `created` a time in seconds since 1970."""

    id: str
    kind: str
    title: str
    chosen: Mapping[str, Any]
    model: str
    created: float


class Job:
    """A job by its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.order = Order(**_known_json(folder / _ABOUT))

    @classmethod
    def create(cls, folder: Path, order: Order) -> Self:
        """Make the folder of a job that has not started. Raises OSError."""
        folder.mkdir(parents=True)
        with atomic_file(folder / _ABOUT) as temporary:
            temporary.write_text(json.dumps(asdict(order), indent=2), encoding="utf-8")
        return cls(folder)

    @property
    def kind(self) -> JobKind:
        """What it does."""
        return KINDS[self.order.kind]

    @property
    def model(self) -> Path:
        """The model's file."""
        return Path(self.order.model)

    @property
    def events(self) -> Path:
        """The file of its progress."""
        return self.folder / EVENTS

    @property
    def checkpoint(self) -> Path | None:
        """What an interrupted training has left, if it has."""
        if not self.kind.trains:
            return None
        path = checkpoint_path(self.model, cast(TrainingCommand, self.kind.command))
        return path if path.exists() else None

    @property
    def runs(self) -> bool:
        """Whether its command is running."""
        ended = (self.folder / keeper.RESULT).exists()
        return not ended and is_locked(self.folder / keeper.LOCK)

    def state(self) -> tuple[State, str]:
        """Its state, and what went wrong, or "". A job is lost if its process has ended without a
        word, as when the computer is switched off."""
        if self.runs:
            return ("stopping" if (self.folder / keeper.STOP).exists() else "running"), ""
        result = self._result()
        if not result:
            return "lost", "its process ended unexpectedly: was the computer switched off?"
        if result["code"] == 0:
            return "done", ""
        if result["stop"] or result["code"] == _INTERRUPTED:
            return "stopped", ""
        return "failed", self._complaint() or f"it ended with code {result['code']}"

    def describe(self) -> dict[str, Any]:
        """Everything about it, for JSON."""
        state, error = self.state()
        order, result = self.order, self._result()
        over = state not in ("running", "stopping")
        told = self._summary()
        return {
            "id": order.id,
            "kind": order.kind,
            "title": order.title,
            "state": state,
            "error": error or None,
            "created": iso_time(order.created),
            "ended": iso_time(result["ended"]) if over and result else None,
            "model": self.model.stem,
            "set": order.chosen.get("set"),
            "options": {key: one for key, one in order.chosen.items() if one is not None},
            "resumable": over and state != "done" and self.checkpoint is not None,
            **(told | {"progress": 1.0} if state == "done" else told),
            **({"left": None} if over else {}),
        }

    def _result(self) -> dict[str, Any]:
        try:
            return _known_json(self.folder / keeper.RESULT)
        except OSError:
            return {}

    def _summary(self) -> dict[str, Any]:
        try:
            found = self.events.stat()
        except OSError:
            return summarise((), ())
        phases = phases_of(self.order.kind, dict(self.order.chosen))
        return dict(_summarise(self.events, phases, found.st_size, found.st_mtime_ns))

    def _complaint(self) -> str:
        path = self.folder / keeper.ERRORS
        try:
            found = path.stat()
            return _complaint(path, found.st_size, found.st_mtime_ns)
        except OSError:
            return ""


# The page looks at many jobs each second: of those that have ended, no file is read again.


def _known_json(path: Path) -> dict[str, Any]:
    """What a file of JSON holds; do not change it. Raises OSError and ValueError."""
    found = path.stat()
    return _read_json(path, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=512)
def _read_json(path: Path, _size: int, _changed: int) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return held


@lru_cache(maxsize=256)
def _complaint(path: Path, _size: int, _changed: int) -> str:
    return complaint(path.read_text(encoding="utf-8", errors="replace"))


@lru_cache(maxsize=256)
def _summarise(
    path: Path, phases: tuple[str, ...], _size: int, _changed: int
) -> tuple[tuple[str, Any], ...]:
    """The summary of a file of events, which is read again only when it has changed."""
    return tuple(summarise(read_events(path), phases).items())
