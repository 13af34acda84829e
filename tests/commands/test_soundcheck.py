import json
from pathlib import Path

import pytest

from distill_live.live import soundcheck
from tests.conftest import RunCli


def test_it_shows_every_part_for_each_number_of_threads_and_says_what_to_do(
    run_cli: RunCli, tiny_in_library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soundcheck, "thread_counts", lambda device: [1, 2])
    result = run_cli("soundcheck", "tiny", "--seconds", 1)
    assert result.code == 0, result.err
    lines = [line.strip() for line in result.out.splitlines()]
    for number, threads in enumerate(["1 thread", "2 threads"]):
        title, *rows = lines[5 * number : 5 * number + 5]
        assert title.startswith(f"tiny on cpu, {threads} ")
        assert [row.split()[0] for row in rows] == ["sampling", "decode", "vocoder", "together"]
        assert all(len(row.split()) == 5 for row in rows)
    assert lines[10].startswith("proposed: ")
    assert lines[11].startswith("This machine ")


def test_programs_get_the_same_as_json(
    run_cli: RunCli, tiny_in_library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soundcheck, "thread_counts", lambda device: [1])
    told = json.loads(run_cli("soundcheck", "tiny", "--seconds", 1, "--json").out)
    assert (told["model"], told["device"]) == ("tiny", "cpu")
    (measured,) = told["measured"]
    assert measured["threads"] == 1
    assert measured["column_ms"] == pytest.approx(85.33, abs=0.01)
    for part in ("sampling", "decode", "vocoder", "together"):
        assert 0 < measured[part]["p50_ms"] <= measured[part]["p99_ms"]
    assert set(told["proposal"]) == {
        "threads", "lookahead", "ring_ms", "block", "speed", "verdict", "plays",
    }  # fmt: skip


def test_a_model_that_is_not_there_is_one_line(run_cli: RunCli) -> None:
    result = run_cli("soundcheck", "no such model")
    assert result.code == 1
    assert result.err.startswith("error: no model")
