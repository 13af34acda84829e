"""The live engine as a performer meets it: a real server on the clock, played over real UDP."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import lfilter

from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import save_grid
from distill_live.codes.labels import level_labels
from distill_live.live.playback.high_pass import HighPass
from distill_live.live.playback.last_mile import DC_CORNER
from distill_live.models.file.header import read_header
from tests.commands.logged_session import SECOND, Session, session
from tests.commands.server_process import ServerProcess, run_command
from tests.conftest import RunCli
from tests.sound_files import read_audio
from tests.tools import wait_until

#: The tiny models are louder than full scale; this keeps them below where the limiter acts.
QUIET = 0.05


def render(run_cli: RunCli, log: Path, output: Path, *options: object) -> np.ndarray:
    ended = run_cli("render", log, "--output", output, *options)
    assert ended.code == 0, ended.err
    return read_audio(output)[0][:, 0]


def assert_is_what_was_recorded(
    rendered: np.ndarray, recorded: np.ndarray, start: int, gain: float = QUIET
) -> None:
    """From sample `start` on, up to the fade at the end, the recording is the rendered sound."""
    heard = lfilter(
        [1.0, -1.0], [1.0, -HighPass(DC_CORNER).pole], rendered.astype(np.float64)
    ) * np.float32(gain)
    probe = recorded[start : start + 2_000]
    shift = next(
        (n for n in range(4_096) if np.abs(heard[start - n :][: len(probe)] - probe).max() < 1e-5),
        None,
    )
    assert shift is not None, "the rendered sound is not in the recording"
    end = min(len(recorded), len(heard) + shift) - 2 * 2_400
    assert end - start > 2 * SECOND
    np.testing.assert_allclose(recorded[start:end], heard[start - shift : end - shift], atol=2**-22)


def perform(
    model: Path, other: Path, sounds: Path, folder: Path
) -> tuple[Session, int, dict[str, float]]:
    """A bit of everything; returns the session, the sample it began at and what was counted."""
    clips = ("--clips", str(sounds), "--clips", str(other.parent))
    with session(model, folder, "--record", str(folder / "recording.wav"), *clips) as played:
        played.set("gain", QUIET)
        played.hear(1.5)
        start = played.heard()
        played.set("temperature/structure", 0.4)
        played.set("edit/mask/on/detail", 1)
        played.ask("loop", 0.3)
        played.hear(0.7)
        played.ask("release")
        played.set("edit/freeze/on", 1)
        played.ask("hold")
        played.hear(0.5)
        played.ask("release")
        played.set("edit/freeze/on", 0)
        save_grid(folder / "pad.npz", random_grid(model))
        played.ask("clip/load", "pad", str(folder / "pad.npz"))
        played.ask("blend/clip", "pad")
        played.set("blend/structure", 0.5)
        played.hear(0.3)
        played.ask("clip/play", "pad", 0.5)
        played.hear(0.5)
        played.set("blend/structure", 0)
        played.ask("release")
        played.hear(0.5)
        played.ask("rewind", 1.0)
        played.hear(0.5)
        played.ask("rewind", 0.5, "same")
        played.ask("prime", str(sounds / "sine_440.wav"))
        wait_until(lambda: len(played.entries("begin_segment")) == 2, "the second new segment")
        played.set("model_fade", 0.3)
        played.swap(other)
        played.hear(0.5)
        played.set("seed", 3)
        played.hear(0.5)
        counts = played.end()
    return played, start, counts


def random_grid(model: Path, seed: int = 0) -> CodeGrid:
    """Six columns of the tiny model's codes."""
    codes = np.random.default_rng(seed).integers(0, 16, (6, 8, 3))
    sha256 = read_header(model).metadata["codec_sha256"]
    return CodeGrid(codes, "tiny", sha256, level_labels(3), 16, 4_096)


def test_a_rendered_log_is_what_was_recorded_to_the_sample(
    run_cli: RunCli,
    tiny_model_path: Path,
    tiny_two_levels_path: Path,
    sounds: Path,
    tmp_path: Path,
) -> None:
    # A machine that is too busy lets the ring run dry: that fade is in no log, so once more then.
    for number in range(4):
        folder = tmp_path / str(number)
        folder.mkdir()
        played, start, counts = perform(tiny_model_path, tiny_two_levels_path, sounds, folder)
        if not counts["underruns"]:
            break
    assert counts["underruns"] == 0
    rendered = render(run_cli, folder / "session.log", tmp_path / "again.wav")
    assert_is_what_was_recorded(rendered, read_audio(played.recording)[0][:, 0], start)


