"""`generate` keeps to a section of the recordings."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import RunCli


def test_a_section_is_heard_and_written_down(run_cli: RunCli, mine: Path) -> None:
    common = ("generate", "mine", "--duration", 0.5, "--seed", 1)
    found = {}
    for name, options in {
        "free": (),
        "first": ("--steer-section", 0),
        "last": ("--steer-section", 1),
        "close": ("--steer-section", 1, "--steer-section-hold", 1),
        "off": ("--steer-section", 1, "--steer-section-hold", 0),
    }.items():
        result = run_cli(*common, *options, "--output", f"{name}.wav")
        assert result.code == 0, result.err
        found[name] = Path(f"{name}.wav").read_bytes()
    assert found["off"] == found["free"]
    assert len(set(found.values())) == 4
    told = json.loads(Path("close.json").read_text())["settings"]["steering"]
    assert (told["section"], told["section_hold"]) == (1.0, 1.0)


def test_a_model_without_the_codes_of_its_recordings_says_so(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    result = run_cli("generate", "tiny", "--steer-section", 0.5)
    assert result.code == 1
    assert "the model tiny has no codes of its recordings, from which sections" in result.err
    assert not list(Path().glob("tiny*.wav"))
