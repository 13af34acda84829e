"""Third-party programs play the instrument and hear what it does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from distill_live.control.routing.router import Counters
from distill_live.inputs.osc import build_message
from distill_live.inputs.osc.framing import Slip
from distill_live.parameters import scale_travel
from tests.inputs.conftest import Instrument
from tests.inputs.osc.conftest import Desk
from tests.tools import read_line, require_node_module, require_program, wait_until

HERE = Path(__file__).parent
PD = ("-nogui", "-nosound", "-nomidi", "-stderr", "-open")


def with_port(name: str, port: int, folder: Path) -> str:
    """A copy of a client's file that knows the reader's port."""
    copy = folder / name
    copy.write_text((HERE / name).read_text().replace("PORT", str(port)))
    return str(copy)


def moments_of(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The moments for which changes are scheduled from now on."""
    moments: list[float] = []
    schedule = desk.schedule.at

    def note(when: float, *rest: object) -> None:
        moments.append(when)
        schedule(when, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.schedule, "at", note)
    return moments


def test_liblo_s_types_are_all_taken(instrument: Instrument, desk: Desk) -> None:
    oscsend = require_program("oscsend")
    for address, *arguments in [
        ("/distill/temperature", "f", "0.5"),
        ("/distill/top_k", "i", "16"),
        ("/distill/seed", "h", "123456"),
        ("/distill/top_p", "d", "0.25"),
        ("/distill/gain", "F"),
        ("/distill/play", "T"),
        ("/distill/stop", "N"),
        ("/distill/panic",),
        ("/1/fader1", "f", "1"),
    ]:
        subprocess.run([oscsend, "127.0.0.1", str(desk.osc.port), address, *arguments], check=True)
    wait_until(lambda: instrument.router.counters.received == 9, "nine messages")
    wanted = {"temperature": 1.6, "top_k": 16, "seed": 123_456, "top_p": 0.25, "gain": 0}
    assert {name: instrument.store[name] for name in wanted} == wanted
    assert instrument.requests == ["play", "stop", "panic"]
    assert instrument.lines == []


@pytest.mark.usefixtures("ticking")
def test_liblo_hears_feedback_at_the_port_it_named(instrument: Instrument, desk: Desk) -> None:
    oscsend, oscdump = require_program("oscsend"), require_program("oscdump")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    lines: list[str] = []
    with subprocess.Popen([oscdump, "-L", port], stdout=subprocess.PIPE, text=True) as dump:
        try:
            assert dump.stdout is not None
            wait_until(lambda: _receives(int(port)), "oscdump's port")
            subscribe = ("/distill/subscribe", "iis", port, "30", "/distill/{gain,seed}")
            subprocess.run([oscsend, "127.0.0.1", str(desk.osc.port), *subscribe], check=True)
            lines += [read_line(dump.stdout), read_line(dump.stdout)]
            instrument.store.set("seed", 12)
            instrument.store.set("gain", 0.25)
            while not lines[-1].endswith("/distill/gain f 0.250000\n"):
                lines.append(read_line(dump.stdout))
        finally:
            dump.kill()
    messages = [line.partition(" ")[2].strip() for line in lines]
    assert messages == [
        "/distill/seed i 0", "/distill/gain f 1.000000",
        "/distill/seed i 12", "/distill/gain f 0.250000",
    ]  # fmt: skip


def _receives(port: int) -> bool:
    """Whether a UDP port is bound."""
    bound = Path("/proc/net/udp").read_text() + Path("/proc/net/udp6").read_text()
    return f":{port:04X} " in bound


