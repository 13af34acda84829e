"""Jobs over HTTP, with real trainings that take no time."""

from __future__ import annotations

import dataclasses
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from distill_live.web.work import jobs as jobs_module
from distill_live.web.work.workplace import Workplace
from tests.conftest import Folders
from tests.tools import wait_until
from tests.web.api.conftest import Office, open_office

#: A training that lasts until it is stopped.
ENDLESS = {"codec_epochs": 1_000_000, "no_prior": True}


@pytest.fixture
def studio(place: Workplace, tiny_program: tuple[str, ...], sounds: Path) -> Iterator[Office]:
    """An office whose trainings take no time, with a set of six recordings."""
    for office in open_office(dataclasses.replace(place, program=tiny_program)):
        office.fill_set("drums", sounds)
        yield office
        for job in office.get("/jobs").json()["jobs"]:
            if job["state"] in ("running", "stopping"):
                office.post(f"/jobs/{job['id']}/stop", keep=False)
                office.wait_for(job["id"], "stopped")


def start(office: Office, kind: str = "train", **options: Any) -> str:
    answered = office.post("/jobs", kind=kind, **options)
    assert answered.status_code == 201, answered.text
    number: str = answered.json()["id"]
    return number


def events_of(office: Office, job: str, kind: str) -> list[dict[str, Any]]:
    events = office.get(f"/jobs/{job}/events").json()["events"]
    return [one for one in events if one["type"] == kind]


def wait_for_epoch(office: Office, job: str, epoch: int) -> None:
    def there() -> bool:
        told = office.get(f"/jobs/{job}").json()
        assert told["state"] == "running", told
        return bool(told["epoch"] and told["epoch"] >= epoch)

    wait_until(there, f"epoch {epoch}")


def test_a_training_reports_all_it_does_and_leaves_a_model(studio: Office) -> None:
    job = start(studio, set="drums", name="kit")
    ended = studio.wait_for(job, "done", "failed")
    assert ended["state"] == "done", ended
    assert (ended["progress"], ended["model"], ended["set"]) == (1.0, "kit", "drums")
    assert [one["phase"] for one in events_of(studio, job, "phase")] == ["codec", "prior"]
    epochs = events_of(studio, job, "epoch")
    assert [(one["phase"], one["epoch"]) for one in epochs] == [
        ("codec", 1), ("codec", 2), ("prior", 1), ("prior", 2),
    ]  # fmt: skip
    assert {one["verdict"] for one in epochs[0]["health"]} <= {"green", "yellow", "red"}
    assert [one["name"] for one in events_of(studio, job, "model")] == ["kit"]
    models = studio.get("/models").json()["models"]
    assert next(one for one in models if one["name"] == "kit")["prior"] is True
    last = studio.get(f"/jobs/{job}/events").json()["next"]
    rest = studio.get(f"/jobs/{job}/events", params={"after": last}).json()
    assert rest == {"events": [], "next": last}


def test_previews_can_be_heard_against_the_original(studio: Office) -> None:
    job = start(studio, set="drums", name="kit", no_prior=True)
    studio.wait_for(job, "done")
    previews = events_of(studio, job, "preview")
    assert [one["epoch"] for one in previews] == [0, 1, 2]
    for one in previews:
        heard = studio.client.get(one["url"])
        assert (heard.headers["content-type"], heard.content[:4]) == ("audio/wav", b"RIFF")


def test_a_stopped_training_keeps_its_best_result_and_is_resumed(studio: Office) -> None:
    job = start(studio, set="drums", name="kit", **ENDLESS)
    wait_for_epoch(studio, job, 2)
    assert studio.post(f"/jobs/{job}/stop").json()["state"] in ("stopping", "stopped")
    stopped = studio.wait_for(job, "stopped")
    assert stopped["resumable"] is True
    assert "kit" in [one["name"] for one in studio.get("/models").json()["models"]]
    assert studio.post(f"/jobs/{job}/resume").json()["state"] == "running"
    wait_for_epoch(studio, job, stopped["epoch"] + 1)
    epochs = [one["epoch"] for one in events_of(studio, job, "epoch")]
    assert epochs == sorted(set(epochs)), "an epoch was trained twice"


def test_a_training_that_is_ended_at_once_can_be_resumed_too(studio: Office) -> None:
    job = start(studio, set="drums", name="kit", **ENDLESS)
    wait_for_epoch(studio, job, 1)
    studio.post(f"/jobs/{job}/stop", keep=False)
    assert studio.wait_for(job, "stopped")["resumable"] is True


