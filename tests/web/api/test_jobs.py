"""Jobs over HTTP, with real trainings that take no time."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from distill_live.web.work import jobs as jobs_module
from distill_live.web.work.workplace import Workplace
from tests.tools import wait_until
from tests.warm import WARM_TINY
from tests.web.api.conftest import Office, open_office

#: A training that lasts until it is stopped.
ENDLESS = {"codec_epochs": 1_000_000, "no_prior": True}


@pytest.fixture(scope="module")
def hall(warm: None, sounds: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office for all tests, whose trainings take no time, with a set of six recordings. Each
    test trains models of names of its own."""
    folder = tmp_path_factory.mktemp("hall")
    (folder / "recordings").mkdir()
    place = Workplace(folder / "work", folder / "recordings", program=WARM_TINY)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        for office in open_office(place):
            office.fill_set("drums", sounds)
            yield office


@pytest.fixture(scope="module")
def trained(hall: Office) -> dict[str, Any]:
    """A training that is done: what is told of its job."""
    ended = hall.wait_for(start(hall, set="drums", name="whole"), "done", "failed")
    assert ended["state"] == "done", ended
    return ended


@pytest.fixture(scope="module")
def stopped(hall: Office) -> Iterator[dict[str, Any]]:
    """A training of `kit` that was stopped: what is told of its job."""
    job = start(hall, set="drums", name="kit", **ENDLESS)
    wait_for_epoch(hall, job, 2)
    assert hall.post(f"/jobs/{job}/stop").json()["state"] in ("stopping", "stopped")
    yield hall.wait_for(job, "stopped")
    if hall.get(f"/jobs/{job}").json()["state"] == "running":
        end(hall, job)


@pytest.fixture
def endless(hall: Office, stopped: dict[str, Any]) -> str:
    """That job, resumed. It takes a processor to itself, so the tests that need it come last."""
    job: str = stopped["id"]
    told = hall.get(f"/jobs/{job}").json()
    if told["state"] != "running":
        assert hall.post(f"/jobs/{job}/resume").json()["state"] == "running"
        wait_for_epoch(hall, job, told["epoch"] + 1)
    return job


def end(office: Office, job: str) -> dict[str, Any]:
    """Stop a job at once."""
    office.post(f"/jobs/{job}/stop", keep=False)
    return office.wait_for(job, "stopped")


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


def test_a_training_reports_all_it_does_and_leaves_a_model(
    hall: Office, trained: dict[str, Any]
) -> None:
    job = trained["id"]
    assert (trained["progress"], trained["model"], trained["set"]) == (1.0, "whole", "drums")
    assert trained["title"] == "whole from drums"
    assert [one["phase"] for one in events_of(hall, job, "phase")] == ["codec", "prior"]
    epochs = events_of(hall, job, "epoch")
    assert [(one["phase"], one["epoch"]) for one in epochs] == [
        ("codec", 1), ("codec", 2), ("prior", 1), ("prior", 2),
    ]  # fmt: skip
    assert {one["verdict"] for one in epochs[0]["health"]} <= {"green", "yellow", "red"}
    assert [one["name"] for one in events_of(hall, job, "model")] == ["whole"]
    models = hall.get("/models").json()["models"]
    assert next(one for one in models if one["name"] == "whole")["prior"] is True
    last = hall.get(f"/jobs/{job}/events").json()["next"]
    rest = hall.get(f"/jobs/{job}/events", params={"after": last}).json()
    assert rest == {"events": [], "next": last}


def test_previews_can_be_heard_against_the_original(hall: Office, trained: dict[str, Any]) -> None:
    previews = events_of(hall, trained["id"], "preview")
    assert [one["epoch"] for one in previews] == [0, 1, 2]
    for one in previews:
        heard = hall.client.get(one["url"])
        assert (heard.headers["content-type"], heard.content[:4]) == ("audio/wav", b"RIFF")


def test_a_stopped_training_keeps_its_best_result(hall: Office, stopped: dict[str, Any]) -> None:
    assert stopped["resumable"] is True
    assert "kit" in [one["name"] for one in hall.get("/models").json()["models"]]


