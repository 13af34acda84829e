"""`distill-live workbench`: the page and the API without a live engine, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from tests.commands.server_process import ServerProcess
from tests.conftest import Folders, RunCli
from tests.tools import read_line, wait_until


@contextmanager
def workbench(*options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Its address and its process, which ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "distill_live", "workbench", "--web", "127.0.0.1:0", *options],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = read_line(process.stdout).strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", line), line
        yield line, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
        assert "Traceback" not in out + err


def test_it_answers_pages_and_programs_and_ends_when_told(folders: Folders) -> None:
    with workbench() as (address, process):
        page = httpx.get(address, headers={"accept": "text/html"})
        assert page.headers["content-type"].startswith("text/html")
        assert httpx.get(f"{address}/api/sets").json() == {"sets": []}
        assert "demo" in [
            one["name"] for one in httpx.get(f"{address}/api/models").json()["models"]
        ]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_pages_are_told_that_nothing_plays_but_which_edits_there_are(folders: Folders) -> None:
    with workbench() as (address, _):
        with connect(f"ws{address.removeprefix('http')}/page/socket") as socket:
            hello = json.loads(socket.recv(timeout=10))
    assert (hello["type"], hello["live"], hello["requests"]) == ("hello", False, [])
    names = [one["name"] for one in hello["edits"]]
    assert {"freeze", "resample"} < set(names) and names == sorted(names)


def test_it_imports_no_torch(folders: Folders) -> None:
    """A page for browsing opens at once, and takes little memory."""
    with workbench() as (_, process):
        maps = Path(f"/proc/{process.pid}/maps").read_text()
    assert "libtorch" not in maps


def test_without_the_web_there_is_nothing_to_do(run_cli: RunCli) -> None:
    result = run_cli("workbench", "--web", "off")
    assert result.code == 2


def wait_for_state(address: str, job: str, state: str) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def there() -> bool:
        found.update(httpx.get(f"{address}/api/jobs/{job}").json())
        return bool(found["state"] == state)

    wait_until(there, f"a job that is {state}")
    return found


def train(address: str, sounds: Path) -> str:
    """Begin a training that lasts for hours; returns its id."""
    assert httpx.post(f"{address}/api/sets", json={"name": "drums"}).status_code == 201
    for path in sounds.glob("*_110.wav"):
        sent = httpx.put(
            f"{address}/api/sets/drums/files/{path.name}",
            content=path.read_bytes(),
            headers={"content-type": "application/octet-stream"},
        )
        assert sent.status_code == 201, sent.text
    options = {"kind": "train", "set": "drums", "name": "kit", "codec_epochs": 1000}
    answered = httpx.post(f"{address}/api/jobs", json=options)
    assert answered.status_code == 201, answered.text
    return str(answered.json()["id"])


def test_a_training_survives_the_death_of_its_server(folders: Folders, sounds: Path) -> None:
    with workbench() as (address, process):
        job = train(address, sounds)
        process.kill()
        process.wait()
    with workbench() as (address, _):
        assert httpx.get(f"{address}/api/jobs/{job}").json()["state"] == "running"
        httpx.post(f"{address}/api/jobs/{job}/stop", json={"keep": False})
        wait_for_state(address, job, "stopped")


def test_ctrl_c_reaches_a_training_also_if_its_server_ignores_it(
    folders: Folders, sounds: Path
) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with workbench() as (address, _):
            signal.signal(signal.SIGINT, before)
            job = train(address, sounds)
            httpx.post(f"{address}/api/jobs/{job}/stop", json={"keep": True})
            wait_for_state(address, job, "stopped")
    finally:
        signal.signal(signal.SIGINT, before)


def test_pages_are_told_of_jobs(folders: Folders, sounds: Path) -> None:
    with workbench() as (address, _):
        with connect(f"ws{address.removeprefix('http')}/page/socket") as socket:
            job = train(address, sounds)
            told: list[Any] = []
            while not told:
                message = socket.recv(timeout=30)
                document = json.loads(message) if isinstance(message, str) else {}
                told = document.get("value", []) if document.get("name") == "jobs" else []
        assert [(one["id"], one["kind"]) for one in told] == [(job, "train")]
        httpx.post(f"{address}/api/jobs/{job}/stop", json={"keep": False})
        wait_for_state(address, job, "stopped")


def test_serve_answers_the_api_and_keeps_the_model_in_play(
    tiny_in_library: Path, folders: Folders
) -> None:
    with ServerProcess("tiny", "--output", "clock", "--web", "127.0.0.1:0") as server:
        assert server.process.stdout is not None
        address = read_line(server.process.stdout).strip()
        refused = httpx.delete(f"{address}/api/models/tiny")
        assert refused.status_code == 409
        assert "is playing" in refused.json()["error"]
        assert httpx.post(f"{address}/api/sets", json={"name": "drums"}).status_code == 201
        assert (folders.here.parent / "work" / "sets" / "drums").is_dir()


@pytest.mark.parametrize("limit", ["1"])
def test_the_largest_upload_is_an_option(folders: Folders, limit: str) -> None:
    with workbench("--upload-limit", limit, "--work", "other") as (address, _):
        assert httpx.get(f"{address}/api/").json()["mostFileBytes"] == 1_000_000
        httpx.post(f"{address}/api/sets", json={"name": "drums"})
        sent = httpx.put(
            f"{address}/api/sets/drums/files/x.wav",
            content=b"RIFF" + bytes(1_000_000),
            headers={"content-type": "application/octet-stream"},
        )
    assert sent.status_code == 413
    assert Path("other", "sets", "drums").is_dir()
    assert not os.path.exists("work")
