"""The Library tab, as a user goes through it, with a real server and real model files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from distill_live.models.file.header import read_header
from tests.web.page.conftest import OpenPage, axe_faults, drop_files, shot
from tests.web.page.opened import KeptPage
from tests.web.page.workshop import PATIENCE, Stage, describe_codebooks, open_stage

PRESS_MS = 80


@pytest.fixture(scope="module")
def served(calm_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("library"), calm_model_path) as found:
        # Nothing here depends on the sound, which would take the processor from the browser.
        found.osc.send("/distill/stop")
        yield found


@pytest.fixture
def drums(served: Stage, calm_model_path: Path) -> Iterator[Path]:
    """A model that does not play, and goes when the test is over."""
    path = served.models / "drums.distill"
    shutil.copyfile(calm_model_path, path)
    describe_codebooks(path)
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture
def tab(drums: Path, kept_page: KeptPage) -> Page:
    page = kept_page.show("library")
    expect(row(page, "drums")).to_be_visible()
    return page


def press(locator: Locator) -> None:
    locator.click(delay=PRESS_MS)


def row(page: Page, name: str) -> Locator:
    return page.locator(".model").filter(has=page.get_by_text(name, exact=True))


def opened(page: Page, name: str) -> Locator:
    """A model's details, once the counts of its codes are there."""
    with page.expect_response(f"**/models/{quote(name)}/codebook"):
        press(row(page, name))
    return page.get_by_role("region", name=name)


@pytest.mark.parametrize("late", ["", "/codebook"])
def test_the_buttons_below_the_details_come_when_nothing_moves_them_any_more(
    tab: Page, late: str
) -> None:
    held: list[Route] = []
    tab.route(f"**/models/drums{late}", lambda route: held.append(route))
    press(row(tab, "drums"))
    details = tab.get_by_role("region", name="drums")
    expect(details.locator(".facts")).to_be_visible()
    while not held:
        tab.wait_for_timeout(20)
    delete = details.get_by_role("button", name="Delete")
    expect(delete).to_have_count(0)
    held[0].continue_()
    expect(delete).to_be_visible()
    expect(details.get_by_label("How often each code is used")).to_be_visible()
    expect(details.get_by_role("row", name="Structure")).to_be_visible()


def test_a_model_says_how_its_codebooks_are_used(tab: Page) -> None:
    details = opened(tab, "drums")
    expect(details.locator(".facts")).to_contain_text("Claritynot measured")
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
    assert axe_faults(tab) == []


def test_a_model_says_what_grains_it_has(
    drums: Path, tiny_grainy_path: Path, open_page: OpenPage
) -> None:
    grains = drums.with_suffix(".grains")
    page = open_page("/#library")
    expect(opened(page, "drums").locator(".facts")).to_contain_text("Grainsnone")
    shutil.copyfile(tiny_grainy_path.with_suffix(".grains"), grains)
    try:
        page = open_page("/#library")
        size = f"{grains.stat().st_size / 1e3:.0f} kB"
        expect(opened(page, "drums").locator(".facts")).to_contain_text(f"Grains2.6 s, {size}")
        expect(row(page, "drums")).to_contain_text("plays · phase vocoder · grains")
    finally:
        grains.unlink()


def test_a_code_of_a_model_is_heard(tab: Page) -> None:
    details = opened(tab, "drums")
    played: list[str] = []
    tab.on("response", lambda one: played.append(one.url) if "/cell?" in one.url else None)
    heat = details.get_by_label("How often each code is used")
    heat.scroll_into_view_if_needed()
    box = heat.bounding_box()
    assert box is not None
    # The middle of code 5 of 16 of the second level.
    x, y = box["width"] * 5.5 / 16, 56
    heat.click(position={"x": x, "y": y}, delay=PRESS_MS)
    until_played(tab, played, 1)
    heat.click(position={"x": x, "y": y}, button="right")
    press(tab.get_by_role("menuitem", name="Hear this code"))
    expect(tab.get_by_role("menu")).to_have_count(0)
    finder = details.get_by_role("region", name="Hear a code")
    finder.get_by_label("Level").select_option("Detail")
    finder.get_by_label("Code").fill("7")
    press(finder.get_by_role("button", name="Hear it"))
    until_played(tab, played, 2)
    assert [one.partition("/drums/")[2] for one in played] == [
        "cell?level=1&code=5", "cell?level=2&code=7",
    ]  # fmt: skip


