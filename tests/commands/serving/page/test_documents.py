"""The documents of a server that was not started, as a page gets them."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from distill_live.commands.serving.page.documents import MAX_RECORDINGS, list_recordings
from tests.commands.serving.test_controls import PATCH, Stand
from tests.tools import wait_until


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path, recordings=tmp_path / "recordings")


class Reader:
    """What a page has been sent, by the documents' names."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.newest: dict[str, Any] = {}
        self.sent: list[str] = []
        self.looks = 0
        stand.controls.tick()
        stand.controls.site.documents.follow(self, self.note)

    def note(self, name: str, message: str) -> None:
        self.newest[name] = json.loads(message)["value"]
        self.sent.append(name)

    def look(self) -> dict[str, Any]:
        """Look again now, as the main thread does five times a second."""
        self.looks += 1
        self.stand.controls._documents.tick(time.monotonic() + 1e3 * self.looks)
        return self.newest


def test_a_new_page_finds_everything(stand: Stand) -> None:
    found = Reader(stand).newest
    assert {"server", "presets", "clips", "history", "edit_order", "patch", "mappings"} <= set(
        found
    )
    assert (found["model"]["name"], found["model"]["levels"]) == ("rain", ["Body", "Air"])
    assert found["partners"] == {"edit/clip": None, "blend/clip": None, "manner/clip": None}
    assert found["files"] == {"recording": None, "recordings": []}
    assert found["presets"] == [
        {"name": "calm", "stored": False, "current": False, "changed": False}
    ]
    assert found["history"]["present"] == 0
    assert [state["number"] for state in found["history"]["states"]] == [0]
    assert found["edit_order"] == ["freeze"]
    assert found["patch"] == {"name": "live", "path": str(stand.patch), "broken": None}
    assert [one["target"] for one in found["mappings"]] == ["gain", "width"]
    assert found["server"]["osc"] == f"127.0.0.1:{stand.controls.osc.port}"
    assert found["recording"] is None
    assert found["server"]["learning"] is None
    assert found["server"]["audible"] is True
    assert found["server"]["listening"] is None


def test_what_changes_is_sent_and_what_does_not_is_not(stand: Stand) -> None:
    reader = Reader(stand)
    reader.look()
    reader.sent.clear()
    reader.look()
    assert reader.sent == []
    stand.osc("/distill/preset", "calm")
    stand.osc("/distill/preset/store", "mine")
    assert reader.look()["presets"] == [
        {"name": "calm", "stored": False, "current": False, "changed": False},
        {"name": "mine", "stored": True, "current": True, "changed": False},
    ]
    assert reader.sent == ["presets"]
    stand.osc("/distill/temperature", 0.75)
    assert [one["changed"] for one in reader.look()["presets"]] == [False, True]


def test_what_a_control_is_being_learned_for_is_told(stand: Stand) -> None:
    reader = Reader(stand)
    stand.osc("/distill/learn", "/distill/width")
    assert reader.look()["server"]["learning"] == "width"


def test_a_recording_is_told_with_its_whole_seconds(stand: Stand) -> None:
    reader = Reader(stand)
    server = stand.server
    server.recordings.record(True, "rain")
    assert reader.look()["recording"]["seconds"] == 0
    server.tap.write(np.zeros((2, 60_000), np.float32))
    wait_until(lambda: reader.look()["recording"]["seconds"] == 1, "the recorder")
    assert reader.newest["recording"]["name"] == reader.newest["files"]["recording"]
    server.recordings.record(False, "rain")
    assert reader.look()["recording"] is None


def test_a_broken_patch_is_reported_and_a_new_one_shown(stand: Stand) -> None:
    reader = Reader(stand)
    stand.patch.write_text("version: 1\nmap: 7\n")
    stand.controls._watch.tick(time.monotonic() + 1e6)
    assert "the patch in use stays unchanged" in reader.look()["patch"]["broken"]
    stand.patch.write_text(PATCH % "ignore" + "  wild: {gain: 2.0}\n")
    stand.controls._watch.tick(time.monotonic() + 2e6)
    found = reader.look()
    assert found["patch"]["broken"] is None
    assert [one["name"] for one in found["presets"]] == ["calm", "wild"]


def test_where_a_control_stands_is_shown(stand: Stand) -> None:
    reader = Reader(stand)
    stand.midi.receive([0xB0, 1, 127], "nano")
    [gain, _] = reader.look()["mappings"]
    # Its range ends at 1, in the middle of gain's.
    assert (gain["value"], gain["waiting"]) == (0.5, False)


def test_while_no_page_is_open_nothing_is_looked_up(stand: Stand) -> None:
    stand.controls.tick()
    published: list[str] = []
    stand.controls.site.documents.publish = (  # type: ignore[method-assign]
        lambda name, value: published.append(name)
    )
    stand.controls._documents.tick(time.monotonic() + 1e6)
    assert published == []


def test_recordings_are_listed_newest_first(tmp_path: Path) -> None:
    assert list_recordings(tmp_path / "none") == []
    for number in range(MAX_RECORDINGS + 5):
        path = tmp_path / f"{number}.wav"
        path.write_bytes(b"x" * number)
        os.utime(path, (number, number))
    (tmp_path / ".partial.wav").touch()
    (tmp_path / "folder").mkdir()
    found = list_recordings(tmp_path)
    newest = MAX_RECORDINGS + 4
    assert len(found) == MAX_RECORDINGS
    assert found[0] == {"name": f"{newest}.wav", "bytes": newest, "modified": float(newest)}
