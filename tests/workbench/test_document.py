"""A document keeps all its states on the disk."""

import json
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
    assert loaded.describe()["states"] == ["start", "fill 1", "fill 2", "fill 3"]
    assert loaded.describe()["given"] == ["", "", "good", ""]
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


def test_a_named_state_that_was_dropped_can_be_gone_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_STATES", 3)
    document = Document.create(tmp_path / "one", FACTS, grid(0))
    document.name_state("empty")
    document.do("a", grid(1))
    document.name_state("full")
    document.undo()
    document.do("b", grid(2))
    document.do("c", grid(3))
    document.do("d", grid(4))
    assert document.describe()["states"] == ["b", "c", "d"]
    loaded = Document.load(tmp_path / "one")
    assert loaded.describe()["kept"] == ["full", "empty"]
    loaded.return_to("full")
    assert loaded.grid == grid(1)
    assert loaded.describe()["given"] == ["", "", "full"]
    assert loaded.describe()["kept"] == ["empty"]
    assert len(list((tmp_path / "one").glob("*.npz"))) == 4
    loaded.undo()
    loaded.return_to("full")
    assert loaded.history.position == 2
    loaded.name_state("empty")
    assert Document.load(tmp_path / "one").describe()["given"] == ["", "", "empty"]
    with pytest.raises(RequestError, match="there is no state called 'full'"):
        loaded.return_to("full")


def test_documents_of_an_older_version_have_states_without_names(tmp_path: Path) -> None:
    document = Document.create(tmp_path / "one", FACTS, grid(0))
    document.do("a", grid(1))
    path = tmp_path / "one" / "document.json"
    kept = json.loads(path.read_text())
    del kept["kept"]
    kept["states"] = [[name, file] for name, file, _ in kept["states"]]
    path.write_text(json.dumps(kept))
    assert Document.load(tmp_path / "one").describe() == document.describe()


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
