"""Only a training needs torchaudio; where that is broken, everything else still works."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.files import write_audio
from tests.installed_plugin import environment_with
from tests.sound_files import read_audio


@pytest.fixture
def broken(tmp_path: Path) -> dict[str, str]:
    """The environment of a program that finds a torchaudio of another torch."""
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "torchaudio.py").write_text("raise OSError('undefined symbol: torch_exception')\n")
    return environment_with(folder)


def run(
    environment: dict[str, str], folder: Path, *commands: Sequence[object]
) -> subprocess.CompletedProcess[str]:
    """One program that runs these commands of `distill-live` in a folder, one after the other."""
    lines = [["distill-live", *map(str, command)] for command in commands]
    code = (
        "import sys, distill_live.cli as cli\n"
        "if __name__ == '__main__':\n"
        f"    for sys.argv in {lines!r}:\n"
        "        try:\n            cli.main()\n"
        "        except SystemExit as end:\n            if end.code:\n                raise\n"
    )
    script = folder / "commands.py"
    script.write_text(code)
    return subprocess.run(
        [sys.executable, script], cwd=folder, env=environment,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_playing_generating_encoding_and_decoding_do_without_it(
    broken: dict[str, str], tiny_model_path: Path, tmp_path: Path
) -> None:
    model = ("--model", tiny_model_path)
    ended = run(
        broken, tmp_path,
        ("generate", tiny_model_path, "--duration", 0.5, "--seed", 1),
        ("encode", "tiny_1.wav", *model, "--output", "codes.json"),
        ("decode", "codes.json", *model, "--output", "again.wav"),
        ("serve", tiny_model_path, "--output", "file:played.wav", "--duration", 0.5,
         "--osc", "127.0.0.1:0", "--web", "off"),
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    for name in ("tiny_1.wav", "again.wav", "played.wav"):
        assert len(read_audio(tmp_path / name)[0]) >= 24_000


def test_a_training_says_which_pair_of_versions_fits(
    broken: dict[str, str], tmp_path: Path
) -> None:
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    noise = np.random.default_rng(0).standard_normal(24_000).astype(np.float32) * 0.1
    for number in range(3):
        write_audio(sounds / f"{number}.wav", noise, 48_000)
    broken["XDG_DATA_HOME"] = str(tmp_path / "data")
    ended = run(broken, tmp_path, ("train", sounds, "--name", "mine"))
    assert ended.returncode != 0
    [told] = [line for line in ended.stderr.splitlines() if line.startswith("error:")]
    assert "cannot load torchaudio" in told
    assert 'pip install "torch<2.13,>=2.11" "torchaudio==2.11.0"' in told
    assert "Traceback" not in ended.stderr
    assert not list((tmp_path / "data").rglob("*.distill"))
