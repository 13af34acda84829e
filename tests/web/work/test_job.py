"""A job that is looked at again and again is not read again and again."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from distill_live.web.work import keeper
from distill_live.web.work.job import EVENTS, Job, Order


def ended_job(folder: Path) -> Job:
    """One that has failed, and said why."""
    chosen = {"model": "rain", "count": 2}
    order = Order(folder.name, "generate", "rain: 2 sounds", chosen, "rain.distill", time.time())
    job = Job.create(folder, order)
    (folder / keeper.ERRORS).write_text("error: no room\n")
    (folder / EVENTS).write_text("")
    result = {"code": 1, "stop": None, "ended": time.time()}
    (folder / keeper.RESULT).write_text(json.dumps(result))
    return job


def test_of_a_job_that_has_ended_no_file_is_read_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ended_job(tmp_path / "20260101-120000-abcd").folder
    first = Job(folder).describe()
    assert (first["state"], first["error"]) == ("failed", "no room")
    read: list[str] = []
    for name in ("read_text", "read_bytes"):
        real = getattr(Path, name)

        def noted(path: Path, *given: Any, real: Any = real, **named: Any) -> Any:
            read.append(path.name)
            return real(path, *given, **named)

        monkeypatch.setattr(Path, name, noted)
    assert Job(folder).describe() == first
    assert read == []
    changed = {"code": 0, "stop": None, "ended": time.time() + 60}
    (folder / keeper.RESULT).write_text(json.dumps(changed) + " ")
    assert Job(folder).describe()["state"] == "done"
    assert read == [keeper.RESULT]
