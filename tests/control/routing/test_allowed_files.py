from __future__ import annotations

from pathlib import Path

import pytest

from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.routing.allowed_files import FILE_REQUESTS, AllowedFiles
from distill_live.errors import ParameterError


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with clips and models in it, and secrets beside them."""
    for folder in ("clips/deep", "models", "secrets"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("clips/a.wav", "clips/deep/b.wav", "models/m.distill", "secrets/s.wav", "x.wav"):
        (tmp_path / file).write_text(file)
    (tmp_path / "secrets/m2.distill").write_text("model")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def allowed(room: Path) -> AllowedFiles:
    return AllowedFiles(lambda: [Path("clips"), room / "models"])


@pytest.mark.parametrize(
    ("given", "file"),
    [
        ("clips/a.wav", "clips/a.wav"),
        ("./clips/../clips/a.wav", "clips/a.wav"),
        ("a.wav", "clips/a.wav"),
        ("deep/b.wav", "clips/deep/b.wav"),
        ("clips/deep/b.wav", "clips/deep/b.wav"),
        ("{room}/clips/a.wav", "clips/a.wav"),
        ("{room}/models/m.distill", "models/m.distill"),
        ("clips/new.wav", "clips/new.wav"),
    ],
)
def test_a_file_in_the_folders_is_found(
    allowed: AllowedFiles, room: Path, given: str, file: str
) -> None:
    arguments = allowed.check("prime", (given.format(room=room),))
    assert arguments == (str((room / file).resolve()),)
    assert allowed.check("clip/load", ("kick", *arguments)) == ("kick", *arguments)


@pytest.mark.parametrize(
    "given",
    [
        "/etc/passwd",
        "secrets/s.wav",
        "clips/../secrets/s.wav",
        "../secrets/s.wav",
        "clips/../../etc/passwd",
        "{room}/clips/../x.wav",
        "{room}/secrets/s.wav",
        "{room}/clips-of-others/a.wav",
        "{room}",
        "..",
        "~/a.wav/..",
        "/nowhere/at/all.wav",
    ],
)
@pytest.mark.parametrize("name", FILE_REQUESTS)
def test_a_file_elsewhere_is_refused_whether_it_is_there_or_not(
    allowed: AllowedFiles, room: Path, name: str, given: str
) -> None:
    given = given.format(room=room)
    if name == "model" and "/" not in given:
        return
    with pytest.raises(
        ParameterError, match=f"{name} can only open files in .*--clips FOLDER"
    ) as refusal:
        allowed.check(name, ("a",) * FILE_REQUESTS[name] + (given,))
    assert f"in these folders: clips, {room}/models; " in str(refusal.value)


def test_a_refusal_names_each_folder_once(room: Path) -> None:
    limited = AllowedFiles(lambda: [Path("clips"), room / "models", room / "clips", Path("clips")])
    with pytest.raises(ParameterError, match=f"in these folders: clips, {room}/models; "):
        limited.check("prime", ("/etc/passwd",))


def test_a_link_that_leads_outside_is_refused(allowed: AllowedFiles, room: Path) -> None:
    (room / "clips/link.wav").symlink_to(room / "secrets/s.wav")
    (room / "clips/folder").symlink_to(room / "secrets")
    for given in ("clips/link.wav", "link.wav", "clips/folder/s.wav"):
        with pytest.raises(ParameterError, match="prime can only open files in these folders"):
            allowed.check("prime", (given,))


def test_a_folder_may_itself_be_a_link(room: Path) -> None:
    (room / "samples").symlink_to(room / "secrets")
    found = AllowedFiles(lambda: [Path("samples")]).check("prime", ("samples/s.wav",))
    assert found == (str(room / "secrets/s.wav"),)


def test_a_model_may_be_called_by_its_name_or_a_file_in_the_folders(
    allowed: AllowedFiles, room: Path
) -> None:
    assert allowed.check("model", ("demo",)) == ("demo",)
    assert allowed.check("model", ("m",)) == ("m",)
    inside = (str(room / "models/m.distill"),)
    assert allowed.check("model", ("models/m.distill",)) == inside
    assert allowed.check("model", ("m.distill",)) == inside


def test_a_model_s_name_cannot_be_that_of_a_file_beside_the_folders(
    allowed: AllowedFiles, room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(room / "secrets")
    with pytest.raises(ParameterError, match="model can only open files in these folders"):
        AllowedFiles(lambda: [room / "models"]).check("model", ("m2.distill",))


@pytest.mark.parametrize("given", ["x" * 1000, "x/" * 500, "a\0b", "\ud800"])
@pytest.mark.parametrize("name", FILE_REQUESTS)
def test_what_is_not_a_path_does_no_harm(allowed: AllowedFiles, name: str, given: str) -> None:
    try:
        allowed.check(name, (given,))
    except ParameterError as error:
        assert len(str(error)) < 3000


def test_other_requests_are_handed_on_as_they_are(allowed: AllowedFiles) -> None:
    assert allowed.check("rewind", (4.0, "same")) == (4.0, "same")
    assert allowed.check("play", ()) == ()


def test_every_request_for_a_file_is_checked() -> None:
    named = {
        name
        for name, request in REQUESTS.items()
        if any(argument.name in ("file", "path", "folder") for argument in request.arguments)
    }
    assert named <= set(FILE_REQUESTS)
