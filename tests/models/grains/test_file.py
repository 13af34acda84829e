"""The file of grains: what is written is read again, and no byte changes unnoticed."""

from pathlib import Path

import numpy as np
import pytest

from distill_live.errors import ModelFileError
from distill_live.models.grains.file import GrainFile, grains_path, read_grains_header
from tests.models.grains.grain_files import HOP, NAMES, RATE, pieces_of, sounds, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mine.grains"
    write(path)
    return path


def test_it_is_beside_the_model() -> None:
    assert grains_path(Path("models/mine.distill")) == Path("models/mine.grains")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.grains"
    written = write(path)
    assert read_grains_header(path) == written
    file = GrainFile(path)
    assert file.header == written
    assert [one.name for one in written.recordings] == list(NAMES)
    assert (written.frames, written.seconds) == (53, 53 * HOP / RATE)
    drawn = np.random.default_rng(2)
    expected = np.concatenate([drawn.integers(0, 256, (n, 56), np.uint8) for n in (20, 33)])
    assert np.array_equal(file.levels, expected)
    assert [file.piece(1, number) for number in (0, 1)] == pieces_of(sounds()[1])


def test_the_checksum_is_that_of_the_content(tmp_path: Path) -> None:
    path, other = tmp_path / "mine.grains", tmp_path / "other.grains"
    write(path)
    other.write_bytes(path.read_bytes())
    assert GrainFile(path).sha256 == GrainFile(other).sha256


def test_levels_cannot_be_changed(path: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        GrainFile(path).levels[0, 0] = 1


@pytest.mark.parametrize("part", ["magic", "header", "levels", "end"])
def test_a_changed_byte_is_noticed(path: Path, part: str) -> None:
    content = bytearray(path.read_bytes())
    header = 16 + int.from_bytes(content[8:16], "little")
    content[{"magic": 0, "header": 60, "levels": header + 5, "end": -1}[part]] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"mine\.grains is damaged"):
        GrainFile(path)


@pytest.mark.parametrize("length", [0, 7, 40, 3000])
def test_a_file_cut_short_is_an_error_of_one_line(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ModelFileError, match=r"mine\.grains") as caught:
        GrainFile(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="No such file"):
        GrainFile(tmp_path / "none.grains")


def test_a_recording_may_have_two_channels(tmp_path: Path) -> None:
    written = write(tmp_path / "mine.grains", channels=2)
    file = GrainFile(tmp_path / "mine.grains")
    assert file.header == written
    assert [one.channels for one in file.header.recordings] == [1, 2]
    assert [file.piece(1, number) for number in (0, 1)] == pieces_of(sounds(2)[1])


def test_the_grains_of_the_demo_are_read() -> None:
    file = GrainFile(Path(__file__).parents[3] / "models" / "demo.grains")
    assert file.header.channels == 2
    assert len(file.levels) == file.header.frames
