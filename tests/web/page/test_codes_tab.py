"""The Codes tab, as a musician goes through it, in front of a real server and its workbench."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from distill_live.audio.files import write_audio
from tests.commands.server_process import ServerProcess
from tests.tools import read_line, wait_until
from tests.web.page.conftest import Served, axe_faults, hold, shot
from tests.web.page.opened import KeptPage, until

RATE = 48_000
PRESS_MS = 80
#: How long encoding or decoding may take on a busy machine, in milliseconds.
PATIENCE = 120_000
#: The widths and heights that the page gives a document, in CSS pixels.
RULER, HEADER = 32, 24

#: Notes every sound that begins to play.
_LISTEN = """
window.heard = []
const play = HTMLMediaElement.prototype.play
HTMLMediaElement.prototype.play = function () {
  this.addEventListener('playing', () => window.heard.push({
    source: this.src, seconds: this.duration, from: this.currentTime,
  }), { once: true })
  return play.call(this)
}
"""


@pytest.fixture(scope="module")
def served(tiny_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with a set of two recordings, `low` and `high`."""
    folder = tmp_path_factory.mktemp("codes")
    write_tone(folder / "work" / "sets" / "kit" / "low.wav", 110)
    write_tone(folder / "work" / "sets" / "kit" / "high.wav", 880)
    arguments = (
        str(tiny_model_path), "--output", "clock", "--web", "127.0.0.1:0",
        "--work", str(folder / "work"), "--recordings", str(folder / "recordings"),
        "--clip-library", str(folder / "clip-library"),
    )  # fmt: skip
    with ServerProcess(*arguments) as server:
        assert server.process.stdout is not None
        found = re.search(r"http://[\w.:]+", read_line(server.process.stdout))
        assert found is not None
        # Codes are heard in the browser; the stream would take the processor from it.
        server.osc.send("/distill/stop")
        yield Served(found[0], server.osc)
        server.end()


