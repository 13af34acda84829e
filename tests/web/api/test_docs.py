"""The page about the API says what the API does, and its examples work."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from distill_live.commands.serving.page.work import open_api
from distill_live.models.file.header import rewrite_metadata
from distill_live.web.api.openapi import kinds_table, markdown_table
from distill_live.web.api.patch import PatchRoutes
from distill_live.web.work.kinds import KINDS
from distill_live.web.work.workplace import Workplace
from tests.conftest import Folders
from tests.documents import DOCS, code_lines, read
from tests.warm import WARM_TINY
from tests.web.api.conftest import Office, open_office

PAGE = DOCS / "api.md"
SERVER = "http://127.0.0.1:9000"


def test_the_page_has_the_table_of_all_operations_of_serve(tmp_path: Path) -> None:
    api = open_api(tmp_path, 500, tmp_path, lambda: None, PatchRoutes(None).operations())
    assert markdown_table(api.operations) in read(PAGE)


def test_the_page_has_the_table_of_all_kinds_of_jobs() -> None:
    assert kinds_table(KINDS.values()) in read(PAGE)


@pytest.fixture
def studio(
    place: Workplace, warm: None, folders: Folders, tiny_model_path: Path, sounds: Path,
    tmp_path: Path,
) -> Iterator[Office]:  # fmt: skip
    """An office with a model called demo; kick.wav is in the present folder."""
    shutil.copy(tiny_model_path, folders.user / "demo.distill")
    rewrite_metadata(folders.user / "demo.distill", name="demo")
    shutil.copy(sounds / "burst_110.wav", tmp_path / "kick.wav")
    for office in open_office(dataclasses.replace(place, program=WARM_TINY)):
        yield office
        for job in office.get("/jobs").json()["jobs"]:
            if job["state"] == "running":
                office.post(f"/jobs/{job['id']}/stop", keep=False)
                office.wait_for(job["id"], "stopped", "done", "failed")


def test_every_example_works_in_its_turn(studio: Office) -> None:
    examples = [line for line in code_lines(PAGE) if line.startswith("curl ")]
    assert len(examples) >= 10
    for line in examples:
        command = line.replace(SERVER, studio.server.address)
        answered = subprocess.run(
            ["bash", "-c", f"{command} --silent --show-error"],
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert answered.returncode == 0, (line, answered.stderr)
        assert list(json.loads(answered.stdout)) != ["error"], (line, answered.stdout)


def test_the_generated_file_has_the_path_that_the_page_says(studio: Office) -> None:
    body = re.search(r"-d '(\{\"kind\": \"generate\".*?\})'", read(PAGE))
    assert body
    job = studio.post("/jobs", **json.loads(body[1])).json()["id"]
    path = re.search(r"the sound is `(.*?)`", read(PAGE))
    assert path
    assert studio.wait_for(job, "done", "failed")["files"] == [path[1]]
