"""`distill-live devices`: audio devices and inputs, MIDI inputs, and the priority that the system
grants."""

from __future__ import annotations

from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from distill_live.commands.options import JsonOption
from distill_live.commands.output import add_plain_row, print_json, tell
from distill_live.errors import DeviceError


def devices(
    as_json: JsonOption = False,
) -> None:
    """List audio devices (for serve --audio-device), audio inputs (for serve --input) and MIDI
    inputs (for serve --midi), and show which priority the sound will get."""
    from distill_live.priority import probe

    audio, audio_error = _audio_devices("output")
    inputs, _ = _audio_devices("input")
    midi, midi_error = _midi_inputs()
    if as_json:
        print_json(
            {
                "audio": audio, "audio_inputs": inputs, "audio_error": audio_error, "midi": midi,
                "midi_error": midi_error, "priority": probe()._asdict(),
            }
        )  # fmt: skip
        return
    if audio:
        _print_audio("audio device", audio)
    else:
        tell(f"no audio device{audio_error and ': ' + audio_error}; `serve` will play silently")
    tell("")
    if inputs:
        _print_audio("audio input", inputs)
    else:
        tell("no audio input")
    tell("")
    if midi:
        tell("\n".join(["MIDI inputs:", *midi]))
    else:
        tell(midi_error or "no MIDI input")
    tell(f"\n{probe().describe()}")


def _print_audio(what: str, devices: list[dict[str, Any]]) -> None:
    table = Table("", what, "through", "channels", "rate in Hz", box=None)
    for device in devices:
        add_plain_row(
            table,
            "*" if device["default"] else "",
            device["name"],
            device["host_api"],
            str(device["channels"]),
            f"{device['sample_rate']:g}",
        )
    Console().print(table)


def _audio_devices(direction: Literal["output", "input"]) -> tuple[list[dict[str, Any]], str]:
    from distill_live.outputs.portaudio import list_devices

    try:
        return list_devices(direction), ""
    except DeviceError as error:
        return [], str(error)


def _midi_inputs() -> tuple[list[str], str]:
    from distill_live.inputs.midi import list_inputs

    try:
        return list_inputs(), ""
    except DeviceError as error:
        return [], str(error)
