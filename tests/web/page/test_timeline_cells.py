"""The cells of the timeline: painted, picked and read out, by mouse, finger and keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as LateError

from tests.web.page.conftest import OpenPage, Served, hold
from tests.web.page.opened import until
from tests.web.page.timeline_cells import (
    PAINTED,
    cells,
    columns_with,
    follow,
    place,
    play_anew,
    wait_for_flag,
)


@pytest.fixture
def live(page: Page, served: Served) -> Iterator[Page]:
    yield from play_anew(page, served)


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
