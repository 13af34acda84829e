"""The timeline: painting cells, editing regions, by pointer and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as LateError

from tests.web.page.conftest import OpenPage, Served, hold
from tests.web.page.opened import until

#: A column, the ruler and the line above each level, in CSS pixels; the columns after the now line.
COLUMN, RULER, HEADER, AHEAD = 12, 28, 18, 24
EDITED, PAINTED = 1, 4
#: The page's own store, whose documents it shows.
STORE = "(await import('/page/js/core/store.js')).store"

#: Collects what the server says of the columns, beside the page's own view of it: at first, when
#: something else is watched too, of all that it shows.
FOLLOW = """async () => {
  const { onFrame, watch } = await import('/page/js/core/store.js')
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
  watch('incoming')
}"""


#: Whether the cells have stood in one place for a moment.
STANDS = """() => {
  const box = JSON.stringify(document.querySelector('.timeline-cells').getBoundingClientRect())
  if (box !== window.box) window.since = performance.now()
  window.box = box
  return performance.now() > window.since + 300
}"""


@pytest.fixture
def live(page: Page, served: Served) -> Iterator[Page]:
    """The page when its timeline scrolls; the stream begins anew without paint."""
    follow(page)
    until(page, "window.meters.position - Math.min(...Object.keys(window.columns)) > 16")
    yield page
    served.osc.send("/distill/release")
    served.osc.send("/distill/panic")
    served.osc.send("/distill/play")


def follow(page: Page) -> None:
    """Collect what comes from now on, and wait until the cells are in their place."""
    cells(page).wait_for()
    page.evaluate(FOLLOW)
    until(page, "window.meters && window.shape")
    until(page, STANDS)


def cells(page: Page) -> Locator:
    return page.locator(".timeline-cells")


def place(page: Page, ahead: float, level: int = 0, band: int = 0) -> tuple[float, float]:
    """Where a cell is on the page, so many columns after the one that sounds."""
    box = cells(page).bounding_box()
    shape = page.evaluate("window.shape")
    assert box is not None
    bands, levels = shape["bands"], shape["levels"]
    height, rest = divmod(box["height"] - RULER - levels * HEADER, bands * levels)
    header = HEADER + rest // levels
    top = RULER + level * (header + bands * height) + header
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


def paint(page: Page, start: float, end: float) -> None:
    """Paint with code 1 of Structure from one column to another, both counted from the one that
    sounds. On a busy machine a press may last so long that it picks a code: then paint again."""
    painted = page.get_by_text("Painted code 1 of Structure.")
    for _ in range(10):
        choose(page, "Structure", 1)
        hold(page, *place(page, start), to=place(page, end))
        with suppress(LateError):
            painted.wait_for(timeout=5_000)
            return
    raise AssertionError("nothing was painted")


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
    paint(live, 4, 14)
    # Cells that have the code already need no paint.
    until(live, f"Object.values(window.columns).filter((one) => one.flags & {PAINTED}).length >= 5")
    live.wait_for_timeout(500)
    numbers = columns_with(live, PAINTED)
    columns = live.evaluate("window.columns")
    on_its_way = range(min(numbers), max(numbers) + 1)
    assert [columns[str(number)]["codes"][0] for number in on_its_way] == [1] * len(on_its_way)


def test_a_stroke_is_undone_in_one_step(live: Page, served: Served) -> None:
    # While the stream stands still, so do the cells.
    served.osc.send("/distill/stop")
    until(live, "window.meters.transport === 'stop'")
    before = live.evaluate("window.columns")
    paint(live, -14, -4)
    wait_for_flag(live, PAINTED)
    live.wait_for_timeout(500)
    painted = list(columns_with(live, PAINTED))
    assert len(painted) > 1
    live.get_by_role("button", name="Undo the last edit").click()
    until(
        live,
        "([before, numbers]) => numbers.every((n) => String(window.columns[n].codes) === "
        "String(before[n].codes))",
        [before, painted],
    )


def test_what_is_chosen_on_the_timeline_is_still_chosen_after_another_tab(live: Page) -> None:
    choose(live, "Structure", 2)
    live.get_by_role("button", name="Select", exact=True).click()
    live.evaluate("location.hash = 'library'")
    live.get_by_role("tabpanel", name="Play").wait_for(state="detached")
    live.evaluate("location.hash = 'live'")
    chosen = live.get_by_role("group", name="Codes to paint with").get_by_text("2", exact=True)
    chosen.wait_for()
    pressed = live.get_by_role("button", name="Select", exact=True).get_attribute("aria-pressed")
    assert pressed == "true"


def test_two_fingers_zoom_and_paint_nothing(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844, touch=True)
    follow(page)
    until(page, "window.meters.position > 8")
    choose(page, "Structure", 1)
    session = page.context.new_cdp_session(page)
    x, y = place(page, -6)

    def touch(kind: str, *places: float) -> None:
        points = [{"x": x + one, "y": y, "id": n} for n, one in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    position = page.evaluate("window.meters.position")
    touch("touchStart", 0)
    touch("touchStart", 0, 30)
    for spread in range(40, 100, 10):
        touch("touchMove", 0, spread)
    touch("touchEnd")
    # A column is three times as wide now: a cell is found where it stands then.
    page.get_by_role("button", name="Select", exact=True).click()
    at = cells(page).bounding_box()["y"] + 10  # type: ignore[index]
    hold(page, x - 40, at, to=(x + 31, at))
    page.get_by_text("3 columns, all levels").wait_for()
    until(page, "(before) => window.meters.position > before + 4", position)
    assert columns_with(page, PAINTED) == {}


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
    # After the last test the stream went on in the middle of a column, and only what was heard
    # since then loops as one.
    begun = live.evaluate("window.meters.position")
    until(live, "(begun) => window.meters.position > begun + 12", begun)
    x, _ = place(live, -10)
    y = cells(live).bounding_box()["y"] + 10  # type: ignore[index]
    hold(live, x, y, to=(x + 5 * COLUMN, y))
    live.get_by_text("6 columns, all levels").wait_for()
    loop = live.get_by_role("toolbar", name="Selected cells").get_by_role("button", name="Loop")
    expect(loop).to_have_attribute("aria-pressed", "false")
    loop.click()
    until(live, "window.meters.motion === 'loop'")
    expect(loop).to_have_attribute("aria-pressed", "true")
    begin, end = live.evaluate("[window.meters.loop_begin, window.meters.loop_end]")
    assert (end - begin, begin % 1) == (6, 0)
    loop.click()
    until(live, "window.meters.motion !== 'loop'")
    expect(loop).to_have_attribute("aria-pressed", "false")


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
    live.locator(".region-words").get_by_text(
        re.compile(r"Copy \(Timbre, band 1\), to .* s (ago|ahead), from ")
    ).wait_for()
    assert wait_for_flag(live, EDITED | PAINTED)


def test_what_is_wrong_with_an_edit_is_said_where_it_was_asked_for(live: Page) -> None:
    x, _ = place(live, -6)
    y = cells(live).bounding_box()["y"] + 10  # type: ignore[index]
    hold(live, x, y, to=(x + 40, y))
    live.get_by_role("button", name="More …").click()
    live.get_by_role("combobox", name="Edit", exact=True).select_option("mutate")
    live.get_by_role("spinbutton", name="Share").fill("7")
    live.get_by_role("button", name="Apply").click()
    live.locator(".region-words .fault").get_by_text("share").wait_for()


def test_any_edit_is_given_its_numbers_in_columns_and_in_seconds(live: Page) -> None:
    x, _ = place(live, -10)
    y = cells(live).bounding_box()["y"] + 10  # type: ignore[index]
    hold(live, x, y, to=(x + 5 * COLUMN, y))
    seconds = live.evaluate(f"async () => {STORE}.document('model').columnSeconds")
    live.get_by_text(f"{6 * seconds:.2f} s, 6 columns, all levels").wait_for()
    live.get_by_role("button", name="More …").click()
    live.get_by_role("combobox", name="Edit", exact=True).select_option("reverse")
    live.get_by_role("spinbutton", name="Columns").fill("3")
    live.get_by_text(re.compile(rf"Columns, .*: {3 * seconds:.2f} s")).wait_for()
    live.get_by_role("button", name="Apply").click()
    live.locator(".region-words").get_by_text(re.compile("^Reverse")).wait_for()
    last = f"{STORE}.document('history').states.at(-1).name"
    until(live, f"async () => ({last}).includes('columns=3')")


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
    follow(page)
    until(page, "window.meters.position > 8")
    choose(page, "Structure", 1)
    page.touchscreen.tap(*place(page, 4))
    choose(page, "Structure", 2)
    page.touchscreen.tap(*place(page, 6))
    wait_for_flag(page, PAINTED)


def test_the_panic_key_works_while_cells_are_selected(live: Page) -> None:
    cells(live).focus()
    live.keyboard.press("Home")
    live.keyboard.press("Shift+ArrowRight")
    live.get_by_text("2 columns, Structure, band 1").wait_for()
    live.keyboard.press("Shift+Escape")
    until(live, "window.meters.transport === 'panic'")
    live.keyboard.press("Escape")
    live.locator(".spoken").get_by_text("Nothing is selected.").wait_for()


def test_a_refused_edit_is_not_said_to_be_done(live: Page) -> None:
    x, _ = place(live, -10)
    y = cells(live).bounding_box()["y"] + 10  # type: ignore[index]
    hold(live, x, y, to=(x + 5 * COLUMN, y))
    live.get_by_text("6 columns, all levels").wait_for()
    live.evaluate("""() => {
      window.said = []
      const below = document.querySelector('.timeline-below')
      new MutationObserver(() => said.push(below.querySelector('[role=status]')?.textContent))
        .observe(below, { subtree: true, childList: true, characterData: true })
    }""")
    live.get_by_role("button", name="More …").click()
    live.get_by_role("combobox", name="Edit", exact=True).select_option("swap")
    live.get_by_role("combobox", name="Direction").select_option("later")
    live.get_by_role("spinbutton", name="The other place").fill("600")
    live.get_by_role("button", name="Apply").click()
    live.locator(".region-words .fault").wait_for()
    assert not [text for text in live.evaluate("said") if text and text.startswith("Swap with")]


def test_the_selection_is_swapped_with_an_earlier_place(live: Page) -> None:
    x, _ = place(live, -5)
    y = cells(live).bounding_box()["y"] + 10  # type: ignore[index]
    hold(live, x, y, to=(x + 2 * COLUMN, y))
    live.get_by_text("3 columns, all levels").wait_for()
    live.get_by_role("button", name="More …").click()
    edits = live.get_by_role("combobox", name="Edit", exact=True)
    expect(edits.get_by_role("option", name="Set", exact=True)).to_be_disabled()
    edits.select_option("swap")
    other = live.get_by_role("spinbutton", name="The other place")
    other.fill("0.01")
    apply = live.get_by_role("button", name="Apply")
    expect(apply).to_be_disabled()
    other.fill("")
    apply.click()
    live.locator(".region-words").get_by_text(re.compile("^Swap with itself from")).wait_for()
    assert wait_for_flag(live, EDITED | PAINTED)
