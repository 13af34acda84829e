"""Recordings and generated files over HTTP."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.files import write_audio
from tests.web.api.conftest import Office


@pytest.fixture
def taken(office: Office) -> Office:
    """An office with a recording, half of it silent, and a generated file with its sidecar."""
    assert office.place.recordings is not None
    sound = np.zeros(48_000, np.float32)
    sound[:24_000] = 0.5
    write_audio(office.place.recordings / "take 1.wav", sound, 48_000, 16)
    office.place.generated.mkdir(parents=True)
    write_audio(office.place.generated / "drums_7.wav", sound, 48_000, 16)
    (office.place.generated / "drums_7.json").write_text(json.dumps({"seed": 7}))
    os.utime(office.place.generated / "drums_7.wav", (2e9, 2e9))
    return office


def test_files_are_listed_newest_first_with_how_they_were_made(taken: Office) -> None:
    first, second = taken.get("/files").json()["files"]
    assert (first["path"], first["kind"]) == ("generated/drums_7.wav", "generated")
    assert (first["sidecar"], first["favourite"]) == ({"seed": 7}, False)
    assert first["modified"] == "2033-05-18T03:33:20+00:00"
    assert (second["path"], second["sidecar"]) == ("recordings/take 1.wav", None)


def test_a_part_of_a_file_can_be_asked_for(taken: Office) -> None:
    whole = taken.get("/files/recordings/take%201.wav")
    assert (whole.status_code, whole.headers["content-type"]) == (200, "audio/wav")
    assert whole.request.headers["accept-encoding"].startswith("gzip")
    assert "content-encoding" not in whole.headers
    part = taken.get("/files/recordings/take%201.wav", headers={"range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"RIFF")
    assert "content-encoding" not in part.headers
    assert part.headers["content-range"] == f"bytes 0-3/{len(whole.content)}"
    beyond = taken.get("/files/recordings/take%201.wav", headers={"range": "bytes=9999999-"})
    assert beyond.status_code == 416


@pytest.mark.parametrize(
    "path",
    ["recordings/../secret", "generated/%2e%2e/%2e%2e/x", "%2fetc%2fpasswd", "nowhere/x.wav",
     "recordings", "recordings/.hidden", "jobs/x/job.json", "trash/x"],
)  # fmt: skip
def test_no_other_file_is_served(taken: Office, path: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    assert taken.get(f"/files/{path}").status_code in (400, 404)


def test_a_favourite_stays_one(taken: Office) -> None:
    path = "/files/generated/drums_7.wav"
    assert taken.patch(path, favourite=True).json()["favourite"] is True
    assert taken.get("/files").json()["files"][0]["favourite"] is True
    assert taken.patch(path, favourite=False).json()["favourite"] is False
    assert taken.patch("/files/generated/none.wav", favourite=True).status_code == 404


def test_a_file_goes_to_the_trash_with_its_sidecar_and_comes_back(taken: Office) -> None:
    undo = taken.delete("/files/generated/drums_7.wav").json()["undo"]
    assert list(taken.place.generated.iterdir()) == []
    taken.post(f"/trash/{undo}/restore")
    assert len(list(taken.place.generated.iterdir())) == 2


def test_peaks_are_the_smallest_and_largest_samples(taken: Office) -> None:
    answered = taken.get("/files/recordings/take%201.wav/peaks", params={"count": 8})
    assert answered.status_code == 200, answered.text
    told = answered.json()
    assert told["seconds"] == 1.0
    assert told["peaks"] == [[0.5, 0.5]] * 4 + [[0.0, 0.0]] * 4
    [noted] = (taken.place.folder / "peaks").iterdir()
    noted.write_text(json.dumps({"seconds": 9.0, "peaks": [[0, 0]] * 8}))
    again = taken.get("/files/recordings/take%201.wav/peaks", params={"count": 8}).json()
    assert again["seconds"] == 9.0, "they were measured again"
    assert taken.get("/files").json()["files"][1]["seconds"] == 9.0


@pytest.mark.parametrize("count", ["0", "x", "100000"])
def test_the_number_of_peaks_has_limits(taken: Office, count: str) -> None:
    path = "/files/recordings/take%201.wav/peaks"
    assert taken.get(path, params={"count": count}).status_code == 400
