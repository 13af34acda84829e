from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from distill_live.web.work.events import phases_of, read_events, summarise


def epoch(phase: str, number: int) -> dict[str, Any]:
    return {"type": "epoch", "phase": phase, "epoch": number, "epochs": 10, "left": 7.5}


def test_events_are_numbered_and_read_from_any_number_on(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps(epoch("codec", n)) + "\n" for n in (1, 2, 3)))
    assert [(one["n"], one["epoch"]) for one in read_events(path)] == [(0, 1), (1, 2), (2, 3)]
    assert [one["n"] for one in read_events(path, 2)] == [2]
    assert read_events(path, 3) == []


def test_a_line_that_is_being_written_is_not_read_yet(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"type": "line", "text": "a"}\n{"type": "li')
    assert [one["n"] for one in read_events(path)] == [0]


def test_a_damaged_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('nonsense\n[1]\n{"type": "line"}\n')
    assert read_events(path) == [{"n": 2, "type": "line"}]


def test_there_are_no_events_before_there_is_a_file(tmp_path: Path) -> None:
    assert read_events(tmp_path / "missing") == []


def test_progress_counts_all_phases() -> None:
    phases = ("codec", "prior")
    assert summarise([epoch("codec", 5)], phases)["progress"] == 0.25
    told = summarise([epoch("codec", 10), epoch("prior", 5)], phases)
    assert (told["progress"], told["phase"], told["left"]) == (0.75, "prior", 7.5)


@pytest.mark.parametrize(
    ("kind", "options", "phases"),
    [
        ("train", {}, ("codec", "prior")),
        ("train", {"no_prior": True}, ("codec",)),
        ("train", {"vocoder": "auto"}, ("codec", "prior", "vocoder")),
        ("train", {"vocoder": "phase"}, ("codec", "prior")),
        ("train-prior", {}, ("prior",)),
        ("train-vocoder", {}, ("vocoder",)),
    ],
)
def test_a_training_has_the_phases_that_were_chosen(
    kind: str, options: dict[str, Any], phases: tuple[str, ...]
) -> None:
    assert phases_of(kind, options) == phases