def test_a_later_server_finds_a_job_that_still_runs(
    place: Workplace, tiny_program: tuple[str, ...], sounds: Path
) -> None:
    place = dataclasses.replace(place, program=tiny_program)
    for office in open_office(place):
        office.fill_set("drums", sounds)
        job = start(office, set="drums", name="kit", **ENDLESS)
        wait_for_epoch(office, job, 1)
    for later in open_office(place):
        wait_for_epoch(later, job, later.get(f"/jobs/{job}").json()["epoch"] + 1)
        later.post(f"/jobs/{job}/stop", keep=False)
        later.wait_for(job, "stopped")


def test_a_job_whose_processes_have_vanished_is_lost_and_can_be_resumed(studio: Office) -> None:
    job = start(studio, set="drums", name="kit", **ENDLESS)
    wait_for_epoch(studio, job, 1)
    for process in processes_of(studio.place.jobs / job):
        os.kill(process, signal.SIGKILL)
    lost = studio.wait_for(job, "lost")
    assert "switched off" in lost["error"]
    assert lost["resumable"] is True


def processes_of(folder: Path) -> list[int]:
    """The processes that were started for a job: its folder is on their command lines."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            found += [int(entry.name)] if os.fsencode(folder) in line else []
    return found


def test_a_model_is_trained_by_one_job_at_a_time(studio: Office) -> None:
    start(studio, set="drums", name="kit", **ENDLESS)
    again = studio.post("/jobs", kind="train", set="drums", name="kit", force=True)
    assert again.status_code == 409
    assert "is being trained already" in again.json()["error"]


def test_only_so_many_jobs_run_at_once(studio: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "MOST_RUNNING", 1)
    start(studio, set="drums", name="kit", **ENDLESS)
    again = studio.post("/jobs", kind="train", set="drums", name="other")
    assert again.status_code == 409
    assert "wait for one to end" in again.json()["error"]


def test_a_running_job_cannot_be_deleted_and_a_stopped_one_takes_its_checkpoint_along(
    studio: Office, folders: Folders
) -> None:
    job = start(studio, set="drums", name="kit", **ENDLESS)
    wait_for_epoch(studio, job, 1)
    assert studio.delete(f"/jobs/{job}").status_code == 409
    studio.post(f"/jobs/{job}/stop", keep=False)
    studio.wait_for(job, "stopped")
    undo = studio.delete(f"/jobs/{job}").json()["undo"]
    assert studio.get(f"/jobs/{job}").status_code == 404
    assert not (folders.user / "kit.resume").exists()
    studio.post(f"/trash/{undo}/restore")
    assert studio.get(f"/jobs/{job}").json()["resumable"] is True


def test_a_job_that_fails_says_why(studio: Office) -> None:
    for path in (studio.place.sets / "drums").iterdir():
        path.write_bytes(b"RIFFnonsense")
    job = start(studio, set="drums", name="kit")
    failed = studio.wait_for(job, "failed", "done")
    assert failed["state"] == "failed"
    assert "can be used" in failed["error"]


def test_generated_files_are_listed_with_how_they_were_made(
    studio: Office, tiny_in_library: Path
) -> None:
    job = start(studio, "generate", model="tiny", duration=0.5, count=2, seed=5, temperature=0.8)
    ended = studio.wait_for(job, "done", "failed")
    assert ended["state"] == "done", ended
    assert sorted(ended["files"]) == ["generated/tiny_5.wav", "generated/tiny_6.wav"]
    files = studio.get("/files").json()["files"]
    made = {one["path"]: one["sidecar"] for one in files}["generated/tiny_5.wav"]
    assert (made["seed"], made["settings"]["temperature"]) == (5, 0.8)


def test_a_report_is_a_job(studio: Office, tiny_in_library: Path) -> None:
    studio.wait_for(start(studio, "report", model="tiny"), "done")
    assert "<title>tiny</title>" in studio.get("/models/tiny/report").text


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"kind": "dance"}, "one of train"),
        ({"kind": "train"}, "set is missing"),
        ({"kind": "train", "set": "none"}, "there is no set 'none'"),
        ({"kind": "train", "set": "../drums", "name": "x"}, "cannot be the name"),
        ({"kind": "train", "set": "drums", "name": "../x"}, "cannot be a model's name"),
        ({"kind": "train", "set": "drums", "codebook_size": 4}, "8..1024"),
        ({"kind": "train", "set": "drums", "temperature": 1}, "there is no field"),
        ({"kind": "train-prior", "set": "drums", "model": "none"}, "there is no model 'none'"),
        ({"kind": "generate", "model": "/etc/passwd"}, "there is no model"),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(
    studio: Office, options: dict[str, Any], told: str
) -> None:
    answered = studio.client.post("/api/jobs", json=options)
    assert answered.status_code in (400, 404, 409)
    assert told in answered.json()["error"]
    assert studio.get("/jobs").json() == {"jobs": []}


@pytest.mark.parametrize("number", ["..", "x", "20260101-000000-0000"])
def test_only_jobs_are_found(studio: Office, number: str) -> None:
    assert studio.get(f"/jobs/{number}/events").status_code == 404
