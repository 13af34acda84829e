"""Clips as a performer meets them: a real server on the clock, played over real UDP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from distill_live.audio.files import write_audio
from distill_live.audio.reading.sound import read_mono
from distill_live.codes.grid_file import load_grid, save_grid
from distill_live.codes.session_log import read_session_log
from distill_live.inference import codes as inference
from distill_live.models.file.loaded import LoadedVQModel
from tests.commands.logged_session import SECOND, Session, session
from tests.sound_files import read_audio
from tests.tools import wait_until


class Stage:
    """A session, and what came of the requests made in it."""

    def __init__(self, played: Session) -> None:
        self.played, self.osc = played, played.osc

    def done(self, request: str, *arguments: object) -> str:
        """Make a request; what it is said to have done."""
        return self._make("/distill/done", request, request, arguments)

    def refused(self, request: str, *arguments: object) -> str:
        """Make a request; why it is refused."""
        return self._make("/distill/error", f"/distill/{request}", request, arguments)

    def clips(self) -> dict[object, list[object]]:
        """What is known of each clip, by its name."""
        [count] = self.osc.ask("/distill/clip/list")
        listed = [self.osc.hear() for _ in range(int(str(count)))]
        assert {address for address, _ in listed} <= {"/distill/clip"}
        return {name: rest for _, (name, *rest) in listed}

    def mark(self) -> int:
        """How many columns have been played."""
        return len(self.played.entries("push"))

    def _make(self, address: str, first: str, request: str, arguments: tuple[object, ...]) -> str:
        self.osc.told.clear()
        self.osc.send(f"/distill/{request}", *arguments)
        return self.osc.await_told(address, first)


def codes_played(log: Path) -> list[bytes]:
    """The codes of each column that the first deck played, after edits, in order."""
    raw: dict[int, Any] = {}
    played = []
    for entry in read_session_log(log):
        if entry.get("deck") != 0:
            continue
        if entry["op"] == "draw":
            raw[entry["column"]] = entry["codes"]
        elif entry["op"] == "begin_segment":
            raw = dict(enumerate(entry["codes"]))
        elif entry["op"] == "push":
            codes = raw[entry["column"]] if entry["codes"] is None else entry["codes"]
            played.append(np.array(codes, np.int64).tobytes())
    return played


@pytest.fixture(scope="module")
def material(
    tiny_model: LoadedVQModel, tiny_two_levels: LoadedVQModel, sounds: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:  # fmt: skip
    """A recording, sound.wav, a grid of another one, grid.npz, and files that cannot be used."""
    folder = tmp_path_factory.mktemp("material")
    write_audio(folder / "sound.wav", read_mono(sounds / "burst_440.wav"), SECOND)
    save_grid(folder / "grid.npz", inference.encode(tiny_model, read_mono(sounds / "sine_440.wav")))
    save_grid(folder / "other.json", inference.encode(tiny_two_levels, np.zeros(9, np.float32)))
    (folder / "noise.wav").write_text("no sound")
    (folder / "broken.npz").write_text("no codes")
    return folder


@pytest.fixture(scope="module")
def stage(
    tiny_model_path: Path, tiny_two_levels_path: Path, material: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:  # fmt: skip
    """For two tests, of which the last one goes to another model and ends the session."""
    allowed = ("--clips", str(material), "--clips", str(tiny_two_levels_path.parent))
    with session(tiny_model_path, tmp_path_factory.mktemp("stage"), *allowed) as played:
        yield Stage(played)
        played.end()


def test_what_cannot_be_done_with_clips_is_said_and_the_music_goes_on(
    stage: Stage, material: Path
) -> None:
    for reason, request, *arguments in (
        ("no clip 'a'; there are none yet", "clip/play", "a"),
        ("no clip 'a'; there are none yet", "blend/clip", "a"),
        ("cannot be a clip's name", "clip/load", "../a", "grid.npz"),
        ("cannot be a clip's name", "capture", 1.0, "off"),
        ("in these folders", "clip/load", "a", "/etc/passwd"),
        ("no such file", "clip/load", "a", str(material / "nowhere.wav")),
        ("damaged or not a sound file", "clip/load", "a", "noise.wav"),
        ("is damaged or contains no codes", "clip/load", "a", "broken.npz"),
        ("has codes of the model 'two', and 'tiny', which plays, has another codec",
         "clip/load", "a", "other.json"),
    ):  # fmt: skip
        assert reason in stage.refused(request, *arguments)
    stage.osc.send("/distill/clip/load", "late", "sound.wav")
    assert stage.done("clip/delete", "late") == "clip late is no longer being loaded"
    assert "the clip was deleted" in stage.osc.await_told("/distill/error", "/distill/clip/load")
    stage.done("clip/load", "a", "grid.npz")
    stage.done("manner/clip", "a")
    assert "replaces the one of that name" in stage.done("clip/load", "a", "grid.npz")
    stage.done("edit/clip", "a")
    assert stage.done("clip/delete", "a") == (
        "clip a deleted; manner and edits can use it until you choose another"
    )
    assert stage.done("edit/clip", "off") == "edits: no clip"
    assert stage.done("manner/clip", "") == "manner: no clip"
    assert stage.clips() == {}
    heard = stage.played.heard()
    wait_until(lambda: stage.played.heard() > heard, "more music")


def test_two_clips_become_one_and_what_is_heard_becomes_a_third(
    stage: Stage, tiny_two_levels_path: Path, tiny_model: LoadedVQModel, material: Path
) -> None:
    played = stage.played
    assert "clip a: 1.00 s of sound.wav" in stage.done("clip/load", "a", "sound.wav")
    assert stage.done("clip/load", "b", "grid.npz") == "clip b: 1.02 s of grid.npz"
    played.hear(0.3)
    assert re.fullmatch(r"playing clip a in \d\.\d s", stage.done("clip/play", "a"))
    wait_until(lambda: played.entries("loop"), "the clip")
    begun = stage.mark()
    assert stage.done("blend/clip", "b") == "blend: clip b"
    played.hear(1.2)
    blended = stage.mark()
    futures = len(played.entries("switched"))
    played.set("blend", 1.0)
    wait_until(lambda: len(played.entries("switched")) > futures, "the blend")
    changed = stage.mark()
    played.hear(1.2)
    text = stage.done("capture", 0.5, "c")
    known = stage.clips()
    played.set("model_fade", 0.05)
    played.swap(tiny_two_levels_path)
    assert "belongs to the model 'tiny'" in stage.refused("clip/play", "a")
    assert [usable for _, usable, *_ in stage.clips().values()] == [0, 0, 0]
    played.end()
    assert "the clip b is no longer chosen for blend" in played.server.errors

    a = inference.encode(tiny_model, read_mono(material / "sound.wav"))
    b = load_grid(material / "grid.npz")
    columns = codes_played(played.log)
    (loop,) = played.entries("loop")
    assert (loop["begin"], loop["end"]) == (0, SECOND)
    assert set(columns[begun:blended]) == {codes.tobytes() for codes in a.codes}
    assert set(columns[changed:]) == {codes.tobytes() for codes in b.codes}

    assert set(known) == {"a", "b", "c"}
    assert known["a"][:3] == [1.0, 1, "sound.wav"]
    sound, codes = (next(played.recordings.glob(f"*_c.{kind}")) for kind in ("wav", "npz"))
    assert text == f"clip c: the last 0.5 s, also in {sound} and {codes.name}"
    captured = load_grid(codes)
    assert {one.tobytes() for one in captured.codes} <= {one.tobytes() for one in b.codes}
    assert len(captured.codes) == 6
    samples, rate = read_audio(sound)
    assert (rate, samples.shape) == (SECOND, (SECOND // 2, 2))
    assert np.abs(samples).max() > 0