def test_a_prime_is_continued_from_and_a_file_that_is_no_sound_is_said(
    tiny_model_path: Path, sounds: Path, tmp_path: Path
) -> None:
    noise = tmp_path / "noise.wav"
    noise.write_text("no sound")
    with session(tiny_model_path, tmp_path) as played:
        played.osc.send("/distill/prime", str(noise))
        played.hear(0.5)
        played.ask("prime", str(sounds / "sine_440.wav"))
        wait_until(lambda: played.entries("begin_segment"), "the new segment")
        played.hear(0.5)
        played.end()
    (segment,) = played.entries("begin_segment")
    assert len(segment["codes"]) == 12
    assert f"continuing from {sounds / 'sine_440.wav'}" in played.server.errors


def test_the_log_has_every_request_once_where_it_was_heard_and_can_be_read_meanwhile(
    tiny_model_path: Path, tmp_path: Path
) -> None:
    nowhere = str(tmp_path / "nowhere")
    asked = [
        ("stop",), ("play",), ("hold",), ("release",), ("record", 1), ("record", 0),
        ("rewind", 0.5, "same"), ("model", nowhere), ("prime", nowhere), ("panic",),
    ]  # fmt: skip
    with session(tiny_model_path, tmp_path) as played:
        played.hear(0.5)
        first, *lines = played.log.read_text().splitlines(keepends=True)
        for name, *arguments in asked:
            played.ask(str(name), *arguments)
        played.end()
    assert json.loads(first)["format"] == "distill-session"
    whole = [json.loads(line)["op"] for line in lines if line.endswith("\n")]
    assert whole[0] == "engine"
    assert {"draw", "push", "switched"} <= set(whole)
    assert "end" not in whole
    noted = [(entry["name"], *entry["arguments"]) for entry in played.entries("request")]
    assert noted == asked
    heard = [entry["heard"] for entry in played.entries("request")]
    assert heard[0] > 0
    assert heard == sorted(heard)
    assert {entry["deck"] for entry in played.entries("request")} == {0}


def test_recordings_are_made_whenever_it_is_asked_for_and_finished_when_the_server_ends(
    tiny_model_path: Path, tmp_path: Path
) -> None:
    with session(tiny_model_path, tmp_path) as played:
        for number in (1, 2, 3):
            played.osc.send("/distill/record", 1)
            wait_until(lambda: len(recordings(played)) == number, "a recording")  # noqa: B023
            played.hear(0.5)
            if number < 3:
                played.osc.send("/distill/record", 0)
                assert played.osc.ask("/distill/ping", number) == [number]
        played.end()
    assert len(recordings(played)) == 3
    for path in recordings(played):
        samples, rate = read_audio(path)
        assert rate == SECOND
        assert len(samples) > SECOND // 4
        assert np.abs(samples).max() > 0
        assert f"recorded {path}" in played.server.errors


def recordings(played: Session) -> list[Path]:
    return sorted(played.recordings.glob("*_tiny*.wav"))


def test_another_model_can_play_what_was_done(
    run_cli: RunCli, tiny_model_path: Path, tiny_two_levels_path: Path, tmp_path: Path
) -> None:
    with session(tiny_model_path, tmp_path) as played:
        played.set("temperature", 0.5)
        played.ask("loop", 0.3)
        played.hear(1.0)
        played.end()
    other = ("--model", str(tiny_two_levels_path))
    first, second = (render(run_cli, played.log, tmp_path / f"{n}.wav", *other) for n in (1, 2))
    np.testing.assert_array_equal(first, second)
    assert np.abs(first).max() > 0
    (end,) = played.entries("end")
    assert len(first) == end["heard"]


def test_a_log_that_exists_is_never_overwritten(tiny_model_path: Path, tmp_path: Path) -> None:
    log = tmp_path / "session.log"
    log.write_text("the best session")
    ended = run_command("serve", str(tiny_model_path), "--output", "clock", "--log", str(log))
    assert ended.returncode == 1
    assert "already exists" in ended.stderr
    assert log.read_text() == "the best session"


