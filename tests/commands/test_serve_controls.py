"""A whole `serve` with a patch, steered and heard from outside: what is joined works together."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from websockets.sync.client import ClientConnection, connect

from distill_live.control.presets.preset_file import PresetFile
from distill_live.parameters import PARAMETERS
from tests.commands.server_process import OscClient, ServerProcess
from tests.inputs.midi.jack_server import Controller, JackServer
from tests.tools import read_line, require_module, wait_until

PATCH = """\
version: 1
map:
  - {from: {osc: /knob}, to: %s, range: [0.0, 1.0]}
  - {from: {cc: 1}, to: temperature, range: [0.5, 1.5], feedback: true}
presets:
  calm: {temperature: 0.25, min_p: 0.5}
  wild: {temperature: 1.25}
"""


@dataclass
class Show:
    """A server that plays, its address on the web, its patch and its session log."""

    server: ServerProcess
    url: str
    patch: Path
    log: Path

    @contextlib.contextmanager
    def client(self, *wish: object) -> Iterator[Listener]:
        """Somebody else, who subscribes with that wish if there is one."""
        listener = Listener(self.server.osc.port)
        if wish:
            listener.osc.send("/distill/subscribe", *wish)
        try:
            yield listener
        finally:
            listener.osc.send("/distill/unsubscribe")
            listener.osc.close()

    def requests(self) -> list[str]:
        """The names of all requests that the log has."""
        entries = [json.loads(line) for line in self.log.read_text().splitlines()[:-1]]
        return [entry["name"] for entry in entries if entry.get("op") == "request"]


class Listener:
    """Keeps what an OSC client is told, packet by packet."""

    def __init__(self, port: int) -> None:
        self.osc = OscClient(port)
        self.packets: list[list[tuple[str, list[object]]]] = []

    def values(self, address: str) -> list[object]:
        """The first arguments of all messages to an address so far."""
        return [a[0] for packet in self.packets for where, a in packet if where == address and a]

    def listen(self) -> None:
        """Take the next packet, if one comes."""
        with contextlib.suppress(TimeoutError):
            self.packets.append(self.osc.hear_all())

    def hears(self, address: str, value: object) -> None:
        """Wait until an address was told with that first argument."""

        def look() -> bool:
            self.listen()
            return value in self.values(address)

        wait_until(look, f"{address} {value}")

    def hears_said(self, words: str) -> None:
        """Wait until a line with these words was said."""

        def look() -> bool:
            self.listen()
            return any(words in str(line) for line in self.values("/distill/said"))

        wait_until(look, words)


@pytest.fixture(scope="module")
def show(calm_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    folder = tmp_path_factory.mktemp("show")
    patch, log = folder / "live.yaml", folder / "session.log"
    patch.write_text(PATCH % "gain")
    with ServerProcess(
        str(calm_model_path), "--output", "clock", "--patch", str(patch), "--log", str(log),
        "--web", "127.0.0.1:0", "--midi", "none of these",
    ) as server:  # fmt: skip
        assert server.process.stdout is not None
        url = read_line(server.process.stdout).strip()
        yield Show(server, url, patch, log)
        assert server.end() == 0
    assert "Traceback" not in server.errors
    assert "failed" not in server.errors


def bundle(*messages: tuple[str, *tuple[object, ...]]) -> bytes:
    builder = OscBundleBuilder(IMMEDIATELY)
    for address, *arguments in messages:
        message = OscMessageBuilder(address)
        for argument in arguments:
            message.add_arg(argument)
        builder.add_content(message.build())
    return bytes(builder.build().dgram)


def await_message(
    socket: ClientConnection, address: str, arguments: list[object] | None = None
) -> list[object]:
    """The arguments of the next message to an address that comes over a WebSocket, or of the one
    with those arguments."""
    found: list[list[object]] = []

    def look() -> bool:
        message = OscMessage(socket.recv(timeout=60))
        if message.address == address and arguments in (None, message.params):
            found.append(message.params)
        return bool(found)

    wait_until(look, address)
    return found[0]


def test_what_stands_in_one_bundle_changes_at_once(show: Show) -> None:
    with show.client(0, 100.0, "/distill/fade", "/distill/width") as watcher:
        watcher.hears("/distill/width", 0.0)
        watcher.packets.clear()
        others = [("/distill/seed", number) for number in range(300)]
        for step in range(20):
            value = (step + 1) / 32
            show.server.osc.send_packet(
                bundle(("/distill/fade/norm", value), *others, ("/distill/width/norm", value))
            )
            watcher.hears("/distill/width", value)
        for packet in watcher.packets:
            told = dict(packet)
            assert set(told) == {"/distill/fade", "/distill/width"}
            assert told["/distill/fade"] == [5.0 + 15.0 * float(str(told["/distill/width"][0]))]


def test_who_subscribes_is_told_everything_and_then_what_changes(show: Show) -> None:
    with show.client() as watcher:
        watcher.osc.send("/distill/subscribe")
        watcher.hears("/distill/modulation", 1)
        told = {address for packet in watcher.packets for address, _ in packet}
        assert told >= {f"/distill/{name}" for name in PARAMETERS}
        assert "/distill/temperature/structure" in told
        show.server.osc.send("/distill/repetition", 0.5)
        watcher.hears("/distill/repetition", 0.5)


def test_who_moves_a_parameter_is_not_answered_with_its_own_moves(show: Show) -> None:
    with show.client() as mover:
        mover.osc.send("/distill/subscribe", 0, 100.0, "/distill/model_fade")
        mover.hears("/distill/model_fade", 2.0)
        for number in range(1, 33):
            mover.osc.send("/distill/model_fade", number / 2)
        # Out of range: what is true is told in the end.
        mover.osc.send("/distill/model_fade", 64.0)
        mover.hears("/distill/model_fade", 20.0)
        assert len(mover.values("/distill/model_fade")) < 10


def test_a_preset_is_recalled_and_gone_to_gradually(show: Show) -> None:
    with show.client(0, 100.0, "/distill/temperature", "/distill/min_p") as watcher:
        show.server.osc.send("/distill/preset", "calm")
        watcher.hears("/distill/temperature", 0.25)
        watcher.hears("/distill/min_p", 0.5)
        watcher.packets.clear()
        show.server.osc.send("/distill/preset", "wild", 3.0)
        watcher.hears("/distill/temperature", 1.25)
        way = [float(str(value)) for value in watcher.values("/distill/temperature")]
        assert way == sorted(way)
        assert len([value for value in way if 0.25 < value < 1.25]) >= 2


def test_what_is_stored_while_playing_is_kept_beside_the_patch(show: Show) -> None:
    show.server.osc.send("/distill/min_p", 0.75)
    show.server.osc.send("/distill/preset/store", "mine")
    show.server.osc.send("/distill/min_p", 0.0)
    kept = PresetFile(show.patch.with_name("live.presets.yaml"))
    wait_until(lambda: kept.read().get("mine"), "the preset in the file")
    assert kept.read()["mine"]["min_p"] == 0.75
    show.server.osc.send("/distill/preset", "mine")
    wait_until(lambda: show.server.osc.ask("/distill/get", "min_p") == [0.75], "min_p")


def test_a_patch_that_is_saved_counts_unless_it_is_broken(show: Show) -> None:
    with show.client() as player, show.client(0) as listener:
        player.osc.send("/knob", 0.5)
        wait_until(lambda: player.osc.ask("/distill/get", "gain") == [0.5], "gain")
        show.patch.write_text(PATCH % "steer/density")
        listener.hears_said("was reloaded")
        player.osc.send("/knob", 0.25)
        wait_until(lambda: player.osc.ask("/distill/get", "steer/density") == [0.25], "density")
        show.patch.write_text(PATCH % "steer/destiny")
        listener.hears_said("stays unchanged")
        player.osc.send("/knob", 0.75)
        wait_until(lambda: player.osc.ask("/distill/get", "steer/density") == [0.75], "density")
        assert player.osc.ask("/distill/get", "gain") == [0.5]


def test_oscquery_serves_values_and_listeners_on_the_web(show: Show) -> None:
    show.server.osc.send("/distill/top_p", 0.5)
    found = f"{show.url}/distill/top_p"
    wait_until(lambda: httpx.get(f"{found}?VALUE").json() == {"VALUE": [0.5]}, "top_p")
    assert httpx.get(found).json()["RANGE"] == [{"MIN": 0.0, "MAX": 1.0}]
    assert httpx.get(f"{show.url}/?HOST_INFO").json()["OSC_PORT"] == show.server.osc.port
    with connect(show.url.replace("http", "ws")) as socket:
        for path in ("/distill/top_p", "/distill/stream/phase"):
            socket.send(json.dumps({"COMMAND": "LISTEN", "DATA": path}))
        show.server.osc.send("/distill/top_p", 0.75)
        await_message(socket, "/distill/top_p", [0.75])
        await_message(socket, "/distill/stream/phase")
        # What is asked for over the socket is answered there, also when the answer takes its time.
        wish = OscMessageBuilder("/distill/model")
        wish.add_arg("nowhere")
        socket.send(wish.build().dgram)
        assert await_message(socket, "/distill/error")[0] == "/distill/model"


def test_what_waits_for_a_bar_comes_after_what_does_not(show: Show) -> None:
    before = len(show.requests())
    show.server.osc.send_packet(
        bundle(
            ("/distill/beats_per_bar", 8),
            ("/distill/bar",),
            ("/distill/at", "bar", "/distill/rewind", 1),
            ("/distill/hold",),
        )
    )

    def made() -> list[str]:
        # What an earlier test has asked for may be written down only now.
        return [name for name in show.requests()[before:] if name in ("hold", "rewind")]

    wait_until(lambda: len(made()) == 2, "both requests")
    assert made() == ["hold", "rewind"]
    show.server.osc.send("/distill/release")


def test_who_asks_for_a_model_that_is_not_there_is_told_so(show: Show) -> None:
    with show.client() as player:
        player.osc.send("/distill/model", "nowhere")
        reason = player.osc.await_told("/distill/error", "/distill/model")
        assert "keeps playing: no model 'nowhere'" in reason
        assert player.osc.ask("/distill/ping", 1) == [1]


def test_a_midi_control_moves_a_parameter_which_osc_hears_and_moves_back(
    calm_model_path: Path, tmp_path: Path
) -> None:
    require_module("rtmidi")
    with JackServer() as jack, Controller(jack, "knobs") as knobs:
        (tmp_path / "live.yaml").write_text(PATCH % "gain")
        with ServerProcess(
            str(calm_model_path), "--output", "clock", "--patch", str(tmp_path / "live.yaml"),
            "--web", "off", "--midi", "knobs", environment=jack.environment,
        ) as server:  # fmt: skip
            watcher = Listener(server.osc.port)
            watcher.osc.send("/distill/subscribe")

            def is_heard() -> bool:
                watcher.listen()
                return 1.5 in watcher.values("/distill/temperature")

            knobs.send(0xB0, 1, 127, until=is_heard)

            # Copies of the knob's message may still arrive, and JACK may drop the light's.
            values = itertools.cycle((0.5, 1.0))

            def is_lit() -> bool:
                server.osc.send("/distill/temperature", next(values))
                return "b00100" in knobs.received

            wait_until(is_lit, "the knob's light")
            watcher.osc.close()
            assert server.end() == 0
        assert "Traceback" not in server.errors
