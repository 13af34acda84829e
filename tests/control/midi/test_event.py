from __future__ import annotations

import pytest

from distill_live.control.midi.event import MidiEvent, control_name, device_name, port_matches


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [("nano", True), ("KONTROL2 _", True), ("nanoKONTROL2*", True), ("*ctrl ??:0", True),
     ("*", True), ("nano*", True), ("KONTROL*", False), ("n?noKONTROL2", False), ("LPD8", False),
     ("", True), ("[n]ano*", False)],
)  # fmt: skip
def test_a_pattern_is_a_part_of_the_name_or_fits_the_whole_with_wildcards(
    pattern: str, matches: bool
) -> None:
    assert port_matches(pattern, "nanoKONTROL2:nanoKONTROL2 _ CTRL 24:0") is matches


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    assert not port_matches("*" * 200 + "b", "a" * 200)
    assert port_matches("a*a*a", "a" * 100)


@pytest.mark.parametrize(
    ("port", "device"),
    [
        ("nanoKONTROL2:nanoKONTROL2 nanoKONTROL2 _ CTRL 24:0", "nanoKONTROL2"),
        ("nanoKONTROL2 SLIDER/KNOB", "nanoKONTROL2 SLIDER/KNOB"),
        ("nanoKONTROL2 1", "nanoKONTROL2"),
        ("Midi-Bridge:nanoKONTROL2 1:(capture_0) nanoKONTROL2 MIDI 1", "nanoKONTROL2"),
        ("a2j:nanoKONTROL2 [20] (capture): nanoKONTROL2 MIDI 1", "nanoKONTROL2"),
        ("LPD8 #2", "LPD8 #2"),
        ("distill-live:control", ""),
    ],
)
def test_a_device_has_the_name_that_stays_when_it_is_plugged_in_again(
    port: str, device: str
) -> None:
    assert device_name(port) == device


@pytest.mark.parametrize(
    ("kind", "name"),
    [("cc", "CC 5 on channel 2"), ("nrpn", "NRPN 5 on channel 2"), ("note", "note 5 on channel 2"),
     ("bend", "pitch bend on channel 2"), ("pressure", "channel pressure on channel 2"),
     ("cc14", "14-bit CC 5 on channel 2"), ("poly_pressure", "pressure of note 5 on channel 2"),
     ("program", "program 5 on channel 2")],
)  # fmt: skip
def test_a_control_has_a_name_in_words(kind: str, name: str) -> None:
    assert control_name(MidiEvent("knobs", kind, 2, 5, 0.0, 0)) == name  # type: ignore[arg-type]
