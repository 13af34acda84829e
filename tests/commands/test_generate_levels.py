"""Sampling options of `generate` take one number for all levels, or one for each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import RunCli
from tests.sound_files import read_audio


def test_each_level_can_have_a_number_of_its_own(
    run_cli: RunCli, tiny_model_path: Path, tmp_path: Path
) -> None:
    common = ("generate", tiny_model_path, "--duration", 0.5, "--seed", 1)
    for name, temperature in (("one", "1.5"), ("three", "1.5,1.5,1.5"), ("own", "1.5,0.1,0.1")):
        ended = run_cli(*common, "--temperature", temperature, "--output", tmp_path / f"{name}.wav")
        assert ended.code == 0, ended.err
    one, three, own = (read_audio(tmp_path / f"{name}.wav") for name in ("one", "three", "own"))
    assert (one[0] == three[0]).all()
    assert not (one[0] == own[0]).all()
    told = json.loads((tmp_path / "own.json").read_text())["settings"]
    assert (told["temperature"], told["top_k"]) == ([1.5, 0.1, 0.1], 0)


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("--temperature", "1,9", "'9' is not legal: 0.1..2"),
        ("--top-k", "1.5", "'1.5' is not legal: 0..512 codes"),
        ("--min-p", "a little", "'a little' is not legal"),
        ("--top-p", "1,", "'' is not legal"),
        ("--temperature", "1,1", "give one number for all, or one per level"),
    ],
)
def test_a_number_that_is_not_legal_is_told(
    run_cli: RunCli, tiny_model_path: Path, option: str, value: str, reason: str
) -> None:
    ended = run_cli("generate", tiny_model_path, option, value)
    assert ended.code != 0
    assert reason in " ".join(ended.err.replace("│", " ").split())
