"""From `begin` to the file beside the patch."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from distill_live.control.midi.event import MidiEvent
from distill_live.control.midi_learn.learning import PATIENCE_S, SETTLING_S, Learning
from distill_live.control.patch.files import load_patch, read_document
from distill_live.errors import ParameterError
from tests.control.conftest import TABLE

HAND_WRITTEN = "# mine\nversion: 1\nmap:\n- {from: {cc: 1}, to: gain}\n"


@dataclass
class Pupil:
    """A patch that controls are learned for, and what each sender was told."""

    folder: Path
    told: list[tuple[Hashable | None, str]] = field(default_factory=list)
    failed: list[tuple[Hashable | None, str]] = field(default_factory=list)
    now: float = 100.0

    def __post_init__(self) -> None:
        self.patch = self.folder / "live.yaml"
        self.patch.write_text(HAND_WRITTEN)
        self.learning = Learning(
            self.patch,
            TABLE,
            lambda sender, text: self.told.append((sender, text)),
            lambda sender, text: self.failed.append((sender, text)),
        )

    @property
    def file(self) -> Path:
        return self.folder / "live.learned.yaml"

    def learn(
        self,
        name: str,
        *events: MidiEvent,
        sender: Hashable | None = None,
        arguments: Sequence[object] = (),
    ) -> None:
        self.learning.begin(name, self.now, sender, arguments)
        for event in events:
            self.learning.hear(event, self.now)
        self.now += 2.0
        self.learning.tick(self.now)

    def mappings(self) -> list[dict[str, object]]:
        document = read_document(self.file)
        assert document["version"] == 1
        found = document["map"]
        assert isinstance(found, list)
        return found


@pytest.fixture
def pupil(tmp_path: Path) -> Pupil:
    return Pupil(tmp_path)


def knob(number: int) -> list[MidiEvent]:
    return [MidiEvent("", "cc", 1, number, raw / 127, raw) for raw in range(0, 127, 3)]


def note(number: int) -> MidiEvent:
    return MidiEvent("", "note", 1, number, 1.0, 127)


def test_a_knob_is_written_beside_the_patch_which_stays_as_it_is(pupil: Pupil) -> None:
    pupil.learn("temperature", *knob(7), sender=("osc", "127.0.0.1", 9001))
    assert pupil.mappings() == [{"from": {"cc": 7, "channel": 1}, "to": "temperature"}]
    assert pupil.patch.read_text() == HAND_WRITTEN
    ((sender, text),) = pupil.told
    assert sender == ("osc", "127.0.0.1", 9001)
    assert text == f"temperature is now mapped to CC 7 on channel 1 of any device, see {pupil.file}"
    assert pupil.learning.name is None


def test_what_is_written_is_a_patch(pupil: Pupil) -> None:
    pupil.learn("temperature/structure", *knob(7))
    pupil.learn("hold", *knob(8))
    patch = load_patch(pupil.file, TABLE)
    assert len(patch.map) == 2
    assert patch.name == "live.learned"


def test_a_second_control_for_the_same_takes_the_place_of_the_first(pupil: Pupil) -> None:
    for number in (7, 8):
        pupil.learn("temperature", *knob(number))
        pupil.learn("gain", *knob(number + 10))
    assert pupil.mappings() == [
        {"from": {"cc": 8, "channel": 1}, "to": "temperature"},
        {"from": {"cc": 18, "channel": 1}, "to": "gain"},
    ]


@pytest.mark.parametrize(
    ("name", "mapping"),
    [
        ("hold", {"from": {"note": 36, "channel": 1, "mode": "trigger"}, "do": "hold"}),
        ("gain", {"from": {"note": 36, "channel": 1, "mode": "velocity"}, "to": "gain"}),
        ("edit/freeze/on",
         {"from": {"note": 36, "channel": 1, "mode": "toggle"}, "to": "edit/freeze/on"}),
    ],
)  # fmt: skip
def test_a_pad_does_what_suits_its_target(
    pupil: Pupil, name: str, mapping: dict[str, object]
) -> None:
    pupil.learn(name, note(36))
    assert pupil.mappings() == [mapping]


def test_what_a_pad_does_is_said_with_how_to_change_it(pupil: Pupil) -> None:
    pupil.learn("edit/freeze/on", note(36))
    ((_, text),) = pupil.told
    assert (
        "as toggle (on, then off with the next press; `learn edit/freeze/on gate` makes it on while"
        in text
    )
    pupil.learn("edit/freeze/on", note(36), arguments=["gate"])
    source = {"note": 36, "channel": 1, "mode": "gate"}
    assert pupil.mappings() == [{"from": source, "to": "edit/freeze/on"}]


def test_a_mode_is_for_what_is_pressed(pupil: Pupil) -> None:
    pupil.learn("gain", *knob(1), arguments=["toggle"])
    ((_, text),) = pupil.failed
    assert text == "CC 1 on channel 1 of any device cannot be used as toggle: learn gain without it"
    with pytest.raises(ParameterError, match="gate, toggle, trigger, velocity"):
        pupil.learning.begin("gain", 0.0, arguments=["loud"])


PROGRAM = MidiEvent("", "program", 1, 5, 1.0, 5)


def test_a_program_change_is_learned_for_requests_and_switches(pupil: Pupil) -> None:
    pupil.learn("hold", PROGRAM)
    pupil.learn("edit/freeze/on", PROGRAM)
    source = {"program": 5, "channel": 1}
    assert pupil.mappings() == [
        {"from": source, "do": "hold"},
        {"from": {**source, "mode": "toggle"}, "to": "edit/freeze/on"},
    ]
    load_patch(pupil.patch, TABLE)


def test_of_a_program_change_that_cannot_move_a_parameter_it_is_said_why(pupil: Pupil) -> None:
    pupil.learn("gain", PROGRAM)
    assert not pupil.file.exists()
    ((_, text),) = pupil.failed
    assert text.startswith("a program change is only a press and cannot control gain: move a knob")


def test_a_knob_is_meant_even_where_programs_change_beside_it(pupil: Pupil) -> None:
    pupil.learn("gain", *[PROGRAM] * 9, *knob(1))
    assert pupil.mappings() == [{"from": {"cc": 1, "channel": 1}, "to": "gain"}]


def test_a_request_is_learned_with_its_arguments_and_each_has_its_own_control(
    pupil: Pupil,
) -> None:
    pupil.learn("preset", note(36), arguments=["calm"])
    pupil.learn("preset", PROGRAM, arguments=["busy"])
    pupil.learn("rewind", note(37), arguments=[4, "same"])
    pupil.learn("preset", note(38), arguments=["calm"])
    assert [(one["do"], one["arguments"]) for one in pupil.mappings()] == [
        ("preset", ["busy"]), ("rewind", [4, "same"]), ("preset", ["calm"]),
    ]  # fmt: skip
    load_patch(pupil.patch, TABLE)


def test_what_begins_says_what_to_do_and_is_busy_until_the_mapping_is_in_use(pupil: Pupil) -> None:
    assert not pupil.learning.is_busy(pupil.now)
    text = pupil.learning.begin("gain", pupil.now)
    assert text == "move the control for gain: turn it both ways, or press it once"
    assert pupil.learning.is_busy(pupil.now)
    pupil.learn("gain", *knob(1))
    assert pupil.learning.is_busy(pupil.now + SETTLING_S - 0.1)
    assert not pupil.learning.is_busy(pupil.now + SETTLING_S)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("temprature", "did you mean 'temperature'"),
        ("loop", "loop needs seconds .* after the name: `learn loop ...`"),
        ("", "unknown"),
    ],
)
def test_what_cannot_be_learned_for_is_refused_at_once(pupil: Pupil, name: str, why: str) -> None:
    with pytest.raises(ParameterError, match=why):
        pupil.learning.begin(name, 0.0)
    assert pupil.learning.name is None


def test_without_a_move_it_is_given_up_and_said(pupil: Pupil) -> None:
    pupil.learning.begin("gain", 0.0, "me")
    pupil.learning.tick(PATIENCE_S - 0.1)
    assert pupil.learning.name == "gain"
    pupil.learning.tick(PATIENCE_S)
    assert pupil.failed == [
        ("me", "no MIDI control was moved for gain: learn gain again, then move a control")
    ]
    assert pupil.learning.name is None
    assert not pupil.file.exists()


def test_the_latest_name_is_learned_and_moves_before_it_do_not_count(pupil: Pupil) -> None:
    for event in knob(1):
        pupil.learning.hear(event, pupil.now)
    pupil.learning.begin("gain", pupil.now)
    for event in knob(2):
        pupil.learning.hear(event, pupil.now)
    pupil.learn("width", *knob(3))
    assert pupil.mappings() == [{"from": {"cc": 3, "channel": 1}, "to": "width"}]


def test_a_broken_file_is_left_alone_and_said(pupil: Pupil) -> None:
    pupil.file.write_text("map: [1, 2\n")
    pupil.learn("gain", *knob(1))
    ((_, text),) = pupil.failed
    assert f"{pupil.file}:2: invalid YAML" in text
    assert pupil.file.read_text() == "map: [1, 2\n"
    pupil.file.write_text("map: {a: 1}\n")
    pupil.learn("gain", *knob(1))
    assert "has no list of mappings" in pupil.failed[1][1]


def test_a_folder_that_cannot_be_written_is_said_with_what_to_do(pupil: Pupil) -> None:
    pupil.patch.unlink()
    pupil.folder.rmdir()
    pupil.folder.write_text("no folder")
    pupil.learn("gain", *knob(1))
    ((_, text),) = pupil.failed
    assert text.startswith(f"cannot write {pupil.file}: File exists; copy live.yaml")


def test_lines_that_were_edited_by_hand_are_kept(pupil: Pupil) -> None:
    pupil.learn("gain", *knob(1))
    edited = pupil.file.read_text().replace('"channel": 1', '"channel": 2')
    pupil.file.write_text(edited + "  - from: {cc: 9}\n    to: width  # by hand\n")
    pupil.learn("fade", *knob(3))
    assert pupil.mappings() == [
        {"from": {"cc": 1, "channel": 2}, "to": "gain"},
        {"from": {"cc": 9}, "to": "width"},
        {"from": {"cc": 3, "channel": 1}, "to": "fade"},
    ]
