"""The timeline: painting cells, editing regions, by pointer and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from tests.web.page.conftest import OpenPage, Served, hold, until

#: A column, the ruler and the line above each level, in CSS pixels; the columns after the now line.
COLUMN, RULER, HEADER, AHEAD = 12, 28, 18, 24
EDITED, PAINTED = 1, 4

#: Collects what the server says of the columns, beside the page's own view of it.
FOLLOW = """async () => {
  const { onFrame } = await import('/page/js/core/store.js')
  const { KINDS, readMeters, readTimeline } = await import('/page/js/core/frames.js')
  const columns = window.columns = {}
  onFrame(KINDS.meters, (data) => { window.meters = readMeters(data) })
  onFrame(KINDS.timeline, (data) => {
    const { first, count, bands, levels, codes, flags } = readTimeline(data)
    const size = bands * levels
    window.shape = { bands, levels }
    for (let n = 0; n < count; n++) {
      columns[first + n] = { flags: flags[n], codes: [...codes.slice(n * size, (n + 1) * size)] }
    }
  })
}"""


@pytest.fixture
def live(page: Page, served: Served) -> Iterator[Page]:
    """The page when its timeline scrolls; the stream begins anew without paint."""
    cells(page).wait_for()
    page.evaluate(FOLLOW)
    until(page, "window.meters?.position - Math.min(...Object.keys(window.columns)) > 16")
    yield page
    served.osc.send("/distill/release")
    served.osc.send("/distill/panic")
    served.osc.send("/distill/play")


def cells(page: Page) -> Locator:
    return page.locator(".timeline-cells")


def place(page: Page, ahead: float, level: int = 0, band: int = 0) -> tuple[float, float]:
    """Where a cell is on the page, so many columns after the one that sounds."""
    box = cells(page).bounding_box()
    shape = page.evaluate("window.shape")
    assert box is not None
    bands, levels = shape["bands"], shape["levels"]
    height = (box["height"] - RULER - levels * HEADER) // (bands * levels)
    top = RULER + level * (HEADER + bands * height) + HEADER
    y = top + (bands - 1 - band + 0.5) * height
    now = box["width"] - min(AHEAD * COLUMN, 0.38 * box["width"])
    return box["x"] + now + ahead * COLUMN, box["y"] + y


def choose(page: Page, level: str, code: int) -> None:
    """Choose a code in the palette."""
    find = page.get_by_role("searchbox", name=f"Find a code of {level}")
    if not find.is_visible():
        page.get_by_role("group", name="Codes to paint with").get_by_text(level).click()
    find.fill(str(code))
    page.get_by_role("option", name=str(code), exact=True).click()


def columns_with(page: Page, flag: int) -> dict[int, Any]:
    """The columns that have a flag, by number."""
    found = page.evaluate("window.columns")
    return {int(number): one for number, one in found.items() if one["flags"] & flag}


def wait_for_flag(page: Page, flag: int) -> dict[int, Any]:
    until(page, f"Object.values(window.columns).some((one) => one.flags & {flag})")
    return columns_with(page, flag)


def test_a_cell_that_is_pressed_gets_the_chosen_code(live: Page) -> None:
    choose(live, "Structure", 1)
    hold(live, *place(live, 6, level=0, band=1))
    choose(live, "Structure", 2)
    hold(live, *place(live, 9, level=0, band=1))
    painted = wait_for_flag(live, PAINTED)
    levels = live.evaluate("window.shape.levels")
    assert {one["codes"][levels] for one in painted.values()} & {1, 2}


def test_a_drag_paints_every_cell_on_its_way(live: Page) -> None:
    choose(live, "Structure", 1)
    hold(live, *place(live, 4), to=place(live, 14))
    # Cells that have the code already need no paint.
    until(live, f"Object.values(window.columns).filter((one) => one.flags & {PAINTED}).length >= 5")
    live.wait_for_timeout(500)
    numbers = columns_with(live, PAINTED)
    columns = live.evaluate("window.columns")
    on_its_way = range(min(numbers), max(numbers) + 1)
    assert [columns[str(number)]["codes"][0] for number in on_its_way] == [1] * len(on_its_way)


def test_a_region_is_selected_in_the_ruler_mutated_and_undone(live: Page) -> None:
    x, _ = place(live, -12)
    right, _ = place(live, -4)
    y = cells(live).bounding_box()["y"] + 10  # type: ignore[index]
    hold(live, x, y, to=(right, y))
    assert live.get_by_text("columns, all levels").is_visible()
    before = live.evaluate("window.columns")
    live.get_by_role("button", name="Mutate").click()
    changed = wait_for_flag(live, EDITED | PAINTED)
    assert any(one["codes"] != before[str(number)]["codes"] for number, one in changed.items())
    live.get_by_role("button", name="Undo the last edit").click()
    numbers = list(changed)
    until(
        live,
        "([before, numbers]) => numbers.every((n) => String(window.columns[n].codes) === "
        "String(before[n].codes))",
        [before, numbers],
    )


def test_a_selected_region_loops_exactly(live: Page) -> None:
    x, _ = place(live, -10)
    y = cells(live).bounding_box()["y"] + 10  # type: ignore[index]
    hold(live, x, y, to=(x + 5 * COLUMN, y))
    live.get_by_text("6 columns, all levels").wait_for()
    live.get_by_role("toolbar", name="Selected cells").get_by_text("Loop").click()
    until(live, "window.meters.motion === 'loop'")
    begin, end = live.evaluate("[window.meters.loop_begin, window.meters.loop_end]")
    assert (end - begin, begin % 1) == (6, 0)


def test_a_selection_is_dragged_to_another_place(live: Page, served: Served) -> None:
    # While the stream stands still, so do the cells.
    served.osc.send("/distill/stop")
    until(live, "window.meters.transport === 'stop'")
    live.wait_for_timeout(500)
    x, y = place(live, -13.5, level=1, band=0)
    live.keyboard.down("Shift")
    hold(live, x, y, to=(x + 3 * COLUMN, y))
    live.keyboard.up("Shift")
    live.get_by_text("4 columns, Timbre, band 1").wait_for()
    live.get_by_role("button", name="Drag copies").click()
    hold(live, x + COLUMN, y, to=(x + 9 * COLUMN, y))
    live.locator(".region-words").get_by_text("copy: 4 columns, Timbre, band 1").wait_for()
    assert wait_for_flag(live, EDITED | PAINTED)


def test_what_is_wrong_with_an_edit_is_said_where_it_was_asked_for(live: Page) -> None:
    x, _ = place(live, -6)
    y = cells(live).bounding_box()["y"] + 10  # type: ignore[index]
    hold(live, x, y, to=(x + 40, y))
    live.get_by_role("combobox", name="Edit", exact=True).select_option("mutate")
    live.get_by_role("textbox", name="Parameters of the edit").fill("share=7")
    live.get_by_role("button", name="Run").click()
    live.locator(".region-words .fault").get_by_text("share").wait_for()


def test_alt_and_a_press_pick_a_code(live: Page) -> None:
    live.keyboard.down("Alt")
    hold(live, *place(live, -6, level=1))
    live.keyboard.up("Alt")
    live.get_by_text("of Timbre is chosen").wait_for()


def test_the_keyboard_goes_from_cell_to_cell_and_says_where_it_is(live: Page) -> None:
    cells(live).focus()
    live.keyboard.press("Home")
    live.locator("[aria-live]").get_by_text("Structure, band 1, code").wait_for()
    live.keyboard.press("ArrowDown")
    live.locator("[aria-live]").get_by_text("Timbre").wait_for()


def test_a_finger_paints_too(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844, touch=True)
    cells(page).wait_for()
    page.evaluate(FOLLOW)
    until(page, "window.meters?.position > 8 && window.shape")
    choose(page, "Structure", 1)
    page.touchscreen.tap(*place(page, 4))
    choose(page, "Structure", 2)
    page.touchscreen.tap(*place(page, 6))
    wait_for_flag(page, PAINTED)
