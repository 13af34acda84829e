"""What tests of training commands share."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.commands.training_process import train
from tests.conftest import Folders


@pytest.fixture(scope="session", autouse=True)
def _warm_servers(warm: None) -> None:
    """Servers start at once."""


class Trained(NamedTuple):
    """A model that `train SOUNDS --name "my own" --force` has made, beside its page, and what was
    said. Do not write to them."""

    path: Path
    stdout: str


@pytest.fixture(scope="session")
def trained(warm: None, sounds: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A run of tiny training that nothing has interrupted."""
    folder = tmp_path_factory.mktemp("trained") / "distill-live" / "models"
    folders = Folders(folder, folder, folder)
    ended = train(folders, "never:0", sounds, "--name", "my own", "--force")
    assert (ended.returncode, ended.stderr) == (0, "")
    return Trained(folder / "my own.distill", ended.stdout)


@pytest.fixture
def mine(trained: Trained, folders: Folders) -> Path:
    """A copy of the trained model in the user's folder, found as "mine"."""
    return Path(shutil.copy(trained.path, folders.user / "mine.distill"))
