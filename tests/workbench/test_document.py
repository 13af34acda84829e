"""A document keeps all its states on the disk."""

from pathlib import Path

import numpy as np
import pytest

from distill_live.codes.grid import CodeGrid
from distill_live.errors import CodesError, RequestError
from distill_live.workbench import document as module
from distill_live.workbench.document import Document, Facts

FACTS = Facts("rain", Path("models/rain.distill"), None)


def grid(code: int) -> CodeGrid:
    codes = np.full((4, 2, 3), code)
    return CodeGrid(codes, "rain", "sum", ("Structure", "Timbre", "Detail"), 16, 4_096)


def test_every_state_is_there_after_loading(tmp_path: Path) -> None:
    document = Document.create(tmp_path / "one", FACTS, grid(0))
    for code in (1, 2, 3):
        document.do(f"fill {code}", grid(code))
    document.undo()
    document.name_state("good")
    loaded = Document.load(tmp_path / "one")
    assert loaded.describe() == document.describe()
    assert loaded.describe()["states"] == ["start", "fill 1", "good", "fill 3"]
    assert [loaded.grid_of(number) == grid(number) for number in range(4)] == [True] * 4
    assert loaded.grid == grid(2) and loaded.facts == FACTS


def test_a_new_state_takes_the_place_of_those_that_were_undone(tmp_path: Path) -> None:
    document = Document.create(tmp_path / "one", FACTS, grid(0))
    document.do("a", grid(1))
    document.undo()
    document.do("b", grid(2))
    assert document.describe()["states"] == ["start", "b"]
    assert Document.load(tmp_path / "one").grid == grid(2)
    assert len(list((tmp_path / "one").glob("*.npz"))) == 2
    with pytest.raises(CodesError, match="nothing to redo"):
        document.redo()


def test_the_oldest_states_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_STATES", 3)
    document = Document.create(tmp_path / "one", FACTS, grid(0))
    for code in range(1, 6):
        document.do(str(code), grid(code))
    assert document.describe()["states"] == ["3", "4", "5"]
    assert len(list((tmp_path / "one").glob("*.npz"))) == 3
    assert Document.load(tmp_path / "one").grid_of(0) == grid(3)


def test_labels_can_be_undone_and_the_name_stays(tmp_path: Path) -> None:
    document = Document.create(tmp_path / "one", FACTS, grid(0))
    document.change("snow", ["Low", "Mid", "Air"])
    assert Document.load(tmp_path / "one").describe()["labels"] == ["Low", "Mid", "Air"]
    document.undo()
    assert document.describe()["labels"] == ["Structure", "Timbre", "Detail"]
    assert document.describe()["name"] == "snow"


@pytest.mark.parametrize("text", [None, "", "{}", '{"states": [], "sound": null}', "[1]"])
def test_a_folder_without_a_document(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "document.json").write_text(text)
    with pytest.raises(RequestError, match="there is no document"):
        Document.load(tmp_path)
    with pytest.raises(RequestError, match="there is no document"):
        Document.load(tmp_path / "nothing")
