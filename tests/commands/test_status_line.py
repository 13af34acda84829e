"""What stands on the terminal while it plays."""

import contextlib
import os
from pathlib import Path

import pytest

from distill_live.commands.status_line import StatusLine
from distill_live.control.router import Router
from distill_live.live.server import Server
from distill_live.live.server_settings import ServerSettings
from distill_live.parameters import ParameterStore
from tests.conftest import save_empty_model


def nothing(*_: object) -> None:
    """An audio process; it is never started."""


def test_the_newest_step_of_an_engine_that_falls_behind_is_named_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("distill_live.commands.status_line._STATUS_SECONDS", 0.0)
    parameters, said = ParameterStore(), list[str]()
    settings = ServerSettings(save_empty_model(tmp_path, "rain"), nothing, None)
    server = Server(settings, parameters, said.append)
    router, line = Router(parameters, server.request, None, said.append), StatusLine()

    def shown() -> str:
        assert server.poll()
        line.show(server, router)
        return capsys.readouterr().err

    server.deck.status.add("short_context")
    assert "  in time  " in shown()
    server.status["played"] = 1
    assert "  in time  " in shown()
    server.deck.status.add("held_loops")
    assert "  repeating  " in shown()
    assert said == ["falling behind: repeats the last sound"]


@pytest.mark.parametrize(
    ("source", "words"), [(0, ""), (-1, "new  "), (2, "from kick.wav 3.2 s  ")]
)
def test_where_the_sound_comes_from_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    source: int, words: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    parameters = ParameterStore()
    kept = {"names": ["snare.wav", "kick.wav"], "columns": [9, 9]}
    model = save_empty_model(tmp_path, "rain", training_codes=kept)
    server = Server(ServerSettings(model, nothing, None), parameters, print)
    server.deck.status["source"] = source
    server.deck.status["source_second"] = 3.21
    router = Router(parameters, server.request, None, print)
    StatusLine().show(server, router)
    assert capsys.readouterr().err.endswith(f"restarts 0  {words}")


def test_a_terminal_that_is_gone_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    gone = os.fdopen(writer, "w")
    for stream in ("sys.stdout", "sys.stderr"):
        monkeypatch.setattr(stream, gone)
    line = StatusLine()
    for write in (line.say, line.log):
        write("nobody reads this")
    line.clear()
    with contextlib.suppress(OSError):
        gone.close()
