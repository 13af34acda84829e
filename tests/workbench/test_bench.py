"""The list of documents is made without opening them."""

from __future__ import annotations

from pathlib import Path

import pytest

from distill_live.workbench import document as module
from distill_live.workbench.bench import Workbench
from distill_live.workbench.document import Document
from tests.workbench.test_document import FACTS, grid


def test_documents_are_listed_without_reading_their_grids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [Document.create(tmp_path / name, FACTS, grid(1)) for name in ("1a", "2b")]
    made[0].do("fill 2", grid(2))
    made[0].name_state("verse")
    (tmp_path / "3c").mkdir()
    (tmp_path / "3c" / "document.json").write_text("{}")
    expected = [one.describe() for one in reversed(made)]
    opened: list[Path] = []
    real = module.load_grid
    monkeypatch.setattr(module, "load_grid", lambda path: opened.append(path) or real(path))
    bench = Workbench(tmp_path)
    assert bench.documents() == expected
    assert opened == []
    # One that is open is described as it is now.
    bench.name_state("2b", "chorus")
    assert bench.documents()[0]["given"] == ["chorus"]
    assert len(opened) == 1
