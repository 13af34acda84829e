import json

import pytest

from distill_live.errors import DeviceError
from distill_live.inputs import midi
from distill_live.outputs import portaudio
from tests.conftest import RunCli

CARD = {
    "index": 3,
    "name": "card",
    "host_api": "ALSA",
    "channels": 2,
    "sample_rate": 48_000.0,
    "default": True,
}


def test_devices_lists_sound_and_midi(run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portaudio, "list_devices", lambda _: [CARD])
    monkeypatch.setattr(midi, "list_inputs", lambda: ["knobs"])
    shown = json.loads(run_cli("devices", "--json").out)
    granted = shown.pop("priority")
    assert shown == {
        "audio": [CARD],
        "audio_inputs": [CARD],
        "audio_error": "",
        "midi": ["knobs"],
        "midi_error": "",
    }
    assert set(granted) == {"sound", "engine"}
    text = run_cli("devices").out
    assert "*  card" in text
    assert "knobs" in text
    assert [line for line in text.splitlines() if line.startswith("priority: ")]


def test_a_device_with_brackets_is_shown_as_it_is(
    run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portaudio, "list_devices", lambda _: [CARD | {"name": "card [/] [hw:0]"}])
    monkeypatch.setattr(midi, "list_inputs", lambda: [])
    assert "card [/] [hw:0]" in run_cli("devices").out


def test_devices_without_any_still_answers(
    run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> list[str]:
        raise DeviceError("PortAudio is missing")

    monkeypatch.setattr(portaudio, "list_devices", fail)
    monkeypatch.setattr(midi, "list_inputs", lambda: [])
    result = run_cli("devices")
    assert result.code == 0
    assert "no audio device: PortAudio is missing; `serve` will play silently" in result.out
    assert "no MIDI input" in result.out
