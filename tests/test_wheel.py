"""The wheel is complete: it works in an environment of its own, away from this repository."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

import distill_live
from tests.fresh_environment import FreshEnvironment, run
from tests.sound_files import read_audio

REPOSITORY = Path(__file__).parents[1]


class Installed(FreshEnvironment):
    """An environment with the wheel, and a folder that has nothing of this repository."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        [self.wheel] = self.install(REPOSITORY)
        self.elsewhere = folder / "elsewhere"
        self.elsewhere.mkdir()

    def run(self, program: str, *arguments: str) -> str:
        """The output of one of its programs."""
        apart = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        apart["XDG_DATA_HOME"] = str(self.elsewhere / "data")
        return run(self.binaries / program, *arguments, folder=self.elsewhere, environment=apart)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("wheel"))


def test_there_is_one_version_number(installed: Installed) -> None:
    version = distill_live.__version__
    assert installed.wheel.name == f"distill_live-{version}-py3-none-any.whl"
    assert installed.run("distill-live", "--version") == f"distill-live {version}\n"
    for path in (REPOSITORY / "pyproject.toml", *(REPOSITORY / "distill_live").rglob("*.py")):
        if path.name != "__init__.py":
            found = re.findall(rf"^.*\b{re.escape(version)}\b.*$", path.read_text(), re.MULTILINE)
            assert found == [], path


def test_it_plays_its_demo(installed: Installed) -> None:
    shown = installed.run(
        "distill-live", "serve", "--output", "file:demo.wav", "--duration", "1",
        "--patch", "keyboard", "--osc", "127.0.0.1:0", "--web", "off",
    )  # fmt: skip
    assert "playing demo" in shown
    sound = read_audio(installed.elsewhere / "demo.wav")[0]
    assert len(sound) == 48_000 and np.abs(sound).max() > 0.01
    module = installed.run("python", "-c", "import distill_live; print(distill_live.__file__)")
    assert Path(module.strip()).is_relative_to(installed.folder)


def test_every_patch_and_surface_is_in_it(installed: Installed) -> None:
    shipped = "distill_live/shipped/patches"
    with ZipFile(installed.wheel) as wheel:
        found = {name for name in wheel.namelist() if name.startswith(shipped)}
    ours = {
        f"{shipped}/{path.relative_to(REPOSITORY / 'patches').as_posix()}"
        for path in (REPOSITORY / "patches").rglob("*")
        if path.is_file()
    }
    assert found == ours


def test_every_file_of_the_page_is_in_it(installed: Installed) -> None:
    page = "distill_live/web/page"
    with ZipFile(installed.wheel) as wheel:
        found = {name for name in wheel.namelist() if name.startswith(f"{page}/")}
    ours = {
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / page).rglob("*")
        if path.is_file()
    }
    assert f"{page}/index.html" in ours and found == ours


def test_its_plugins_are_its_own(installed: Installed) -> None:
    listed = json.loads(installed.run("distill-live", "plugins", "--json"))
    assert {one["origin"] for one in listed} == {f"distill-live {distill_live.__version__}"}
    assert not [one["error"] for one in listed if one["error"]]
