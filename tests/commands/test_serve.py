"""The whole server: real processes, real UDP, a real sound card in software, real signals."""

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from distill_live.errors import LiveError
from distill_live.live.server.settings import ServerSettings
from distill_live.outputs.portaudio import list_devices
from tests.commands.server_process import (
    ServerProcess,
    is_running,
    plain_server,
    run_command,
    run_warm_command,
)
from tests.conftest import CALM_COLUMN, RunCli
from tests.sound_card import Recording, SoundCard
from tests.sound_files import read_audio
from tests.tools import wait_until

CLOCK = ("--output", "clock")


def loudness(samples: np.ndarray) -> float:
    return float(np.abs(samples).max(initial=0.0))


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `serve` to its end."""
    return run_warm_command("serve", *arguments)


def assert_nothing_is_left(processes: list[int]) -> None:
    wait_until(lambda: not any(is_running(pid) for pid in processes), "all processes to end")
    shared = Path("/dev/shm")  # noqa: S108 - looked at, not written
    left = [path.name for path in shared.iterdir()]
    assert not [name for name in left if any(f"-{pid}-" in name for pid in processes)]


def test_what_the_sound_card_plays_is_what_the_recorder_writes(
    calm_model_path: Path, tmp_path: Path
) -> None:
    path = tmp_path / "sound.wav"
    arguments = (
        str(calm_model_path), "--record", str(path), "--latency", "500", "--duration", "3",
    )  # fmt: skip
    with SoundCard() as card, Recording(card) as recording:
        with plain_server(*arguments, environment=card.environment) as server:
            assert server.announcement.startswith(f"playing {calm_model_path.stem} on ")
            assert server.process.wait(60) == 0
        recording.wait_seconds(1)
    heard = recording.recorded[:, 0]
    written = read_audio(path)[0][:, 0]
    assert len(written) > 2 * 48_000
    start = int(np.flatnonzero(heard)[0])
    first = int(np.flatnonzero(written)[0])
    count = min(len(heard) - start, len(written) - first)
    assert count > 2 * 48_000
    np.testing.assert_allclose(
        heard[start : start + count], written[first : first + count], atol=2**-22
    )


class OnCard(NamedTuple):
    """A server that plays into a sound card."""

    server: ServerProcess
    card: SoundCard


@pytest.fixture(scope="module")
def on_card(calm_model_path: Path) -> Iterator[OnCard]:
    """For several tests, each of which leaves it playing at full gain."""
    with (
        SoundCard() as card,
        ServerProcess(str(calm_model_path), environment=card.environment) as server,
    ):
        yield OnCard(server, card)
        everything = [*server.children(), server.pid]
        assert server.end() == 0
        assert "Traceback" not in server.errors
        assert "restarting it" not in server.errors
        assert_nothing_is_left(everything)


def test_osc_moves_parameters_and_answers(on_card: OnCard) -> None:
    osc = on_card.server.osc
    assert osc.ask("/distill/ping", 7) == [7]
    osc.send("/distill/temperature", 0.5)
    assert osc.ask("/distill/get", "temperature") == [0.5]
    osc.send("/distill/temperature", 99.0)
    assert osc.ask("/distill/get", "temperature") == [2.0]


def test_gain_zero_is_heard_as_silence(on_card: OnCard) -> None:
    osc = on_card.server.osc
    osc.send("/distill/gain", 0.0)
    assert osc.ask("/distill/get", "gain") == [0.0]
    with Recording(on_card.card) as recording:
        recording.wait_seconds(1.5)
        quiet = recording.samples[-24_000:]
        osc.send("/distill/gain", 1.0)
        wait_until(lambda: loudness(recording.samples[-24_000:]) > 0, "sound")
    assert loudness(quiet) == 0.0


def test_stop_and_panic_silence_and_play_continues(on_card: OnCard) -> None:
    with Recording(on_card.card) as recording:
        for request in ("stop", "panic"):
            on_card.server.osc.send(f"/distill/{request}")
            wait_until(lambda: loudness(recording.samples[-24_000:]) == 0, "silence")
            on_card.server.osc.send("/distill/play")
            wait_until(lambda: loudness(recording.samples[-24_000:]) > 0, "sound")


def test_a_port_in_use_is_refused_and_the_other_server_plays_on(
    on_card: OnCard, calm_model_path: Path
) -> None:
    port = on_card.server.announcement.partition("OSC on ")[2].partition(",")[0]
    ended = serve(str(calm_model_path), *CLOCK, "--osc", port)
    assert ended.returncode == 1
    assert "--osc" in ended.stderr
    assert on_card.server.osc.ask("/distill/ping", 1) == [1]


def test_a_signal_that_all_its_processes_get_ends_none_but_control(on_card: OnCard) -> None:
    # As a service manager, `timeout` or a terminal that is closed sends it. Control gets it when
    # the last of these tests is done. A process that ended would be started again, with another id.
    before = on_card.server.children()
    for pid in before:
        os.kill(pid, signal.SIGTERM)
    with Recording(on_card.card) as recording:
        wait_until(lambda: loudness(recording.samples[-24_000:]) > 0, "sound")
    assert on_card.server.osc.ask("/distill/ping", 1) == [1]
    assert on_card.server.children() == before


def test_sound_comes_back_after_a_process_is_killed(calm_model_path: Path) -> None:
    with (
        SoundCard() as card,
        ServerProcess(str(calm_model_path), environment=card.environment) as server,
    ):
        for name in ("engine", "audio"):
            victim = server.child(name)
            others = [pid for pid in server.children() if pid != victim]
            os.kill(victim, signal.SIGKILL)
            wait_until(lambda: server.child(name) != victim, "a new process")  # noqa: B023
            with Recording(card) as recording:
                wait_until(lambda: loudness(recording.samples[-24_000:]) > 0, "sound")
            assert server.osc.ask("/distill/ping", 1) == [1]
            assert all(is_running(pid) for pid in others)
        everything = [*server.children(), server.pid]
        assert server.end() == 0
        for process in ("engine", "audio"):
            told = f"the {process} process ended with exit code -9; restarting it"
            assert told in server.errors, server.errors
        assert re.search(r"^playing on .* again$", server.errors, re.MULTILINE)
        assert_nothing_is_left(everything)


def test_an_interface_that_is_unplugged_is_waited_for_and_plays_again(
    calm_model_path: Path,
) -> None:
    arguments = (str(calm_model_path), "--audio-device", "pulse")
    with (
        SoundCard() as card,
        ServerProcess(*arguments, environment=card.environment) as server,
    ):
        engine = server.child("engine")
        said: list[str] = []
        columns: list[object] = []

        def listen() -> None:
            with contextlib.suppress(TimeoutError):
                for address, arguments in server.osc.hear_all():
                    if address == "/distill/said":
                        said.append(str(arguments[0]))
                    elif address == "/distill/stream/column":
                        columns.append(arguments[0])

        def has_said(part: str) -> bool:
            listen()
            return any(part in line for line in said)

        patterns = ("/distill/said", "/distill/stream/column")
        server.osc.send("/distill/subscribe", 0, 30.0, *patterns)
        wait_until(lambda: listen() or columns, "a column")
        card.unplug()
        wait_until(lambda: has_said("silently, and pulse at 48000 Hz is tried again"), "the line")
        columns.clear()
        # 8 s of sound: longer than three attempts to start a process anew take.
        wait_until(
            lambda: listen() or len(columns) > 8 * 48_000 // CALM_COLUMN, "the music to go on"
        )
        card.plug_in()
        with Recording(card) as recording:
            wait_until(lambda: loudness(recording.samples[-24_000:]) > 0, "sound")
        wait_until(lambda: has_said("playing on pulse at 48000 Hz again"), "the line")
        assert is_running(engine)
        assert server.end() == 0


def test_without_a_sound_device_it_says_so_and_plays_into_nothing(calm_model_path: Path) -> None:
    if list_devices("output"):
        pytest.skip("this machine has an audio device")
    with ServerProcess(str(calm_model_path)) as server:
        assert "on the clock" in server.announcement
        assert server.end() == 0
        assert "there is no audio device" in server.errors


def test_a_missing_sound_device_that_was_named_ends_it(calm_model_path: Path) -> None:
    ended = serve(str(calm_model_path), "--audio-device", "nobody", "--osc", "127.0.0.1:0")
    assert ended.returncode == 1
    assert "audio device" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_file_output_writes_the_same_bytes_twice(calm_model_path: Path, tmp_path: Path) -> None:
    # As a user starts it, and in a fork.
    for name, run in (("one.wav", run_command), ("two.wav", run_warm_command)):
        ended = run(
            "serve", str(calm_model_path), "--output", f"file:{tmp_path / name}", "--duration", "1",
            "--osc", "127.0.0.1:0",
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.startswith("playing ")
    first, second = ((tmp_path / name).read_bytes() for name in ("one.wav", "two.wav"))
    assert first == second
    samples, rate = read_audio(tmp_path / "one.wav")
    assert len(samples) == rate
    assert loudness(samples) > 0


def settings_told(monkeypatch: pytest.MonkeyPatch) -> list[ServerSettings]:
    """What each server is told from now on; none begins to play."""
    told: list[ServerSettings] = []

    def refuse(settings: ServerSettings, *_: object) -> None:
        told.append(settings)
        raise LiveError("this machine is for listening")

    monkeypatch.setattr("distill_live.live.server.server.Server", refuse)
    return told


@pytest.mark.parametrize(("output", "waits"), [("file:out.wav", True), ("clock", False)])
def test_who_plays_into_a_file_waits_for_the_sound_and_gives_nothing_up(
    run_cli: RunCli,
    tiny_in_library: Path,
    monkeypatch: pytest.MonkeyPatch,
    output: str,
    waits: bool,
) -> None:
    """As the engine is told, before it starts."""
    told = settings_told(monkeypatch)
    assert run_cli("serve", "tiny", "--output", output, "--duration", 1).code == 1
    (settings,) = told
    assert (settings.engine.patient, settings.finite) == (waits, waits)


def test_a_file_is_never_overwritten(
    run_cli: RunCli, tiny_in_library: Path, tmp_path: Path
) -> None:
    path = tmp_path / "sound.wav"
    path.write_bytes(b"the best evening")
    for options in (("--record", path), ("--output", f"file:{path}", "--duration", 1)):
        ended = run_cli("serve", "tiny", *options)
        assert ended.code == 1
        assert "already exists" in ended.err
    assert path.read_bytes() == b"the best evening"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no-such-model",), "no model 'no-such-model'"),
        (("tiny", "--output", "file"), "needs a file and a duration"),
        (("tiny", "--output", "clocks"), "did you mean 'clock'?"),
        (("tiny", "--output", "file:x.wav"), "needs a file and a duration"),
    ],
)
def test_an_output_or_a_model_that_is_none_is_refused_at_once(
    run_cli: RunCli, tiny_in_library: Path, arguments: tuple[str, ...], said: str
) -> None:
    ended = run_cli("serve", *arguments)
    assert ended.code == 1
    assert said in ended.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--osc", "nowhere"), "is not an OSC endpoint"),
        (("--patch", "{patch}"), "did you mean 'temperature'?"),
    ],
)
def test_controls_that_cannot_work_are_refused_at_once(
    calm_model_path: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    patch = tmp_path / "wrong.yaml"
    patch.write_text("version: 1\nmap:\n  - {from: {cc: 1}, to: temprature}\n")
    ended = serve(str(calm_model_path), *(argument.format(patch=patch) for argument in arguments))
    assert ended.returncode == 1
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_output_that_waits_for_the_sound_asks_for_no_priority(
    calm_model_path: Path, tmp_path: Path
) -> None:
    path = tmp_path / "take.wav"
    arguments = (str(calm_model_path), "--output", f"file:{path}", "--duration", "3000")
    with ServerProcess(*arguments) as server:
        children = server.children()
        assert {os.sched_getscheduler(pid) for pid in children} == {os.SCHED_OTHER}
        assert {os.getpriority(os.PRIO_PROCESS, pid) for pid in children} == {os.nice(0)}
        server.process.terminate()
        assert server.process.stdout is not None
        assert "priority" not in server.process.stdout.read()
