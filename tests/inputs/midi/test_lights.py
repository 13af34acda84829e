"""Lights and faders on a real JACK server, seen by jack_midi_dump."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from distill_live.control.midi.lights import Light, MidiLights
from distill_live.inputs.midi import MidiInput
from distill_live.inputs.midi.backend import RtMidiBackend
from tests.inputs.midi.conftest import Listener
from tests.inputs.midi.jack_server import Controller, JackServer
from tests.tools import require_program, wait_until

OURS = "distill-live-out:feedback"


class Dump:
    """What jack_midi_dump prints: the bytes of each message."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.messages: list[bytes] = []
        threading.Thread(target=self._read, args=(process.stdout,), daemon=True).start()

    def wait_for(self, *message: int) -> None:
        """Wait until this message has been seen."""
        wait_until(lambda: bytes(message) in self.messages, bytes(message).hex())

    def _read(self, lines: Iterable[str]) -> None:
        for line in lines:
            found = re.match(r"\s*\d+:((?: [0-9a-f]{2})+)(?=\s)", line)
            if found:
                self.messages.append(bytes.fromhex(found[1]))


@contextmanager
def dump(jack: JackServer, name: str) -> Iterator[Dump]:
    """jack_midi_dump with the port NAME:input."""
    with subprocess.Popen(
        [require_program("stdbuf"), "-oL", require_program("jack_midi_dump"), name],
        env=jack.environment, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            wait_until(lambda: f"{name}:input" in jack.ports(), name)
            yield Dump(process)
        finally:
            process.terminate()


@contextmanager
def running(source: MidiInput, lights: MidiLights) -> Iterator[None]:
    source.listeners.append(lights.hear)
    source.on_device = lights.refresh
    source.start()
    try:
        yield
    finally:
        source.stop()


def test_what_has_changed_leaves_our_own_port(
    listener: Listener, jack: JackServer, backend: RtMidiBackend
) -> None:
    travels = {"cc": 1.0, "cc14": 0.75, "nrpn": 0.5, "note": 1.0, "bend": 0.25}
    now = 0.0
    source = MidiInput(listener, "nobody", backend)
    lights = MidiLights(source.send)
    wanted = [
        Light("cc", 1, 16, lambda: travels["cc"]),
        Light("cc14", 2, 7, lambda: travels["cc14"]),
        Light("nrpn", 3, 1234, lambda: travels["nrpn"]),
        Light("note", 4, 60, lambda: travels["note"]),
        Light("bend", 5, 0, lambda: travels["bend"]),
    ]
    lights.use(wanted)
    with dump(jack, "dump") as seen, running(source, lights):
        jack.connect(OURS, "dump:input")
        lights.refresh()
        lights.tick(now)
        seen.wait_for(0xE4, 0, 32)
        assert seen.messages == [
            bytes(message)
            for message in ((0xB0, 16, 127), (0xB1, 7, 95), (0xB1, 39, 127), (0xB2, 99, 9),
                            (0xB2, 98, 82), (0xB2, 6, 64), (0xB2, 38, 0), (0x93, 60, 127),
                            (0xE4, 0, 32))
        ]  # fmt: skip
        travels["cc"] = 0.0
        lights.tick(now + 1)
        seen.wait_for(0xB0, 16, 0)
        assert len(seen.messages) == 10


def test_a_device_is_shown_its_own_when_it_comes_and_when_it_comes_back(
    listener: Listener, jack: JackServer, backend: RtMidiBackend
) -> None:
    source = MidiInput(listener, "rings", backend)
    lights = MidiLights(source.send)
    lights.use([Light("cc", 1, 16, lambda: 1.0, "rings"), Light("cc", 1, 17, lambda: 1.0, "x")])
    with running(source, lights):
        for turn in range(3):
            with Controller(jack, "rings") as rings:
                shown = rings.received

                def tick(shown: list[str] = shown) -> list[str]:
                    lights.tick(time.monotonic())
                    return shown

                wait_until(tick, "the lights")
                assert set(shown) == {"b0107f"}, turn
            wait_until(lambda: source.status.startswith("no MIDI input"), "unplugging")


def test_a_device_that_is_open_as_an_input_is_shown_what_no_device_is_named_for(
    listener: Listener, jack: JackServer, backend: RtMidiBackend
) -> None:
    source = MidiInput(listener, "desk", backend)
    lights = MidiLights(source.send)
    lights.use([Light("cc", 1, 16, lambda: 0.0)])
    with Controller(jack, "desk") as desk, Controller(jack, "other") as other:
        with running(source, lights):
            desk.send(0xB0, 17, 99, until=lambda: listener.events)

            # Again and again, because JACK drops what a client that is late should have had.
            def are_shown() -> bool:
                lights.refresh()
                lights.tick(time.monotonic())
                source.send("other", [0xB0, 1, 1])
                return bool(desk.received and other.received)

            wait_until(are_shown, "what is shown")
            assert (set(desk.received), set(other.received)) == ({"b01000"}, {"b00101"})
