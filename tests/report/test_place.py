from pathlib import Path

import pytest

from distill_live.errors import ReportError
from distill_live.report.place import BEGINNING, is_page, page_path, save_page


def test_the_page_is_beside_the_model() -> None:
    assert page_path(Path("models/rain.v2.distill")) == Path("models/rain.v2.html")


def test_a_page_is_replaced_and_nothing_else_is(tmp_path: Path) -> None:
    page = tmp_path / "new" / "rain.html"
    save_page(page, BEGINNING + "one")
    save_page(page, BEGINNING + "two")
    assert page.read_text() == BEGINNING + "two"
    page.write_text("<!doctype html> my own")
    with pytest.raises(ReportError, match="not a distill-live report"):
        save_page(page, BEGINNING)
    assert page.read_text() == "<!doctype html> my own"


def test_a_page_is_known_by_its_beginning(tmp_path: Path) -> None:
    page = tmp_path / "rain.html"
    assert not is_page(page)
    page.write_text("<html>")
    assert not is_page(page)
    save_page(tmp_path / "hail.html", BEGINNING)
    assert is_page(tmp_path / "hail.html")


def test_where_nothing_can_be_written_the_error_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="--output"):
        save_page(tmp_path / "file" / "rain.html", BEGINNING)
