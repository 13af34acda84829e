"""Regions of the timeline: selected, edited, looped, moved and swapped."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.web.page.conftest import Served, hold
from tests.web.page.opened import until
from tests.web.page.timeline_cells import (
    COLUMN,
    EDITED,
    PAINTED,
    cells,
    place,
    play_anew,
    wait_for_flag,
)

#: The page's own store, whose documents it shows.
STORE = "(await import('/page/js/core/store.js')).store"


@pytest.fixture
def live(page: Page, served: Served) -> Iterator[Page]:
    yield from play_anew(page, served)


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
