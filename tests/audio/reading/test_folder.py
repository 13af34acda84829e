import os
from pathlib import Path

import pytest

from distill_live.audio.files import write_audio
from distill_live.audio.reading.folder import look_through
from tests.audio.reading.odd_files import encoded, noise

SOUND = noise(0.5, 48_000)


def names(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in look_through(folder).paths]


@pytest.mark.parametrize(
    ("name", "format", "subtype"),
    [("a.opus", "OGG", "OPUS"), ("a.caf", "CAF", None), ("a.w64", "W64", None),
     ("a", "WAV", None), ("a.xyz", "FLAC", None), ("a.m4a", "MP3", None), ("a.bin", "AU", None)],
)  # fmt: skip
def test_what_libsndfile_reads_is_found_whatever_it_is_called(
    name: str, format: str, subtype: str | None, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(encoded(SOUND, format, 48_000, subtype))
    assert names(tmp_path) == [name]


def test_sounds_of_other_kinds_are_counted_and_the_rest_passed_over(tmp_path: Path) -> None:
    mp4 = b"\x00\x00\x00\x1cftypM4A " + bytes(500)
    for name in ("one.m4a", "two.M4A", "b/three.m4a", "clip.mov"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(mp4)
    (tmp_path / "notes.txt").write_bytes("notes".encode("utf-16"))
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    (tmp_path / "empty").touch()
    found = look_through(tmp_path)
    assert (found.paths, found.unreadable) == ([], [])
    assert found.left_out == [
        "3 .m4a files left out: convert them to wav or flac",
        "1 .mov file left out: convert it to wav or flac",
    ]


def test_links_are_followed_once_each(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "sounds", tmp_path / "elsewhere"
    for place in (folder / "z", elsewhere):
        place.mkdir(parents=True)
    write_audio(folder / "z" / "here.wav", SOUND, 48_000)
    write_audio(elsewhere / "there.wav", SOUND, 48_000)
    (folder / "again.wav").symlink_to(folder / "z" / "here.wav")
    (folder / "linked").symlink_to(elsewhere, target_is_directory=True)
    (folder / "linked too").symlink_to(elsewhere, target_is_directory=True)
    (folder / "z" / "around").symlink_to(folder, target_is_directory=True)
    (elsewhere / "back").symlink_to(folder, target_is_directory=True)
    (folder / "gone.wav").symlink_to(tmp_path / "gone.wav")
    assert names(folder) == ["linked/there.wav", "z/here.wav"]
    assert look_through(folder).unreadable == [(folder / "gone.wav", "broken link")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    assert names(tmp_path) == []
