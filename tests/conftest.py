"""What many tests need: a command line, an empty library, sounds and a tiny model."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from distill_live import cli
from distill_live.models import library
from distill_live.models.header import write_model_bytes


class CliResult(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


RunCli = Callable[..., CliResult]


@pytest.fixture
def run_cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunCli:
    """Run `distill-live` with the given arguments in this process, on a wide terminal."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: object) -> CliResult:
        monkeypatch.setattr(sys, "argv", ["distill-live", *map(str, arguments)])
        code = 0
        capsys.readouterr()
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return CliResult(code, out, err)

    return run


class Folders(NamedTuple):
    """The folders that are searched for models, in that order."""

    here: Path
    user: Path
    package: Path


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folders:
    """An empty library: the working folder, the user's and the package's are under tmp_path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(library, "_PACKAGE_FOLDER", tmp_path / "package")
    found = Folders(
        tmp_path / "models",
        tmp_path / "data" / "distill-live" / "models",
        tmp_path / "package" / "shipped" / "models",
    )
    for folder in found:
        folder.mkdir(parents=True)
    return found


def save_empty_model(folder: Path, name: str, **metadata: object) -> Path:
    """A model file with a header and no weights."""
    described = {
        "name": name,
        "tags": [],
        "created": "",
        "spectrogram": {},
        "codec": {},
        "level_labels": [],
        "codec_sha256": "",
        **metadata,
    }
    path = folder / f"{name}.distill"
    write_model_bytes(path, described, (2).to_bytes(8, "little") + b"{}")
    return path
