"""The live engine as a performer meets it: a real server on the clock, played over real UDP."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

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
from tests.commands.server_process import OscClient
from tests.conftest import CALM_COLUMN, RunCli
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
    apart = [np.abs(heard[start - n :][: len(probe)] - probe).max() for n in range(4_096)]
    shift = int(np.argmin(apart))
    assert apart[shift] < 1e-5, f"the rendered sound is not in the recording, from {start} on"
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
    calm_model_path: Path,
    tiny_two_levels_path: Path,
    sounds: Path,
    tmp_path: Path,
) -> None:
    # A machine that is too busy lets the ring run dry: that fade is in no log, so once more then.
    for number in range(4):
        folder = tmp_path / str(number)
        folder.mkdir()
        played, start, counts = perform(calm_model_path, tiny_two_levels_path, sounds, folder)
        if not counts["underruns"]:
            break
    assert counts["underruns"] == 0
    rendered = render(run_cli, folder / "session.log", tmp_path / "again.wav")
    assert_is_what_was_recorded(rendered, read_audio(played.recording)[0][:, 0], start)


def perform_in_stereo(stereo: Path, mono: Path, folder: Path) -> tuple[Session, int, float]:
    """A stereo model and a mono one after it; returns the session, the sample it began at and how
    often the sound ran dry."""
    options = ("--record", str(folder / "recording.wav"), "--clips", str(mono.parent))
    with session(stereo, folder, *options) as played:
        played.set("gain", QUIET)
        played.hear(1.5)
        start = played.heard()
        played.ask("loop", 0.3)
        played.hear(0.7)
        played.ask("release")
        played.set("model_fade", 0.3)
        played.swap(mono)
        played.hear(1.0)
        return played, start, played.end()["underruns"]


def test_a_stereo_model_and_the_mono_model_after_it_are_rendered_as_they_were_recorded(
    run_cli: RunCli, tiny_stereo_path: Path, calm_model_path: Path, tmp_path: Path
) -> None:
    # Once more if the machine was too busy, as above.
    for number in range(4):
        folder = tmp_path / str(number)
        folder.mkdir()
        played, start, underruns = perform_in_stereo(tiny_stereo_path, calm_model_path, folder)
        if not underruns:
            break
    assert underruns == 0
    assert run_cli("render", played.log, "--output", tmp_path / "again.wav").code == 0
    rendered, recorded = (
        read_audio(path)[0] for path in (tmp_path / "again.wav", played.recording)
    )
    assert (rendered[:SECOND, 0] != rendered[:SECOND, 1]).any()
    np.testing.assert_array_equal(rendered[-SECOND // 4 :, 0], rendered[-SECOND // 4 :, 1])
    for channel in (0, 1):
        assert_is_what_was_recorded(rendered[:, channel], recorded[:, channel], start)


class Performed(NamedTuple):
    """A session that has ended, what it was asked for, and its log soon after the start."""

    session: Session
    asked: list[tuple[Any, ...]]
    early: list[str]


@pytest.fixture(scope="module")
def performed(calm_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Performed:
    folder = tmp_path_factory.mktemp("performed")
    nowhere = str(folder / "nowhere")
    asked: list[tuple[Any, ...]] = [
        ("stop",), ("play",), ("hold",), ("release",), ("rewind", 0.5, "same"), ("model", nowhere),
        ("prime", nowhere), ("panic",), ("play",), *[("record", 1), ("record", 0)] * 2,
        ("record", 1), ("loop", 0.5),
    ]  # fmt: skip
    with session(calm_model_path, folder) as played:
        played.set("temperature", 0.5)
        played.hear(0.5)
        early = played.log.read_text().splitlines(keepends=True)
        for name, *arguments in asked:
            begun = len(recordings(played))
            played.ask(name, *arguments)
            if (name, *arguments) == ("record", 1):
                wait_until(lambda: len(recordings(played)) > begun, "a recording")  # noqa: B023
                played.hear(0.5)
        played.hear(1.0)
        played.end()
    return Performed(played, asked, early)


def test_the_log_has_every_request_once_where_it_was_heard_and_can_be_read_meanwhile(
    performed: Performed,
) -> None:
    first, *lines = performed.early
    assert json.loads(first)["format"] == "distill-session"
    whole = [json.loads(line)["op"] for line in lines if line.endswith("\n")]
    assert whole[0] == "engine"
    assert {"draw", "push", "switched"} <= set(whole)
    assert "end" not in whole
    requests = performed.session.entries("request")
    assert [(entry["name"], *entry["arguments"]) for entry in requests] == performed.asked
    heard = [entry["heard"] for entry in requests]
    assert heard[0] > 0
    assert heard == sorted(heard)
    assert {entry["deck"] for entry in requests} == {0}


def test_recordings_are_made_whenever_it_is_asked_for_and_finished_when_the_server_ends(
    performed: Performed,
) -> None:
    made = recordings(performed.session)
    assert len(made) == 3
    for path in made:
        samples, rate = read_audio(path)
        assert rate == SECOND
        assert len(samples) > SECOND // 4
        assert np.abs(samples).max() > 0
        assert f"recorded {path}" in performed.session.server.errors


def recordings(played: Session) -> list[Path]:
    return sorted(played.recordings.glob("*_tiny*.wav"))


def test_another_model_can_play_what_was_done(
    run_cli: RunCli, performed: Performed, tiny_two_levels_path: Path, tmp_path: Path
) -> None:
    played, other = performed.session, ("--model", str(tiny_two_levels_path))
    first, second = (render(run_cli, played.log, tmp_path / f"{n}.wav", *other) for n in (1, 2))
    np.testing.assert_array_equal(first, second)
    assert np.abs(first).max() > 0
    (end,) = played.entries("end")
    assert len(first) == end["heard"]


def test_a_log_that_exists_is_never_overwritten(
    run_cli: RunCli, tiny_in_library: Path, tmp_path: Path
) -> None:
    log = tmp_path / "session.log"
    log.write_text("the best session")
    ended = run_cli("serve", "tiny", "--output", "clock", "--log", log)
    assert ended.code == 1
    assert "already exists" in ended.err
    assert log.read_text() == "the best session"


@pytest.mark.parametrize("channels", ["0", "3,", "left", "-1", "3;4", ","])
def test_channels_that_are_none_are_refused(
    run_cli: RunCli, tiny_in_library: Path, channels: str
) -> None:
    ended = run_cli("serve", "tiny", "--output", "clock", "--channels", channels)
    assert ended.code == 1
    assert "is not a list of channels; legal: numbers such as 3,4" in ended.err


@pytest.fixture(scope="module")
def playing(
    calm_model_path: Path, sounds: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Session]:
    """For several tests, of which the last one goes to another model."""
    folder = tmp_path_factory.mktemp("playing")
    (folder / "noise.wav").write_text("no sound")
    with session(calm_model_path, folder, "--clips", str(sounds)) as played:
        yield played
        played.end()


def test_the_streams_and_lines_are_those_of_what_sounds(playing: Session) -> None:
    osc = OscClient(playing.osc.port)
    osc.send("/distill/subscribe", 0, 10.0, "/distill/stream/*", "/distill/said")
    heard: dict[str, list[list[object]]] = {}

    def listen() -> bool:
        with contextlib.suppress(TimeoutError):
            for address, arguments in osc.hear_all():
                heard.setdefault(address.rpartition("/")[2], []).append(arguments)
        return len(heard.get("column", [])) >= 5

    wait_until(listen, "five columns")
    osc.send("/distill/gain", 0.0)
    wait_until(lambda: listen() and heard["level"][-1][0] < 1e-4, "silence")
    osc.send("/distill/record", 1)
    wait_until(lambda: listen() and "recording to" in str(heard.get("said")), "a line")
    for address, *arguments in (("unsubscribe",), ("record", 0), ("gain", 1.0)):
        osc.send(f"/distill/{address}", *arguments)
    osc.close()
    # Once, or again with a renewed subscription.
    assert {tuple(one) for one in heard["grid"]} == {(8, 3, 16)}
    told = {tuple(codes) for codes in heard["codes"]}

    def logged() -> set[tuple[int, ...]]:
        drawn = {entry["column"]: entry["codes"] for entry in playing.entries("draw")}
        drawn |= {e["column"]: e["codes"] for e in playing.entries("push") if e["codes"]}
        return {tuple(np.ravel(codes)) for codes in drawn.values()}

    wait_until(lambda: told <= logged(), "what was told to be in the log")
    assert len(heard["codes"]) >= 5
    assert all(0.0 <= bits <= 4.0 for [bits] in heard["entropy"])
    assert max(rms for rms, _ in heard["level"]) > 0.01
    assert heard["underruns"][0] == [0]
    assert any("recording to" in str(line) for [line] in heard["said"])


def test_a_message_cannot_name_a_file_elsewhere(playing: Session) -> None:
    osc = playing.osc
    for name in ("prime", "model"):
        for file, reason in (
            ("/etc/passwd", "in these folders: "),
            ("models/../../../../etc/passwd", "in these folders: "),
            ("x" * 1000, "is not a path: "),
        ):
            osc.told.clear()
            osc.send(f"/distill/{name}", file)
            assert reason in osc.await_told("/distill/error", f"/distill/{name}")
    assert osc.ask("/distill/ping", 1) == [1]


def test_a_prime_is_continued_from_and_a_file_that_is_no_sound_is_said(
    playing: Session, sounds: Path
) -> None:
    osc = playing.osc
    for name, reason in (("nowhere.wav", "no such file"), ("noise.wav", "cannot prime")):
        osc.told.clear()
        osc.send("/distill/prime", str(playing.log.with_name(name)))
        assert reason in osc.await_told("/distill/error", "/distill/prime")
    playing.hear(0.5)
    assert not playing.entries("begin_segment")
    osc.send("/distill/prime", str(sounds / "sine_440.wav"))
    said = osc.await_told("/distill/done", "prime")
    assert said.startswith(f"continuing from {sounds}/sine_440.wav in ")
    wait_until(lambda: playing.entries("begin_segment"), "the new segment")
    playing.hear(0.5)
    (segment,) = playing.entries("begin_segment")
    assert len(segment["codes"]) == -(-SECOND // CALM_COLUMN)


def test_what_comes_of_a_request_is_told_to_whoever_asked(
    playing: Session, tiny_two_levels_path: Path
) -> None:
    osc = playing.osc
    osc.told.clear()
    playing.set("model_fade", 0.05)
    osc.send("/distill/model", "nowhere")
    assert "no model 'nowhere'" in osc.await_told("/distill/error", "/distill/model")
    osc.send("/distill/model", str(tiny_two_levels_path))
    assert osc.await_told("/distill/done", "model") == "now playing two"
    osc.send("/distill/record", 1)
    assert "recording to" in osc.await_told("/distill/done", "record")
