from __future__ import annotations

from pathlib import Path

import pytest

from distill_live.errors import RequestError
from distill_live.web.work.names import Shelf, check_name


@pytest.mark.parametrize("name", ["kick.wav", "Ü - ø (2).flac", "a'b&c.mp3", "x" * 200])
def test_usual_names_are_legal(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", ".hidden", "a/b", "a\\b", "/etc", "a\0b", "a\nb", "C:", "con", "NUL.wav",
     "end.", "end ", " front", "x" * 201, "\udcff", "a*b", "a<b"],
)  # fmt: skip
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(RequestError, match="cannot be the name") as caught:
        check_name(name)
    assert caught.value.status == 400


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    folder = tmp_path / "shelf"
    (folder / "drums").mkdir(parents=True)
    (folder / "drums" / "kick.wav").write_text("kick")
    (folder / ".hidden.wav").write_text("hidden")
    (tmp_path / "secret.wav").write_text("secret")
    return Shelf(folder)


def test_a_file_is_found_by_its_path(shelf: Shelf) -> None:
    assert shelf.find("drums/kick.wav").read_text() == "kick"


@pytest.mark.parametrize(
    "path", ["../secret.wav", "drums/../../secret.wav", "/etc/passwd", ".hidden.wav", "", "//"]
)
def test_no_path_leads_out_of_a_shelf(shelf: Shelf, path: str) -> None:
    with pytest.raises(RequestError):
        shelf.find(path)


def test_no_link_leads_out_of_a_shelf(shelf: Shelf) -> None:
    (shelf.folder / "link.wav").symlink_to(shelf.folder.parent / "secret.wav")
    (shelf.folder / "up").symlink_to(shelf.folder.parent)
    for path in ("link.wav", "up/secret.wav"):
        with pytest.raises(RequestError, match="there is no file"):
            shelf.find(path)
    assert [name for name, _ in shelf.files()] == ["drums/kick.wav"]


def test_a_link_inside_a_shelf_is_followed(shelf: Shelf) -> None:
    (shelf.folder / "link.wav").symlink_to(shelf.folder / "drums" / "kick.wav")
    assert shelf.find("link.wav").read_text() == "kick"


def test_a_folder_is_not_a_file(shelf: Shelf) -> None:
    with pytest.raises(RequestError):
        shelf.find("drums")


def test_a_taken_name_is_refused_whatever_its_case(shelf: Shelf) -> None:
    (shelf.folder / "Kick.wav").write_text("")
    with pytest.raises(RequestError, match="already exists") as caught:
        shelf.new("kick.WAV")
    assert caught.value.status == 409
    assert shelf.new("snare.wav") == shelf.folder / "snare.wav"