def test_a_job_that_fails_says_why(hall: Office, tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"RIFFnonsense")
    hall.fill_set("broken", tmp_path)
    failed = hall.wait_for(start(hall, set="broken"), "failed", "done")
    assert (failed["state"], failed["title"]) == ("failed", "broken")
    assert "can be used" in failed["error"]


def test_generated_files_are_listed_with_how_they_were_made(
    hall: Office, trained: dict[str, Any]
) -> None:
    job = start(hall, "generate", model="whole", duration=0.5, count=2, seed=5, temperature=0.8)
    ended = hall.wait_for(job, "done", "failed")
    assert ended["state"] == "done", ended
    assert sorted(ended["files"]) == ["generated/whole_5.wav", "generated/whole_6.wav"]
    files = hall.get("/files").json()["files"]
    made = {one["path"]: one["sidecar"] for one in files}["generated/whole_5.wav"]
    assert (made["seed"], made["settings"]["temperature"]) == (5, 0.8)


def test_a_report_is_a_job(hall: Office, trained: dict[str, Any]) -> None:
    hall.wait_for(start(hall, "report", model="whole"), "done")
    assert "<title>whole</title>" in hall.get("/models/whole/report").text


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
    hall: Office, options: dict[str, Any], told: str
) -> None:
    before = [one["id"] for one in hall.get("/jobs").json()["jobs"]]
    answered = hall.client.post("/api/jobs", json=options)
    assert answered.status_code in (400, 404, 409)
    assert told in answered.json()["error"]
    assert [one["id"] for one in hall.get("/jobs").json()["jobs"]] == before


@pytest.mark.parametrize("number", ["..", "x", "20260101-000000-0000"])
def test_only_jobs_are_found(hall: Office, number: str) -> None:
    assert hall.get(f"/jobs/{number}/events").status_code == 404


def test_a_stopped_training_is_resumed_where_it_was(hall: Office, endless: str) -> None:
    epochs = [one["epoch"] for one in events_of(hall, endless, "epoch")]
    assert epochs == list(range(1, len(epochs) + 1))


def test_a_later_server_finds_a_job_that_still_runs(hall: Office, endless: str) -> None:
    for later in open_office(hall.place):
        wait_for_epoch(later, endless, later.get(f"/jobs/{endless}").json()["epoch"] + 1)


def test_a_model_is_trained_by_one_job_at_a_time(hall: Office, endless: str) -> None:
    again = hall.post("/jobs", kind="train", set="drums", name="kit", force=True)
    assert again.status_code == 409
    assert "is being trained already" in again.json()["error"]


def test_only_so_many_jobs_run_at_once(
    hall: Office, endless: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "MOST_RUNNING", 1)
    again = hall.post("/jobs", kind="train", set="drums", name="other")
    assert again.status_code == 409
    assert "wait for one to end" in again.json()["error"]


def test_a_running_job_cannot_be_deleted(hall: Office, endless: str) -> None:
    assert hall.delete(f"/jobs/{endless}").status_code == 409
    assert hall.get(f"/jobs/{endless}").json()["state"] == "running"


def test_a_job_whose_processes_have_vanished_is_lost_and_can_be_resumed(
    hall: Office, endless: str
) -> None:
    for process in processes_of(hall.place.jobs / endless):
        os.kill(process, signal.SIGKILL)
    lost = hall.wait_for(endless, "lost")
    assert "switched off" in lost["error"]
    assert lost["resumable"] is True


def processes_of(folder: Path) -> list[int]:
    """The processes that were started for a job: its folder is on their command lines. The run in
    the warm process is killed with them."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            found += [int(entry.name)] if os.fsencode(folder) in line else []
    return found


def test_a_training_that_is_ended_at_once_can_be_resumed_and_takes_its_checkpoint_to_the_trash(
    hall: Office, endless: str
) -> None:
    assert end(hall, endless)["resumable"] is True
    [checkpoint] = Path.cwd().rglob("kit.resume")
    undo = hall.delete(f"/jobs/{endless}").json()["undo"]
    assert hall.get(f"/jobs/{endless}").status_code == 404
    assert not checkpoint.exists()
    hall.post(f"/trash/{undo}/restore")
    assert hall.get(f"/jobs/{endless}").json()["resumable"] is True
