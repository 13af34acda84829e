from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from distill_live.clients.kinds import KINDS
from tests.conftest import Folders, RunCli, save_empty_model
from tests.installed_plugin import install_plugin

#: An edit with a parameter of its own.
EDIT = """\
from distill_live.parameters import Parameter

class Plugin:
    name, doc, window = "blur", "Blurs.", 1
    parameters = (Parameter("depth", "float", 0.0, 1.0, 0.5, "", "How much."),)

    def __call__(self, codes, context):
        return codes
"""


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_kind_is_listed_with_its_file(run_cli: RunCli) -> None:
    shown = run_cli("clients")
    assert (shown.code, shown.err) == (0, "")
    for kind in KINDS.values():
        assert kind.name in shown.out and kind.file_name in shown.out and kind.doc in shown.out


@pytest.mark.parametrize("kind", KINDS)
def test_a_surface_is_written_by_its_usual_name(run_cli: RunCli, kind: str) -> None:
    written = run_cli("clients", "write", kind)
    assert (written.code, written.err) == (0, "")
    assert written.out.startswith(f"{KINDS[kind].file_name}: {KINDS[kind].doc}, ")
    assert [path.name for path in Path().iterdir()] == [KINDS[kind].file_name]


def test_host_ports_levels_and_file_are_chosen(run_cli: RunCli) -> None:
    run_cli("clients", "write", "max", "--host", "10.0.0.2", "--port", 9005, "--reply-port", 7500,
            "--levels", "Body, Air", "--output", "mine.maxpat")  # fmt: skip
    text = Path("mine.maxpat").read_text()
    assert "udpsend 10.0.0.2 9005" in text and "udpreceive 7500" in text
    assert "/distill/temperature/air" in text and "structure" not in text


def test_the_levels_are_those_of_a_model(run_cli: RunCli, folders: Folders) -> None:
    save_empty_model(folders.user, "rain", level_labels=["Body", "Low End"])
    assert run_cli("clients", "write", "max", "--model", "rain").code == 0
    text = Path("distill.maxpat").read_text()
    assert "/distill/temperature/low_end" in text and "structure" not in text
    refused = run_cli("clients", "write", "pd", "--model", "rain", "--levels", "Body")
    assert "--model and --levels both name the levels: leave one out" in refused.err


def test_a_file_is_replaced_only_when_that_is_wanted(run_cli: RunCli) -> None:
    Path("distill.pd").write_text("mine")
    refused = run_cli("clients", "write", "pd")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == (
        "error: distill.pd already exists: choose another name with --output, or use --force\n"
    )
    assert Path("distill.pd").read_text() == "mine"
    assert run_cli("clients", "write", "pd", "--force").code == 0
    assert Path("distill.pd").read_text().startswith("#N canvas")


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("write", "puredata"), "unknown kind 'puredata'"),
        (("write", "pd", "--reply-port", "9001"), "listens on the port it sends from"),
        (("write", "pd", "--levels", "Body,,Air"), "--levels 'Body,,Air' names no levels"),
    ],
)
def test_what_cannot_be_is_refused(run_cli: RunCli, arguments: tuple[str, ...], said: str) -> None:
    refused = run_cli("clients", *arguments)
    assert refused.code == 1
    assert said in refused.err
    assert list(Path().iterdir()) == []


def test_parameters_of_an_installed_plugin_are_on_it(tmp_path: Path) -> None:
    environment = install_plugin(tmp_path, "edits", "blur", EDIT)
    subprocess.run(
        [sys.executable, "-m", "distill_live", "clients", "write", "pd", "--output", "own.pd"],
        env=environment, cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    text = (tmp_path / "own.pd").read_text()
    assert "oscformat distill edit blur depth;" in text
    assert "oscformat distill edit blur on detail;" in text
