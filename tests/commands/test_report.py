from pathlib import Path

import pytest

from distill_live.report.place import is_page
from tests.conftest import Folders, RunCli


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the browser is asked to show; no test may open one."""
    addresses: list[str] = []
    monkeypatch.setattr("webbrowser.open", addresses.append)
    return addresses


def test_the_page_is_written_beside_the_model_and_shown(
    run_cli: RunCli, tiny_in_library: Path, opened: list[str]
) -> None:
    page = tiny_in_library.with_suffix(".html")
    result = run_cli("report", "tiny")
    assert (result.code, result.out) == (0, f"{page}\n")
    assert is_page(page)
    assert opened == [page.as_uri()]


def test_it_can_be_written_elsewhere_and_not_shown(
    run_cli: RunCli, tiny_in_library: Path, opened: list[str], sounds: Path
) -> None:
    result = run_cli("report", "tiny", "--no-open", "--output", "mine.html", "--folder", sounds)
    assert (result.code, opened) == (0, [])
    assert "burst_110.wav" in Path("mine.html").read_text()
    assert not tiny_in_library.with_suffix(".html").exists()


def test_a_file_of_the_users_own_is_not_replaced(
    run_cli: RunCli, tiny_in_library: Path, opened: list[str]
) -> None:
    page = tiny_in_library.with_suffix(".html")
    page.write_text("my notes")
    result = run_cli("report", "tiny")
    assert result.code == 1
    assert "--output" in result.err
    assert (page.read_text(), opened) == ("my notes", [])


def test_the_page_goes_where_its_model_goes(
    run_cli: RunCli, tiny_in_library: Path, folders: Folders, opened: list[str]
) -> None:
    run_cli("report", "tiny")
    assert run_cli("models", "rename", "tiny", "mine").code == 0
    assert {path.name for path in folders.user.iterdir()} == {"mine.distill", "mine.html"}
    (folders.user / "other.html").write_text("my notes")
    assert run_cli("models", "delete", "mine", "--yes").code == 0
    assert {path.name for path in folders.user.iterdir()} == {"other.html"}
