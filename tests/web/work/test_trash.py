from __future__ import annotations

from pathlib import Path

import pytest

from distill_live.errors import RequestError
from distill_live.web.work.trash import Trash


@pytest.fixture
def trash(tmp_path: Path) -> Trash:
    return Trash(tmp_path / "trash")


@pytest.fixture
def model(tmp_path: Path) -> list[Path]:
    """A file and a folder, each in a place of its own."""
    file, folder = tmp_path / "a" / "drums.distill", tmp_path / "b" / "drums"
    file.parent.mkdir()
    folder.mkdir(parents=True)
    file.write_text("model")
    (folder / "inside").write_text("more")
    return [file, folder]


def test_what_was_deleted_comes_back(trash: Trash, model: list[Path]) -> None:
    number = trash.take("model", "drums", model)
    assert not any(path.exists() for path in model)
    assert [(one["id"], one["kind"], one["name"]) for one in trash.entries()] == [
        (number, "model", "drums")
    ]
    assert trash.restore(number) == {"kind": "model", "name": "drums"}
    assert model[0].read_text() == "model"
    assert (model[1] / "inside").read_text() == "more"
    assert trash.entries() == []


def test_nothing_is_restored_over_something_new(trash: Trash, model: list[Path]) -> None:
    number = trash.take("model", "drums", model)
    model[1].mkdir()
    with pytest.raises(RequestError, match="drums exists again"):
        trash.restore(number)
    assert not model[0].exists()
    model[1].rmdir()
    trash.restore(number)
    assert model[0].exists()


def test_if_one_part_cannot_be_moved_none_is(trash: Trash, model: list[Path]) -> None:
    with pytest.raises(OSError, match="missing"):
        trash.take("model", "drums", [*model, model[0].with_name("missing")])
    assert all(path.exists() for path in model)
    assert trash.entries() == []


def test_what_is_purged_is_gone(trash: Trash, model: list[Path]) -> None:
    number = trash.take("model", "drums", model)
    trash.purge(number)
    with pytest.raises(RequestError, match="nothing called"):
        trash.restore(number)


@pytest.mark.parametrize("number", ["..", "x", "../a", "20260101-000000-00000000"])
def test_only_ids_of_the_trash_are_restored(trash: Trash, number: str) -> None:
    with pytest.raises(RequestError) as caught:
        trash.restore(number)
    assert caught.value.status == 404