def until_played(page: Page, played: list[str], count: int) -> None:
    """Wait until so many sounds of codes have come, each once, and the last has begun."""
    while len(played) < count:
        page.wait_for_timeout(20)
    expect(page.get_by_text("Rendering the sound")).to_have_count(0)


def test_the_model_in_play_is_looked_at_first(tab: Page) -> None:
    expect(tab.get_by_role("region", name="tiny")).to_be_visible()
    expect(row(tab, "tiny")).to_have_attribute("aria-pressed", "true")
    press(tab.get_by_role("region", name="tiny").get_by_role("button", name="Close"))
    expect(tab.get_by_role("region", name="tiny")).to_have_count(0)


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
    expect(row(tab, "drums")).to_contain_text("playing", timeout=PATIENCE)
    press(opened(tab, "tiny").get_by_role("button", name="Play it live"))
    expect(row(tab, "tiny")).to_contain_text("playing", timeout=PATIENCE)


def test_a_model_goes_down_and_up_again(tab: Page, served: Stage, tmp_path: Path) -> None:
    with tab.expect_download() as download:
        press(opened(tab, "drums").get_by_role("link", name="Download"))
    path = tmp_path / "guitar.distill"
    download.value.save_as(path)
    tab.get_by_label("Model file to upload").set_input_files(path)
    expect(row(tab, "guitar")).to_be_visible(timeout=PATIENCE)
    (served.models / "guitar.distill").unlink()


def test_models_are_dropped_on_the_tab_and_other_files_refused(
    tab: Page, drums: Path, served: Stage, tmp_path: Path
) -> None:
    dropped, sound = tmp_path / "bells.distill", tmp_path / "bells.wav"
    shutil.copyfile(drums, dropped)
    sound.write_bytes(b"RIFF")
    drop_files(tab, tab.get_by_role("region", name="Models"), sound, dropped)
    expect(tab.get_by_role("alert")).to_contain_text("bells.wav is not a model")
    expect(row(tab, "bells")).to_be_visible(timeout=PATIENCE)
    # Where nothing takes it, a file does not replace the page.
    drop_files(tab, tab.get_by_role("link", name="Patch"), sound)
    expect(row(tab, "bells")).to_be_visible()
    (served.models / "bells.distill").unlink()


def test_a_model_of_distill_v1_is_taken_in(tab: Page, served: Stage, old_model_path: Path) -> None:
    tab.get_by_label("Model file to upload").set_input_files(old_model_path)
    expect(row(tab, "old")).to_be_visible(timeout=PATIENCE)
    (served.models / "old.distill").unlink()


def test_a_model_of_distill_v1_is_converted(
    served: Stage, old_model_path: Path, kept_page: KeptPage
) -> None:
    shutil.copyfile(old_model_path, served.models / "ancient.distill")
    tab = kept_page.show("library")
    press(opened(tab, "ancient").get_by_role("button", name="Convert to this version"))
    dialog = tab.get_by_role("dialog")
    expect(dialog.get_by_label("Name of the new model")).to_have_value("ancient converted")
    press(dialog.get_by_role("button", name="Convert"))
    made = row(tab, "ancient converted")
    expect(made).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
    expect(made).not_to_contain_text("from Distill v1.1")
    for path in served.models.glob("ancient*"):
        path.unlink()


def test_a_report_is_written_and_can_be_opened(tab: Page) -> None:
    details = opened(tab, "drums")
    press(details.get_by_role("button", name="Write a report"))
    report = details.get_by_role("link", name="Report", exact=True)
    expect(report).to_be_visible(timeout=PATIENCE)
    with tab.context.expect_page() as page:
        press(report)
    expect(page.value).to_have_title("drums")
