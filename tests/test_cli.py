import subprocess
import sys
from pathlib import Path

import pytest

import distill_live
from distill_live import priority
from distill_live.cli import COMMANDS, OFFLINE
from distill_live.errors import DistillError
from tests.conftest import Folders, RunCli, save_empty_model


def test_the_version_is_the_packages(run_cli: RunCli) -> None:
    result = run_cli("--version")
    assert (result.code, result.out) == (0, f"distill-live {distill_live.__version__}\n")


def test_help_lists_every_command(run_cli: RunCli) -> None:
    shown = run_cli("--help").out
    for command, text in COMMANDS.items():
        assert command in shown
        assert text in shown


def test_without_a_command_the_help_is_shown(run_cli: RunCli) -> None:
    assert "Usage: " in "".join(run_cli()[1:])


def test_an_unknown_command_comes_with_the_nearest_one(run_cli: RunCli) -> None:
    result = run_cli("trian")
    assert result.code == 2
    assert "Did you mean 'train'" in result.err


def test_an_error_on_purpose_is_one_line_and_exit_code_1(run_cli: RunCli) -> None:
    result = run_cli("models", "info", "no such model")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error: no model 'no such model'")
    assert result.err.count("\n") == 1


def test_what_the_system_refuses_is_one_line_too(
    run_cli: RunCli, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_empty_model(folders.user, "rain")

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    result = run_cli("models", "delete", "rain", "--yes")
    assert result == (1, "", f"error: [Errno 13] Permission denied: '{path}'\n")


def test_distill_debug_shows_where_an_error_came_from(
    run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTILL_DEBUG", "1")
    with pytest.raises(DistillError):
        run_cli("models", "info", "no such model")


def test_the_package_runs_as_a_module() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "distill_live", "--version"], capture_output=True, text=True
    )
    assert result.stdout == f"distill-live {distill_live.__version__}\n"


@pytest.mark.parametrize(("command", "behind"), [("report", True), ("params", False)])
def test_what_nobody_listens_to_runs_behind_other_programs(
    run_cli: RunCli, monkeypatch: pytest.MonkeyPatch, command: str, behind: bool
) -> None:
    lowered: list[None] = []
    monkeypatch.setattr(priority, "lower", lambda: lowered.append(None))
    run_cli(command, *["no such model"] * behind)
    assert bool(lowered) == behind
    assert OFFLINE < set(COMMANDS)
