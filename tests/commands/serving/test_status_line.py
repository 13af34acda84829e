"""The status line on the terminal while it plays."""

import contextlib
import os
from pathlib import Path

import pytest

from distill_live.commands.serving.status_line import StatusLine, fit
from distill_live.control.routing.router import Router
from distill_live.live.server.server import Server
from distill_live.live.server.settings import ServerSettings
from distill_live.parameters import ParameterStore
from tests.conftest import save_empty_model


def nothing(*_: object) -> None:
    """An audio process; it is never started."""


def test_the_newest_step_of_an_engine_that_falls_behind_is_named_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("distill_live.commands.serving.status_line._STATUS_SECONDS", 0.0)
    parameters, said = ParameterStore(), list[str]()
    settings = ServerSettings(save_empty_model(tmp_path, "rain"), nothing, None)
    server = Server(settings, parameters, said.append)
    router, line = Router(parameters, server.request, None, said.append), StatusLine()

    def shown() -> str:
        assert server.poll()
        line.show(server, router)
        return capsys.readouterr().err

    server.deck.status.add("short_context")
    assert "rain  on time  load" in shown()
    server.status["played"] = 1
    assert "rain  on time  load" in shown()
    server.deck.status.add("held_loops")
    assert "rain  repeating  load" in shown()
    assert said == ["falling behind: repeating the last passage"]


@pytest.mark.parametrize(("source", "words"), [(0, ""), (-1, "new  "), (2, "from kick.wav 3 s  ")])
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
    server.deck.status["origin"] = source
    server.deck.status["origin_second"] = 3.21
    router = Router(parameters, server.request, None, print)
    StatusLine().show(server, router)
    assert capsys.readouterr().err.endswith(f"load  0%  {words}ring 0.0 s")


def test_what_went_wrong_is_counted_once_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    parameters = ParameterStore()
    server = Server(
        ServerSettings(save_empty_model(tmp_path, "rain"), nothing, None), parameters, print
    )
    server.status["underruns"] = 2
    router = Router(parameters, server.request, None, print)
    router.receive_osc([("/distill/gain", [0.5])])
    StatusLine().show(server, router)
    shown = capsys.readouterr().err
    assert shown.endswith("rain  on time  underruns 2  load  0%  /distill/gain 0.5  ring 0.0 s")


PARTS = [
    "rain",
    "on time",
    "load 12%",
    "/distill/temperature 0.7",
    "from a kick.wav 3 s",
    "ring 1.0 s",
]


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        (200, "  ".join(PARTS)),
        (79, "rain  on time  load 12%  /distill/temperature 0.7  from a kick.wav 3 s"),
        (61, "rain  on time  load 12%  /distill/temperature 0.7  ring 1.0 s"),
        (30, "rain  on time  load 12%"),
        (12, "rain"),
        (4, "rain"),
        (3, "ra…"),
        (1, "…"),
    ],
)
def test_no_part_is_cut_in_the_middle_and_the_most_important_ones_stay(
    columns: int, text: str
) -> None:
    shown = fit(PARTS, columns)
    assert shown == text
    assert len(shown) <= max(columns, 1)


def test_a_long_name_leaves_room_for_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    parameters = ParameterStore()
    model = save_empty_model(tmp_path, "rain on the roof of a tram in Basel")
    server = Server(ServerSettings(model, nothing, None), parameters, print)
    StatusLine().show(server, Router(parameters, server.request, None, print))
    assert capsys.readouterr().err.endswith(
        "rain on the roof of a t…  on time  load  0%  ring 0.0 s"
    )


def test_letters_that_take_two_columns_count_as_two() -> None:
    assert fit(["雨", "on time"], 10) == "雨"
    assert fit(["雨", "on time"], 11) == "雨  on time"


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
