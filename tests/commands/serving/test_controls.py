"""How `serve` joins controls to its server: every connection, without starting a process."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import Mock, call

import httpx
import pytest
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from distill_live.codes.edit import Edit
from distill_live.codes.edit_parameters import parameter_table
from distill_live.commands.serving.control_options import ControlOptions
from distill_live.commands.serving.controls import Controls
from distill_live.control.feedback.feedback import Feedback
from distill_live.control.midi_learn.detection import LONGEST_S
from distill_live.control.midi_learn.learning import PATIENCE_S
from distill_live.control.namespace.address import Reply
from distill_live.edits.freeze import Freeze
from distill_live.errors import DeviceError, ParameterError
from distill_live.live.ipc.status import Transport
from distill_live.live.server.server import Server
from distill_live.live.server.settings import ServerSettings
from distill_live.parameters import ParameterStore
from tests.conftest import save_empty_model
from tests.tools import wait_until

PATCH = """\
version: 1
osc: {timetags: %s, targets: ["127.0.0.1:9"]}
map:
  - {from: {cc: 1}, to: gain, range: [0.0, 1.0], feedback: true}
  - {from: {follow: output, attack: 0}, to: width}
presets:
  calm: {temperature/air: 0.5}
"""
ANNA = ("osc", "127.0.0.1", 9001)


def nothing(*_: object) -> None:
    """An audio process; it is never started."""


class Stand:
    """Controls of a server that was not started, and what they say to people and to devices."""

    #: The edits that have parameters.
    edits: Sequence[Edit] = (Freeze(),)

    def __init__(self, folder: Path, **options: object) -> None:
        self.patch = folder / "live.yaml"
        self.patch.write_text(PATCH % "ignore")
        self.lines: list[str] = []
        self.sent: list[tuple[int, ...]] = []
        self.store = ParameterStore(parameter_table(self.edits))
        model = save_empty_model(folder, "rain", level_labels=["Body", "Air"])
        self.server = Server(ServerSettings(model, nothing, None), self.store, self.lines.append)
        self.feedback = Feedback(self.store, lambda: self.server.deck.level_labels)
        places = {"osc": "127.0.0.1:0", "web": "127.0.0.1:0", **options}
        wanted = ControlOptions(str(self.patch), **places)  # type: ignore[arg-type]
        self.controls = Controls(
            self.server, self.store, self.feedback, wanted, (), self.lines.append
        )
        devices = self.controls._devices
        self.router, self.midi = self.controls.router, devices.midi
        devices.lights._send = lambda _, message: self.sent.append(tuple(message))

    def osc(self, address: str, *arguments: object) -> list[Reply]:
        return self.router.receive_osc([(address, arguments)], ANNA).replies

    def tick(self) -> None:
        """Call everything that is called many times a second, once."""
        self.controls._ticker.tick(time.monotonic())


class LinkSession:
    """What aalink says of a Link session with somebody else in it."""

    num_peers, tempo, beat, quantum, playing = 1, 90.0, 0.5, 4.0, False


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


def test_what_waits_for_a_beat_comes_earlier_by_the_server_s_latency(stand: Stand) -> None:
    stand.server.deck.status["reaction"] = 0.125
    stand.server.status["output_latency"] = 0.25
    assert stand.router.hooks.latency() == 0.375


@pytest.mark.parametrize(("rms", "width"), [(0.25, 0.25), (9.0, 1.0)])
def test_what_follows_the_output_follows_the_server_s(
    stand: Stand, rms: float, width: float
) -> None:
    stand.server.status["rms"] = rms
    stand.tick()
    assert stand.store["width"] == width


def test_lights_show_what_moves_and_a_device_that_comes_everything(stand: Stand) -> None:
    stand.store.set("gain", 1.0)
    stand.tick()
    assert stand.sent == [(0xB0, 1, 127)]
    stand.midi.on_device()
    wait_until(lambda: stand.tick() or stand.sent[1:], "the light of a device that has come")
    assert stand.sent[1:] == [(0xB0, 1, 127)]


def test_a_control_that_is_moved_shows_that_by_itself(stand: Stand) -> None:
    stand.midi.receive([0xB0, 1, 127], "nano")
    stand.tick()
    assert (stand.store["gain"], stand.sent) == (1.0, [])


def test_the_levels_of_a_model_that_begins_are_those_of_all(stand: Stand) -> None:
    stand.server.on_model(("Body", "Air"))
    assert stand.osc("/distill/temperature/air", 0.75) == []
    assert stand.osc("/distill/preset", "calm") == []
    assert stand.store.own("temperature", 1) == 0.5


def test_streams_of_the_server_are_reported(stand: Stand) -> None:
    told: list[Reply] = []
    stand.feedback.subscribe("visuals", told.extend, 100.0, "/distill/stream/level")
    stand.server.status["rms"] = 0.25
    wait_until(lambda: stand.tick() or told[-1][1][0] == 0.25, "the level")


def test_link_s_tempo_is_that_of_all(tmp_path: Path) -> None:
    stand = Stand(tmp_path, link=True)
    link = stand.controls._devices.link
    link._link = LinkSession()
    stand.tick()
    assert (stand.store["tempo"], stand.router.tempo.bpm) == (90.0, 90.0)
    assert stand.lines == ["tempo: Ableton Link is the master, 90.0 BPM"]


def test_what_is_refused_when_its_beat_has_come_is_answered_then(stand: Stand) -> None:
    told: list[object] = []
    stand.controls._answers["osc"] = lambda sender, messages: told.append((sender, messages))
    stand.osc("/distill/at", "beat", "/distill/gain", "loud")
    wait_until(lambda: stand.tick() or told, "the answer")
    error = ("/distill/error", ("/distill/gain", "gain takes a number, 0..2, not 'loud'"))
    assert told == [(ANNA, [error])]


def test_a_request_is_answered_to_whoever_asked_even_at_once(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    stand.controls._answers["osc"] = lambda sender, messages: told.append((sender, messages))

    def fail(name: str, _arguments: object = (), _asked: object = None) -> None:
        stand.server.on_outcome(name, "no such model", True)

    monkeypatch.setattr(stand.server, "request", fail)
    stand.osc("/distill/model", "nowhere")
    error = ("/distill/error", ("/distill/model", "no such model"))
    assert told == [(ANNA, [error])]


def test_a_preset_is_confirmed_to_whoever_asked_and_to_all_who_listen(stand: Stand) -> None:
    told: list[object] = []
    heard: list[Reply] = []
    stand.controls._answers["osc"] = lambda sender, messages: told.append((sender, messages))
    stand.feedback.subscribe("surface", heard.extend, pattern="/distill/done")
    stand.osc("/distill/preset/store", "mine")
    stand.controls._presets.close()
    stored = stand.patch.with_name("live.presets.yaml")
    [(sender, [(address, (about, text))])] = told  # type: ignore[misc]
    assert (sender, address, about) == (ANNA, "/distill/done", "preset/store")
    assert str(text).startswith(f"preset mine stored in {stored}; it leaves tempo")
    stand.feedback.tick(time.monotonic() + 1)
    assert heard == [("/distill/done", ("preset/store", text))]
    assert stand.lines == [text]


def test_a_file_elsewhere_never_reaches_the_server(stand: Stand, tmp_path: Path) -> None:
    (tmp_path / "secret.wav").touch()
    [(address, (about, reason))] = stand.osc("/distill/prime", str(tmp_path / "secret.wav"))
    assert (address, about) == ("/distill/error", "/distill/prime")
    assert "can only open files in these folders" in str(reason)
    assert stand.server._requests._waiting.empty()


def test_learning_needs_midi_and_a_name(stand: Stand) -> None:
    for arguments in ((), (1.0,)):
        [(_, (_, reason))] = stand.osc("/distill/learn", *arguments)
        assert "learn takes the name of a parameter, or a request and its" in str(reason)
    [(_, (_, reason))] = stand.osc("/distill/learn", "rewind")
    assert "add them after the name: `learn rewind ...`" in str(reason)
    stand.midi.status, stand.midi.is_available = "MIDI unavailable: no library", False
    [(_, (_, reason))] = stand.osc("/distill/learn", "gain")
    assert reason == "MIDI unavailable: no library"
    assert stand.controls._learn.learning.name is None


def test_what_comes_of_learning_is_said_and_answered(stand: Stand) -> None:
    told: list[object] = []
    stand.controls._answers["osc"] = lambda sender, messages: told.append((sender, messages))
    begun = "move the control for width: turn it both ways, or press it once"
    assert stand.osc("/distill/learn", "width") == [("/distill/said", (begun,))]
    for raw in range(0, 128, 8):
        stand.midi.receive([0xB0, 9, raw], "nano")
    # A control that is moved to be learned need not be in the patch.
    assert stand.lines == [begun]
    attempt = stand.controls._learn.learning._attempt
    assert attempt is not None
    # The control has been still for long enough.
    attempt.learner._first -= LONGEST_S
    stand.controls.tick()
    [(sender, [(address, (about, text))])] = told  # type: ignore[misc]
    assert (sender, address, about) == (ANNA, "/distill/done", "learn")
    assert text in stand.lines and "width is now mapped to CC 9" in str(text)


def test_a_request_is_learned_with_what_it_takes(stand: Stand) -> None:
    stand.osc("/distill/learn", "rewind", 4, "same")
    attempt = stand.controls._learn.learning._attempt
    assert attempt is not None
    assert (attempt.name, attempt.arguments) == ("rewind", (4, "same"))


def test_who_hears_what_is_said_is_told_once_what_to_move(stand: Stand) -> None:
    stand.feedback.subscribe(ANNA, lambda messages: None)
    assert stand.osc("/distill/learn", "width") == []


def test_a_control_that_is_not_moved_is_told_to_whoever_asked_for_it(stand: Stand) -> None:
    told: list[object] = []
    stand.controls._answers["osc"] = lambda sender, messages: told.append((sender, messages))
    stand.osc("/distill/learn", "width")
    assert stand.controls._learn.learning._attempt is not None
    stand.controls._learn.learning._attempt.began -= PATIENCE_S
    stand.controls.tick()
    [(_, [(address, (about, text))])] = told  # type: ignore[misc]
    assert (address, about) == ("/distill/error", "/distill/learn")
    assert text in stand.lines


@pytest.mark.parametrize("way", ["osc", "web"])
def test_a_patch_says_of_both_ways_whether_time_tags_are_followed(stand: Stand, way: str) -> None:
    message = OscMessageBuilder("/distill/gain")
    message.add_arg(0.5)
    builder = OscBundleBuilder(time.time() + 1.5)
    builder.add_content(message.build())
    packet = bytes(builder.build().dgram)

    def send() -> None:
        if way == "osc":
            stand.controls.osc._carry_out(packet, ("127.0.0.1", 9001))
        else:
            stand.controls.site._receive_packet(packet, ("web", 1))

    send()
    assert stand.store["gain"] == 0.5
    stand.store.set("gain", 1.0)
    stand.patch.write_text(PATCH % "schedule")
    wait_until(lambda: stand.controls.tick() or "was reloaded" in "".join(stand.lines), "it")
    send()
    assert (stand.store["gain"], len(stand.router.schedule)) == (1.0, 1)


def test_link_is_joined_only_when_asked_and_moves_the_transport_only_when_asked(
    stand: Stand, tmp_path: Path
) -> None:
    assert stand.controls._devices.link not in stand.controls._devices._all
    other = tmp_path / "other"
    other.mkdir()
    joined = Stand(other, link=True)
    link = joined.controls._devices.link
    assert link in joined.controls._devices._all
    assert not link.follows_transport()
    joined.store.set("link_start_stop", 1)
    joined.store.set("tempo", 300.0)
    assert link.follows_transport()
    link.on_playing(False)
    assert joined.server.status["transport"] == Transport.STOP
    joined.tick()
    link.on_playing(True)
    assert joined.server.status["transport"] == Transport.STOP
    assert len(joined.router.schedule) == 1
    wait_until(
        lambda: joined.tick() or joined.server.status["transport"] == Transport.PLAY, "the bar"
    )


def test_any_parameter_or_level_can_be_set_from_the_start(tmp_path: Path) -> None:
    values = ["temperature=0.5", "temperature/air=0.75", "edit/freeze/on=on", "steer/loudness=-1"]
    store = Stand(tmp_path, values=values).store
    assert store.levels("temperature", 2) == (0.5, 0.75)
    assert (store["edit/freeze/on"], store["steer/loudness"]) == (1, -1)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("temperature", "--set takes NAME=VALUE, such as temperature=0.8, not 'temperature'"),
        (
            "temprature=1",
            "--set temprature=1: unknown parameter 'temprature' (did you mean 'temper",
        ),
        ("temprature/air=1", "did you mean 'temperature'"),
        ("play=1", "unknown parameter 'play'"),
        ("temperature=hot", "--set temperature=hot: temperature takes a number, 0.1..2, not 'hot'"),
        ("temperature/water=1", "--set temperature/water=1: the current model has no level"),
        ("gain=9", "--set gain=9: gain takes 0..2"),
    ],
)
def test_what_cannot_be_set_from_the_start_is_reported(
    tmp_path: Path, value: str, told: str
) -> None:
    with pytest.raises(ParameterError, match=re.escape(told)):
        Stand(tmp_path, values=[value])


def test_a_value_that_is_refused_from_the_start_is_not_said_to_be_set(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    before = list(stand.lines)
    with pytest.raises(ParameterError, match=r"gain takes 0\.\.2"):
        stand.controls._set("gain=9")
    assert (stand.lines, stand.store["gain"]) == (before, 1.0)


def test_networks_count_for_osc_and_for_the_web(tmp_path: Path) -> None:
    controls = Stand(tmp_path, osc_allow=["10.0.0.0/8"]).controls
    for allowed in (controls.osc._allowed, controls.site._allowed):
        assert (allowed.allows("10.1.2.3"), allowed.allows("11.1.2.3")) == (True, False)


def test_started_it_tells_targets_and_the_web_of_levels_and_stopped_it_leaves_no_thread(
    stand: Stand,
) -> None:
    before = set(threading.enumerate())
    stand.controls.start()
    assert stand.feedback.listens(("osc", "127.0.0.1", 9))
    stand.server.deck.level_labels = ("Earth", "Wind")
    stand.server.on_model(stand.server.deck.level_labels)
    found = httpx.get(f"{stand.controls.site.address}/distill/temperature/wind")
    assert found.status_code == 200
    stand.controls.stop()
    assert not {one.name for one in set(threading.enumerate()) - before} & {
        "ticker", "web", "osc-input", "announcement",
    }  # fmt: skip


def test_the_link_has_a_token_only_beyond_this_machine(tmp_path: Path) -> None:
    links: list[str] = []
    for name, web in (("here", "127.0.0.1:0"), ("there", "0.0.0.0:0"), ("again", "0.0.0.0:0")):
        folder = tmp_path / name
        folder.mkdir()
        controls = Stand(folder, web=web, osc_allow=["10.0.0.0/8"]).controls
        assert controls.site.link is None
        controls.start()
        links.append(str(controls.site.link))
        # Also in a browser on this machine, whose own address is not among those allowed.
        found = httpx.get(links[-1], headers={"accept": "text/html"})
        controls.stop()
        assert (found.status_code, "distill-live" in found.text) == (200, True)
    here, *there = links
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", here)
    tokens = [re.fullmatch(r"http://[\d.]+:\d+/\?token=([\w-]{32})", one) for one in there]
    assert tokens[0] and tokens[1] and tokens[0][1] != tokens[1][1]


def test_only_the_midi_devices_that_are_named_are_taken(tmp_path: Path) -> None:
    assert Stand(tmp_path, midi=["nano", "pads"]).midi._names == ["nano", "pads"]


def test_devices_are_opened_and_closed(stand: Stand) -> None:
    device = Mock()
    stand.controls._devices._all = [device]
    stand.controls.open_devices()
    assert device.mock_calls == [call.start()]
    stand.controls.close_devices()
    assert device.mock_calls == [call.start(), call.stop()]


def test_a_network_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="is not a network"):
        Stand(tmp_path, osc_allow=["everybody"])


def test_what_only_began_to_start_can_be_stopped(tmp_path: Path) -> None:
    stand = Stand(tmp_path, web="203.0.113.1:9", osc_allow=["10.0.0.0/8"])
    with pytest.raises(DeviceError, match="cannot serve the web"):
        stand.controls.start()
    stand.controls.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "osc-input"]


def test_presets_stored_beside_the_patch_count_in_what_is_said_of_it(stand: Stand) -> None:
    assert stand.controls.patch_summary == "patch live: 2 mappings, 1 preset"
    stand.osc("/distill/preset/store", "mine")
    stand.controls._presets.close()
    again = Stand(stand.patch.parent)
    assert again.controls.patch_summary == "patch live: 2 mappings, 1 preset, 1 stored preset"
