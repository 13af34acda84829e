import json
import time
from pathlib import Path

import pytest

from distill_live.commands import bench
from distill_live.errors import LiveError
from tests.conftest import RunCli

FIGURES = [
    "codes per second, with cache",
    "codes per second, without",
    "real-time factor, sampling",
    "real-time factor, decode",
    "real-time factor, vocoder",
    "real-time factor, together",
    "time to first sound, s",
]


def test_every_part_is_measured_on_the_real_way_of_the_sound(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    result = run_cli("bench", "tiny", "--seconds", 1, "--json")
    assert result.code == 0, result.err
    measured = json.loads(result.out)
    assert (measured.pop("model"), measured.pop("device")) == ("tiny", "cpu")
    assert list(measured) == FIGURES
    assert all(figure > 0 for figure in measured.values())


def test_the_table_has_a_row_per_figure(
    run_cli: RunCli, tiny_in_library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "_time_to_first_sound", lambda *_: 1.5)
    lines = run_cli("bench", "tiny", "--seconds", 1).out.splitlines()
    assert lines[0].split() == ["tiny", "on", "cpu,", "one", "thread"]
    assert [line.rsplit(maxsplit=1)[0].strip() for line in lines[1:]] == FIGURES
    assert lines[-1].split()[-1] == "1.5"


def test_a_model_with_grains_is_also_measured_with_all_of_its_sound_at_work(
    run_cli: RunCli, tiny_grainy_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "_time_to_first_sound", lambda *_: 1.5)
    result = run_cli("bench", tiny_grainy_path, "--seconds", 1, "--json")
    assert result.code == 0, result.err
    busiest = "real-time factor, grains and vocoder mixed"
    assert list(json.loads(result.out))[2:] == [*FIGURES[:-1], busiest, FIGURES[-1]]


def test_a_server_that_does_not_play_is_an_error(
    run_cli: RunCli, tiny_in_library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/true")
    result = run_cli("bench", "tiny", "--seconds", 1)
    assert result.code == 1
    assert "serve did not start playing" in result.err


@pytest.mark.parametrize("script", ["exec sleep 60", "trap '' TERM; exec sleep 1"])
def test_a_server_that_says_nothing_is_an_error_after_the_limit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> None:
    silent = tmp_path / "python"
    silent.write_text(f"#!/bin/sh\n{script}\n")
    silent.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(silent))
    monkeypatch.setattr(bench, "_START_LIMIT_S", 0.2)
    monkeypatch.setattr(bench, "_STOP_LIMIT_S", 0.2)
    began = time.monotonic()
    with pytest.raises(LiveError, match="did not start playing"):
        bench._time_to_first_sound("tiny", "cpu")
    assert time.monotonic() - began < 20
