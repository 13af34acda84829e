"""Sets of recordings: uploads, their limits, and what an inspection finds."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from starlette.requests import Request

from distill_live.audio.files import write_audio
from distill_live.web.api.operations import Asked
from distill_live.web.api.sets import Sets
from distill_live.web.work.cli import Commands
from distill_live.web.work.workplace import Workplace
from tests.web.api.conftest import Office, open_office

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20)


@pytest.fixture
def drums(office: Office) -> Office:
    """An office with an empty set called drums."""
    assert office.post("/sets", name="drums").status_code == 201
    return office


def test_an_uploaded_file_is_listed_and_comes_back(drums: Office) -> None:
    answered = drums.put("/sets/drums/files/kick.wav", WAV)
    assert (answered.status_code, answered.json()) == (201, {"name": "kick.wav", "bytes": len(WAV)})
    [found] = drums.get("/sets").json()["sets"]
    assert (found["name"], found["bytes"]) == ("drums", len(WAV))
    assert found["files"] == [{"name": "kick.wav", "bytes": len(WAV)}]
    back = drums.get("/sets/drums/files/kick.wav")
    assert (back.content, back.headers["content-type"]) == (WAV, "audio/wav")
    part = drums.get("/sets/drums/files/kick.wav", headers={"range": "bytes=8-11"})
    assert (part.status_code, part.content) == (206, b"WAVE")


def raw_upload(office: Office, head: str, body: bytes = b"") -> bytes:
    """What is answered to an upload of which only this is ever sent."""
    address = ("127.0.0.1", office.server.port)
    lines = f"PUT /api/sets/drums/files/big.wav HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n"
    with socket.create_connection(address, timeout=30) as client:
        client.sendall(lines.encode() + body)
        answered = b""
        while part := client.recv(65536):
            answered += part
    return answered


def test_two_gigabytes_are_refused_without_being_read(drums: Office) -> None:
    answered = raw_upload(
        drums, "Content-Type: application/octet-stream\r\nContent-Length: 2000000000"
    )
    assert answered.startswith(b"HTTP/1.1 413 ")
    assert b"at most 500 MB" in answered
    assert list((drums.place.sets / "drums").iterdir()) == []


def test_other_refusals_of_uploads_do_not_read_them_either(drums: Office) -> None:
    answered = raw_upload(drums, "Content-Type: text/plain\r\nContent-Length: 2000000000")
    assert answered.startswith(b"HTTP/1.1 415 ")


@pytest.fixture
def narrow(place: Workplace) -> Iterator[Office]:
    """An office that takes 1000 bytes a file and 1500 in all."""
    yield from open_office(dataclasses.replace(place, most_file_bytes=1000, most_bytes=1500))


def test_an_upload_without_a_length_is_cut_off_at_the_limit(narrow: Office) -> None:
    narrow.post("/sets", name="drums")

    def parts() -> Iterator[bytes]:
        for _ in range(10):
            yield WAV * 10

    answered = narrow.put("/sets/drums/files/big.wav", parts())
    assert answered.status_code == 413
    assert list((narrow.place.sets / "drums").iterdir()) == []


def test_all_sets_together_have_a_limit(narrow: Office) -> None:
    narrow.post("/sets", name="drums")
    content = WAV + bytes(900)
    assert narrow.put("/sets/drums/files/a.wav", content).status_code == 201
    answered = narrow.put("/sets/drums/files/b.wav", content)
    assert answered.status_code == 507
    assert "delete some first" in answered.json()["error"]


def test_an_empty_file_is_refused(drums: Office) -> None:
    assert drums.put("/sets/drums/files/kick.wav", b"").status_code == 400
    assert list((drums.place.sets / "drums").iterdir()) == []


@pytest.mark.parametrize("name", ["kick.exe", "kick.html", "kick", "kick.wav.py"])
def test_only_names_of_sound_files_are_taken(drums: Office, name: str) -> None:
    answered = drums.put(f"/sets/drums/files/{name}", WAV)
    assert answered.status_code == 415
    assert "is not a sound file" in answered.json()["error"]


@pytest.mark.parametrize("content", [b"MZ\x90\x00", b"<html>", b"#!/bin/sh\n", b"\x7fELF"])
def test_only_files_that_begin_like_sound_are_taken(drums: Office, content: bytes) -> None:
    assert drums.put("/sets/drums/files/kick.wav", content).status_code == 415
    assert list((drums.place.sets / "drums").iterdir()) == []


@pytest.mark.parametrize("name", ["kick.wav", "KICK.WAV"])
def test_a_taken_name_is_refused_and_the_file_stays(drums: Office, name: str) -> None:
    drums.put("/sets/drums/files/kick.wav", WAV)
    answered = drums.put(f"/sets/drums/files/{name}", WAV + b"other")
    assert answered.status_code == 409
    assert drums.get("/sets/drums/files/kick.wav").content == WAV


def test_the_name_of_a_set_can_be_taken_once(drums: Office) -> None:
    assert drums.post("/sets", name="Drums").status_code == 409


@pytest.mark.parametrize("name", ["..", ".hidden", "a/b", "", "a\\b", "x" * 101])
def test_a_set_has_the_name_of_one_folder(office: Office, name: str) -> None:
    assert office.post("/sets", name=name).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/sets/%2e%2e/files/x.wav", "/sets/drums/files/%2e%2e%2fx.wav",
        "/sets/drums/files/..%5cx.wav", "/sets/drums/files/%2fetc%2fx.wav",
        "/sets/drums/files/a%00.wav", "/sets/%2e/files/x.wav",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_a_set(drums: Office, path: str, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*.wav"))
    assert drums.put(path, WAV).status_code in (400, 404)
    assert drums.get(path).status_code in (400, 404)
    assert sorted(tmp_path.rglob("*.wav")) == before


def test_a_link_in_a_set_does_not_lead_out(drums: Office, tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(WAV)
    (drums.place.sets / "drums" / "link.wav").symlink_to(tmp_path / "secret.wav")
    (drums.place.sets / "up").symlink_to(tmp_path)
    assert drums.get("/sets/drums/files/link.wav").status_code == 404
    assert drums.get("/sets/up/files/secret.wav").status_code == 404
    assert drums.get("/sets/drums").json()["files"] == []


def test_a_deleted_recording_and_a_deleted_set_come_back(drums: Office) -> None:
    drums.put("/sets/drums/files/kick.wav", WAV)
    for path in ("/sets/drums/files/kick.wav", "/sets/drums"):
        undo = drums.delete(path).json()["undo"]
        assert drums.get(path).status_code == 404
        assert undo in [one["id"] for one in drums.get("/trash").json()["trash"]]
        assert drums.post(f"/trash/{undo}/restore").status_code == 200
        assert drums.get(path).status_code == 200


def test_an_inspection_says_what_was_found_and_refused(drums: Office, sounds: Path) -> None:
    folder = drums.place.sets / "drums"
    for name in ("sine_110.wav", "burst_440.wav"):
        shutil.copy(sounds / name, folder)
    shutil.copy(sounds / "sine_110.wav", folder / "again.wav")
    (folder / "broken.wav").write_bytes(WAV)
    stereo = np.zeros((48_000, 2), np.float32)
    stereo[:24_000] = 0.5, 0.25
    write_audio(folder / "half.wav", stereo, 48_000)
    answered = drums.post("/sets/drums/inspect", estimate=False)
    assert answered.status_code == 200, answered.text
    told = answered.json()
    assert [one["name"] for one in told["refused"]] == ["broken.wav"]
    assert told["duplicates"] == [["again.wav", "sine_110.wav"]]
    assert told["stereo"] == 1
    found = {one["name"]: one for one in told["found"]}
    assert found["half.wav"]["silence"] == pytest.approx(0.5, abs=0.05)
    assert (found["half.wav"]["channels"], found["half.wav"]["seconds"]) == (2, 1.0)
    assert found["sine_110.wav"]["rms_db"] == pytest.approx(-13.5, abs=0.2)
    assert "only 4 s" in told["too_little"]
    assert told["estimate"] is None
    assert drums.get("/sets/drums").json()["inspection"] == told
    os.utime(folder / "half.wav", (0, 0))
    assert drums.get("/sets/drums").json()["inspection"] is None


def test_a_set_without_sound_cannot_be_inspected(drums: Office) -> None:
    answered = drums.post("/sets/drums/inspect", estimate=False)
    assert answered.status_code == 409
    assert "no recordings" in answered.json()["error"]


class _SlowCommands:
    """Commands that take a moment, and are counted."""

    runs = 0

    async def run(self, *_: str, seconds: float) -> Any:
        self.runs += 1
        await asyncio.sleep(0)
        return {"found": [], "estimate": {"codec": seconds}}


def test_whoever_asks_for_an_inspection_that_is_being_made_waits_for_that_one(
    tmp_path: Path,
) -> None:
    place, commands = Workplace(tmp_path), _SlowCommands()
    (place.sets / "drums").mkdir(parents=True)
    operations = Sets(place, cast(Commands, commands)).operations()
    inspect = next(one.call for one in operations if one.path.endswith("/inspect"))
    asked = Asked(Request({"type": "http"}), {"name": "drums"}, {"estimate": True})

    async def ask_twice() -> list[Any]:
        return await asyncio.gather(inspect(asked), inspect(asked))

    first, second = asyncio.run(ask_twice())
    assert (first, commands.runs) == (second, 1)
    asyncio.run(ask_twice())
    assert commands.runs == 2
