"""What happens while there is no MIDI system, or no library for it."""

from __future__ import annotations

import pytest

from distill_live.errors import DeviceError
from distill_live.inputs import midi
from distill_live.inputs.midi import MidiInput, libraries
from distill_live.inputs.midi.backend import RtMidiBackend
from distill_live.inputs.midi.ports import list_inputs
from tests.inputs.midi.conftest import Listener, running, use
from tests.inputs.midi.jack_server import Controller, JackServer
from tests.tools import wait_until

NO_JACK = (
    "MIDI unavailable (JACK: JACK server not running?); to use a MIDI controller, start a JACK "
    "server"
)


@pytest.mark.parametrize("how", ["end", "kill"])
def test_a_server_that_ends_and_comes_back_is_found_again(
    listener: Listener, backend: RtMidiBackend, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("distill_live.inputs.midi.ports.RETRY_S", 0.1)
    with JackServer() as server:
        use(server, monkeypatch)
        with running(MidiInput(listener, backend=backend)) as source:
            getattr(server, how)()
            wait_until(lambda: source.status.startswith("MIDI unavailable"), "the end of JACK")
            server.start()
            with Controller(server, "knobs") as knobs:
                knobs.send(0xB0, 7, 9, until=lambda: listener.raws("cc", 1, 7))
    assert "MIDI: JACK has stopped; trying again every 0.1 s" in listener.lines
    assert "MIDI: JACK is available again" in listener.lines


def test_a_server_that_dies_leaves_an_input_that_can_be_stopped_and_started(
    listener: Listener, rtmidi: RtMidiBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = MidiInput(listener, backend=rtmidi)
    with JackServer() as server:
        use(server, monkeypatch)
        source.start()
        server.kill()
        source.stop()
        source.start()
        source.stop()
    assert source.status == NO_JACK


def test_without_a_system_that_answers_midi_is_unavailable_and_nothing_else_is_printed(
    listener: Listener,
    backend: RtMidiBackend,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "distill-none")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    with running(MidiInput(listener, backend=backend)):
        pass
    assert listener.lines == [NO_JACK]
    with pytest.raises(DeviceError, match=r"MIDI unavailable \(JACK"):
        list_inputs(backend)
    assert capfd.readouterr() == ("", "")


def test_without_a_library_midi_is_unavailable(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in ("python_rtmidi", "supriya_midi"):
        monkeypatch.setattr(libraries, library, lambda: None)
    why = "MIDI unavailable: neither python-rtmidi nor supriya-midi is installed"
    with running(MidiInput(listener, "nano")) as source:
        assert source.status.startswith(why)
    assert listener.lines == [source.status]
    with pytest.raises(DeviceError, match=why):
        midi.list_inputs()


def test_the_second_library_is_taken_where_the_first_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    second = RtMidiBackend({}, list, list, ())
    monkeypatch.setattr(libraries, "supriya_midi", lambda: second)
    monkeypatch.setattr(libraries, "rtmidi", None)
    assert libraries.find_backend() is second