@pytest.mark.parametrize("channels", ["0", "3,", "left", "-1", "3;4", ","])
def test_channels_that_are_none_are_refused(tiny_model_path: Path, channels: str) -> None:
    ended = run_command("serve", str(tiny_model_path), "--output", "clock", "--channels", channels)
    assert ended.returncode == 1
    assert "is not a list of channels; legal: numbers such as 3,4" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_comes_of_a_request_is_told_to_whoever_asked(
    tiny_model_path: Path, tiny_two_levels_path: Path, sounds: Path, tmp_path: Path
) -> None:
    (tmp_path / "noise.wav").write_text("no sound")
    with session(tiny_model_path, tmp_path) as played:
        osc = played.osc
        played.set("model_fade", 0.05)
        osc.send("/distill/prime", str(tmp_path / "nowhere.wav"))
        assert "no such file" in osc.await_told("/distill/error", "/distill/prime")
        osc.told.clear()
        osc.send("/distill/prime", str(tmp_path / "noise.wav"))
        assert "cannot prime" in osc.await_told("/distill/error", "/distill/prime")
        osc.send("/distill/prime", str(sounds / "sine_440.wav"))
        said = osc.await_told("/distill/done", "prime")
        assert said.startswith(f"continuing from {sounds}/sine_440.wav in ")
        osc.send("/distill/model", "nowhere")
        assert "no model 'nowhere'" in osc.await_told("/distill/error", "/distill/model")
        osc.send("/distill/model", str(tiny_two_levels_path))
        assert osc.await_told("/distill/done", "model") == "now playing two"
        osc.send("/distill/record", 1)
        assert "recording to" in osc.await_told("/distill/done", "record")
        played.end()


def test_a_message_cannot_name_a_file_elsewhere(tiny_model_path: Path, tmp_path: Path) -> None:
    arguments = (str(tiny_model_path), "--output", "clock", "--recordings", str(tmp_path))
    with ServerProcess(*arguments) as server:
        for name in ("prime", "model"):
            for file, reason in (
                ("/etc/passwd", "in these folders: "),
                ("models/../../../../etc/passwd", "in these folders: "),
                ("x" * 1000, "is not a path: "),
            ):
                server.osc.told.clear()
                server.osc.send(f"/distill/{name}", file)
                assert reason in server.osc.await_told("/distill/error", f"/distill/{name}")
        assert server.osc.ask("/distill/ping", 1) == [1]
        assert server.end() == 0


def test_the_streams_and_lines_are_those_of_what_sounds(
    tiny_model_path: Path, tmp_path: Path
) -> None:
    with session(tiny_model_path, tmp_path) as played:
        osc = played.osc
        osc.send("/distill/subscribe", 0, 100.0, "/distill/stream/*", "/distill/said")
        heard: dict[str, list[list[object]]] = {}

        def listen() -> bool:
            with contextlib.suppress(TimeoutError):
                for address, arguments in osc.hear_all():
                    heard.setdefault(address.rpartition("/")[2], []).append(arguments)
            return len(heard.get("column", [])) >= 20

        wait_until(listen, "twenty columns")
        osc.send("/distill/gain", 0.0)
        wait_until(lambda: listen() and heard["level"][-1][0] < 1e-4, "silence")
        osc.send("/distill/record", 1)
        wait_until(lambda: listen() and "recording to" in str(heard.get("said")), "a line")
        played.end()
    assert heard["grid"] == [[8, 3, 16]]
    drawn = {entry["column"]: entry["codes"] for entry in played.entries("draw")}
    drawn |= {e["column"]: e["codes"] for e in played.entries("push") if e["codes"]}
    known = {tuple(np.ravel(codes)) for codes in drawn.values()}
    assert {tuple(codes) for codes in heard["codes"]} <= known
    assert len(heard["codes"]) >= 10
    assert all(0.0 <= bits <= 4.0 for [bits] in heard["entropy"])
    assert max(rms for rms, _ in heard["level"]) > 0.01
    assert heard["underruns"][0] == [0]
    assert any("recording to" in str(line) for [line] in heard["said"])
