"""A real server whose engine is killed while it plays: it goes on, and the log stays true."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from distill_live.codes.grid_file import save_grid
from distill_live.live.recording.gaps import gap_words
from tests.commands.logged_session import SECOND, Session, session
from tests.commands.server_process import ServerProcess, is_running, parent_of
from tests.commands.test_serve_live import (
    QUIET,
    assert_is_what_was_recorded,
    random_grid,
    render,
)
from tests.conftest import RunCli
from tests.live.silence import assert_no_silence
from tests.sound_files import read_audio
from tests.tools import wait_until


def kill_engine(played: Session) -> dict[str, Any]:
    """Kill the engine without a warning, and wait until the next one plays; returns the entry with
    which that one took over."""
    return follow_killed(played, played.server.child("engine"))


def follow_killed(played: Session, pid: int) -> dict[str, Any]:
    """Kill a process, and wait for the engine that continues; returns the entry with which it took
    over."""
    before = len(played.entries("resume"))
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len(played.entries("resume")) > before, "another engine", 240.0)
    return played.entries("resume")[-1]


def assert_columns_continue(played: Session) -> None:
    """Only the last column is made again, or the last two, if the engine had just begun with the
    last one; never the first ones."""
    assert set(np.diff([entry["column"] for entry in played.entries("push")])) <= {-1, 0, 1}


@pytest.mark.parametrize("late", [False, True])
def test_a_killed_engine_is_followed_by_one_that_continues_and_nothing_is_silent_or_unreported(
    late: bool, run_cli: RunCli, calm_model_path: Path, tmp_path: Path
) -> None:
    record = ("--record", str(tmp_path / "recording.wav"))
    with session(calm_model_path, tmp_path, *record) as played:
        played.set("gain", QUIET)
        played.osc.send("/distill/subscribe", 0, 30.0, "/distill/said")
        played.hear(2.5)
        engine = played.server.child("engine")
        if late:
            source = parent_of(engine)
            assert source != played.server.pid
            os.kill(source, signal.SIGSTOP)
            threading.Timer(2.0, os.kill, (source, signal.SIGCONT)).start()
        follow_killed(played, engine)
        if late:
            wait_until(lambda: played.entries("bridge"), "the end of the bridge")
        resumed_at = played.heard()
        played.hear(4.0)
        counts = played.end()
    assert counts["restarts"] == 1
    assert "the engine process ended with exit code -9; restarting it" in played.server.errors
    assert_columns_continue(played)
    samples = read_audio(played.recording)[0][:, 0]
    assert_no_silence(samples)
    # Everything is rendered as it was heard, except a passage that was repeated because the next
    # engine came late.
    bridges = played.entries("bridge")
    repeated = sum(bridge["samples"] for bridge in bridges)
    start = bridges[-1]["at"] if bridges else resumed_at
    rendered = render(run_cli, played.log, tmp_path / "again.wav")
    # Shown if what follows fails.
    print(counts, bridges, resumed_at, played.server.errors, sep="\n")
    assert_is_what_was_recorded(rendered, samples[repeated:], start + SECOND)


@pytest.fixture
def played(calm_model_path: Path, sounds: Path, tmp_path: Path) -> Iterator[Session]:
    """For one test alone: after a second failure within 20 s, a hold or a loop is left out."""
    with session(calm_model_path, tmp_path, "--clips", str(sounds)) as played:
        yield played
        played.end()


def test_a_killed_audio_process_leaves_silence_of_its_length_and_that_is_told(
    calm_model_path: Path, run_cli: RunCli, tmp_path: Path
) -> None:
    with session(calm_model_path, tmp_path, "--record", str(tmp_path / "recording.wav")) as played:
        played.hear(2.0)
        os.kill(played.server.child("audio"), signal.SIGKILL)
        wait_until(lambda: played.entries("gap"), "another audio process")
        played.hear(1.0)
        played.end()
    (gap,) = played.entries("gap")
    told = re.search(
        r"^recording.wav is silent for (.+) s, at (.+) s$",
        played.server.errors, re.MULTILINE,
    )  # fmt: skip
    assert told is not None, played.server.errors
    length, at = (float(seconds) for seconds in told.groups())
    assert f"nothing played for {gap_words(gap['samples'] / SECOND)}\n" in played.server.errors
    assert length == pytest.approx(gap["samples"] / SECOND, abs=0.051)
    samples = read_audio(played.recording)[0][:, 0]
    silence = samples[round((at + 0.05) * SECOND) : round((at + length - 0.1) * SECOND)]
    assert len(silence) > 0 and not silence.any()
    assert np.abs(samples[round((at + length + 0.2) * SECOND) :]).max() > 0.01
    ended = run_cli("render", played.log, "--output", tmp_path / "again.wav")
    assert f"note: {length:.1f} s left out: nothing played then" in ended.err


def test_prime_frozen_codes_and_hold_survive(played: Session, sounds: Path) -> None:
    engines = len(played.entries("engine"))
    played.ask("prime", str(sounds / "sine_440.wav"))
    wait_until(lambda: played.entries("begin_segment"), "the new segment", 240.0)
    (segment,) = played.entries("begin_segment")
    played.hear(1.0)
    played.set("edit/freeze/on/structure", 1)
    played.hear(1.5)
    frozen = np.array(played.entries("push")[-1]["codes"])[:, 0]
    played.ask("hold")
    played.hear(1.5)
    held = kill_engine(played)
    played.hear(1.0)
    heard = played.entries("push")[-5:]
    played.set("edit/freeze/on/structure", 0)
    played.ask("release")
    assert len(played.entries("engine")) == engines + 1
    assert held["raw"][: len(segment["codes"])] == segment["codes"]
    assert held["place"]["hold"] == [None, 480]
    assert {entry["column"] for entry in heard} == {held["place"]["column"]}
    for entry in heard:
        np.testing.assert_array_equal(np.array(entry["codes"])[:, 0], frozen)


def test_a_looped_clip_and_the_one_that_is_blended_in_survive(
    played: Session, calm_model_path: Path
) -> None:
    folder, other = played.log.parent, random_grid(calm_model_path, seed=1)
    save_grid(folder / "a.npz", random_grid(calm_model_path))
    save_grid(folder / "b.npz", other)
    loops = len(played.entries("loop"))
    played.ask("clip/load", "a", str(folder / "a.npz"))
    played.ask("clip/load", "b", str(folder / "b.npz"))
    played.ask("clip/play", "a")
    played.ask("blend/clip", "b")
    played.set("blend", 1.0)
    played.hear(1.5)
    looped = kill_engine(played)
    count = len(played.entries("push"))
    (loop,) = played.entries("loop")[loops:]
    assert looped["place"]["loop"] == [loop["begin"], loop["end"], loop["fade"]]
    wait_until(lambda: len(played.entries("push")) >= count + 12, "two passes")
    for entry in played.entries("push")[-12:]:
        assert entry["codes"] == other.codes[entry["column"] % 6].tolist()
    played.set("blend", 0.0)
    played.ask("release")


@pytest.mark.skipif(sys.platform != "linux", reason="engines are forked on Linux")
def test_a_new_engine_continues_when_the_fork_server_is_killed(
    played: Session,
) -> None:
    engine = played.server.child("engine")
    follow_killed(played, parent_of(engine))
    played.hear(1.0)
    new = played.server.child("engine")
    assert not is_running(engine)
    assert is_running(new)
    assert_columns_continue(played)
    assert played.end()["restarts"] == 1


def test_a_file_waits_for_the_next_engine_and_has_no_gap(
    calm_model_path: Path, tmp_path: Path
) -> None:
    file, log = tmp_path / "out.wav", tmp_path / "session.log"
    arguments = (
        str(calm_model_path), "--output", f"file:{file}", "--duration", "60", "--log", str(log)
    )  # fmt: skip
    with ServerProcess(*arguments) as server:
        played = Session(server, tmp_path)
        os.kill(server.child("engine"), signal.SIGKILL)
        assert server.process.wait(120) == 0
        server.end()
    assert "restarting it" in server.errors
    assert not played.entries("bridge")
    samples = read_audio(file)[0][:, 0]
    assert len(samples) == 60 * SECOND
    assert_no_silence(samples)