def write_tone(path: Path, pitch: float) -> None:
    """Two seconds of a tone that swells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(2 * RATE) / RATE
    sound = 0.4 * np.sin(2 * np.pi * pitch * time) * (1 + np.sin(7 * time)) / 2
    write_audio(path, sound.astype(np.float32), RATE, 16)


def api(served: Served, method: str, path: str) -> Any:
    return json.loads(fetch(served, method, path))


def fetch(served: Served, method: str, path: str) -> bytes:
    with httpx.Client(base_url=served.address, timeout=PATIENCE / 1000) as client:
        return client.request(method, f"/api{path}").raise_for_status().content


@pytest.fixture
def tab(kept_page: KeptPage, served: Served) -> Page:
    """The tab without any document."""
    for one in api(served, "GET", "/codes")["documents"]:
        api(served, "DELETE", f"/codes/{one['id']}")
    page = kept_page.show("codes", script=_LISTEN)
    page.evaluate("window.heard = []")
    expect(page.get_by_role("button", name="Open a sound")).to_be_visible(timeout=PATIENCE)
    return page


def press(target: Locator) -> None:
    target.click(delay=PRESS_MS)


def open_file(page: Page, name: str, button: str = "Open") -> Locator:
    """Choose a file from the list; returns its document."""
    press(page.get_by_role("button", name=button, exact=True))
    press(page.get_by_role("dialog").get_by_role("button", name=name))
    return document(page, name.partition(".")[0])


def document(page: Page, name: str) -> Locator:
    found = page.get_by_role("region", name=f"Document {name}", exact=True)
    expect(found).to_be_visible(timeout=PATIENCE)
    return found


@pytest.fixture
def low(tab: Page) -> Locator:
    return open_file(tab, "low.wav")


def place(sheet: Locator, column: int, level: int = 0, row: int = 0) -> tuple[float, float]:
    """Where a cell is on the screen; `row` counts from the highest band of a level."""
    box = stage(sheet)
    heads = sheet.locator(".band-head")
    cell = heads.first.bounding_box()
    assert cell is not None
    bands = heads.count() // sheet.locator(".level-head").count()
    width = sheet.evaluate(
        "(one) => one.querySelector('.codes-content').offsetWidth / "
        "Number(one.querySelector('.document-name').textContent.match(/(\\d+) columns/)[1])"
    )
    height = cell["height"]
    y = RULER + HEADER + level * (HEADER + bands * height) + (row + 0.5) * height
    return box["x"] + (column + 0.5) * zoom(sheet, width), box["y"] + y


def zoom(sheet: Locator, width: float) -> float:
    """How wide a column is; short documents are narrower than the room that they have."""
    return min(width, 32.0)


def stage(sheet: Locator) -> FloatRect:
    sheet.scroll_into_view_if_needed()
    box = sheet.locator(".codes-stage").bounding_box()
    assert box is not None
    return box


def heard(page: Page, count: int) -> dict[str, Any]:
    """The newest sound, once so many have begun."""
    until(page, "(count) => window.heard.length >= count", count)
    newest: dict[str, Any] = page.evaluate("window.heard.at(-1)")
    assert newest["source"].startswith("blob:")
    return newest


def select(page: Page, sheet: Locator, first: int, last: int) -> None:
    """Drag over columns in the ruler."""
    y = stage(sheet)["y"] + 12
    hold(page, place(sheet, first)[0], y, to=(place(sheet, last)[0], y))
    expect(sheet.get_by_role("group", name="Selection")).to_contain_text(
        f"{last - first + 1} columns, all levels"
    )


def states(page: Page) -> Locator:
    return page.get_by_role("region", name="History").locator(".state")


def edit(page: Page, text: str) -> None:
    """Type an edit and do it."""
    form = page.get_by_role("region", name="Edit", exact=True)
    form.get_by_label("As text").fill(text)
    press(form.get_by_role("button", name="Apply"))


def test_a_recording_is_chosen_from_the_list(low: Locator, tab: Page) -> None:
    expect(low).to_contain_text(re.compile(r"2\.\d s, \d+ columns"))
    expect(low.get_by_role("button", name="Hear Structure alone", exact=True)).to_be_visible()
    shot(tab, "codes")


def test_a_file_that_is_dropped_is_encoded(tab: Page, tmp_path: Path) -> None:
    write_tone(tmp_path / "mine.wav", 220)
    content = base64.b64encode((tmp_path / "mine.wav").read_bytes()).decode()
    files = tab.evaluate_handle(
        """(content) => {
          const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0))
          const dropped = new DataTransfer()
          dropped.items.add(new File([bytes], 'mine.wav', { type: 'audio/wav' }))
          return dropped
        }""",
        content,
    )
    tab.locator(".codes").dispatch_event("drop", {"dataTransfer": files})
    expect(document(tab, "mine")).to_contain_text("columns")


def test_a_file_of_this_computer_is_uploaded_twice(tab: Page, tmp_path: Path) -> None:
    write_tone(tmp_path / "own.wav", 330)
    for count in (1, 2):
        press(tab.get_by_role("button", name="Open", exact=True))
        with tab.expect_file_chooser() as chooser:
            press(tab.get_by_role("button", name="From this computer"))
        chooser.value.set_files(tmp_path / "own.wav")
        expect(tab.locator(".document-tab")).to_have_count(count, timeout=PATIENCE)


def test_the_files_that_are_listed_late_move_no_button(tab: Page) -> None:
    late: list[Any] = []
    tab.route("**/api/models", lambda route: late.append(route))
    press(tab.get_by_role("button", name="Open", exact=True))
    dialog = tab.get_by_role("dialog")
    buttons = [dialog.get_by_role("button", name=name)
               for name in ("From this computer", "Cancel", "Close")]  # fmt: skip
    before = [one.bounding_box() for one in buttons]
    expect(dialog.get_by_role("button", name="low.wav")).to_be_hidden()
    wait_until(lambda: tab.wait_for_timeout(20) or late, "the request")
    late[0].continue_()
    expect(dialog.get_by_role("button", name="low.wav")).to_be_visible(timeout=PATIENCE)
    tab.unroute("**/api/models")
    assert [one.bounding_box() for one in buttons] == before
    dialog.get_by_label("Search the files").fill("nothing like it")
    expect(dialog.get_by_role("button", name="low.wav")).to_be_hidden()
    assert [one.bounding_box() for one in buttons] == before


def test_a_cell_that_is_pressed_is_heard(low: Locator, tab: Page) -> None:
    with tab.expect_response(re.compile(r"/cell\?.*level=1")) as asked:
        hold(tab, *place(low, 3, level=1, row=2))
    assert asked.value.headers["content-type"] == "audio/wav"
    assert heard(tab, 1)["seconds"] == pytest.approx(1.0, abs=0.1)
    expect(low.locator(".document-hint")).to_contain_text(
        re.compile(r"Column 3,.*Timbre.*code \d+")
    )


def test_the_head_of_a_column_plays_it(low: Locator, tab: Page) -> None:
    x, _ = place(low, 5)
    with tab.expect_response(re.compile(r"/sound\?columns=5$")):
        hold(tab, x, stage(low)["y"] + 26)
    heard(tab, 1)


def test_the_head_of_a_level_plays_it_alone(low: Locator, tab: Page) -> None:
    with tab.expect_response(re.compile(r"/sound\?columns=0%3A\d+&levels=2$")):
        press(low.get_by_role("button", name="Hear Detail alone", exact=True))
    assert heard(tab, 1)["seconds"] == pytest.approx(2.0, abs=0.2)


def test_the_head_of_a_band_plays_it_alone(low: Locator, tab: Page) -> None:
    with tab.expect_response(re.compile(r"bands=0%3A1&levels=0$")):
        press(low.get_by_role("button", name="Hear band 1 of Structure alone", exact=True))
    heard(tab, 1)


def test_the_original_goes_on_where_the_codes_were(low: Locator, tab: Page) -> None:
    # It must not end before the next press, however late that is.
    press(low.get_by_role("button", name="Repeat"))
    press(low.get_by_role("button", name="Play", exact=True))
    heard(tab, 1)
    tab.wait_for_timeout(300)
    press(low.get_by_role("radio", name="Original"))
    assert 0.0 < heard(tab, 2)["from"] <= 2.0


def test_a_region_is_edited_and_undone(low: Locator, tab: Page) -> None:
    select(tab, low, 2, 5)
    form = tab.get_by_role("region", name="Edit", exact=True)
    form.get_by_role("combobox", name="Edit", exact=True).select_option("fill")
    form.get_by_label("Code, 0 to 15").fill("3")
    expect(form.get_by_label("As text")).to_have_value("fill 2:6 code=3")
    press(form.get_by_role("button", name="Apply"))
    expect(states(tab).first).to_contain_text("Fill, code 3, columns 2 to 5")
    press(low.get_by_role("button", name="Undo"))
    expect(states(tab).last).to_have_attribute("aria-current", "step")
    tab.keyboard.press("Control+y")
    expect(states(tab).first).to_have_attribute("aria-current", "step")


def test_a_state_is_named_and_gone_back_to(low: Locator, tab: Page) -> None:
    edit(tab, "reverse")
    expect(states(tab)).to_have_count(2)
    press(tab.get_by_role("button", name="Name this state"))
    tab.get_by_label("Name, to find it again").fill("backwards")
    tab.keyboard.press("Enter")
    expect(states(tab).first).to_contain_text("backwards")
    press(states(tab).last)
    expect(states(tab).last).to_have_attribute("aria-current", "step")
    # A new edit takes its place, but it is kept.
    edit(tab, "shuffle")
    expect(states(tab).last).to_contain_text("backwards: kept")
    press(states(tab).last)
    expect(states(tab).first).to_contain_text("backwards: back to backwards")


def test_an_edit_that_is_refused_is_explained(low: Locator, tab: Page) -> None:
    edit(tab, "reverse 5000:6000")
    expect(tab.get_by_role("alert")).to_contain_text("are outside")
    expect(states(tab)).to_have_count(1)


def test_a_selection_is_dragged_onto_another_document_and_swapped(
    low: Locator, tab: Page, served: Served
) -> None:
    high = open_file(tab, "high.wav", "Open another")
    before = codes(served)
    select(tab, low, 2, 5)
    begin, end = place(low, 3, row=1), place(high, 11, row=1)
    hold(tab, *begin, to=end)
    shot(tab, "codes-drop")
    press(tab.get_by_role("menuitem", name="Swap the two places"))
    expect(states(tab).first).to_contain_text("Swap")
    after = codes(served)
    assert (after["low"][2:6] == before["high"][10:14]).all()
    assert (after["high"][10:14] == before["low"][2:6]).all()


def codes(served: Served) -> dict[str, Any]:
    """The codes of the open documents, by their names."""
    found = {}
    for one in api(served, "GET", "/codes")["documents"]:
        content = fetch(served, "GET", f"/codes/{one['id']}/codes")[12:]
        found[one["name"]] = np.frombuffer(content, "<u2").reshape(
            one["columns"], one["bands"], one["levels"]
        )
    return found


def test_a_selection_is_copied_within_its_document(low: Locator, tab: Page, served: Served) -> None:
    before = codes(served)["low"]
    select(tab, low, 2, 3)
    hold(tab, *place(low, 2, row=1), to=place(low, 9, row=1))
    press(tab.get_by_role("menuitem", name="Copy it here"))
    expect(states(tab)).to_have_count(2)
    assert (codes(served)["low"][9:11] == before[2:4]).all()


def test_documents_are_blended_by_their_names_in_the_text(low: Locator, tab: Page) -> None:
    high = open_file(tab, "high.wav", "Open another")
    expect(high).to_be_visible()
    edit(tab, "blend low 0:4 amount=0.5")
    expect(states(tab).first).to_contain_text("Blend with low, amount 0.5, columns 0 to 3")


def test_a_document_is_saved_and_opened_again(low: Locator, tab: Page) -> None:
    press(low.get_by_role("button", name="Save"))
    tab.get_by_label("Name of the file").fill("kept")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("Saved as generated/kept.npz.")).to_be_visible(timeout=PATIENCE)
    press(low.get_by_role("button", name="Save"))
    tab.get_by_label("Name of the file").fill("kept")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog").get_by_role("alert")).to_contain_text(
        "already exists", timeout=PATIENCE
    )
    # The name is still there, to be changed.
    expect(tab.get_by_label("Name of the file")).to_have_value("kept")
    press(tab.get_by_role("dialog").get_by_role("button", name="Cancel"))
    kept = open_file(tab, "kept.npz")
    # A grid has no recording to compare it with.
    expect(kept.get_by_role("radio", name="Original")).to_have_count(0)


def test_a_document_is_exported_as_a_sound(low: Locator, tab: Page, served: Served) -> None:
    press(low.get_by_role("button", name="Save"))
    tab.get_by_label("Name of the file").fill("sound")
    tab.get_by_label("What to write").select_option("flac")
    press(tab.get_by_role("dialog").get_by_role("button", name="Save"))
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Download").click(timeout=PATIENCE, delay=PRESS_MS)
    assert download.value.path().read_bytes()[:4] == b"fLaC"


def test_a_document_becomes_a_clip_of_the_stream(low: Locator, tab: Page, served: Served) -> None:
    press(low.get_by_role("button", name="Send to the live stream"))
    tab.get_by_label("Name of the clip").fill("tone")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("Added tone to the clips")).to_be_visible(timeout=PATIENCE)
    wait_until(lambda: served.osc.ask("/distill/clip/list") == [1], "the clip")


def test_cells_are_heard_and_selected_by_keyboard(low: Locator, tab: Page) -> None:
    low.get_by_role("application").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        tab.keyboard.press(key)
    with tab.expect_response(re.compile(r"/cell\?")):
        tab.keyboard.press("Enter")
    heard(tab, 1)
    tab.keyboard.press("Shift+ArrowRight")
    expect(low.get_by_role("group", name="Selection")).to_contain_text(
        "2 columns, Structure, band 7"
    )
    tab.keyboard.press("Escape")
    expect(low.get_by_role("group", name="Selection")).to_have_count(0)


def test_one_code_is_found_by_its_number(low: Locator, tab: Page) -> None:
    finder = tab.get_by_role("region", name="Hear a code")
    finder.get_by_label("Code").fill("7")
    with tab.expect_response(re.compile(r"/cell\?level=0&code=7$")):
        press(finder.get_by_role("button", name="Hear it"))
    heard(tab, 1)


def test_levels_are_renamed(low: Locator, tab: Page) -> None:
    head = low.get_by_role("button", name="Hear Timbre alone", exact=True)
    head.click(button="right", delay=PRESS_MS)
    press(tab.get_by_role("menuitem", name="Rename the levels"))
    tab.get_by_label("Level 2").fill("Colour")
    tab.keyboard.press("Enter")
    expect(low.get_by_role("button", name="Hear Colour alone", exact=True)).to_be_visible()


def test_a_document_is_closed_after_a_question(low: Locator, tab: Page) -> None:
    press(low.get_by_role("button", name="More about low"))
    press(tab.get_by_role("menuitem", name="Close it"))
    press(tab.get_by_role("dialog").get_by_role("button", name="Close", exact=True).last)
    expect(low).to_have_count(0)
    expect(tab.get_by_role("button", name="Open a sound")).to_be_visible()


def test_a_phone_shows_no_part_beyond_its_edge(low: Locator, tab: Page) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    expect(low).to_be_visible()
    assert tab.evaluate("document.querySelector('.main').scrollWidth") <= 390
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


def test_axe_finds_nothing_serious(low: Locator, tab: Page) -> None:
    open_file(tab, "high.wav", "Open another")
    select(tab, low, 2, 5)
    assert axe_faults(tab) == []
