"""`distill-live learn` with a controller on a real JACK server."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from distill_live.control.patch.files import read_document
from tests.conftest import RunCli
from tests.inputs.midi.jack_server import Controller, JackServer
from tests.tools import read_line, require_module, wait_until

PATCH = "version: 1\nmap: []\n"


def test_the_fader_that_is_moved_is_written_beside_the_patch(tmp_path: Path) -> None:
    require_module("rtmidi")
    (tmp_path / "live.yaml").write_text(PATCH)
    with JackServer() as jack, Controller(jack, "faders") as faders:
        command = [sys.executable, "-m", "distill_live", "learn", str(tmp_path / "live.yaml"),
                   "--param", "temperature", "--midi", "faders"]  # fmt: skip
        with subprocess.Popen(
            command,
            env=jack.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as learning:
            assert learning.stdout is not None
            lines = [read_line(learning.stdout) for _ in range(2)]
            # From now until it is found: JACK drops what a late client should have had.
            ended = threading.Event()
            threading.Thread(target=lambda: (learning.wait(), ended.set()), daemon=True).start()
            position = iter(range(10**9))

            def move() -> bool:
                raw = next(position) * 37 % 16_384
                faders.send_once(0xB2, 7, raw >> 7)
                faders.send_once(0xB2, 39, raw & 127)
                return ended.wait(0.02)

            wait_until(move, "the fader to be learned")
            lines += learning.stdout.readlines()
    assert learning.returncode == 0, lines
    assert lines[0] == "MIDI from faders:out (JACK)\n"
    assert lines[1].startswith("move the control for temperature")
    assert lines[-1].startswith("temperature is now mapped to 14-bit CC 7 on channel 3 of ")
    source = {"cc": 7, "bits": 14, "channel": 3, "device": "faders"}
    document = read_document(tmp_path / "live.learned.yaml")
    assert document["map"] == [{"from": source, "to": "temperature"}]
    assert (tmp_path / "live.yaml").read_text() == PATCH


def test_an_unknown_parameter_is_said_before_anything_is_waited_for(
    run_cli: RunCli, tmp_path: Path
) -> None:
    (tmp_path / "live.yaml").write_text(PATCH)
    result = run_cli("learn", str(tmp_path / "live.yaml"), "--param", "temprature")
    assert result.code == 1
    assert "did you mean 'temperature'?" in result.err


def test_without_midi_it_is_said_why(
    run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distill_live.inputs.midi.libraries.python_rtmidi", lambda: None)
    monkeypatch.setattr("distill_live.inputs.midi.libraries.supriya_midi", lambda: None)
    (tmp_path / "live.yaml").write_text(PATCH)
    result = run_cli("learn", str(tmp_path / "live.yaml"), "--param", "gain")
    assert result.code == 1
    assert "MIDI unavailable: neither python-rtmidi nor supriya-midi is installed" in result.err
