"""Writing a file of grains."""

from pathlib import Path

import pytest

from distill_live.errors import ModelFileError
from tests.models.grains.grain_files import write


def test_an_old_file_stays_when_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "mine.grains"
    write(path)
    before = path.read_bytes()
    with pytest.raises(ModelFileError, match="cannot save"):
        write(path / "inside.grains")
    assert path.read_bytes() == before


def test_each_recording_begins_where_the_one_before_ends(tmp_path: Path) -> None:
    path = tmp_path / "mine.grains"
    first, second = write(path, channels=2).recordings
    assert second.start == first.start + first.length
    content = path.read_bytes()
    assert len(content) - second.length == content.index(b"fLaC", len(content) - second.length)
