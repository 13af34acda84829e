"""The Library tab, as a user goes through it, with a real server and real model files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from distill_live.models.file.header import read_header
from tests.web.page.conftest import OpenPage, shot
from tests.web.page.workshop import PATIENCE, Stage, describe_codebooks, open_stage

PRESS_MS = 80


@pytest.fixture(scope="module")
def served(tiny_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("library"), tiny_model_path) as found:
        yield found


@pytest.fixture
def drums(served: Stage, tiny_model_path: Path) -> Iterator[Path]:
    """A model that does not play, and goes when the test is over."""
    path = served.models / "drums.distill"
    shutil.copyfile(tiny_model_path, path)
    describe_codebooks(path)
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture
def tab(drums: Path, open_page: OpenPage) -> Page:
    page = open_page("/#library")
    expect(row(page, "drums")).to_be_visible()
    return page


def press(locator: Locator) -> None:
    locator.click(delay=PRESS_MS)


def row(page: Page, name: str) -> Locator:
    return page.locator(".model").filter(has=page.get_by_text(name, exact=True))


def opened(page: Page, name: str) -> Locator:
    """A model's details."""
    press(row(page, name))
    return page.get_by_role("region", name=name)


def test_a_model_says_how_its_codebooks_are_used(tab: Page) -> None:
    details = opened(tab, "drums")
    table = details.get_by_role("table")
    expect(table.get_by_role("row", name="Structure")).to_contain_text("Healthy")
    expect(table.get_by_role("row", name="Timbre")).to_contain_text("Some codes underused")
    expect(table.get_by_role("row", name="Detail")).to_contain_text("Codebook collapse detected")
    heat = details.get_by_label("How often each code is used")
    heat.focus()
    for _ in range(4):
        tab.keyboard.press("ArrowRight")
    expect(details).to_contain_text("Structure, code 3: 50 times")
    shot(tab, "library")


def test_the_search_finds_names_and_tags(tab: Page) -> None:
    search = tab.get_by_label("Search in the models")
    search.fill("drum")
    expect(tab.locator(".model")).to_have_count(1)
    search.fill("no such")
    expect(tab.get_by_text("No model matches.")).to_be_visible()


def test_a_tag_is_added_and_removed(tab: Page, drums: Path) -> None:
    details = opened(tab, "drums")
    details.get_by_label("New tag").fill("dry")
    press(details.get_by_role("button", name="Add"))
    remove = details.get_by_role("button", name="Remove the tag dry")
    expect(remove).to_be_visible()
    assert read_header(drums).metadata["tags"] == ["dry"]
    press(remove)
    expect(remove).to_have_count(0)
    assert read_header(drums).metadata["tags"] == []


def test_a_model_is_renamed(tab: Page, served: Stage) -> None:
    press(opened(tab, "drums").get_by_role("button", name="Rename"))
    tab.get_by_label("New name").fill("cymbals")
    tab.keyboard.press("Enter")
    expect(row(tab, "cymbals")).to_be_visible()
    path = served.models / "cymbals.distill"
    assert path.exists()
    path.unlink()


def test_a_deleted_model_comes_back(tab: Page, drums: Path) -> None:
    press(opened(tab, "drums").get_by_role("button", name="Delete"))
    expect(row(tab, "drums")).to_have_count(0)
    assert not drums.exists()
    press(tab.get_by_role("button", name="Undo"))
    expect(row(tab, "drums")).to_be_visible()
    assert drums.exists()


def test_a_model_is_played_live_and_the_list_says_so(tab: Page) -> None:
    press(opened(tab, "drums").get_by_role("button", name="Play it live"))
    expect(row(tab, "drums")).to_contain_text("playing")
    press(opened(tab, "tiny").get_by_role("button", name="Play it live"))
    expect(row(tab, "tiny")).to_contain_text("playing")


def test_a_model_goes_down_and_up_again(tab: Page, served: Stage, tmp_path: Path) -> None:
    with tab.expect_download() as download:
        press(opened(tab, "drums").get_by_role("link", name="Download"))
    path = tmp_path / "guitar.distill"
    download.value.save_as(path)
    tab.get_by_label("Model file to upload").set_input_files(path)
    expect(row(tab, "guitar")).to_be_visible(timeout=PATIENCE)
    (served.models / "guitar.distill").unlink()


def test_a_model_of_distill_v1_is_taken_in(tab: Page, served: Stage, old_model_path: Path) -> None:
    tab.get_by_label("Model file to upload").set_input_files(old_model_path)
    expect(row(tab, "old")).to_be_visible(timeout=PATIENCE)
    (served.models / "old.distill").unlink()
