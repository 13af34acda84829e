import sys
from pathlib import Path

import pytest

from distill_live.errors import ModelFileError, ModelNotFoundError
from distill_live.models.file import library
from distill_live.models.file.library import find_model, list_models, new_model_path
from tests.conftest import Folders
from tests.conftest import save_empty_model as save


def test_a_model_is_found_in_every_folder_and_the_first_one_wins(
    folders: Folders,
) -> None:
    here, user, package = folders
    for folder in (user, package):
        save(folder, "rain")
    save(package, "demo")
    assert find_model("rain") == user / "rain.distill"
    assert find_model("demo") == package / "demo.distill"
    save(here, "rain")
    assert find_model("rain").resolve() == here / "rain.distill"


def test_path_file_name_stem_and_unique_start_all_name_a_model(
    folders: Folders, tmp_path: Path
) -> None:
    path = save(folders.user, "rain forest")
    for name in (path, str(path), "rain forest.distill", "rain forest", "rain", "r"):
        assert find_model(name) == path


def test_a_whole_name_wins_over_a_longer_one_with_that_start(
    folders: Folders,
) -> None:
    save(folders.user, "rain2")
    assert find_model("rain").name == "rain2.distill"
    save(folders.user, "rain")
    assert find_model("rain").name == "rain.distill"


def test_a_start_of_two_names_is_refused_with_both(folders: Folders) -> None:
    save(folders.here, "rain")
    save(folders.user, "rail")
    with pytest.raises(ModelNotFoundError, match="rail, rain; give more"):
        find_model("rai")


@pytest.mark.parametrize("name", ["dmeo", "nothing like it", ""])
def test_an_unknown_name_is_refused_with_the_folders(folders: Folders, name: str) -> None:
    save(folders.package, "demo")
    save(folders.package, "other")
    with pytest.raises(ModelNotFoundError, match=r"looked in models, .*data.*package"):
        find_model(name)


def test_an_unknown_name_is_refused_with_the_names_that_there_are(folders: Folders) -> None:
    with pytest.raises(ModelNotFoundError, match="no model 'x'; there are none; looked in"):
        find_model("x")
    for number in range(9):
        save(folders.user, f"rain{number}")
    with pytest.raises(
        ModelNotFoundError, match=r"; legal: rain0, .*, rain7 and 1 more; looked in"
    ):
        find_model("x")


def test_a_folder_that_is_searched_twice_is_named_once(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folders.package.parent)
    with pytest.raises(ModelNotFoundError) as raised:
        find_model("nothing like it")
    assert str(raised.value).endswith(f"looked in {folders.package}, {folders.user}")


def test_an_unknown_name_comes_with_the_nearest_one(folders: Folders) -> None:
    save(folders.package, "demo")
    with pytest.raises(ModelNotFoundError, match="did you mean 'demo'"):
        find_model("dmeo.distill")


def test_a_damaged_file_is_listed_with_its_error(folders: Folders) -> None:
    save(folders.here, "good")
    (folders.user / "bad.distill").write_bytes(b"")
    (folders.user / ".123.half.distill").write_bytes(b"")
    entries = {entry.name: entry for entry in list_models()}
    assert list(entries) == ["good", "bad"]
    assert entries["good"].metadata["name"] == "good"
    assert "damaged" in entries["bad"].error


def test_new_models_go_to_the_users_folder_and_replace_none(
    folders: Folders,
) -> None:
    assert new_model_path("rain") == folders.user / "rain.distill"
    save(folders.user, "rain")
    with pytest.raises(ModelFileError, match="--force"):
        new_model_path("rain")
    assert new_model_path("rain", replace=True) == folders.user / "rain.distill"


@pytest.mark.parametrize(
    "name", ["", "../rain", "a/b", "a\\b", ".hidden", "x" * 65, "dot.", "dot..distill"]
)
def test_names_that_are_no_file_names_are_refused(name: str) -> None:
    with pytest.raises(ModelFileError, match="cannot be a model's name"):
        new_model_path(name)


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [
        ("linux", "HOME", ".local/share/distill-live/models"),
        ("darwin", "HOME", "Library/Application Support/distill-live/models"),
        ("win32", "APPDATA", "distill-live/models"),
    ],
)
def test_each_platform_has_its_usual_folder(
    platform: str, variable: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert library.user_models_folder() == tmp_path / expected


def test_a_checkout_finds_the_models_beside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_PACKAGE_FOLDER", tmp_path / "distill_live")
    assert library.package_models_folder() == tmp_path / "models"


def test_a_name_that_another_folder_has_is_taken(folders: Folders) -> None:
    shipped = save(folders.package, "demo")
    with pytest.raises(ModelFileError, match="already exists"):
        new_model_path("demo")
    assert new_model_path("demo", replace=True) != shipped
