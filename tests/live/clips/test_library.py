"""The clip library keeps clips by codec and name, in memory and on disk."""

from pathlib import Path

import numpy as np
import pytest

from distill_live.errors import ClipError
from distill_live.live.clips.clip import MAX_COLUMNS, REPLACED, Codec
from distill_live.live.clips.clip_file import save_clip
from distill_live.live.clips.library import MAX_CLIPS, ClipInfo, ClipLibrary
from tests.live.clips.clips import clip

RAIN, WIND = Codec("rain", "a" * 64), Codec("wind", "b" * 64)


class Shelf:
    """A library, and what it says."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.library = ClipLibrary(folder, self.said.append)


def test_the_next_session_finds_all_clips_again(tmp_path: Path) -> None:
    library = Shelf(tmp_path).library
    assert not library.put(clip("kick"))
    assert not library.put(clip("kick", 5, WIND.sha256, WIND.name))
    again = Shelf(tmp_path)
    assert again.library.listing(WIND) == library.listing(WIND) == (
        ClipInfo("kick", (5 * 4_096 - 2_048) / 48_000, True, "kick.wav", -12.5),
        ClipInfo("kick", (12 * 4_096 - 2_048) / 48_000, False, "kick.wav", -12.5),
    )  # fmt: skip
    found = again.library.find("kick", RAIN).grid
    np.testing.assert_array_equal(found.codes, clip("kick").grid.codes)
    assert again.said == []


def test_a_clip_takes_the_place_of_one_with_its_name_and_is_gone_once_deleted(
    tmp_path: Path,
) -> None:
    library = Shelf(tmp_path).library
    library.put(clip("kick", 5))
    assert library.put(clip("kick", 7)) == [REPLACED]
    assert len(library.find("kick", RAIN).grid.codes) == 7
    library.delete("kick", RAIN)
    assert library.listing(RAIN) == Shelf(tmp_path).library.listing(RAIN) == ()


def test_an_unknown_clip_is_told_with_those_that_exist(tmp_path: Path) -> None:
    library = Shelf(tmp_path).library
    with pytest.raises(ClipError, match="no clip 'kik'; there are none yet; /distill/clip/load"):
        library.find("kik", RAIN)
    library.put(clip("kick"))
    with pytest.raises(ClipError, match=r"no clip 'kik' \(did you mean 'kick'\?\); clips: kick"):
        library.delete("kik", RAIN)
    with pytest.raises(
        ClipError, match="'kick' belongs to the model 'rain', and 'wind', which plays, has"
    ):
        library.find("kick", WIND)


def test_kept_files_that_are_no_clips_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "rain").mkdir()
    (tmp_path / "rain" / "broken.npz").write_bytes(b"PK")
    save_clip(tmp_path / "rain" / "off.npz", clip())
    save_clip(tmp_path / "rain" / "long.npz", clip("long", MAX_COLUMNS + 1))
    shelf = Shelf(tmp_path)
    [long] = shelf.library.listing(RAIN)
    assert (long.name, long.seconds) == ("long", MAX_COLUMNS * 4_096 / 48_000)
    assert ["was left out: " in line for line in shelf.said] == [True, True]
    assert len(list(tmp_path.glob("*/*"))) == 3


def test_a_full_library_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distill_live.live.clips.library.MAX_CLIPS", 1)
    library = Shelf(tmp_path).library
    library.put(clip("kick"))
    library.put(clip("kick"))
    with pytest.raises(ClipError, match="delete one first"):
        library.put(clip("snare"))
    assert MAX_CLIPS == 256


def test_a_folder_that_cannot_be_written_keeps_clips_for_the_session(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    shelf = Shelf(tmp_path / "file")
    [note] = shelf.library.put(clip("kick"))
    assert note.startswith("it lasts only until the server stops: cannot save ")
    assert shelf.library.find("kick", RAIN)
