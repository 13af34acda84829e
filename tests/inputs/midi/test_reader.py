"""Devices that come and go on a real JACK server, read by both libraries."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from distill_live.control.midi.event import MidiEvent
from distill_live.control.routing.router import Counters
from distill_live.inputs.midi import MidiInput
from distill_live.inputs.midi.backend import InputPort, OutputPort, RtMidiBackend
from distill_live.inputs.midi.ports import list_inputs
from distill_live.inputs.midi.reader import _Arrivals
from distill_live.inputs.midi.system import VIRTUAL
from tests.inputs.conftest import Instrument
from tests.inputs.midi.conftest import Listener, running
from tests.inputs.midi.jack_server import Controller, JackServer
from tests.tools import require_program, wait_until

CSOUND = "knobs_out:out"


@contextmanager
def program(jack: JackServer, *command: str) -> Iterator[None]:
    """Run a program on the JACK server."""
    require_program(command[0])
    with subprocess.Popen(
        command, env=jack.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.terminate()


@contextmanager
def csound(jack: JackServer) -> Iterator[None]:
    """Csound as a controller that moves everything twice a second."""
    with program(jack, "csound", str(Path(__file__).with_name("controls.csd"))):
        yield


def test_a_controller_that_is_connected_to_the_virtual_port_moves_the_mapped_parameters(
    instrument: Instrument, jack: JackServer, rtmidi: RtMidiBackend
) -> None:
    with running(MidiInput(instrument.router, "nobody", rtmidi)) as source:
        assert source.status == (
            f"no MIDI input matches 'nobody' yet; available: none; connect one to {VIRTUAL} (JACK)"
        )
        with Controller(jack, "knobs") as knobs:
            jack.connect("knobs:out", VIRTUAL)
            knobs.send(0xB0, 7, 0, until=lambda: instrument.store["gain"] == 0.0)
            knobs.send(0xB2, 1, 127, until=lambda: instrument.store["temperature"] == 1.6)
            knobs.send(0xBF, 41, 127, until=lambda: instrument.requests)
    received = instrument.router.counters.received
    assert instrument.router.counters == Counters(received=received)
    assert set(instrument.requests) == {"play"}
    assert VIRTUAL not in jack.ports()


def test_csound_brings_every_kind_of_message(
    listener: Listener, jack: JackServer, backend: RtMidiBackend
) -> None:
    with csound(jack), running(MidiInput(listener, backend=backend)):
        # What it sends in one packet, from each of the two positions.
        wait_until(lambda: len(listener.raws("note", 8, 60)) >= 8, "notes")
        wait_until(lambda: set(listener.raws("nrpn", 3, 1234)) >= {8192, 9999}, "an NRPN")
    assert set(listener.raws("cc", 1, 16)) == {31, 95}
    assert set(listener.raws("cc14", 2, 7)) == {4095, 12287}
    # The first is told before we know that a fine half follows.
    assert set(listener.raws("nrpn", 3, 1234)) <= {8192, 9984, 9999}
    assert set(listener.raws("bend", 4, 0)) == {10239, 14335}
    assert set(listener.raws("program", 5, 31) + listener.raws("program", 5, 95)) == {31, 95}
    assert set(listener.raws("pressure", 6, 0)) == {31, 95}
    assert set(listener.raws("poly_pressure", 7, 61)) == {31, 95}
    assert set(listener.raws("note", 8, 60)) == {0, 100}
    assert {event.device for event in listener.events} == {CSOUND}
    assert listener.malformed == 0


def test_notes_of_a_sequencer_come_with_their_velocity(
    listener: Listener, jack: JackServer, backend: RtMidiBackend
) -> None:
    loop = ("sequencer", "9600", "0", "60", "2400", "4800", "64", "2400")
    with program(jack, "jack_midiseq", *loop), running(MidiInput(listener, backend=backend)):
        wait_until(lambda: len(listener.raws("note", 1, 64)) >= 8, "notes")
    assert set(listener.raws("note", 1, 60)) == {0, 64}
    assert {event.number for event in listener.events} == {60, 64}


def test_clock_comes_in_order_with_its_times(
    listener: Listener, jack: JackServer, backend: RtMidiBackend
) -> None:
    def transport(commands: str) -> None:
        subprocess.run(
            [require_program("jack_transport")],
            input=commands, env=jack.environment, text=True, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    with (
        program(jack, "jack_midi_clock", "-b", "120"),
        running(MidiInput(listener, backend=backend)),
    ):
        wait_until(lambda: "MIDI from jack_midi_clock:mclk_out (JACK)" in listener.lines, "clock")
        transport("locate 0\nplay\n")
        wait_until(lambda: len(listener.clock) > 100, "ticks")
        transport("stop\n")
        wait_until(lambda: listener.clock[-1][0] == "stop", "stop")
    kinds: list[str] = [kind for kind, _, _ in listener.clock]
    # Where its transport stood before, it tells first.
    began = kinds.index("tick")
    assert kinds[began - 1] in ("start", "continue")
    assert set(kinds[began:-1]) == {"tick"}
    times = [at for _, _, at in listener.clock]
    assert times == sorted(times)
    assert listener.events == []


def test_all_controllers_are_taken_and_told_apart(
    listener: Listener, jack: JackServer, backend: RtMidiBackend
) -> None:
    with Controller(jack, "knobs") as knobs, Controller(jack, "pads") as pads:
        assert list_inputs(backend) == ["knobs:out", "pads:out"]
        with running(MidiInput(listener, backend=backend)) as source:
            assert source.status == "MIDI from knobs:out (JACK), pads:out (JACK)"
            assert listener.lines == ["MIDI from knobs:out (JACK)", "MIDI from pads:out (JACK)"]
            knobs.send(0xB0, 7, 1, until=lambda: listener.events)
            pads.send(0xB0, 8, 2, until=lambda: listener.raws("cc", 1, 8))
    sent = {(event.device, event.number) for event in listener.events}
    assert sent == {("knobs:out", 7), ("pads:out", 8)}


def test_only_inputs_whose_names_match_are_taken(
    listener: Listener, jack: JackServer, rtmidi: RtMidiBackend
) -> None:
    with Controller(jack, "knobs"), Controller(jack, "pads"), Controller(jack, "keys"):
        with running(MidiInput(listener, ["PAD", "k?ys:*"], rtmidi)) as source:
            assert source.status == "MIDI from pads:out (JACK), keys:out (JACK)"


def test_a_device_is_opened_when_it_comes_and_again_when_it_comes_back(
    listener: Listener, jack: JackServer, backend: RtMidiBackend
) -> None:
    came: list[bool] = []
    source = MidiInput(listener, "knobs", backend)
    source.on_device = lambda: came.append(True)
    with running(source):
        for turn in (1, 2, 3):
            with Controller(jack, "knobs") as knobs:
                knobs.send(0xB0, 7, turn, until=lambda turn=turn: turn in listener.raws("cc", 1, 7))
            wait_until(lambda: source.status.startswith("no MIDI input"), "unplugging")
        assert sum("distill-live" in port for port in jack.ports()) == 3, "ports are left open"
    there = "MIDI from knobs:out (JACK)"
    gone = "MIDI input knobs:out (JACK) was disconnected; it will be reopened when it returns"
    assert listener.lines[1:] == [there, gone] * 3
    assert len(came) == 3


@dataclass(frozen=True)
class Counting(RtMidiBackend):
    """A backend that notes what is opened."""

    opened: tuple[list[str], list[str]] = ([], [])

    def open_input(self, system: str, client: str) -> InputPort:
        self.opened[0].append(client)
        return super().open_input(system, client)

    def open_output(self, system: str, client: str) -> OutputPort:
        self.opened[1].append(client)
        return super().open_output(system, client)


def test_looking_for_devices_opens_nothing(
    listener: Listener, jack: JackServer, rtmidi: RtMidiBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distill_live.inputs.midi.reader.SCAN_S", 0.1)
    counting = Counting(rtmidi.apis, rtmidi.make_input, rtmidi.make_output, rtmidi.errors, ([], []))
    with running(MidiInput(listener, backend=counting)), Controller(jack, "knobs") as knobs:
        for value in range(20):
            knobs.send(0xB0, 7, value, until=lambda value=value: value in listener.raws("cc", 1, 7))
    # The probe, and the device; our own output, and what asks whether JACK lives.
    assert (len(counting.opened[0]), len(counting.opened[1])) == (2, 2)


def test_bytes_that_are_no_message_are_counted(instrument: Instrument) -> None:
    MidiInput(instrument.router).receive([0xB0, 7, 200])
    assert instrument.router.counters == Counters(malformed=1)


def test_channels_are_counted_from_1_as_musicians_do(instrument: Instrument) -> None:
    MidiInput(instrument.router).receive([0xB3, 99, 1])
    assert instrument.lines == ["CC 99 on channel 4 is not mapped by the patch"]


def test_fuzz_through_jack_ends_nothing(
    instrument: Instrument, jack: JackServer, backend: RtMidiBackend
) -> None:
    chance = random.Random(11)  # noqa: S311 - not for secrets
    with Controller(jack, "noise") as noise:
        with running(MidiInput(instrument.router, backend=backend)):
            for _ in range(2_000):
                noise.send_once(*chance.randbytes(chance.randrange(1, 9)))
            # Noise may have moved a mapped control, not the one at the end.
            noise.send(0xB0, 7, 0, until=lambda: instrument.store["gain"] == 0.0)
            noise.send(0xB0, 7, 127, until=lambda: instrument.store["gain"] == 1.0)
    # JACK drops the messages of a cycle that a client has missed.
    assert instrument.router.counters.malformed > 50
    assert not [line for line in instrument.lines if line.startswith("MIDI: ")]


def test_a_listener_that_fails_does_not_end_the_receiving(
    listener: Listener, jack: JackServer, rtmidi: RtMidiBackend
) -> None:
    source = MidiInput(listener, backend=rtmidi)

    def fail(event: MidiEvent) -> None:
        raise ValueError(event.raw)

    source.listeners.append(fail)
    with running(source), Controller(jack, "knobs") as knobs:
        knobs.send(0xB0, 7, 1, until=lambda: 1 in listener.raws("cc", 1, 7))
        knobs.send(0xB0, 7, 2, until=lambda: 2 in listener.raws("cc", 1, 7))
    assert "MIDI: ValueError(1)" in listener.lines


def test_times_of_arrival_follow_the_stamps_and_are_never_in_the_future() -> None:
    arrivals = _Arrivals()
    # Every 20 ms, fetched with delays of 0 to 9 ms; the least delay of all is what is left.
    delays = [0.005, 0.009, 0.0, 0.007, 0.003, 0.008]
    placed = [arrivals.place(0.02, 1 + 0.02 * n + delay) for n, delay in enumerate(delays)]
    assert placed == pytest.approx([1.005, 1.025, 1.04, 1.06, 1.08, 1.1])
    # A wrong stamp matters only for a moment.
    assert arrivals.place(-100.0, 2.0) == 1.75
    assert arrivals.place(100.0, 3.0) == 3.0


def test_clock_that_is_handed_in_without_a_time_has_come_now(listener: Listener) -> None:
    before = time.monotonic()
    MidiInput(listener).receive([0xF8])
    ((kind, value, at),) = listener.clock
    assert (kind, value) == ("tick", 0)
    assert before <= at <= time.monotonic()


def test_of_two_clocks_the_first_counts_until_it_is_gone(listener: Listener) -> None:
    source = MidiInput(listener)
    for tick in range(4):
        source.receive([0xF8], "drums", 10.0 + tick / 10)
        source.receive([0xF8], "keys", 10.05 + tick / 10)
    source.receive([0xFA], "keys", 10.4)
    assert [at for _, _, at in listener.clock] == [10.0, 10.1, 10.2, 10.3]
    # A clock that has only started does not tick yet.
    source.receive([0xFA], "keys", 11.0)
    source.receive([0xF8], "drums", 11.1)
    source.receive([0xF8], "keys", 11.2)
    assert [(kind, at) for kind, _, at in listener.clock[4:]] == [("start", 11.0), ("tick", 11.1)]


def test_every_backend_tells_its_systems_in_the_order_of_preference(
    backend: RtMidiBackend,
) -> None:
    assert replace(backend, apis={"ALSA": 2, "JACK": 3}).systems == ("ALSA", "JACK")
