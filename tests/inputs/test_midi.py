from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator

import pytest

from distill_live.control.router import Counters
from distill_live.errors import DeviceError
from distill_live.inputs import midi
from distill_live.inputs.midi import MidiInput, MidiPort, choose_port, list_inputs
from tests.inputs.conftest import Instrument
from tests.inputs.jack_server import Controller, JackServer
from tests.tools import require_program, wait_until

OURS = f"{midi.CLIENT_NAME}:{midi.PORT_NAME}"


@pytest.fixture(scope="module")
def running_jack() -> Iterator[JackServer]:
    with JackServer() as server:
        yield server


@pytest.fixture
def jack(running_jack: JackServer, monkeypatch: pytest.MonkeyPatch) -> JackServer:
    return use(running_jack, monkeypatch)


def use(server: JackServer, monkeypatch: pytest.MonkeyPatch) -> JackServer:
    """Make the inputs of this process look for ports on `server` alone."""
    pytest.importorskip("rtmidi")
    for name, value in server.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(midi, "_BACKENDS", {"jack": "JACK"})
    return server


def test_a_controller_that_is_connected_to_the_virtual_port_moves_the_mapped_parameters(
    instrument: Instrument, jack: JackServer
) -> None:
    source = MidiInput(instrument.router)
    source.start()
    assert source.status == f"no MIDI input; connect one to {OURS} (JACK)"
    with Controller(jack, "knobs") as knobs:
        jack.connect("knobs:out", OURS)
        knobs.send(0xB0, 7, 0, until=lambda: instrument.store["gain"] == 0.0)
        knobs.send(0xB2, 1, 127, until=lambda: instrument.store["temperature"] == 1.6)
        knobs.send(0xBF, 41, 127, until=lambda: instrument.requests)
    source.stop()
    received = instrument.router.counters.received
    assert instrument.router.counters == Counters(received=received)
    assert set(instrument.requests) == {"play"}
    assert OURS not in jack.ports()


def test_the_first_input_is_taken(instrument: Instrument, jack: JackServer) -> None:
    with Controller(jack, "knobs") as knobs, Controller(jack, "pads"):
        assert list_inputs() == ["knobs:out", "pads:out"]
        source = MidiInput(instrument.router)
        source.start()
        assert source.status == "MIDI from knobs:out (JACK)"
        assert instrument.lines == [source.status]
        knobs.send(0xB0, 7, 0, until=lambda: instrument.store["gain"] == 0.0)
        source.stop()


def test_the_input_is_taken_whose_name_contains_the_wanted_one(
    instrument: Instrument, jack: JackServer
) -> None:
    with Controller(jack, "knobs"), Controller(jack, "pads") as pads:
        source = MidiInput(instrument.router, "PAD")
        source.start()
        assert source.status == "MIDI from pads:out (JACK)"
        pads.send(0xB0, 7, 0, until=lambda: instrument.store["gain"] == 0.0)
        source.stop()


def test_a_wanted_input_that_is_not_there_is_told_with_those_that_are(
    instrument: Instrument, jack: JackServer
) -> None:
    with Controller(jack, "knobs"):
        source = MidiInput(instrument.router, "nano")
        source.start()
        source.stop()
    assert instrument.lines == [
        "MIDI unavailable: no input port is named like 'nano'; there are: knobs:out"
    ]
    assert OURS not in jack.ports()


def test_notes_of_a_sequencer_are_counted_and_change_nothing(
    instrument: Instrument, jack: JackServer
) -> None:
    sequencer = require_program("jack_midiseq")
    source = MidiInput(instrument.router)
    source.start()
    before = instrument.store.raw()
    command = [sequencer, "sequencer", "4800", "0", "60", "1200", "2400", "64", "1200"]
    with subprocess.Popen(command, env=jack.environment, stdout=subprocess.DEVNULL) as playing:
        jack.connect("sequencer:out", OURS)
        wait_until(lambda: instrument.router.counters.unknown >= 8, "notes")
        playing.terminate()
    source.stop()
    assert instrument.router.counters.malformed == 0
    assert instrument.store.raw() == before
    assert "note_on on channel 1 is not mapped by the patch" in instrument.lines


def test_a_server_that_dies_leaves_an_input_that_can_be_stopped_and_started(
    instrument: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = MidiInput(instrument.router)
    with JackServer() as server:
        use(server, monkeypatch)
        source.start()
        server.kill()
        source.stop()
        source.start()
        source.stop()
    assert source.status == "MIDI unavailable: JACK: JACK server not running?"


def test_without_a_backend_that_answers_midi_is_unavailable_and_nothing_else_is_printed(
    instrument: Instrument, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("rtmidi")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "distill-none")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    monkeypatch.setattr(midi, "_BACKENDS", {"jack": "JACK"})
    source = MidiInput(instrument.router)
    source.start()
    source.stop()
    assert instrument.lines == ["MIDI unavailable: JACK: JACK server not running?"]
    with pytest.raises(DeviceError, match="MIDI unavailable: JACK"):
        list_inputs()
    assert capfd.readouterr() == ("", "")


def test_without_python_rtmidi_midi_is_unavailable(
    instrument: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(midi, "rtmidi", None)
    source = MidiInput(instrument.router, "nano")
    source.start()
    source.stop()
    assert instrument.lines == ["MIDI unavailable: python-rtmidi is not installed"]


@pytest.mark.parametrize(
    ("names", "wanted", "chosen"),
    [
        ([], None, None),
        ([], "nano", None),
        (["Midi Through:0", "nanoKONTROL2", "LPD8"], None, 1),
        (["Midi Through:0"], None, None),
        (["Midi Through:0", "nanoKONTROL2"], "midi through", 0),
        (["nanoKONTROL2", "LPD8"], "lpd", 1),
        (["nanoKONTROL2", "LPD8"], "launch", None),
    ],
)
def test_a_port_is_chosen_by_a_part_of_its_name_else_the_first_controller(
    names: list[str], wanted: str | None, chosen: int | None
) -> None:
    ports = [MidiPort(name, "ALSA", number) for number, name in enumerate(names)]
    assert choose_port(ports, wanted) == (None if chosen is None else ports[chosen])


@pytest.mark.parametrize(
    "message", [[], [0], [0xB0], [0xB0, 7], [0xB0, 7, 200], [0xB0, 7, 1, 2], [300, 1, 1], [0xF4]]
)
def test_bytes_that_are_no_message_are_counted(instrument: Instrument, message: list[int]) -> None:
    MidiInput(instrument.router).take(message)
    assert instrument.router.counters == Counters(malformed=1)


def test_random_bytes_are_never_raised_at_the_reader(instrument: Instrument) -> None:
    chance = random.Random(7)  # noqa: S311 - not for secrets
    source = MidiInput(instrument.router)
    for _ in range(20_000):
        source.take(list(chance.randbytes(chance.randrange(5))))
    source.take([0xB0, 7, 0])
    assert instrument.store["gain"] == 0.0
    assert instrument.router.counters.malformed > 10_000


def test_channels_are_counted_from_1_as_musicians_do(instrument: Instrument) -> None:
    MidiInput(instrument.router).take([0xB3, 99, 1])
    assert instrument.lines == ["CC 99 on channel 4 is not mapped by the patch"]