def test_pd_sets_parameters_makes_requests_and_hears_the_answer(
    instrument: Instrument, desk: Desk, tmp_path: Path
) -> None:
    pd = require_program("pd")
    # The patch quits when it has heard the answer.
    done = subprocess.run(
        [pd, *PD, with_port("client.pd", desk.osc.port, tmp_path)],
        stderr=subprocess.PIPE, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "distill temperature 0.75" in done.stderr
    assert done.returncode == 0
    assert instrument.store["temperature"] == 0.75
    assert instrument.store["gain"] == scale_travel(0.5, 0.0, 1.0, "exp")
    assert instrument.requests == ["play"]
    assert instrument.router.counters == Counters(received=4)


@pytest.mark.usefixtures("ticking")
def test_pd_hears_feedback_where_it_sends_from(
    instrument: Instrument, desk: Desk, tmp_path: Path
) -> None:
    pd = require_program("pd")
    patch = with_port("listen.pd", desk.osc.port, tmp_path)
    with subprocess.Popen([pd, *PD, patch], stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_until(lambda: desk.feedback.listeners, "Pd")
            instrument.store.set("gain", 0.25)
            # The patch quits when it has heard that.
            _, errors = process.communicate(timeout=120)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "distill gain 1" in errors
    assert "distill gain 0.25" in errors
    assert "error" not in errors


@pytest.mark.usefixtures("ticking")
def test_sclang_schedules_a_bundle_and_hears_feedback(
    instrument: Instrument, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sclang = require_program("sclang")
    moments = moments_of(desk, monkeypatch)
    environment = {
        **os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path),
        "QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1",
    }  # fmt: skip
    # The script ends when it has heard the last answer.
    done = subprocess.run(
        [sclang, "-i", "none", with_port("client.scd", desk.osc.port, tmp_path)],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "[ /distill/gain, 1.0 ]" in done.stdout
    assert "[ /distill/temperature, 0.75 ]" in done.stdout
    assert "[ /distill/seed, 7 ]" in done.stdout
    assert (instrument.store["temperature"], instrument.store["seed"]) == (0.75, 7)
    assert instrument.requests == ["play"]
    assert len(moments) == 1
    assert instrument.lines == []


@pytest.mark.usefixtures("ticking")
def test_osc_js_schedules_a_bundle_and_hears_feedback(
    instrument: Instrument, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = require_program("node")
    environment = require_node_module("osc")
    moments = moments_of(desk, monkeypatch)
    with subprocess.Popen(
        [node, HERE / "client.js", str(desk.osc.port)], env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            wait_until(lambda: instrument.store["seed"] == 7, "the scheduled bundle")
            instrument.store.set("gain", 0.25)
            # The program ends when it has heard that.
            output, errors = process.communicate(timeout=120)
        finally:
            process.kill()
    assert (process.returncode, errors) == (0, "")
    heard = [json.loads(line) for line in output.splitlines()]
    assert heard[0] == ["/distill/gain", [["f", 1]]]
    assert heard[-1] == ["/distill/gain", [["f", 0.25]]]
    [(about, reason)] = [
        [value for _, value in values] for address, values in heard if address == "/distill/error"
    ]
    assert about == "/distill/gain"
    assert "gain takes a number" in reason
    assert instrument.store["temperature"] == 0.75
    assert instrument.requests == ["play", "panic"]
    assert len(moments) == 1


def test_liblo_plays_over_tcp_with_lengths(instrument: Instrument, desk: Desk) -> None:
    oscsend = require_program("oscsend")
    url = f"osc.tcp://127.0.0.1:{desk.osc.port}"
    for message in (("/distill/temperature", "f", "0.5"), ("/distill/play",)):
        subprocess.run([oscsend, url, *message], check=True, timeout=60)
    wait_until(lambda: instrument.requests == ["play"], "the request")
    assert instrument.store["temperature"] == 0.5
    assert instrument.lines == []


def test_osc_js_plays_over_tcp_by_slip_and_hears_the_answer(
    instrument: Instrument, desk: Desk
) -> None:
    node = require_program("node")
    environment = require_node_module("osc")
    done = subprocess.run(
        [node, HERE / "client_tcp.js", str(desk.osc.port)],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == ["/distill/temperature", [0.75]]
    assert instrument.store["temperature"] == 0.75


def test_pd_plays_over_tcp_by_slip_and_hears_the_answer(
    instrument: Instrument, desk: Desk, tmp_path: Path
) -> None:
    pd = require_program("pd")
    # The patch quits soon after it has heard the answer.
    done = subprocess.run(
        [pd, *PD, with_port("client_tcp.pd", desk.osc.port, tmp_path)],
        stderr=subprocess.PIPE, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    heard = bytes(int(line.split()[1]) for line in done.stderr.splitlines() if "byte: " in line)
    answer = Slip().wrap(build_message("/distill/temperature", [0.75]))
    assert heard == answer
    assert instrument.store["temperature"] == 0.75
    assert instrument.lines == []
