from __future__ import annotations

import pytest

from distill_live.inputs.midi.names import PortName, Settling, choose_inputs, port_names

ALSA = ["Midi Through:Midi Through Port-0 14:0", "nanoKONTROL2:nanoKONTROL2 MIDI 1 24:0",
        "LPD8:LPD8 MIDI 1 28:0"]  # fmt: skip
NANO, LPD8 = PortName("ALSA", ALSA[1]), PortName("ALSA", ALSA[2])


def choose(patterns: list[str], **systems: list[str]) -> list[PortName]:
    ports = [port for system, names in systems.items() for port in port_names(system, names)]
    return choose_inputs(ports, patterns)


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ([], [NANO, LPD8]),
        (["nano"], [NANO]),
        (["lpd", "NANO"], [NANO, LPD8]),
        (["nanoKONTROL2*MIDI 1*"], [NANO]),
        (["midi through"], [PortName("ALSA", ALSA[0])]),
        (["launch"], []),
    ],
)
def test_ports_are_chosen_by_patterns_else_all_controllers(
    patterns: list[str], chosen: list[PortName]
) -> None:
    assert choose(patterns, ALSA=ALSA) == chosen


@pytest.mark.parametrize(
    "bridged",
    ["Midi-Bridge:nanoKONTROL2 1:(capture_0) nanoKONTROL2 MIDI 1",
     "a2j:nanoKONTROL2 [20] (capture): nanoKONTROL2 MIDI 1", "system:midi_capture_1"],
)  # fmt: skip
def test_a_device_that_jack_has_by_a_bridge_is_taken_once(bridged: str) -> None:
    assert choose(["nano", "capture"], ALSA=ALSA[1:2], JACK=[bridged]) == [NANO]
    assert choose([], JACK=[bridged]) == [PortName("JACK", bridged)]
    assert choose([], ALSA=ALSA[1:2], JACK=["sequencer:out"])[1].name == "sequencer:out"


def test_the_instruments_own_ports_are_none() -> None:
    own = ["distill-live:control 128:0", "distill-live-out:feedback", "distill-live-01:control"]
    assert port_names("ALSA", [*own, "LPD8 28:0"]) == {PortName("ALSA", "LPD8 28:0"): 3}


def test_devices_of_one_name_are_told_apart() -> None:
    ports = port_names("CoreMIDI", ["nanoKONTROL2", "LPD8", "nanoKONTROL2"])
    assert [port.device for port in ports] == ["nanoKONTROL2", "LPD8", "nanoKONTROL2 #2"]
    assert list(ports.values()) == [0, 1, 2]


def test_a_port_that_has_just_come_is_left_out_once() -> None:
    settling = Settling()
    knobs, pads = port_names("JACK", ["knobs:out"]), port_names("JACK", ["pads:out", "knobs:out"])
    assert settling.settled(knobs) == knobs
    assert list(settling.settled(pads)) == list(knobs)
    assert settling.settled(pads) == pads
    assert settling.settled({}) == {}
    assert settling.settled(knobs) == {}
